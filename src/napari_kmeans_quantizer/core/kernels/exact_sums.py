"""Sums without rounding: the same bits whatever the order of the values; see `core/exact_sums`.

Values are cut into digits, as in the small superaccumulators of R. M. Neal (2015), but by floating
point arithmetic: a value plus 1.5 * 2**52 units is rounded to a multiple of the unit, which the low
bits then hold, and the difference from it is exact. That is SIMD code, and one or two digits are
all that most values have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .bits import float_bits
from .jit import inner, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

BITS = "cba37dc68db6"
"""Digest of the module whose kernels are compiled into these; see the package's docstring."""

# Points whose values, digits and squares stay in the first-level cache.
BLOCK = 256


@inner
def _load(
    points: Array, labels: Array, places: Array, d: int, values: Array, squares: Array
) -> None:
    """Write coordinate d to `values`, and add the square of what its place is off to `squares`."""
    for i in range(labels.size):
        x = points[i, d]
        off = x - places[np.uint64(labels[i]), d]
        values[i] = x
        squares[i] += off * off


@inner
def _cut(n: int, anchor: float, values: Array, digits: Array) -> tuple[bool, bool]:
    """Move what is a multiple of a unit from `values` to `digits`: multiples, to nearest even.

    Returns whether any digit is not 0, and whether any value is left.
    """
    zero = float_bits(anchor)
    some = rest = np.uint64(0)
    for i in range(n):
        moved = values[i] + anchor
        digit = float_bits(moved) - zero
        value = values[i] - (moved - anchor)
        values[i] = value
        digits[i] = np.int64(digit)
        some |= digit
        rest |= float_bits(abs(value))
    return some != 0, rest != 0


@inner
def _spread(
    values: Array, labels: Array, anchors: Array, d: int, digits: Array, bins: Array
) -> None:
    """Add values to the bins of their clusters, from the top; what the last one lacks is lost."""
    for j in range(len(anchors) - 1, -1, -1):
        some, rest = _cut(labels.size, anchors[j], values, digits)
        if some:
            sums = bins[j]
            for i in range(labels.size):
                sums[np.uint64(labels[i]), d] += digits[i]
        if not rest:
            break


@jit
def add_exactly(
    points: Array, labels: Array, places: Array, anchors: Array, bins: Array, counts: Array
) -> None:
    """Add coordinates of points, and squared distances to their places, to sums of clusters.

    Squared distances are those of `points.assign`, bit for bit.

    IN `points` (n, D) and `places` (K, D) float64, `labels` (n,) int32, `anchors` (2, B) float64:
    1.5 * 2**52 times the units of the bins, lowest first, of coordinates and of squares.
    INOUT `bins` (B.., K, D + 1) int64: sums of the digits of coordinates and of squares, `counts`
    (K,) int64: points.
    """
    n_features = points.shape[1]
    values, squares = np.empty(BLOCK), np.empty(BLOCK)
    digits = np.empty(BLOCK, np.int64)
    for start in range(0, len(points), BLOCK):
        part, near = points[start : start + BLOCK], labels[start : start + BLOCK]
        squares[:] = 0.0
        for d in range(n_features):
            _load(part, near, places, d, values, squares)
            _spread(values, near, anchors[0], d, digits, bins)
        _spread(squares, near, anchors[1], n_features, digits, bins)
        for i in range(near.size):
            counts[np.uint64(near[i])] += 1
