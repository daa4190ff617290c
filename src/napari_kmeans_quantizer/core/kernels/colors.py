"""8-bit RGB colors in another color space: converted, and labeled by octants.

Codes, cells, octants, boxes, blocks and the entries of cells are those of `grid_count`; counts of
colors, and where those of cells begin, those of `color_counts`.

**Bounds** of an octant, box or block, (7,) float64: pixels, and the least and the largest
coordinates of its colors in the space.

**Colors of a box**, those with pixels, octant by octant: `codes` (ROOM,) uint32, coordinates `x`,
`y`, `z` and `weights` (ROOM,) float64; `found` (8, 3) int64: where those of an octant begin and
end, and how many centers may be nearest. All of a box are converted at once, which is quicker than
by octants. No row of an array is taken on the way: that counts references.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .conversion import from_linear
from .grid_count import MIXED, U32, U64, compact
from .jit import inner, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

GRID_COUNT = "dd4de983347a"
CONVERSION = "e471c708a58b"
"""Digests of what is compiled into these; see the package's docstring."""

# A box's cells, octant by octant: the first of each one, and what to add for the others.
OCTANTS = np.array([0, 2, 8, 10, 32, 34, 40, 42])
CHILDREN = np.array([0, 1, 4, 5, 16, 17, 20, 21])
I64: Any = np.int64  # to mypy an int, too
# Not literals: numba would compile for each.
X, Y, Z = I64(0), I64(1), I64(2)
LANES = 8
"""Octants begin at multiples of these: what a SIMD loop leaves over would be slow."""
ROOM = 4096 + 8 * LANES


@inner
def _load_octant(
    octant: int,
    start: int,
    firsts: Array,
    places: Array,
    counts: Array,
    curve: Array,
    codes: Array,
    x: Array,
    y: Array,
    z: Array,
    weights: Array,
) -> int:
    """Load the colors of an octant that have pixels, cell by cell in order of their codes.

    IN `start`: where to, `firsts` (N_CELLS + 1,) uint32, `places` (n,) uint16, `counts` (n,)
    uint32: see `color_counts`, `curve` (256,) float64: bytes to linear RGB.
    OUT `codes`, `x`, `y`, `z`: linear RGB, up to a multiple of `LANES`, `weights`.
    Returns where they end.
    """
    n = start
    for child in CHILDREN:
        cell = 64 * (octant >> 3) + OCTANTS[octant & 7] + child
        r, g, b = compact(cell << 4), compact(cell << 6), compact(cell << 2)
        begin = n
        for i in range(U64(firsts[cell]), U64(firsts[cell + 1])):
            low = I64(places[i]) & 63
            if n > begin and codes[n - 1] & U32(63) == low:  # of more pixels than an entry holds
                weights[n - 1] += counts[i]
                continue
            codes[n] = 64 * cell + low
            x[n] = curve[r + (low >> 2 & 3)]
            y[n] = curve[g + (low & 3)]
            z[n] = curve[b + (low >> 4)]
            weights[n] = counts[i]
            n += 1
    for i in range(n, lanes(n)):
        x[i], y[i], z[i] = x[n - 1], y[n - 1], z[n - 1]
    return n


@inner
def lanes(n: int) -> int:
    """Round up to a multiple of `LANES`."""
    return (n + LANES - 1) // LANES * LANES


@inner
def _enclose(inner: Array, i: int, outer: Array, o: int) -> None:
    """Extend the bounds of a box or block by those of a part of it.

    IN `inner` (i.., 7). INOUT `outer` (o.., 7) float64.
    """
    for c in range(1, 4):
        if outer[o, 0] == 0 or inner[i, c] < outer[o, c]:
            outer[o, c] = inner[i, c]
        if outer[o, 0] == 0 or inner[i, c + 3] > outer[o, c + 3]:
            outer[o, c + 3] = inner[i, c + 3]
    outer[o, 0] += inner[i, 0]


