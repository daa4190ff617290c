"""The label tree: the nearest center of every color of the cells of 8-bit RGB pixels.

See `grid_count` for what cells, boxes, blocks and their entries are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .grid_count import I64, MIXED, PLACE, U32, U64, add_word, compact
from .jit import inner, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .grid_count import Integer

    Array = NDArray[Any]

GRID_COUNT = "dd4de983347a"
"""Digest of `grid_count`, whose kernels are compiled into these; see the package's docstring."""

# A box's cells, one octant (2 x 2 x 2 cells) after the other: cell = OCTANTS[i] + CHILDREN[j].
OCTANTS = np.array([0, 2, 8, 10, 32, 34, 40, 42])
CHILDREN = np.array([0, 1, 4, 5, 16, 17, 20, 21])


# The edges of boxes, in colors, level by level; not as arguments: numba would compile for each.
SIDES = np.array([64, 16, 8, 4])


@inner
def _narrow(code: int, level: Integer, n: int, rows: Array, near: Array, room: Array) -> int:
    """Keep of some centers those that can be nearest to a color of a box.

    With m the box's middle and b the center nearest to it, |x - c|^2 - |x - b|^2 is linear in
    x, so over the box it is at least |m - c|^2 - |m - b|^2 - (side - 1) * |b - c|_1. The slack
    is far above the rounding of this line and of the labels' own distances. Where a comparison
    meets infinity or NaN, the center stays.

    IN `code`: of the box's lowest corner, `level`: of its side, `rows` (M, 3) float64: x, y, z of
    the centers.
    INOUT `near` (6, M.. + 1) int64: n of them in the row of `level`, those that are kept in the
    next one.
    OUT `room` (2, M..) float64: room to work in.
    Returns how many are kept.
    """
    reach = SIDES[level] - 1.0
    m0 = compact(code >> 2) + 0.5 * reach
    m1 = compact(code) + 0.5 * reach
    m2 = compact(code >> 4) + 0.5 * reach
    lowest, best = np.inf, U64(near[level, 0])
    for j in range(n):
        c = U64(near[level, j])
        d = (rows[c, 0] - m0) ** 2 + (rows[c, 1] - m1) ** 2 + (rows[c, 2] - m2) ** 2
        room[0, j] = d
        best = c if d < lowest else best
        lowest = min(lowest, d)
    x0, x1, x2 = rows[best, 0], rows[best, 1], rows[best, 2]
    n_kept = 0
    for j in range(n):
        c, d = U64(near[level, j]), room[0, j]
        way = abs(rows[c, 0] - x0) + abs(rows[c, 1] - x1) + abs(rows[c, 2] - x2)
        near[level + 1, n_kept] = near[level, j]
        n_kept += not (d - lowest > reach * way + 1e-12 * (d + lowest + 1e5))
    return n_kept


@inner
def _label_cell(code: int, n: int, rows: Array, index: Array, near: Array, room: Array) -> bool:
    """Find the nearest of some centers for the 64 colors of a cell; ties go to the first.

    IN `code`: of the cell's lowest corner, `rows` (M, 3) float64: x, y, z of the centers, `index`
    (M,) int64: their labels.
    INOUT `near` (6, 64..) int64: n of them in row 4; row 5 gets the labels of the colors.
    OUT `room` (2, 64..) float64: room to work in.
    Returns whether some color may have two equally near.
    """
    r, g, b = float(compact(code >> 2)), float(compact(code)), float(compact(code >> 4))
    tie = False
    for t in range(64):
        room[1, t], near[5, t] = np.inf, index[near[4, 0]]
    for j in range(n):
        c = U64(near[4, j])
        x, y, z, label = rows[c, 0], rows[c, 1], rows[c, 2], index[c]
        for t in range(64):
            d0, d1, d2 = r + ((t >> 2) & 3) - x, g + (t & 3) - y, b + (t >> 4) - z
            d = (d0 * d0 + d1 * d1) + d2 * d2
            old, owner = room[1, t], near[5, t]
            closer = d < old  # one mask for two selects, or LLVM makes branches of them
            tie |= d == old
            room[1, t] = d if closer else old
            near[5, t] = label if closer else owner
    return tie


