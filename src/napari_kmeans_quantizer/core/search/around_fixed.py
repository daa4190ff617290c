"""Nearly optimal centers around colors that stay where they are.

Of centers found as if nothing were fixed, drop those that the fixed colors replace best, and let
the others settle. Then single free centers move from where they are least missed to where the
error is large; a move stays if it lowers the inertia.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_kmeans_quantizer.core.checks import LARGEST_VALUE
from napari_kmeans_quantizer.core.palette import check_colors, check_holds, to_dtype
from napari_kmeans_quantizer.core.threads import chunks, workers
from napari_kmeans_quantizer.core.weighted_points import WeightedPoints

from .coarse_to_fine import in_order, tables

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from napari_kmeans_quantizer.core.color_table import ColorTable
    from napari_kmeans_quantizer.core.image import Pixels

    Floats = NDArray[np.float64]


class Effort(NamedTuple):
    """How hard to search."""

    trials: int  # moves of single centers, at most
    work: float  # distances that the trials' sweeps may take, which bounds them for many colors
    sweeps: int  # over all colors, at the end


EFFORTS = {
    "fast": Effort(8, 2e7, 10),
    "balanced": Effort(40, 1e8, 20),
    "best": Effort(300, 2e9, 60),
}
ENTRIES = 128  # colors a cluster: so many are enough for trials
SETTLE_SWEEPS = 20  # at most, before the trials
TRIAL_SWEEPS = 8  # at most, in each
PATIENCE = 2.0  # a trial is given up when it lacks more than this many times its last gain
DRAWS = 8  # places drawn, far ones likelier, of which the best is tried
DROPPED_AT_ONCE = 4  # one in so many of those to drop: what is left inherits


class _Settled(NamedTuple):
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
    effort: str,
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
    effort : "fast", "balanced" or "best"
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
    plan = EFFORTS[effort]
    n_colors = len(fixed) + n_free
    made = tables(*in_order(table.colors, table.counts.astype(np.float64), table.keys), n_colors, 0)
    # From coarse to fine: the first with entries enough.
    small = next((t for t in made if len(t.counts) >= ENTRIES * n_colors), made[-1])
    with workers(len(chunks(len(made[-1].counts)))) as run:
        data = WeightedPoints(_read_only(small.colors), _read_only(small.counts), run)
        start = np.concatenate([fixed, _dropped(data, fixed, centers, n_free)])
        now, n_iter = _settle(data, start, len(fixed), SETTLE_SWEEPS)
        now, n_trials = _swap(data, now, len(fixed), plan, rng)
        finest = WeightedPoints(_read_only(made[-1].colors), _read_only(made[-1].counts), run)
        now, n_last = _settle(finest, now.centers, len(fixed), plan.sweeps)
    return now.centers[len(fixed) :], n_iter + n_trials + n_last


def _read_only(array: Floats) -> Floats:
    """Return a read-only view, for which the kernels are compiled."""
    ready = np.ascontiguousarray(array).view()
    ready.flags.writeable = False
    return ready


def _dropped(data: WeightedPoints, fixed: Floats, centers: Floats, n_free: int) -> Floats:
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


def _settle(
    data: WeightedPoints, centers: Floats, n_fixed: int, sweeps: int, goal: float = np.inf
) -> tuple[_Settled, int]:
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
    return _Settled(centers, data.labels.copy(), data.distances.copy(), inertia), sweep


def _swap(
    data: WeightedPoints, now: _Settled, n_fixed: int, plan: Effort, rng: np.random.Generator
) -> tuple[_Settled, int]:
    """Move single free centers from where they are least missed to where the error is large."""
    n_iter = 0
    n_trials = min(
        plan.trials, int(plan.work / (TRIAL_SWEEPS * len(now.labels) * len(now.centers)))
    )
    losses = _losses(data, now.centers, now.labels, now.distances)
    for _ in range(n_trials):
        if now.inertia <= 0.0:
            break
        moved = n_fixed + int(losses[n_fixed:].argmin())
        centers = now.centers.copy()
        centers[moved] = _place(data, now, rng)
        trial, n_sweeps = _settle(data, centers, n_fixed, TRIAL_SWEEPS, now.inertia)
        n_iter += n_sweeps
        if trial.inertia < now.inertia:
            now = trial
            losses = _losses(data, now.centers, now.labels, now.distances)
        else:  # let others come first
            losses[moved] *= 1.1
    return now, n_iter


def _place(data: WeightedPoints, now: _Settled, rng: np.random.Generator) -> Floats:
    """Return, of some colors drawn where the error is large, the one that lowers it most."""
    errors = np.cumsum(data.weights * now.distances)
    drawn = np.searchsorted(errors, rng.random(DRAWS) * errors[-1], side="right")
    candidates = data.points[np.minimum(drawn, len(errors) - 1)]
    data.distances[:] = now.distances
    place: Floats = candidates[data.potentials(candidates).sum(axis=0).argmin()]
    return place


def as_fixed_colors(
    fixed_colors: ArrayLike | None, n_colors: int, pixels: Pixels, color_space: str
) -> Floats:
    """Return fixed colors (F, C), F = 0 for None, or say what is wrong with them."""
    if fixed_colors is None:
        return np.empty((0, pixels.n_channels))
    colors = check_colors(np.asarray(fixed_colors), "fixed_colors")
    if colors.shape[1] != pixels.n_channels:
        raise ValueError(
            f"`fixed_colors` must have the image's {pixels.n_channels} channels, got "
            f"{colors.shape[1]}. See `channel_axis` for what counts as a channel."
        )
    if len(colors) > n_colors:
        raise ValueError(
            f"`fixed_colors` must be at most `n_colors`={n_colors} colors, got {len(colors)}. "
            "Raise `n_colors`, or pass fewer."
        )
    _check_range(colors, pixels.image.dtype, color_space)
    _check_different(colors, pixels.image.dtype)
    return colors


def _check_range(colors: Floats, dtype: np.dtype[Any], color_space: str) -> None:
    check_holds(colors, dtype, "fixed_colors")
    if np.abs(colors).max() > LARGEST_VALUE:
        raise ValueError(
            f"`fixed_colors` must lie within ±{LARGEST_VALUE:g}, or squares overflow, got "
            f"{colors.min():g} to {colors.max():g}."
        )
    if color_space != "rgb" and dtype.kind == "f" and not 0 <= colors.min() <= colors.max() <= 1:
        raise ValueError(
            f"`color_space={color_space!r}` needs `fixed_colors` in 0..1 as the image, got "
            f"{colors.min():g} to {colors.max():g}."
        )


def _check_different(colors: Floats, dtype: np.dtype[Any]) -> None:
    values = to_dtype(colors, dtype)
    _, inverse = np.unique(values, axis=0, return_inverse=True)
    inverse = inverse.reshape(-1)
    for index, name in enumerate(inverse):
        first = int((inverse == name).argmax())
        if first != index:
            raise ValueError(
                f"`fixed_colors` must differ once rounded to {dtype}: rows {first} and {index} "
                f"both are {tuple(values[index].tolist())}. Leave one out."
            )
