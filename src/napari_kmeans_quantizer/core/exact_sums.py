"""Sums over all pixels without rounding: the same bits however the work is cut and ordered."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .units import LARGEST_VALUE

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

N_DIGITS, DIGIT = 8, 40
"""Digits of a value, and bits of one: nothing above 2**-319 of the largest value is lost. Squares
of ordinary numbers are thus exact even beside that of an outlier, the largest float32."""
MOST_POINTS = 1 << 22
"""Points until digits are carried. A digit is at most 2**39, hence their sum 2**61, and that of two
such sums fits in 64 bits. The top digit is carried to a bin of its own, for 2**62 points."""
STEP = 8
"""Bits that a long division finds at once."""


class ExactSums:
    """Exact sums per cluster: of points, of their coordinates and of squared distances.

    Sums are kept in bins of integers, in units of powers of two. What of a value lies below the
    lowest unit is rounded away, value by value; nothing else is.

    Parameters
    ----------
    n_clusters, n_features : int
        How many clusters and coordinates there are.
    largest : float
        At least the absolute value of every coordinate of points and places; at most
        `LARGEST_VALUE`. Of larger ones, or not finite ones, nothing sensible comes.

    Raises
    ------
    ValueError
        If `largest` is negative, too large, or NaN.

    Examples
    --------
    >>> sums = ExactSums(n_clusters=1, n_features=1, largest=1e20)
    >>> sums.add(np.array([[1e20], [1.0], [-1e20]]), np.zeros(3, int), np.zeros((1, 1)))
    >>> sums.sums
    array([[1.]])
    """

    def __init__(self, n_clusters: int, n_features: int, largest: float) -> None:
        if not 0 <= largest <= LARGEST_VALUE:
            raise ValueError(f"largest must be from 0 to {LARGEST_VALUE:g}, got {largest!r}")
        self.largest = float(largest)
        self.counts: Ints = np.zeros(n_clusters, np.int64)
        """(K,) int64: points."""
        self._bins: Ints = np.zeros((N_DIGITS + 1, n_clusters, n_features + 1), np.int64)
        self._uncarried = 0

    def add(self, points: Floats, labels: NDArray[Any], places: Floats) -> None:
        """Add points.

        Parameters
        ----------
        points : (n, D) float64
        labels : (n,) integers
            The points' clusters, 0 to K - 1.
        places : (K, D) float64
            What the squared distances are from.
        """
        from .kernels.exact_sums import add_exactly

        anchors = np.ldexp(1.5, 52 + DIGIT * np.arange(N_DIGITS) + np.c_[list(self._lowest())])
        points, places = _read_only(points, np.float64), _read_only(places, np.float64)
        labels, start = _read_only(labels, np.int32), 0
        while start < len(points):
            part = slice(start, start + MOST_POINTS - self._uncarried)
            add_exactly(points[part], labels[part], places, anchors, self._bins, self.counts)
            self._uncarried += len(points[part])
            start = part.stop
            if self._uncarried >= MOST_POINTS:
                self._bins, self._uncarried = _carried(self._bins), 0

    def merged(self, other: ExactSums) -> ExactSums:
        """Return the sums of both; the same bits in any order and grouping.

        Raises
        ------
        ValueError
            If they differ in the number of clusters or features, or in the largest value.
        """
        if (self.largest, self._bins.shape) != (other.largest, other._bins.shape):
            raise ValueError("only sums of the same clusters, features and largest value add up")
        both = ExactSums(len(self.counts), self._bins.shape[2] - 1, self.largest)
        both.counts = self.counts + other.counts
        both._bins = _carried(self._bins + other._bins)
        return both

    __add__ = merged

    @property
    def nbytes(self) -> int:
        """Size in memory."""
        return self._bins.nbytes + self.counts.nbytes

    @property
    def sums(self) -> Floats:
        """(K, D) float64: sums of the coordinates, correctly rounded."""
        return _quotients(self._bins[..., :-1], self._lowest()[0], np.int64(1))

    @property
    def means(self) -> Floats:
        """(K, D) float64: sums over counts, correctly rounded once; 0 of empty clusters.

        Thus the mean of equal points is this point, which a rounded sum would not promise.
        """
        counts = np.maximum(self.counts, 1)[:, np.newaxis]
        return _quotients(self._bins[..., :-1], self._lowest()[0], counts)

    @property
    def squares(self) -> Floats:
        """(K,) float64: sums of the squared distances, correctly rounded."""
        return _quotients(self._bins[..., -1], self._lowest()[1], np.int64(1))

    @property
    def total_squares(self) -> float:
        """The sum of all squared distances, correctly rounded."""
        bins = _carried(self._bins[..., -1]).sum(axis=1)
        return float(_quotients(bins, self._lowest()[1], np.int64(1)))

    def _lowest(self) -> tuple[int, int]:
        """Return the exponents of the lowest units, of coordinates and of squared distances.

        With them, no top digit is above 2**39; float64 has nothing below 2**-1074.
        """
        n_features = self._bins.shape[2] - 1
        size = math.frexp(self.largest)[1]
        square = 2 * (size + 1) + (n_features - 1).bit_length()
        below = DIGIT * N_DIGITS - 1
        return max(size - below, -1074), max(square - below, -1074)

    def __getstate__(self) -> tuple[Any, ...]:
        """Return what is not 0: few clusters of a chunk, few of the digits."""
        clusters, bins = np.flatnonzero(self.counts), _carried(self._bins)
        digits = np.flatnonzero(bins.any(axis=(1, 2)))
        used = self.counts[clusters], bins[np.ix_(digits, clusters)]
        return self.largest, bins.shape, clusters, digits, *used

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        """See `__getstate__`."""
        largest, (_, n_clusters, n_sums), clusters, digits, counts, bins = state
        ExactSums.__init__(self, n_clusters, n_sums - 1, largest)
        self.counts[clusters] = counts
        self._bins[np.ix_(digits, clusters)] = bins


def _read_only(array: NDArray[Any], dtype: DTypeLike) -> NDArray[Any]:
    view = np.ascontiguousarray(array, dtype).view()
    view.flags.writeable = False
    return view


def _carried(bins: Ints, lowest_digit: int = -(1 << DIGIT - 1)) -> Ints:
    """Return the one way to write the same sums in digits from the lowest one on.

    By default those nearest to 0: the highest bins of small numbers, negative ones too, are 0.
    """
    bins = bins.copy()
    for j in range(len(bins) - 1):
        carry = (bins[j] - lowest_digit) >> DIGIT
        bins[j] -= carry << DIGIT
        bins[j + 1] += carry
    return bins


def _quotients(bins: Ints, lowest: int, divisors: Ints | np.int64) -> Floats:
    """Return sums over positive integers, rounded to nearest even (twice if subnormal).

    By long division of absolute values: it stops at 55 bits or more, and whatever follows is
    noted in the last one.
    """
    bins = _carried(bins)
    sign = np.zeros_like(bins[0])
    for digits in bins:
        sign = np.where(digits == 0, sign, np.sign(digits))
    bins = _carried(bins * sign, 0)
    bits, rest = np.divmod(bins[-1], divisors)
    exponents, lost = np.zeros_like(bits), np.zeros(bits.shape, bool)
    for digits in [*bins[-2::-1], *np.zeros_like(bins[:3])]:
        for shift in range(DIGIT - STEP, -1, -STEP):
            rest = (rest << STEP) | (digits >> shift & (1 << STEP) - 1)
            found, rest = np.divmod(rest, divisors)
            is_full = bits >= 1 << 54
            lost |= is_full & (found > 0)
            bits = np.where(is_full, bits, bits << STEP | found)
            exponents += STEP * is_full
    bits |= lost | (rest > 0)
    quotients: Floats = np.ldexp((bits * sign).astype(np.float64), exponents + lowest - 3 * DIGIT)
    return quotients
