"""Colors mixed by pixels of others: by diffusion of the error, and by thresholds.

**Lookup** of the nearest of some places, exact, and of equally near ones the first. Space, of three
coordinates, is cut into cells, each of which knows the places that may be nearest to a point in it,
ascending. It is made of `places` (K, 3) float64; `low` and `scales` (3,) float64: where cells
begin, and cells per unit; `sides` (3,) int64: cells per coordinate; `entries` (cells + 1,) int64:
two places, which may be the same, as ``one | other << 16``, or where a list of more begins, as
``-1 - start``; `lists` (..,) int32: each the number of places, and these. The last entry is of all
places, for points outside the cells. Two places are compared without asking whether there are two:
that nobody could predict.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .jit import inner, jit
from .points import BLOCK, STRIDE, find_nearest, pad

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

POINTS = "c20ee439265c"
"""Digest of `points`, whose kernels are compiled into these; see the package's docstring."""

I64: Any = np.int64  # not a literal: numba would compile for each
U64 = np.uint64

BEYOND = 3.0
"""Where the other place of a mixture is looked for: so much farther away than the point."""
TINY = 1e-300
"""Instead of the square of no distance at all."""
SLACK = 1e-9
"""Far above all rounding, far below the size of cells."""


@inner
def _narrow(
    middle: tuple[float, float, float],
    size: tuple[float, float, float],
    n: int,
    offsets: Array,
    near: Array,
    distances: Array,
    start: int,
    kept: Array,
) -> int:
    """Keep of some places those that can be nearest to a point of a box.

    With m its middle and b the place nearest to it, |x - c|^2 - |x - b|^2 is linear in x, so over
    the box it is at least |m - c|^2 - |m - b|^2 - the sum of sizes * |b - c|.

    IN `near` (n..,) int32: their indices, others as for `list_places`.
    OUT `distances` (n..,) float64: room to work in, `kept` (..,) int32: from `start` on, as far as
    there is room.
    Returns how many are kept.
    """
    lowest, best = np.inf, near[0]
    for j in range(n):
        c = near[j]
        d = (offsets[c, 0] - middle[0]) ** 2 + (offsets[c, 1] - middle[1]) ** 2
        d += (offsets[c, 2] - middle[2]) ** 2
        distances[j] = d
        best = c if d < lowest else best
        lowest = min(lowest, d)
    n_kept = 0
    for j in range(n):
        c, d = near[j], distances[j]
        way = size[0] * abs(offsets[c, 0] - offsets[best, 0])
        way += size[1] * abs(offsets[c, 1] - offsets[best, 1])
        way += size[2] * abs(offsets[c, 2] - offsets[best, 2])
        if not (d - lowest > way + SLACK * (d + lowest + way)):
            if start + n_kept < len(kept):
                kept[start + n_kept] = c
            n_kept += 1
    return n_kept


@jit
def list_places(
    offsets: Array,
    steps: Array,
    sides: Array,
    blocks: Array,
    near: Array,
    distances: Array,
    entries: Array,
    lists: Array,
) -> int:
    """List for every cell the places that may be nearest to a point in it.

    Blocks of cells hand the places that are left to the cells within.

    IN `offsets` (K, 3) float64: places, as seen from where cells begin; `steps` (3,) float64: size
    of a cell; `sides` and `blocks` (3,) int64: cells, and cells of a block, along each coordinate.
    OUT `near` (2, K) int32 and `distances` (K,) float64: room to work in; `entries`, `lists`: see
    above.
    Returns how long `lists` has to be; if it is shorter, some are missing.
    """
    n_places, used = len(offsets), I64(0)
    everything, left = near[0], near[1]
    for k in range(n_places):
        everything[k] = k
    size = steps[0] * blocks[0], steps[1] * blocks[1], steps[2] * blocks[2]
    cell_size = steps[0], steps[1], steps[2]
    for i in range(0, sides[0], blocks[0]):
        for j in range(0, sides[1], blocks[1]):
            for k in range(0, sides[2], blocks[2]):
                middle = (
                    i * steps[0] + size[0] / 2,
                    j * steps[1] + size[1] / 2,
                    k * steps[2] + size[2] / 2,
                )
                n_left = _narrow(
                    middle, size, n_places, offsets, everything, distances, I64(0), left
                )
                for x in range(i, i + blocks[0]):
                    for y in range(j, j + blocks[1]):
                        for z in range(k, k + blocks[2]):
                            middle = (
                                (x + 0.5) * steps[0],
                                (y + 0.5) * steps[1],
                                (z + 0.5) * steps[2],
                            )
                            n = _narrow(
                                middle, cell_size, n_left, offsets, left, distances, used + 1, lists
                            )
                            cell = (x * sides[1] + y) * sides[2] + z
                            used = _enter(cell, n, used, entries, lists)
    for k in range(n_places):
        if used + 1 + k < len(lists):
            lists[used + 1 + k] = k
    return _enter(sides[0] * sides[1] * sides[2], n_places, used, entries, lists)


