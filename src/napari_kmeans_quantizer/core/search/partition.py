"""Weighted colors parted into clusters, and what makes the parts better."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .pyramid import TINY, ScaledColors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .pyramid import Table

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Labels = NDArray[np.int32]

OVER_RELAXED, PLAIN = 1.8, 1.0
"""Steps towards the mean: the longer one takes half the sweeps, and finds better optima."""
TRIAL_SWEEPS = 10
"""Sweeps of a trial, at most."""
N_NEIGHBORS = 12
"""So many neighbors of either cluster take part in a trial."""


class Partition(NamedTuple):
    """Labels (n,), centers (D, K), and totals (K, 2 + D): entries, weight, weighted sums."""

    labels: Labels
    centers: NDArray[np.float32]
    totals: Floats


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

    n, K = len(data.weights), n_clusters
    order, start, stop = np.arange(n), np.zeros(K, np.int64), np.full(K, n)
    gain, cut, halves = np.zeros(K), np.zeros(K, np.int64), np.zeros((K, 2, len(data.points)))
    n_found = cut_clusters(*data, 1, order, start, stop, gain, cut, halves)
    labels = np.empty(n, np.int32)
    for k in range(n_found):
        labels[order[start[k] : stop[k]]] = k
    return labels


def converge(
    data: ScaledColors, partition: Partition, n_sweeps: int, step: float = OVER_RELAXED
) -> int:
    """Move all centers to the means of their colors; return how many sweeps it took."""
    from napari_kmeans_quantizer.core.kernels import search as kernels

    return kernels.converge(*data, n_sweeps, step, False, *partition)[1]


def losses_and_gains(data: ScaledColors, partition: Partition) -> tuple[Floats, Floats, Floats]:
    """Return what is lost without each cluster, what its cut in two gains, the halves' means."""
    from napari_kmeans_quantizer.core.kernels import search as kernels
    from napari_kmeans_quantizer.core.kernels.cutting import cut_clusters

    D, K = partition.centers.shape
    loss, gain, halves = np.zeros(K), np.zeros(K), np.zeros((K, 2, D))
    start, cut = np.zeros(K + 1, np.int64), np.zeros(K, np.int64)
    grouped = ScaledColors(np.empty_like(data.points), np.empty_like(data.weights))
    kernels.losses(*data, *partition, loss, *grouped, start)
    order = np.arange(len(grouped.weights))
    cut_clusters(*grouped, K, order, start[:-1], start[1:], gain, cut, halves)
    return loss, gain, halves


def move_single_centers(data: ScaledColors, partition: Partition, n_trials: int) -> None:
    """Move centers one by one from where they are least missed to where they are most needed."""
    from napari_kmeans_quantizer.core.kernels import search as kernels

    if n_trials == 0:
        return
    loss, gain, halves = losses_and_gains(data, partition)
    for _ in range(n_trials):
        removed = int(loss.argmin())
        gain[removed] *= -1.0  # it cannot be both
        halved = int(gain.argmax())
        gain[removed] *= -1.0
        if gain[halved] <= 0.0:
            break
        clusters, members, near, part = kernels.neighborhood(
            *data, *partition, removed, halved, N_NEIGHBORS
        )
        part[1][:, :2] = halves[halved].T
        if kernels.converge(*near, TRIAL_SWEEPS, OVER_RELAXED, True, *part)[0]:
            _take_over(partition, clusters, members, Partition(*part))
            loss[clusters], gain[clusters], halves[clusters] = losses_and_gains(
                ScaledColors(*near), Partition(*part)
            )
        else:  # let other pairs come first
            loss[removed] *= 1.1
            gain[halved] *= 0.9


def _take_over(partition: Partition, clusters: Ints, members: Ints, part: Partition) -> None:
    """Write a part, some clusters and their members, back into the whole."""
    partition.labels[members] = clusters[part.labels]
    partition.centers[:, clusters] = part.centers
    partition.totals[clusters] = part.totals


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


def weighted_means(table: Table, labels: Labels, n_clusters: int) -> Floats:
    """Return the weighted mean of each cluster, heaviest first."""
    colors, counts, _ = table
    weights = np.maximum(np.bincount(labels, counts, n_clusters), TINY)
    centers = np.empty((n_clusters, colors.shape[1]))
    for d, x in enumerate(colors.T):  # about one color, against cancellation
        centers[:, d] = x[0] + np.bincount(labels, counts * (x - x[0]), n_clusters) / weights
    ordered: Floats = centers[np.argsort(-weights, kind="stable")]
    return ordered
