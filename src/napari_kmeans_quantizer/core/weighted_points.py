"""Passes over weighted points, chunk by chunk: what every K-means algorithm is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from .threads import chunks

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .threads import Map

    Floats = NDArray[np.float64]
    Labels = NDArray[np.int32]


Result = TypeVar("Result")


def read_only(array: Floats) -> Floats:
    """Return a read-only view, for which the kernels of points are compiled."""
    ready = np.ascontiguousarray(array).view()
    ready.flags.writeable = False
    return ready


class WeightedPoints:
    """Points with weights, and per point a label and a squared distance.

    Parameters
    ----------
    points : (n, D) array, float32 or float64, C-contiguous, read-only
        The points.
    weights : (n,) float64 array, read-only
        Their weights.
    map_ : Map
        From `threads.workers`.
    """

    def __init__(self, points: NDArray[Any], weights: Floats, map_: Map) -> None:
        self.points, self.weights = points, weights
        self.labels: Labels = np.zeros(len(points), np.int32)
        self.distances: Floats = np.full(len(points), np.inf)
        self._gaps: Floats | None = None
        self._chunks, self._map = chunks(len(points)), map_

    def assign(self, centers: Floats) -> int:
        """Set `labels` and `distances`; return how many labels changed."""
        from .kernels.points import assign

        def one(s: slice) -> int:
            return assign(self.points[s], centers, self.labels[s], self.distances[s])

        return sum(self._each(one))

    def reassign(self, centers: Floats, shifts: Floats) -> int:
        """Set `labels` only, knowing how far each center moved; return how many changed."""
        from .kernels.points import MARGIN, reassign

        moved = (shifts + largest_other(shifts)) * (1 + MARGIN)
        if self._gaps is None:
            self._gaps = np.full(len(self.points), -1.0)
        gaps = self._gaps

        def one(s: slice) -> int:
            return reassign(self.points[s], centers, moved, self.labels[s], gaps[s])

        return sum(self._each(one))

    def sums(self, labels: Labels, n_clusters: int) -> tuple[Floats, Floats]:
        """Return per cluster the weighted sum of the points (K, D) and of the weights (K,)."""
        from .kernels.points import accumulate

        def one(s: slice) -> tuple[Floats, Floats]:
            sums, totals = np.zeros((n_clusters, self.points.shape[1])), np.zeros(n_clusters)
            accumulate(self.points[s], self.weights[s], labels[s], sums, totals)
            return sums, totals

        sums, totals = zip(*self._each(one), strict=True)
        return np.sum(sums, axis=0), np.sum(totals, axis=0)

    def inertia(self) -> float:
        """Return the weighted sum of `distances`."""
        return float(sum((self.weights[s] * self.distances[s]).sum() for s in self._chunks))

    def potentials(self, candidates: Floats) -> Floats:
        """Return the inertia in each chunk if a candidate joined the centers: (chunks, T)."""
        from .kernels.points import potentials

        def one(s: slice) -> Floats:
            totals = np.zeros(len(candidates))
            potentials(self.points[s], self.weights[s], self.distances[s], candidates, totals)
            return totals

        return np.stack(self._each(one))

    def approach(self, center: Floats) -> None:
        """Lower `distances` where `center` is nearer than all centers so far."""
        from .kernels.points import approach

        self._each(lambda s: approach(self.points[s], center, self.distances[s]))

    def draw(self, potentials: Floats, where: Floats) -> NDArray[np.intp]:
        """Return the points at the heights `where` on the running sum of weights * distances.

        `potentials` holds its total in each chunk, so that only the chunks hit are summed up.
        """
        ends = np.cumsum(potentials)
        picks = np.empty(len(where), np.intp)
        for j, height in enumerate(where):
            i = _first_above(ends, height)
            s = self._chunks[i]
            inside = np.cumsum(self.weights[s] * self.distances[s])
            picks[j] = s.start + _first_above(inside, height - (ends[i - 1] if i else 0.0))
        return picks

    def _each(self, function: Callable[[slice], Result]) -> list[Result]:
        """Call a function for each chunk; return the results in order."""
        return list(self._map(lambda i: function(self._chunks[i]), len(self._chunks)))


def _first_above(running_sum: Floats, height: float) -> int:
    """Return the first index above `height`, and never one that adds nothing to the sum."""
    last = np.searchsorted(running_sum, running_sum[-1], side="left")
    return int(min(np.searchsorted(running_sum, height, side="right"), last))


def largest_other(values: Floats) -> Floats:
    """Return for each value the largest of the others."""
    if len(values) == 1:
        return np.zeros(1)
    others = np.full(len(values), values.max())
    others[values.argmax()] = np.partition(values, -2)[-2]
    return others
