"""Nearly optimal centers around colors that stay where they are.

Of centers found as if nothing were fixed, drop those that the fixed colors replace best, and let
the others settle. Then single free centers move from where they are least missed to where the
error is large; a move stays if it lowers the inertia.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from napari_kmeans_quantizer.core.threads import chunks, workers
from napari_kmeans_quantizer.core.weighted_points import WeightedPoints, read_only

from .pyramid import along_curve, pyramid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.color_table import ColorTable

    from .efforts import Effort

    Floats = NDArray[np.float64]

ENTRIES_FOR_TRIALS = 128
"""Colors a cluster: so many are enough for trials."""
FIRST_SWEEPS = 20
"""Sweeps before the trials, at most."""
SWEEPS_OF_A_TRIAL = 8
"""Sweeps in each, at most."""
PATIENCE = 2.0
"""A trial is given up when it lacks more than this many times its last gain."""
N_DRAWN = 8
"""Places drawn for a center, far ones likelier, of which the best is tried."""
DROPPED_AT_ONCE = 4
"""One in so many of those to drop: the centers left take their colors over."""


class _Fit(NamedTuple):
    """Centers, the fixed ones first, and what belongs to them."""

    centers: Floats
    labels: NDArray[np.int32]
    distances: Floats
    inertia: float


def fit_around(
    fixed: Floats,
    centers: Floats,
    table: ColorTable,
    n_free: int,
    effort: Effort,
    rng: np.random.Generator,
) -> tuple[Floats, int]:
    """Return nearly optimal free centers beside fixed ones, and the number of sweeps.

    Parameters
    ----------
    fixed : (F, D) float64
        What stays; all in the units of the table.
    centers : (K, D) float64
        Good centers if nothing were fixed; K >= `n_free`.
    table : ColorTable
        Weighted colors, (n, D).
    n_free : int
        At least 1.
    effort : Effort
        How hard to search.
    rng : numpy.random.Generator
        Draws the places that centers move to.

    Returns
    -------
    centers : (n_free, D) float64
        Each about the weighted mean of its colors.
    n_iter : int
        The number of sweeps.
    """
    n_colors = len(fixed) + n_free
    counts = table.counts.astype(np.float64)
    tables = pyramid(*along_curve(table.colors, counts, table.keys), n_colors, 0)
    finest = tables[-1]
    small = next((t for t in tables if len(t.counts) >= ENTRIES_FOR_TRIALS * n_colors), finest)
    with workers(len(chunks(len(finest.counts)))) as map_:
        data = WeightedPoints(read_only(small.colors), read_only(small.counts), map_)
        start = np.concatenate([fixed, _least_missed_dropped(data, fixed, centers, n_free)])
        fit, n_first = _converge(data, start, len(fixed), FIRST_SWEEPS)
        fit, n_trials = _move_single_centers(data, fit, len(fixed), effort, rng)
        data = WeightedPoints(read_only(finest.colors), read_only(finest.counts), map_)
        fit, n_last = _converge(data, fit.centers, len(fixed), effort.fixed_sweeps)
    return fit.centers[len(fixed) :], n_first + n_trials + n_last


def _least_missed_dropped(
    data: WeightedPoints, fixed: Floats, centers: Floats, n_free: int
) -> Floats:
    """Drop what is least missed beside the fixed centers, few at a time; `n_free` stay."""
    while len(centers) > n_free:
        both = np.concatenate([fixed, centers])
        data.assign(both)
        losses = _losses(data, both, data.labels, data.distances)[len(fixed) :]
        n_drop = -(-(len(centers) - n_free) // DROPPED_AT_ONCE)
        centers = np.delete(centers, np.argsort(losses, kind="stable")[:n_drop], axis=0)
    return centers


def _losses(
    data: WeightedPoints, centers: Floats, labels: NDArray[np.int32], distances: Floats
) -> Floats:
    """Return by how much the inertia would rise without each center, before others move."""
    from napari_kmeans_quantizer.core.kernels.points import reassign

    gaps, again = np.full(len(labels), -1.0), np.zeros_like(labels)
    reassign(data.points, centers, np.zeros(len(centers)), again, gaps)
    second = (np.sqrt(distances) + gaps) ** 2
    rises = data.weights * (second - distances)
    return np.bincount(labels, rises, len(centers)).astype(np.float64)


def _converge(
    data: WeightedPoints, centers: Floats, n_fixed: int, sweeps: int, goal: float = np.inf
) -> tuple[_Fit, int]:
    """Lloyd's sweeps that leave the first centers alone; given up early far above the goal."""
    last = np.inf
    for sweep in range(1, sweeps + 1):
        changed = data.assign(centers)
        inertia = data.inertia()
        hopeless = sweep > 1 and inertia - goal > PATIENCE * (last - inertia)
        if sweep == sweeps or hopeless or (sweep > 1 and changed == 0):
            break
        last = inertia
        sums, totals = data.sums(data.labels, len(centers))
        free = totals > 0
        free[:n_fixed] = False
        centers = centers.copy()
        centers[free] = sums[free] / totals[free, np.newaxis]
    return _Fit(centers, data.labels.copy(), data.distances.copy(), inertia), sweep


def _move_single_centers(
    data: WeightedPoints, fit: _Fit, n_fixed: int, effort: Effort, rng: np.random.Generator
) -> tuple[_Fit, int]:
    """Move single free centers from where they are least missed to where the error is large."""
    n_iter = 0
    work_of_a_trial = SWEEPS_OF_A_TRIAL * len(fit.labels) * len(fit.centers)
    n_trials = min(effort.fixed_trials, int(effort.fixed_work / work_of_a_trial))
    losses = _losses(data, fit.centers, fit.labels, fit.distances)
    for _ in range(n_trials):
        if fit.inertia <= 0.0:
            break
        moved = n_fixed + int(losses[n_fixed:].argmin())
        centers = fit.centers.copy()
        centers[moved] = _draw_place(data, fit, rng)
        trial, n_sweeps = _converge(data, centers, n_fixed, SWEEPS_OF_A_TRIAL, fit.inertia)
        n_iter += n_sweeps
        if trial.inertia < fit.inertia:
            fit = trial
            losses = _losses(data, fit.centers, fit.labels, fit.distances)
        else:  # let others come first
            losses[moved] *= 1.1
    return fit, n_iter


def _draw_place(data: WeightedPoints, fit: _Fit, rng: np.random.Generator) -> Floats:
    """Return, of some colors drawn where the error is large, the one that lowers it most."""
    errors = np.cumsum(data.weights * fit.distances)
    drawn = np.searchsorted(errors, rng.random(N_DRAWN) * errors[-1], side="right")
    candidates = data.points[np.minimum(drawn, len(errors) - 1)]
    data.distances[:] = fit.distances
    place: Floats = candidates[data.potentials(candidates).sum(axis=0).argmin()]
    return place