@inner
def _find_bounds(
    start: int, stop: int, x: Array, y: Array, z: Array, row: int, bounds: Array
) -> None:
    """Find the bounds of some colors. OUT a `row` of `bounds`, all but the pixels.

    All coordinates at once: six chains of comparisons, none of which waits for another.
    """
    x0, y0, z0 = x1, y1, z1 = x[start], y[start], z[start]
    for i in range(U64(start), U64(stop)):
        a, b, c = x[i], y[i], z[i]
        x0, x1 = a if a < x0 else x0, a if a > x1 else x1
        y0, y1 = b if b < y0 else y0, b if b > y1 else y1
        z0, z1 = c if c < z0 else z0, c if c > z1 else z1
    bounds[row, 1], bounds[row, 2], bounds[row, 3] = x0, y0, z0
    bounds[row, 4], bounds[row, 5], bounds[row, 6] = x1, y1, z1


@inner
def _middle(bounds: Array, row: int, column: int) -> float:
    """The middle of bounds in one coordinate, 0 to 2."""
    return 0.5 * (bounds[row, 1 + column] + bounds[row, 4 + column])


@inner
def _sum_up(
    start: int,
    stop: int,
    x: Array,
    y: Array,
    z: Array,
    weights: Array,
    row: int,
    bounds: Array,
    sums: Array,
) -> None:
    """Sum up the pixels of an octant.

    INOUT a `row` of `bounds`: the pixels are set. OUT a `row` of `sums` (.., 4) float64: of offsets
    from the middle of the bounds, and of squared offsets.
    """
    m0, m1, m2 = _middle(bounds, row, X), _middle(bounds, row, Y), _middle(bounds, row, Z)
    n_pixels = s0 = s1 = s2 = q0 = q1 = q2 = 0.0
    for i in range(U64(start), U64(stop)):
        w, a, b, c = weights[i], x[i] - m0, y[i] - m1, z[i] - m2
        u, v, t = w * a, w * b, w * c
        n_pixels, s0, s1, s2 = n_pixels + w, s0 + u, s1 + v, s2 + t
        q0, q1, q2 = q0 + u * a, q1 + v * b, q2 + t * c
    bounds[row, 0] = n_pixels
    sums[row, 0], sums[row, 1], sums[row, 2], sums[row, 3] = s0, s1, s2, q0 + q1 + q2


@jit
def measure_octants(
    start: int,
    stop: int,
    firsts: Array,
    places: Array,
    counts: Array,
    curve: Array,
    space: Array,
    codes: Array,
    x: Array,
    y: Array,
    z: Array,
    weights: Array,
    found: Array,
    octants: Array,
    boxes: Array,
    blocks: Array,
    sums: Array,
) -> None:
    """Find the bounds of the octants, boxes and blocks, and what the colors of the octants sum to.

    IN `start` and `stop`: blocks; `firsts` (N_CELLS + 1,) uint32, `places` (n,) uint16, `counts`
    (n,) uint32: see `color_counts`, `curve` (256,) float64: bytes to linear RGB, `space`: see
    `conversion`.
    INOUT `codes`, `x`, `y`, `z`, `weights`, `found`: to work in; `octants` (32768, 7), `boxes`
    (4096, 7), `blocks` (64, 7) float64: bounds; all zeros at first.
    OUT `sums` (32768, 4) float64: see `_sum_up`.
    """
    for box in range(64 * start, 64 * stop):
        n = I64(0)
        for i in range(8):
            first = lanes(n)
            n = _load_octant(
                8 * box + i, first, firsts, places, counts, curve, codes, x, y, z, weights
            )
            found[i, 0], found[i, 1] = first, n
        from_linear(lanes(n), space, x, y, z)
        for i in range(8):
            octant, first, last = 8 * box + i, found[i, 0], found[i, 1]
            if last > first:
                _find_bounds(first, last, x, y, z, octant, octants)
                _sum_up(first, last, x, y, z, weights, octant, octants, sums)
                _enclose(octants, octant, boxes, box)
                _enclose(octants, octant, blocks, box >> 6)