@inner
def _enter(cell: int, n: int, used: int, entries: Array, lists: Array) -> int:
    """Make the entry of a cell whose `n` places are behind `used`; return where the next begin."""
    if used + n >= len(lists):
        return used + n + 1
    if n <= 2:
        entries[cell] = I64(lists[used + 1]) | I64(lists[used + n]) << 16
        return used
    entries[cell] = -1 - used
    lists[used] = n
    return used + n + 1


@inner
def _nearest(
    x: float,
    y: float,
    z: float,
    cell: np.uint64,
    places: Array,
    entries: Array,
    lists: Array,
) -> tuple[np.uint64, float, float, float]:
    """Return the place nearest to a point in a cell, and how far away it is in each coordinate."""
    entry = entries[cell]
    if entry >= 0:
        one, other = U64(entry & 0xFFFF), U64(entry >> 16)
        x1, y1, z1 = x - places[one, 0], y - places[one, 1], z - places[one, 2]
        x2, y2, z2 = x - places[other, 0], y - places[other, 1], z - places[other, 2]
        closer = x2 * x2 + y2 * y2 + z2 * z2 < x1 * x1 + y1 * y1 + z1 * z1
        return (
            other if closer else one,
            x2 if closer else x1,
            y2 if closer else y1,
            z2 if closer else z1,
        )
    start, nearest, lowest = U64(-1 - entry), U64(0), np.inf
    for i in range(start + U64(1), start + U64(1) + U64(lists[start])):
        k = U64(lists[i])
        x1, y1, z1 = x - places[k, 0], y - places[k, 1], z - places[k, 2]
        d = x1 * x1 + y1 * y1 + z1 * z1
        nearest = k if d < lowest else nearest
        lowest = d if d < lowest else lowest
    return nearest, x - places[nearest, 0], y - places[nearest, 1], z - places[nearest, 2]


@inner
def _limited(x: float, limit: float) -> float:
    """Keep a number within -limit..limit."""
    low = -limit if x < -limit else x
    return limit if low > limit else low


@jit
def diffuse(
    points: Array,
    mask: Array,
    row: int,
    strength: float,
    limit: float,
    places: Array,
    low: Array,
    scales: Array,
    sides: Array,
    entries: Array,
    lists: Array,
    errors: Array,
    labels: Array,
) -> None:
    """Label rows of pixels by Floyd and Steinberg's diffusion of the error, serpentine.

    IN `points` (rows * width, 3) float64, `mask` (rows * width or 0,) bool: which pixels take
    part; `row`: the first row's number; `strength` of the error that is passed on; `limit` of what
    a pixel gets, in each coordinate; the lookup.
    INOUT `errors` (width, 3) float64: what the next row gets; zeros at first.
    OUT `labels` (rows * width,) int32: 0 where the mask is.
    """
    width = len(errors)
    l0, l1, l2, s0, s1, s2 = low[0], low[1], low[2], scales[0], scales[1], scales[2]
    n0, n1, n2 = float(sides[0]), float(sides[1]), float(sides[2])
    across, along, n_cells = sides[1] * sides[2], sides[2], U64(sides[0] * sides[1] * sides[2])
    w7, w5, w3, w1 = strength * 7 / 16, strength * 5 / 16, strength * 3 / 16, strength / 16
    for start in range(0, len(points), width):
        back = row & 1
        a0 = a1 = a2 = b0 = b1 = b2 = c0 = c1 = c2 = 0.0  # for the pixel ahead; below, and ahead
        before = U64(width - 1 if back else 0)
        for i in range(width):
            x = U64(width - 1 - i if back else i)
            p = U64(start) + x
            e0 = e1 = e2 = 0.0
            labels[p] = 0
            if not len(mask) or mask[p]:
                v0 = points[p, 0] + _limited(errors[x, 0] + a0, limit)
                v1 = points[p, 1] + _limited(errors[x, 1] + a1, limit)
                v2 = points[p, 2] + _limited(errors[x, 2] + a2, limit)
                f0, f1, f2 = (v0 - l0) * s0, (v1 - l1) * s1, (v2 - l2) * s2
                cell = n_cells
                if (f0 >= 0) & (f1 >= 0) & (f2 >= 0) & (f0 < n0) & (f1 < n1) & (f2 < n2):
                    cell = U64(I64(f0) * across + I64(f1) * along + I64(f2))
                k, e0, e1, e2 = _nearest(v0, v1, v2, cell, places, entries, lists)
                labels[p] = k
            a0, a1, a2 = w7 * e0, w7 * e1, w7 * e2
            errors[before, 0], errors[before, 1] = b0 + w3 * e0, b1 + w3 * e1
            errors[before, 2] = b2 + w3 * e2
            b0, b1, b2 = c0 + w5 * e0, c1 + w5 * e1, c2 + w5 * e2
            c0, c1, c2 = w1 * e0, w1 * e1, w1 * e2
            before = x
        errors[before, 0], errors[before, 1], errors[before, 2] = b0, b1, b2
        row += 1


