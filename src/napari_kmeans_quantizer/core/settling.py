"""Centers brought to rest: each at the mean of its points, up to a tolerance."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from numpy.typing import NDArray

    from .search.efforts import Effort

    Floats = NDArray[np.float64]
    Shown = Callable[[Floats], NDArray[Any]]

STEP = 1.5
"""Times the way to the mean: fewer sweeps until centers rest."""
MOST_LONG_STEPS = 200
"""Steps longer than to the means; the plain ones after them cannot but come to rest."""
MOST_SWEEPS = 10_000
"""Never needed: every plain step lowers the error by the tolerance at least."""
LEAST_STEP = 1e-15
"""What float64 can tell, over a center's own size: one far away must not excuse the others."""
CLOSER = 0.9
"""Times the tolerance: errors still fall, and sums are added up in another order."""


class Tally(NamedTuple):
    """Points and mean of each cluster; of an empty one its center. Mean squared error of all."""

    counts: Floats | NDArray[np.int64]
    means: Floats
    error: float
    ties: bool = True
    """Whether some point may have two centers equally near."""


class Rest(NamedTuple):
    """When centers are at rest, by the mean squared distance to the means of their points."""

    tolerance: float
    excess: float
    """The same over the mean squared error."""

    @classmethod
    def of(cls, effort: Effort, variance: float, n_colors: int) -> Rest:
        """Return what an effort wants; a single center, which nothing else moves, is the mean."""
        return cls(variance * (effort.tolerance if n_colors > 1 else 1e-20), effort.excess)

    def reached(self, shift: float, error: float) -> bool:
        """Tell whether centers are at rest."""
        return shift <= min(self.tolerance, self.excess * error)


class Momentum:
    """Steps to the means and beyond, longer as long as they lead the same way.

    Lloyd's steps are those of gradient descent on the mean squared error; these are Nesterov's,
    begun anew when they lead uphill. Where Lloyd's algorithm takes hundreds of sweeps, some
    dozens do, and they lead to better optima.
    """

    def __init__(self, shown: Shown | None) -> None:
        self._shown, self._n_steps = shown, 0
        self._theta, self._means = 1.0, None  # type: float, Floats | None

    def next(self, centers: Floats, means: Floats, counts: NDArray[Any]) -> Floats:
        """Return the next centers, which stay in the range of the means."""
        self._n_steps += 1
        if self._n_steps > MOST_LONG_STEPS:
            return apart(centers, means, self._shown)
        ahead = STEP * (means - centers)
        if self._means is not None:
            way = means - self._means
            if (((centers - means) * way).sum(axis=1) * counts).sum() > 0:
                self._theta = 1.0
            else:
                ahead += (self._theta - 1) / _next_theta(self._theta) * way
        self._theta, self._means = _next_theta(self._theta), means
        far = np.clip(centers + ahead, means.min(axis=0), means.max(axis=0))
        return apart(centers, far, self._shown)

    def reorder(self, order: NDArray[np.intp]) -> None:
        """Follow the centers into another order."""
        if self._means is not None:
            self._means = self._means[order]


def _next_theta(theta: float) -> float:
    return (1 + math.sqrt(1 + 4 * theta * theta)) / 2


def settled(
    tally: Callable[[Floats], Generator[None, None, Tally]],
    centers: Floats,
    free: NDArray[np.bool_],
    rest: Rest,
    shown: Shown | None = None,
) -> Generator[None, None, Floats]:
    """Move the free centers until they rest; return them.

    Parameters
    ----------
    tally : callable
        Generator function of centers that yields now and then, and returns a `Tally`.
    centers : (K, C) float64
        Where they start; no two of them shown alike.
    free : (K,) bool
        Which ones may move.
    rest : Rest
        How close to the means.
    shown : callable or None, optional
        Returns what centers look like, and no two of them will look alike; None: they may.
    """
    momentum = Momentum(shown)
    for _ in range(MOST_SWEEPS):
        counts, means, error, _ = yield from tally(centers)
        means = np.where((free & (counts > 0))[:, np.newaxis], means, centers)
        shift = mean_shift(centers, apart(centers, means, shown), counts * free)
        if rest.reached(shift / CLOSER, error):
            break
        centers = momentum.next(centers, means, counts)
    return centers


def mean_shift(centers: Floats, means: Floats, counts: NDArray[Any]) -> float:
    """Return the mean squared way to the means over the pixels counted, 0 if there are none."""
    squares = ((means - centers) ** 2).sum(axis=1)
    squares[squares <= (LEAST_STEP * np.abs(centers).max(axis=1)) ** 2] = 0.0
    return float((squares * counts).sum() / max(float(counts.sum()), 1.0))


def repeated(rows: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which rows look like an earlier one."""
    again = np.ones(len(rows), bool)
    again[np.unique(row_keys(rows), return_index=True)[1]] = False
    return again


def row_keys(rows: NDArray[Any]) -> NDArray[Any]:
    """Return one comparable item per row; -0.0 is 0.0."""
    rows = np.ascontiguousarray(rows + rows.dtype.type(0) if rows.dtype.kind == "f" else rows)
    return rows.view(np.dtype((np.void, rows.shape[1] * rows.itemsize))).reshape(-1)


def apart(centers: Floats, means: Floats, shown: Shown | None) -> Floats:
    """Return `means`, but the old center where a mean would look like another."""
    if shown is None:
        return means
    moved = means.copy()
    while (clash := repeated(shown(moved))).any():
        stay = clash | repeated(shown(moved[::-1]))[::-1]
        moved[stay] = centers[stay]
    return moved
