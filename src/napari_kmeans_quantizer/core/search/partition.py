"""Weighted colors parted into clusters, and what makes the parts better."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_kmeans_quantizer.core.threads import map_chunks
from napari_kmeans_quantizer.core.weighted_points import read_only

from .pyramid import TINY, ScaledColors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .efforts import Effort

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Labels = NDArray[np.int32]

OVER_RELAXED, PLAIN = 1.8, 1.0
"""Steps towards the mean: the longer one takes half the sweeps, and finds better optima."""
TRIAL_SWEEPS = 10
"""Sweeps of a trial, at most."""
FEW_CLUSTERS = 32
"""Up to so many clusters several starts pay, and trials of little hope."""
MANY_CLUSTERS = 128
"""More clusters are moved within either half of them first."""


class Partition(NamedTuple):
    """Labels (n,), centers (D, K), and totals (K, 2 + D): entries, weight, weighted sums."""

    labels: Labels
    centers: NDArray[np.float32]
    totals: Floats


class Ratings(NamedTuple):
    """What each cluster is good for."""

    loss: Floats
    """By how much the inertia would rise without it, (K,)."""
    gain: Floats
    """By how much it would fall if it were cut in two, (K,)."""
    halves: Floats
    """The means of its two halves, (K, 2, D)."""


def partition_of(data: ScaledColors, labels: Labels, n_clusters: int) -> Partition:
    """Return the partition of labeled colors."""
    rows = [np.ones(len(labels)), data.weights, *(data.weights * row for row in data.points)]
    totals = np.empty((n_clusters, len(rows)))
    for e, row in enumerate(rows):
        totals[:, e] = np.bincount(labels, row, n_clusters)
    centers = totals[:, 2:].T / np.maximum(totals[:, 1], TINY)
    return Partition(labels, centers.astype(np.float32, order="C"), totals)


def seed_labels(data: ScaledColors, n_clusters: int) -> Labels:
    """Return labels: the cluster that gains most is cut in two, until there are K."""
    from napari_kmeans_quantizer.core.kernels.cutting import cut_clusters

    (D, n), K = data.points.shape, n_clusters
    order, start = np.arange(n), np.zeros((3, K), np.int64)
    n_found = cut_clusters(
        *data, order, start, np.empty(K), np.empty((K, 2, D)), *_room_to_cut(n, D)
    )
    labels = np.empty(n, np.int32)
    for k in range(n_found):
        labels[order[start[0, k] : start[1, k]]] = k
    return labels


def converge(
    data: ScaledColors, partition: Partition, n_sweeps: int, step: float = OVER_RELAXED
) -> int:
    """Move all centers to the means of their colors; return how many sweeps it took."""
    from napari_kmeans_quantizer.core.kernels.convergence import converge

    (D, n), K = data.points.shape, len(partition.totals)
    return converge(*data, n, K, n_sweeps, step, -np.inf, *partition, *_room_to_sweep(D, K))[1]


def move_single_centers(
    data: ScaledColors, partition: Partition, effort: Effort, n_trials: int
) -> Ratings:
    """Move centers one by one from where they are least missed to where they are most needed."""
    from napari_kmeans_quantizer.core.kernels.moves import move_centers

    (D, n), K = data.points.shape, len(partition.totals)
    n_near, hopeless = min(effort.neighbors, K - 1), effort.hopeless[K > FEW_CLUSTERS]
    ratings = Ratings(np.zeros(K), np.zeros(K), np.zeros((K, 2, D)))
    if K == 1:  # it has nowhere to go, and nobody inherits
        return ratings
    move_centers(
        *data, n_trials, n_near, TRIAL_SWEEPS, OVER_RELAXED, hopeless, *partition, *ratings,
        *_room_for_members(n, K), *_room_for_part(n, 2 * n_near + 2, D), *_room_to_sweep(D, K),
        np.empty(K), np.zeros((K, 1 + D)), *_room_to_cut(n, D),
    )  # fmt: skip
    return ratings


def move_in_halves(data: ScaledColors, partition: Partition, effort: Effort, n_trials: int) -> None:
    """Move single centers within either half of them: work for two threads, if there are."""
    labels, centers, totals = partition
    widest = np.ptp(centers, axis=1).argmax()
    order = np.argsort(centers[widest], kind="stable")
    halves = [np.sort(half) for half in np.array_split(order, 2)]

    def move(index: int) -> tuple[Ints, Ints, Partition]:
        clusters = halves[index]
        place = np.full(len(totals), -1, np.int32)
        place[clusters] = np.arange(len(clusters))
        members = np.flatnonzero(place[labels] >= 0)
        own = ScaledColors(np.ascontiguousarray(data.points[:, members]), data.weights[members])
        part = Partition(
            place[labels[members]], np.ascontiguousarray(centers[:, clusters]), totals[clusters]
        )
        move_single_centers(own, part, effort, n_trials // 2)
        return clusters, members, part

    for clusters, members, part in map_chunks(move, 2):
        labels[members] = clusters[part.labels]
        centers[:, clusters] = part.centers
        totals[clusters] = part.totals


def _room_for_members(n: int, K: int) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Return room for the members of clusters: first, following, members, clusters, place."""
    per_point, per_cluster = np.empty((2, n), np.int64), np.empty((3, K), np.int64)
    return per_cluster[0], per_point[0], per_point[1], per_cluster[1], per_cluster[2]