@jit
def diffuse_channels(
    points: Array,
    mask: Array,
    row: int,
    strength: float,
    limit: float,
    places: Array,
    errors: Array,
    room: Array,
    labels: Array,
) -> None:
    """Do what `diffuse` does, of any number of channels D, without a lookup.

    OUT `room` (4, D) float64: room to work in; others as for `diffuse`, but of D coordinates.
    """
    width, n_channels = errors.shape
    value, ahead, below, next_ = room[0], room[1], room[2], room[3]
    w7, w5, w3, w1 = strength * 7 / 16, strength * 5 / 16, strength * 3 / 16, strength / 16
    for start in range(0, len(points), width):
        back = row & 1
        room[:] = 0.0
        before = width - 1 if back else 0
        for i in range(width):
            x = width - 1 - i if back else i
            p = start + x
            labels[p] = 0
            takes_part = not len(mask) or mask[p]
            if takes_part:
                for d in range(n_channels):
                    value[d] = points[p, d] + _limited(errors[x, d] + ahead[d], limit)
                labels[p] = _nearest_of_all(value, places)
            k = labels[p]
            for d in range(n_channels):
                e = value[d] - places[k, d] if takes_part else 0.0
                ahead[d] = w7 * e
                errors[before, d] = below[d] + w3 * e
                below[d] = next_[d] + w5 * e
                next_[d] = w1 * e
            before = x
        errors[before] = below
        row += 1


@inner
def _nearest_of_all(value: Array, places: Array) -> int:
    """Return the place nearest to a point. IN `value` (D,), `places` (K, D) float64."""
    nearest, lowest = 0, np.inf
    for k in range(len(places)):
        distance = 0.0
        for d in range(len(value)):
            distance += (value[d] - places[k, d]) * (value[d] - places[k, d])
            if distance >= lowest:
                break
        if distance < lowest:
            nearest, lowest = k, distance
    return nearest


@jit
def mix(
    points: Array,
    first: int,
    width: int,
    height: int,
    tile: Array,
    places: Array,
    ranks: Array,
    reach: float,
    strength: float,
    labels: Array,
) -> None:
    """Choose by thresholds one of two places: the nearest, and the one nearest to what is beyond.

    The share of either is that of the point of the line between them that is nearest to the pixel.
    Every step is a short loop over a block: a pixel need not wait for all the steps of others.

    IN `points` (n, D) float64, of at least three coordinates; `first`: the first pixel's number in
    its image of `height` rows of `width`; `tile` (T, T) float64, T a power of two: thresholds in
    0..1; `places` (K, D) float64, `ranks` (K,) int64: their order by brightness; `reach`: how far
    from the nearest place is beyond, at least; `strength` of the mixture.
    INOUT `labels` (n,) int32: the nearest place, and what is chosen.
    """
    n_channels = places.shape[1]
    padded = pad(places, len(places) + 3, n_channels)
    offsets, beyond = np.zeros((n_channels, STRIDE)), np.zeros((n_channels, STRIDE))
    thresholds, others = np.empty(BLOCK), np.empty(BLOCK, np.int64)
    one, other, ways = np.zeros(BLOCK), np.zeros(BLOCK), np.zeros(BLOCK)
    for start in range(0, len(points), BLOCK):
        stop = min(start + BLOCK, len(points))
        some = labels[start:stop]
        _load_offsets(points[start:stop], some, places, offsets, beyond)
        _look_beyond(reach, offsets, one, beyond)
        find_nearest(beyond, places, padded, one, others, other)
        _look_up(first + start, stop - start, width, height, tile, thresholds)
        _choose(offsets, others, places, ranks, strength, thresholds, ways, one, other, some)


