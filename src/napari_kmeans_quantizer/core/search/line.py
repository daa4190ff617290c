"""The exact optimum of K-means in one dimension."""

from __future__ import annotations

from math import exp, inf, log
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Cuts = NDArray[np.int64]

ROUNDING = 1e-14
"""Inertias that differ by less, relatively, count as equal."""
MIDDLE = 460
"""Exponent of values whose squares, times weights, are far from overflow; others underflow last."""
LEAST = 1e-300
"""No price is lower."""


def optimal_1d(values: ArrayLike, weights: ArrayLike, n_clusters: int) -> Floats:
    """Return the centers of least inertia: sorted values cut into runs.

    Not the number of runs is given to the search, but their price: the least sum of inertia and
    prices is found in about O(n), whatever the number [1]_. The higher the price, the fewer the
    runs. A few prices are tried until there are `n_clusters`; where the number jumps over that, two
    solutions of the same price are joined [2]_.

    Needs O(n log n) memory: 30 MB for 65,536 values. Inertias are worked out without cancellation,
    so values of any scales may meet.

    Parameters
    ----------
    values : (n,) array_like
        Ascending, distinct, finite.
    weights : (n,) array_like
        Positive.
    n_clusters : int
        At least 1; more than n counts as n.

    Returns
    -------
    centers : (min(n_clusters, n),) float64
        Ascending; each the weighted mean of its run.

    References
    ----------
    .. [1] Grønlund, Larsen, Mathiasen, Nielsen, Schneider and Song, "Fast exact k-means, k-medians
       and Bregman divergence clustering in 1D", 2017, arXiv:1701.07204
    .. [2] Aggarwal, Schieber and Tokuyama, "Finding a minimum-weight k-link path in graphs with the
       concave Monge property and applications", Discrete & Computational Geometry 12, 1994
    """
    x, w = np.array(values, np.float64), np.array(weights, np.float64)
    if n_clusters >= len(x):
        return x
    # in the middle of what floats can hold squares of, by a power of two: no digit changes
    exponent = MIDDLE - int(np.frexp(np.abs(x).max())[1])
    y = np.ldexp(x, exponent)
    cuts = _best_cuts(_Line(y, w), n_clusters) if n_clusters > 1 else np.array([0, len(x)])
    means = np.ldexp(_means(y, w, cuts), -exponent)
    return np.clip(means, x[cuts[:-1]], x[cuts[1:] - 1])  # within their runs, despite rounding


def _means(x: Floats, w: Floats, cuts: Cuts) -> Floats:
    """Return the weighted mean of each run."""
    starts = cuts[:-1]
    # about the first value of each: no digits are lost
    offsets = x - np.repeat(x[starts], np.diff(cuts))
    return x[starts] + np.add.reduceat(w * offsets, starts) / np.add.reduceat(w, starts)


class _Runs(NamedTuple):
    """Runs for which inertia + price * number of runs is least."""

    price: float
    inertia: float
    cuts: Cuts
    """Where they start, and where the last one stops."""

    @property
    def number(self) -> int:
        return len(self.cuts) - 1


class _Line:
    """Weighted values in a row."""

    def __init__(self, x: Floats, w: Floats) -> None:
        from napari_kmeans_quantizer.core.kernels import line as kernels

        self._kernels = kernels
        self.n = len(x)
        n_levels = (self.n - 1).bit_length()
        levels = np.repeat(np.arange(n_levels, dtype=np.uint8), 1 << np.arange(n_levels))
        self._level = np.concatenate([levels[:1], levels])
        self._table = np.empty((n_levels, self.n, 3))
        kernels.summarize(x, w, self._table)
        self.pairs: Floats = w[:-1] / (w[:-1] + w[1:]) * w[1:] * np.diff(x) ** 2
        """Inertia of each two neighbors."""
        self.most = float(w.sum() * (x[-1] - x[0]) ** 2)
        """More than the inertia of all."""

    def runs(self, price: float, marks: Cuts, limit: float = inf) -> _Runs:
        """Return the best runs at a price that start at marks; none has an inertia over `limit`."""
        cost, integers = np.empty(len(marks)), np.empty((5, len(marks)), np.int64)
        count, cut, queue, reign, path = integers
        self._kernels.cut_at_price(
            self._table, self._level, marks, price, limit, cost, count, cut, queue, reign, path
        )
        return _Runs(price, float(cost[-1]), marks[path[: count[-1] + 1]])


