"""The label tree: the nearest center of every color of the cells of 8-bit RGB pixels.

See `grid_count` for what cells, boxes, blocks and their entries are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .grid_count import CHILDREN, OCTANTS, U32, corner
from .jit import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .grid_count import Color

    Array = NDArray[Any]

GRID_COUNT = "be16dc3143c0"
"""Digest of `grid_count`, whose kernels are compiled into these; see the package's docstring."""


@jit
def _narrow(origin: Color, side: int, n: int, given: Array, kept: Array) -> int:
    """Keep of some centers those that can be nearest to a color of a box.

    With m the box's middle and b the center nearest to it, |x - c|^2 - |x - b|^2 is linear in
    x, so over the box it is at least |m - c|^2 - |m - b|^2 - (side - 1) * |b - c|_1. The slack
    is far above the rounding of this line and of the labels' own distances. Where a comparison
    meets infinity or NaN, the center stays.

    IN `origin`: the box's lowest corner, `side`: its colors along an edge.
    INOUT `given` (n.., 5) float64: x, y, z and index of a center; the last column is room to work
    in.
    OUT `kept` (n.., 5) float64: the same.
    Returns how many are kept.
    """
    half = 0.5 * (side - 1)
    m0, m1, m2 = origin[0] + half, origin[1] + half, origin[2] + half
    lowest, best = np.inf, 0
    for j in range(n):
        d = (given[j, 0] - m0) ** 2 + (given[j, 1] - m1) ** 2 + (given[j, 2] - m2) ** 2
        given[j, 4] = d
        best = j if d < lowest else best
        lowest = min(lowest, d)
    x0, x1, x2 = given[best, 0], given[best, 1], given[best, 2]
    n_kept = 0
    for j in range(n):
        d = given[j, 4]
        reach = (side - 1) * (abs(given[j, 0] - x0) + abs(given[j, 1] - x1) + abs(given[j, 2] - x2))
        for column in range(4):
            kept[n_kept, column] = given[j, column]
        n_kept += not (d - lowest > reach + 1e-12 * (d + lowest + 1e5))
    return n_kept


@jit
def _label_cell(
    origin: Color, n: int, near: Array, best: Array, owner: Array, ties: Array, labels: Array
) -> bool:
    """Find the nearest of some centers for the 64 colors of a cell; ties go to the first.

    IN `origin`: the cell's lowest corner, `near` (n.., 5) float64: x, y, z and index of a center.
    OUT `best` and `owner` (64,) float64: room to work in, `labels` (64,) uint8 or uint16.
    INOUT `ties` (64,) float64: becomes 1 where a tie was.
    Returns whether all agree.
    """
    r, g, b = float(origin[0]), float(origin[1]), float(origin[2])
    for t in range(64):
        best[t], owner[t] = np.inf, near[0, 3]
    for j in range(n):
        x, y, z, index = near[j, 0], near[j, 1], near[j, 2], near[j, 3]
        for t in range(64):
            d0, d1, d2 = r + ((t >> 2) & 3) - x, g + (t & 3) - y, b + (t >> 4) - z
            d = (d0 * d0 + d1 * d1) + d2 * d2
            old, previous = best[t], owner[t]
            closer = d < old  # one mask for two selects, or LLVM makes branches of them
            ties[t] = 1.0 if d == old else ties[t]
            best[t] = d if closer else old
            owner[t] = index if closer else previous
    same = True
    for t in range(64):
        labels[t] = np.int64(owner[t])
        same &= owner[t] == owner[0]
    return same


@jit
def label_tree(
    packed: Array,
    rows: Array,
    shown: Array,
    start: int,
    stop: int,
    used: int,
    entries: Array,
    positions: Array,
    cell_labels: Array,
) -> bool:
    """Find the nearest center of every color in every cell with pixels, in some blocks.

    Boxes of side 64, 16, 8 and 4 hand the centers that are left to the boxes within.

    IN `packed` (N_CELLS,) uint64, `rows` (M, 4) float64: x, y, z and index of the centers, no two
    alike, ascending by index; `shown` (K,) uint32; `start` and `stop`: the blocks; `used`: where
    the labels of their mixed cells begin.
    OUT `entries` and `positions` (N_CELLS,) uint32, `cell_labels` (64 * cells with pixels,) uint8
    or uint16.
    Returns whether some color may have two centers equally near.
    """
    near = np.empty((5, len(rows) + 1, 5))
    near[0, : len(rows), :4] = rows
    scratch = np.zeros((3, 64))
    for block in range(start, stop):
        n_block = _narrow(corner(block << 18), 64, len(rows), near[0], near[1])
        for box in range(64 * block, 64 * block + 64):
            if packed[64 * box : 64 * box + 64].any():
                n_box = _narrow(corner(box << 12), 16, n_block, near[1], near[2])
                if n_box == 1:
                    entries[64 * box : 64 * box + 64] = shown[np.int64(near[2, 0, 3])]
                else:
                    used = _label_box(
                        box,
                        n_box,
                        used,
                        packed,
                        shown,
                        near,
                        scratch,
                        entries,
                        positions,
                        cell_labels,
                    )
    return scratch[2].any()


@jit
def _label_box(
    box: int,
    n_box: int,
    used: int,
    packed: Array,
    shown: Array,
    near: Array,
    scratch: Array,
    entries: Array,
    positions: Array,
    cell_labels: Array,
) -> int:
    """Label the cells of a box that more than one center may be nearest to.

    IN as for `label_tree`, `n_box`: how many centers are left.
    INOUT `near` (5, M.., 5) float64: the centers left in boxes of each size, `scratch` (3, 64)
    float64.
    OUT `entries`, `positions` and `cell_labels` as for `label_tree`.
    Returns where the next labels of a mixed cell begin.
    """
    for octant in OCTANTS:
        first = 64 * box + octant
        n_octant = _narrow(corner(first << 6), 8, n_box, near[2], near[3])
        for child in CHILDREN:
            cell = first + child
            if n_octant == 1:
                entries[cell] = shown[np.int64(near[3, 0, 3])]
            elif packed[cell]:
                n = _narrow(corner(cell << 6), 4, n_octant, near[3], near[4])
                labels = cell_labels[used : used + 64]
                if n == 1 or _label_cell(
                    corner(cell << 6), n, near[4], scratch[0], scratch[1], scratch[2], labels
                ):
                    label = np.int64(near[4, 0, 3]) if n == 1 else np.int64(labels[0])
                    entries[cell] = shown[label]
                else:
                    entries[cell] = shown[0] ^ U32(1)
                    positions[cell] = used
                    used += 64
    return used