@inner
def _load_offsets(
    points: Array, labels: Array, places: Array, offsets: Array, nearest: Array
) -> None:
    """Load the nearest places of points, and how far away these are. OUT both (D, n..) float64."""
    for d in range(places.shape[1]):
        x, a = offsets[d], nearest[d]
        for i in range(len(labels)):
            a[i] = places[U64(labels[i]), d]
            x[i] = points[i, d] - a[i]


@inner
def _look_beyond(reach: float, offsets: Array, times: Array, beyond: Array) -> None:
    """Find what lies beyond points, as seen from their nearest places, at least at some distance.

    IN `offsets` (D, n..) float64: from these places. OUT `times` (n,) float64: so much farther.
    INOUT `beyond` (D, n..) float64: these places, and what is beyond.
    """
    times[:] = 0.0
    for d in range(len(offsets)):
        x = offsets[d]
        for i in range(len(times)):
            times[i] += x[i] * x[i]
    for i in range(len(times)):
        farther = reach / math.sqrt(times[i] if times[i] > TINY else TINY)
        times[i] = farther if farther > BEYOND else BEYOND
    for d in range(len(offsets)):
        x, a = offsets[d], beyond[d]
        for i in range(len(times)):
            a[i] += times[i] * x[i]


@inner
def _look_up(number: int, n: int, width: int, height: int, tile: Array, thresholds: Array) -> None:
    """Look the thresholds of pixels up, row by row. OUT `thresholds` (n..,) float64."""
    last, start = len(tile) - 1, 0
    while start < n:
        x, y = number % width, number // width % height
        stop = min(n, start + width - x)
        for i in range(start, stop):
            thresholds[i] = tile[U64(y & last), U64((x + i - start) & last)]
        number, start = number + stop - start, stop


@inner
def _choose(
    offsets: Array,
    others: Array,
    places: Array,
    ranks: Array,
    strength: float,
    thresholds: Array,
    ways: Array,
    along: Array,
    squares: Array,
    labels: Array,
) -> None:
    """Choose the other place where a point is far enough on the way to it.

    IN `offsets` (D, n..) float64 from the nearest places, `others` (n..,) int64, `thresholds`
    (n..,) float64. INOUT `labels` (n,) int32: the nearest places, and what is chosen.
    OUT `ways`, `along` and `squares` (n..,) float64: room to work in, zeros at first.
    """
    along[:] = 0.0
    squares[:] = 0.0
    for d in range(places.shape[1]):
        x = offsets[d]
        for i in range(len(labels)):
            ways[i] = places[U64(others[i]), d] - places[U64(labels[i]), d]
        for i in range(len(along)):
            along[i] += x[i] * ways[i]
            squares[i] += ways[i] * ways[i]
    for i in range(len(labels)):
        # Whichever of two places is the nearest, the same thresholds choose the darker one.
        is_darker = ranks[U64(others[i])] < ranks[U64(labels[i])]
        threshold = thresholds[i] if is_darker else 1.0 - thresholds[i]
        is_other = threshold * squares[i] < strength * along[i]
        labels[i] = others[i] if is_other else labels[i]


@jit
def paint(colors: Array, labels: Array, painted: Array) -> None:
    """Copy the colors of labels.

    IN `colors` (K, B) uint8: their bytes, `labels` (n,) int32. OUT `painted` (n, B) uint8.
    """
    if colors.shape[1] == 3:
        for p in range(U64(len(labels))):
            k = U64(labels[p])
            painted[p, 0], painted[p, 1], painted[p, 2] = colors[k, 0], colors[k, 1], colors[k, 2]
    else:
        for p in range(U64(len(labels))):
            k = U64(labels[p])
            for b in range(colors.shape[1]):
                painted[p, b] = colors[k, b]