def _best_cuts(line: _Line, K: int) -> Cuts:
    """Return the best K runs, 1 < K < n: where they start, and n."""
    all_marks = np.arange(line.n + 1)
    few = line.runs(2 * line.most, all_marks[[0, -1]])
    many = _Runs(max(float(line.pairs.min()) / 2, LEAST), 0.0, all_marks)
    price = min(max(_first_price(line, K), many.price), few.price)
    power, on_chord = 3.0, False
    while True:
        # a run of a larger inertia than all its values' prices had better be cut into them
        runs = line.runs(price, all_marks, line.n * price)
        if runs.number == K:
            return runs.cuts
        between = few.number < runs.number < many.number
        if on_chord and not (between and _is_better(runs, few, K)):
            return _joined(few.cuts, many.cuts, K)
        if few.number <= runs.number < K:
            few = runs
        elif K < runs.number <= many.number:
            many = runs
        # Where trials stop to tell something new, the number may jump. The price at which both
        # solutions cost the same shows a better one between them, or that there is none.
        on_chord = not between or many.number - few.number == 2
        if on_chord:
            slope = (few.inertia - many.inertia) / (many.number - few.number)
            price = max(slope, LEAST)
        else:
            price = _likely_price(runs, few, many, K, power)
            power *= 2


def _is_better(runs: _Runs, other: _Runs, K: int) -> bool:
    """Tell whether runs are better at their price than others, by more than rounding."""
    gain = (other.inertia - runs.inertia) + (other.number - runs.number) * runs.price
    least = runs.inertia + (runs.number - K) * runs.price  # no K runs have less
    return gain > ROUNDING * least


def _likely_price(runs: _Runs, few: _Runs, many: _Runs, K: int, power: float) -> float:
    """Return the price of K runs if it is proportional to a power of their number."""
    lowest, highest = log(many.price), log(few.price)
    if few.number > 1 and many.number < many.cuts[-1]:  # both from trials
        part = log(K / few.number) / log(many.number / few.number)
        return exp(highest + part * (lowest - highest))
    guess = log(runs.price) + power * log(runs.number / K)
    return exp(guess if lowest < guess < highest else (lowest + highest) / 2)


def _joined(few: Cuts, many: Cuts, K: int) -> Cuts:
    """Return K runs, as good as `few` and `many` at the price that is best for both.

    Of `many` up to where a run of it lies within a run of `few`, of `few` from there on.
    """
    n_few = len(few) - 1
    more = K - n_few
    i = int(np.argmax(few[1:] >= many[more + 1 : more + 1 + n_few]))
    return np.concatenate([many[: more + i + 1], few[i + 1 :]])


def _first_price(line: _Line, K: int) -> float:
    """Return about the price of K runs, by trials with fewer places to cut."""
    # In the limit of many runs each has the same sum of cube roots of weight * length^2.
    lengths = np.cbrt(2 * line.pairs)
    price = _share(lengths, K) ** 3 / 6
    n_marks = min(32 * K, line.n // 4)
    if n_marks >= 8 * K:
        share = _share(lengths, n_marks)
        cell = np.cumsum(np.minimum(lengths / share, 1.0)).astype(np.int64)
        inner = np.flatnonzero(np.diff(cell, prepend=0)) + 1
        marks = np.concatenate([[0], inner, [line.n]])
        for _ in range(3):
            price *= (line.runs(price, marks).number / K) ** 3
    return price


def _share(lengths: Floats, K: int) -> float:
    """Return what each of K runs gets of the lengths; longer ones go to none."""
    share = float(lengths.sum()) / K
    while True:
        short = lengths[lengths < share]
        K -= len(lengths) - len(short)
        less = float(short.sum()) / K if K > 0 else 0.0
        if not 0.0 < less < share:
            return share
        lengths, share = short, less