@inner
def _fill_octant(first: int, label: int, packed: Array, entries: Array, totals: Array) -> None:
    """Give the cells of an octant one label, and count their pixels at once.

    IN `first`: its first cell, `packed` (N_CELLS,) uint64.
    OUT `entries` (N_CELLS,) uint32. INOUT `totals` (K, 4) int64.
    """
    together = U64(0)
    for child in CHILDREN:
        word = packed[first + child]
        together += word + (word >> U64(48)) * (PLACE[child] << U64(2))
        entries[first + child] = label
    add_word(together, first << 6, U64(label), totals)


@inner
def _label_octant(
    first: int,
    n: int,
    used: int,
    packed: Array,
    rows: Array,
    index: Array,
    near: Array,
    room: Array,
    entries: Array,
    cell_labels: Array,
    totals: Array,
) -> tuple[int, bool]:
    """Label the cells of an octant that more than one center may be nearest to.

    IN `first`: its first cell, others as for `label_tree`; INOUT `near`: n centers in row 3.
    Returns where the next labels of a mixed cell begin, and whether there may be ties.
    """
    tie, wide = False, len(totals) > 256
    for child in CHILDREN:
        cell = first + child
        if packed[cell] == 0:
            continue
        n_cell = _narrow(cell << 6, I64(3), n, rows, near, room)
        mixed = False
        if n_cell == 1:
            near[5, 0] = index[near[4, 0]]
        else:
            tie |= _label_cell(cell << 6, n_cell, rows, index, near, room)
            for t in range(64):
                mixed |= near[5, t] != near[5, 0]
                cell_labels[used + t] = near[5, t]
            if wide:
                for t in range(64):
                    cell_labels[used + 64 + t] = near[5, t] >> 8
        if mixed:
            entries[cell] = MIXED | U32(used >> 6)
            used += 128 if wide else 64
        else:
            entries[cell] = near[5, 0]
            add_word(packed[cell], cell << 6, U64(near[5, 0]), totals)
    return used, tie


@jit
def label_tree(
    packed: Array,
    rows: Array,
    index: Array,
    start: int,
    stop: int,
    used: int,
    near: Array,
    room: Array,
    entries: Array,
    cell_labels: Array,
    totals: Array,
) -> bool:
    """Find the nearest center of every color in every cell with pixels, in some blocks.

    Boxes of side 64, 16, 8 and 4 hand the centers that are left to the boxes within.

    IN `packed` (N_CELLS,) uint64, `rows` (M, 3) float64: x, y, z of the centers, no two alike,
    `index` (M,) int64: their labels, ascending; `start` and `stop`: the blocks; `used`: where the
    labels of their mixed cells begin.
    INOUT `near` (6, M.. + 1 and 64..) int64: 0 .. M - 1 in its first row, then room to work in, as
    is `room` (2, M.. and 64..) float64; `totals` (K, 4) int64: count and sums of r, g, b over the
    words of cells of one label.
    OUT `entries` (N_CELLS,) uint32, `cell_labels` (..,) uint8: 64 times the cells with pixels, or
    128 times if there are more than 256 labels.
    Returns whether some color may have two centers equally near.
    """
    ties = False
    for block in range(start, stop):
        n_block = _narrow(block << 18, I64(0), len(rows), rows, near, room)
        for box in range(64 * block, 64 * block + 64):
            pixels = U64(0)
            for cell in range(64 * box, 64 * box + 64):
                pixels |= packed[cell]
            if pixels == 0:
                continue
            n_box = _narrow(box << 12, I64(1), n_block, rows, near, room)
            for octant in OCTANTS:
                first = 64 * box + octant
                n = _narrow(first << 6, I64(2), n_box, rows, near, room)
                if n == 1:
                    _fill_octant(first, index[near[3, 0]], packed, entries, totals)
                else:
                    used, tie = _label_octant(
                        first,
                        n,
                        used,
                        packed,
                        rows,
                        index,
                        near,
                        room,
                        entries,
                        cell_labels,
                        totals,
                    )
                    ties |= tie
    return ties
