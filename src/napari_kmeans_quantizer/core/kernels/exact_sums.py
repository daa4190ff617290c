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

# Values of a block of points: with their digits, they stay in the first-level cache.
BLOCK = 768


@inner
def _load(
    points: Array, labels: Array, places: Array, values: Array, squares: Array, counts: Array
) -> None:
    """Count points, write their coordinates to `values`, one after the other, and `squares`.

    OUT `values` (n * D..,) and `squares` (n..,) float64: squared distances from the places.
    """
    n_features = points.shape[1]
    for i in range(labels.size):
        k, first = np.uint64(labels[i]), i * n_features  # unsigned: none counts from the end
        counts[k] += 1
        square = 0.0
        for d in range(n_features):
            x = points[i, d]
            off = x - places[k, d]
            values[first + d] = x
            square += off * off
        squares[i] = square


@inner
def _cut(n: int, anchor: float, values: Array, digits: Array) -> tuple[bool, bool]:
    """Move the nearest multiple of a unit (ties: the even one) from `values` to `digits`.

    INOUT `values` (n..,) float64: what is left. OUT `digits` (n..,) int64: how many units.
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
    values: Array, labels: Array, anchors: Array, first: int, width: int, digits: Array, bins: Array
) -> None:
    """Add values to bins, from the top bin on; what the lowest one leaves is lost.

    INOUT `values` (n * width..,) float64: of each point, for the sums from `first` on.
    """
    for j in range(len(anchors) - 1, -1, -1):
        some, rest = _cut(labels.size * width, anchors[j], values, digits)
        if some:
            sums = bins[j]
            for i in range(labels.size):
                k, start = np.uint64(labels[i]), i * width
                for d in range(width):
                    sums[k, first + d] += digits[start + d]
        if not rest:
            break


@jit
def add_exactly(
    points: Array, labels: Array, places: Array, anchors: Array, bins: Array, counts: Array
) -> None:
    """Add coordinates of points, and squared distances from their places, to sums of clusters.

    Squared distances are those of `points.assign`, bit for bit.

    IN `points` (n, D) and `places` (K, D) float64, `labels` (n,) int32, `anchors` (2, B) float64:
    1.5 * 2**52 times the units of the bins, lowest first, of coordinates and of squares. No value
    may be more than 2**51 of the highest units.
    INOUT `bins` (B.., K, D + 1) int64: sums of the digits of coordinates and of squares, `counts`
    (K,) int64: points.
    """
    n_features = points.shape[1]
    size = max(BLOCK // n_features, 1)
    values, squares = np.empty(size * n_features), np.empty(size)
    digits = np.empty(size * n_features, np.int64)
    for start in range(0, len(points), size):
        near = labels[start : start + size]
        _load(points[start : start + size], near, places, values, squares, counts)
        _spread(values, near, anchors[0], 0, n_features, digits, bins)
        _spread(squares, near, anchors[1], n_features, 1, digits, bins)