@inner
def _narrow(bounds: Array, row: int, n: int, level: int, to: int, near: Array) -> int:
    """Keep of some centers those that can be nearest to a color within bounds.

    With m the middle and b the center nearest to it, |x - c|^2 - |x - b|^2 is linear in x, so
    within it is at least |m - c|^2 - |m - b|^2 - the sum of sides * |b - c|. The slack is far
    above all rounding. Where a comparison meets infinity or NaN, the center stays.

    IN a `row` of `bounds`.
    INOUT `near` (.., n.., 5) float64: x, y, z and index of a center, and room to work in; `n` are
    given at a `level`, and those kept go to another one.
    Returns how many are kept.
    """
    m0, m1, m2 = _middle(bounds, row, X), _middle(bounds, row, Y), _middle(bounds, row, Z)
    slack = 1e-12 * (1.0 + abs(m0) + abs(m1) + abs(m2))
    s0 = bounds[row, 4] - bounds[row, 1] + slack
    s1 = bounds[row, 5] - bounds[row, 2] + slack
    s2 = bounds[row, 6] - bounds[row, 3] + slack
    lowest, best = np.inf, 0
    for j in range(n):
        d0, d1, d2 = near[level, j, 0] - m0, near[level, j, 1] - m1, near[level, j, 2] - m2
        d = d0 * d0 + d1 * d1 + d2 * d2
        near[level, j, 4] = d
        best = j if d < lowest else best
        lowest = min(lowest, d)
    x0, x1, x2 = near[level, best, 0], near[level, best, 1], near[level, best, 2]
    n_kept = 0
    for j in range(n):
        a, b, c, d = near[level, j, 0], near[level, j, 1], near[level, j, 2], near[level, j, 4]
        reach = s0 * abs(a - x0) + s1 * abs(b - x1) + s2 * abs(c - x2)
        near[to, n_kept, 0] = a
        near[to, n_kept, 1] = b
        near[to, n_kept, 2] = c
        near[to, n_kept, 3] = near[level, j, 3]
        n_kept += not (d - lowest > reach + 1e-12 * (d + lowest + reach))
    return n_kept


@inner
def _add_octant(
    octant: int,
    k: int,
    octants: Array,
    sums: Array,
    centers: Array,
    entries: Array,
    offsets: Array,
) -> None:
    """Give all of an octant to center `k`. IN, OUT and INOUT as for `label_octants`."""
    first = 64 * (octant >> 3) + OCTANTS[octant & 7]
    for child in CHILDREN:
        entries[first + child] = k
    n_pixels, squares = octants[octant, 0], sums[octant, 3]
    for c in range(3):
        off = _middle(octants, octant, c) - centers[k, c]
        offsets[k, c] += sums[octant, c] + n_pixels * off
        squares += off * (2 * sums[octant, c] + n_pixels * off)
    offsets[k, 3] += squares


@inner
def _find_nearest(
    start: int,
    stop: int,
    x: Array,
    y: Array,
    z: Array,
    n_near: int,
    level: int,
    near: Array,
    best: Array,
    owner: Array,
) -> int:
    """Find the nearest of some centers for the colors of an octant; ties go to the first.

    IN `near` (.., n_near.., 5) float64: in a `level` x, y, z and index of a center.
    OUT `best` and `owner` (ROOM,) float64: squared distances and indices.
    Returns how often a center was as near as the nearest one before it.
    """
    n_ties = 0
    for i in range(U64(start), U64(stop)):
        best[i], owner[i] = np.inf, near[level, 0, 3]
    for j in range(n_near):
        a, b, c, index = near[level, j, 0], near[level, j, 1], near[level, j, 2], near[level, j, 3]
        for i in range(U64(start), U64(stop)):
            d = (x[i] - a) * (x[i] - a) + (y[i] - b) * (y[i] - b) + (z[i] - c) * (z[i] - c)
            old, previous = best[i], owner[i]
            closer = d < old  # one mask for two selects, or LLVM makes branches of them
            n_ties += d == old  # an array of them would be one too many for SIMD code
            best[i] = d if closer else old
            owner[i] = index if closer else previous
    return n_ties


@inner
def _add_colors(
    start: int,
    stop: int,
    x: Array,
    y: Array,
    z: Array,
    weights: Array,
    best: Array,
    owner: Array,
    centers: Array,
    offsets: Array,
) -> None:
    """Add the offsets of some colors from their centers. INOUT as for `label_octants`."""
    for i in range(U64(start), U64(stop)):
        k, w = I64(owner[i]), weights[i]
        offsets[k, 0] += w * (x[i] - centers[k, 0])
        offsets[k, 1] += w * (y[i] - centers[k, 1])
        offsets[k, 2] += w * (z[i] - centers[k, 2])
        offsets[k, 3] += w * best[i]