def _room_for_part(n: int, m: int, D: int) -> tuple[Any, Any, Any, Any, Any]:
    """Return room for up to m clusters: points, weights, labels, centers, totals."""
    colors = np.empty((D, n), np.float32), np.empty(n)
    return *colors, np.empty(n, np.int32), np.empty((D, m), np.float32), np.empty((m, 2 + D))


def _room_to_sweep(D: int, K: int) -> tuple[Any, Any, Any, Any, Any]:
    """Return room for the kernels of sweeps: block, best, nearest, near, bounds."""
    from napari_kmeans_quantizer.core.kernels.convergence import BLOCK

    floats = np.empty((D, BLOCK), np.float32), np.empty((2, BLOCK), np.float32)
    integers = np.empty(BLOCK, np.int32), np.empty(K, np.int64)
    return *floats, *integers, np.empty((2, K), np.float32)


def _room_to_cut(n: int, D: int) -> tuple[Floats, Floats, Floats]:
    """Return room for the kernels of cuts: local, mass, cuts."""
    return np.empty((D + 1, n)), np.empty(n), np.empty((3, D))


def on_finer_table(partition: Partition, lengths: Ints) -> Partition:
    """Hand the labels to the next finer table; of the totals, only the entries change."""
    labels, centers, totals = partition
    totals[:, 0] = np.bincount(labels, lengths, len(totals))
    return Partition(np.repeat(labels, lengths), centers, totals)


def explained(partition: Partition) -> float:
    """Return the sum of squares that the means explain; inertia = a constant - this."""
    used = partition.totals[partition.totals[:, 0] > 0]
    return float(((used[:, 2:] ** 2).sum(axis=1) / used[:, 1]).sum())


def fill_empty(data: ScaledColors, partition: Partition) -> bool:
    """Give every empty cluster the color that errs most; return whether there was one."""
    labels, centers, totals = partition
    sizes = totals[:, 0].copy()
    empty = np.flatnonzero(sizes == 0)
    if len(empty) == 0:
        return False
    points, weights = data
    error = ((points - centers[:, labels]) ** 2).sum(axis=0) * weights
    for k in empty:
        error[sizes[labels] <= 1] = -1.0
        worst = error.argmax()
        if error[worst] < 0.0:
            break
        sizes[labels[worst]] -= 1
        sizes[k] = 1
        labels[worst] = k
        distance = ((points - points[:, worst, np.newaxis]) ** 2).sum(axis=0)
        error = np.minimum(error, distance * weights)
    _, centers[:], totals[:] = partition_of(data, labels, len(totals))
    return True


def weighted_means(colors: Floats, counts: Floats, labels: Labels, n_clusters: int) -> Floats:
    """Return the weighted mean of each cluster, heaviest first; none is empty."""
    weights = np.maximum(np.bincount(labels, counts, n_clusters), TINY)
    # About a color of each cluster, against cancellation.
    starts = np.zeros(n_clusters, np.intp)
    starts[labels] = np.arange(len(labels))
    centers = np.empty((n_clusters, colors.shape[1]))
    for d, x in enumerate(colors.T):
        start = x[starts]
        centers[:, d] = (
            start + np.bincount(labels, counts * (x - start[labels]), n_clusters) / weights
        )
    ordered: Floats = centers[np.argsort(-weights, kind="stable")]
    return ordered


def nearest(colors: Floats, centers: Floats) -> Labels:
    """Return the nearest center of each color, of equally near ones the first."""
    from napari_kmeans_quantizer.core.kernels.points import assign

    labels = np.zeros(len(colors), np.int32)
    assign(read_only(colors), centers, labels, np.empty(len(colors)))
    return labels
