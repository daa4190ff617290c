"""Lloyd's algorithm and the seeds it starts from, on weighted points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .weighted_points import WeightedPoints

    Floats = NDArray[np.float64]
    Labels = NDArray[np.int32]
    Generator = np.random.RandomState | np.random.Generator

# With up to 3 features distances are so cheap that keeping bounds costs more than it saves.
FEWEST_FEATURES_TO_PRUNE = 4
# While more than one label in 8 changes, centers move too far for bounds to hold.
FEWEST_STEADY = 8


@dataclass(frozen=True)
class Clustering:
    """The result of one run; `labels` and `inertia` belong to `centers`."""

    centers: Floats
    labels: Labels
    inertia: float
    n_iter: int


def lloyd(data: WeightedPoints, centers: Floats, max_iter: int, tol: float) -> Clustering:
    """Move centers to the means of their points until no label changes, or hardly a center."""
    n_points, n_features = data.points.shape
    shifts = np.zeros(len(centers))
    changed, pruning = n_points, False
    for n_iter in range(1, max_iter + 1):
        few = n_iter > 1 and changed * FEWEST_STEADY < n_points
        pruning = pruning or (few and n_features >= FEWEST_FEATURES_TO_PRUNE)
        changed = data.reassign(centers, shifts) if pruning else data.assign(centers)
        moved = _means(data, centers)
        shifts = np.sqrt(((moved - centers) ** 2).sum(axis=1))
        centers = moved
        # Labels are compared from the second pass on: the first ones replace nothing.
        if (n_iter > 1 and changed == 0) or (shifts**2).sum() <= tol:
            break
    if pruning or shifts.any():  # labels and distances still belong to the centers before
        data.assign(centers)
    return Clustering(centers, data.labels, data.inertia(), n_iter)


def plus_plus_seeds(data: WeightedPoints, n_clusters: int, random: Generator) -> Floats:
    """Draw seeds with greedy k-means++: far points are likelier, the best of some draws stays.

    The draws are those of scikit-learn, so that one RandomState gives the same seeds.
    """
    n_trials = 2 + int(np.log(n_clusters))
    seeds = np.empty((n_clusters, data.points.shape[1]))
    data.distances[:] = np.inf
    share = data.weights / data.weights.sum()
    picks = np.array([random.choice(len(share), p=share)])
    for k in range(n_clusters):
        candidates = data.points[picks].astype(np.float64)
        totals = data.potentials(candidates)
        best = int(totals.sum(axis=0).argmin())
        seeds[k], potentials = candidates[best], totals[:, best]
        data.approach(seeds[k])
        heights = random.uniform(size=n_trials) * potentials.sum()
        picks = data.draw(potentials, heights)
    return seeds


def random_seeds(data: WeightedPoints, n_clusters: int, random: Generator) -> Floats:
    """Draw different points, each as likely as its weight."""
    n_weighted = np.count_nonzero(data.weights)
    if n_weighted < n_clusters:
        raise ValueError(
            f'init="random" needs n_clusters={n_clusters} points of positive weight; there are '
            f'{n_weighted}. Use init="k-means++" or fewer clusters.'
        )
    share = data.weights / data.weights.sum()
    picks = random.choice(len(share), size=n_clusters, replace=False, p=share)
    return data.points[picks].astype(np.float64)


def mean_variance(data: WeightedPoints) -> float:
    """Return the mean over the features of their variance (with weights of 1)."""
    sums, totals = data.sums(data.labels * 0, 1)
    data.assign(sums / totals)
    return data.inertia() / data.points.size


def same_clusters(a: Labels, b: Labels) -> bool:
    """Return whether two runs put the same points together, whatever their labels."""
    renamed = np.zeros(a.max() + 1, b.dtype)
    renamed[a] = b
    return np.array_equal(renamed[a], b)


def _means(data: WeightedPoints, centers: Floats) -> Floats:
    """Return the means of the clusters, as precise as the points; none is empty if avoidable."""
    sums, totals = data.sums(data.labels, len(centers))
    empty = np.flatnonzero(totals == 0)
    if empty.size:
        sums, totals = data.sums(_labels_without(empty, data, centers), len(centers))
    filled = totals > 0
    means = np.empty_like(sums)
    means[filled] = sums[filled] / totals[filled, None]
    means[~filled] = means[totals.argmax()]
    return means.astype(data.points.dtype).astype(np.float64)


def _labels_without(empty: NDArray[Any], data: WeightedPoints, centers: Floats) -> Labels:
    """Return the labels with the farthest points moved to the empty clusters."""
    data.assign(centers)  # pruned passes leave the distances behind
    distances = np.where(data.weights > 0, data.distances, 0.0)
    # By value, not by np.argpartition: its order among equals depends on the processor.
    least = np.partition(distances, -empty.size)[-empty.size]
    far = np.flatnonzero((distances >= least) & (distances > 0))
    far = far[np.argsort(-distances[far], kind="stable")][: empty.size]
    labels = data.labels.copy()
    labels[far] = empty[: far.size]
    return labels