@inner
def _make_entries(
    start: int,
    stop: int,
    used: int,
    codes: Array,
    owner: Array,
    wide: bool,
    entries: Array,
    cell_labels: Array,
) -> int:
    """Make the entries of the cells of an octant. `wide`: their labels take two bytes.

    IN, OUT and INOUT as for `label_octants`.
    Returns where the next labels of a mixed cell begin.
    """
    first, same = start, True
    for i in range(start, stop):
        k, low = I64(owner[i]), I64(codes[i] & U32(63))
        same &= owner[i] == owner[first]
        cell_labels[used + low] = k
        if wide:
            cell_labels[used + 64 + low] = k >> 8
        cell = I64(codes[i]) >> 6
        if i + 1 == stop or I64(codes[i + 1]) >> 6 != cell:
            if same:
                entries[cell] = k
            else:
                entries[cell] = MIXED | U32(used >> 6)
                used += 128 if wide else 64
            first, same = i + 1, True
    return used


@jit
def label_octants(
    start: int,
    stop: int,
    used: int,
    firsts: Array,
    places: Array,
    counts: Array,
    curve: Array,
    space: Array,
    codes: Array,
    x: Array,
    y: Array,
    z: Array,
    weights: Array,
    found: Array,
    octants: Array,
    boxes: Array,
    blocks: Array,
    sums: Array,
    centers: Array,
    near: Array,
    best: Array,
    owner: Array,
    entries: Array,
    cell_labels: Array,
    offsets: Array,
) -> int:
    """Find the nearest center of every color that has pixels, in some blocks.

    Blocks, boxes and octants hand the centers that are left to what lies within.

    IN `start` and `stop`: the blocks; `used`: where the labels of their mixed cells begin; others
    from `measure_octants`; `centers` (K, 3) float64.
    INOUT `codes`, `x`, `y`, `z`, `weights`, `found`, `best` and `owner` (ROOM,) float64: to work
    in; `near` (11, M + 1, 5) float64: the first M of the first level are the centers to choose
    from, no two alike, ascending.
    OUT `entries` (N_CELLS,) uint32, `cell_labels` (..,) uint8: 64 times the cells with pixels, or
    128 times if there are more than 256 centers.
    INOUT `offsets` (K, 4) float64: sums of offsets of all pixels from their centers, and of squared
    ones.
    Returns 0 if no color can have two centers equally near.
    """
    n_block = n_ties = 0
    wide = len(centers) > 256
    for box in range(64 * start, 64 * stop):
        if box & 63 == 0 and blocks[box >> 6, 0]:
            n_block = _narrow(blocks, box >> 6, near.shape[1] - 1, I64(0), I64(1), near)
        if boxes[box, 0]:
            n_box = _narrow(boxes, box, n_block, I64(1), I64(2), near)
            n = I64(0)
            for i in range(8):
                octant, first = 8 * box + i, lanes(n)
                found[i, 2] = 0
                if octants[octant, 0]:
                    found[i, 2] = _narrow(octants, octant, n_box, I64(2), 3 + i, near)
                if found[i, 2] == 1:
                    k = I64(near[3 + i, 0, 3])
                    _add_octant(octant, k, octants, sums, centers, entries, offsets)
                elif found[i, 2] > 1:
                    n = _load_octant(
                        octant, first, firsts, places, counts, curve, codes, x, y, z, weights
                    )
                    found[i, 0], found[i, 1] = first, n
            from_linear(lanes(n), space, x, y, z)
            for i in range(8):
                if found[i, 2] > 1:
                    first, last = found[i, 0], found[i, 1]
                    n_ties += _find_nearest(
                        first, lanes(last), x, y, z, found[i, 2], 3 + i, near, best, owner
                    )
                    _add_colors(first, last, x, y, z, weights, best, owner, centers, offsets)
                    used = _make_entries(
                        first,
                        last,
                        used,
                        codes,
                        owner,
                        wide,
                        entries,
                        cell_labels,
                    )
    return n_ties
