"""Nearly optimal K-means centers of weighted colors.

Neighbors merge into coarser tables, so that every entry matters about as much. On the coarsest,
clusters are cut in two, greatest gain first, until there are K. Sweeps like Lloyd's, but longer,
converge. Then single centers move from where they are least missed to where they are most needed;
only the neighborhoods of the two places are swept again. Finer tables correct what coarse found.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from napari_kmeans_quantizer.core.threads import map_chunks

from .far_apart import far_parts
from .partition import (
    FEW_CLUSTERS,
    MANY_CLUSTERS,
    PLAIN,
    converge,
    explained,
    fill_empty,
    move_in_halves,
    move_single_centers,
    nearest,
    on_finer_table,
    partition_of,
    seed_labels,
    weighted_means,
)
from .pyramid import ScaledColors, along_curve, pyramid, scaled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .efforts import Effort
    from .far_apart import Parts
    from .partition import Partition
    from .pyramid import Table

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

SWEEPS = 2
"""Sweeps over every table, before trials and after."""
MOST_CLUSTERS_TO_MOVE = 2048
"""More clusters are cut and swept, but not moved one by one."""
MOST_REFILLS = 10
DISTANCES = 1.0, 8.0, 64.0, 1024.0
"""Times the width of what lies far apart: how near it is brought, one after the other."""


def search(
    colors: Floats,
    counts: Floats,
    n_clusters: int,
    effort: Effort,
    rng: np.random.Generator,
    keys: Ints | None = None,
) -> tuple[Floats, int]:
    """Return nearly optimal K-means centers of weighted colors, and the number of sweeps.

    Parameters
    ----------
    colors : (n, D) float64
        Distinct colors, or means of cells, in any units.
    counts : (n,) float64
        Their weights, positive.
    n_clusters : int
        With n or more, every color is a center.
    effort : Effort
        How hard to search.
    rng : numpy.random.Generator
        Varies the starts, if there are several; nothing else is drawn at random.
    keys : (n,) int64, optional
        Places along a curve that keeps neighbors together, such as Morton codes: saves making
        them, and if they ascend already, also the sort.

    Returns
    -------
    centers : (min(n_clusters, n), D) float64
        Each the weighted mean of its colors; the heaviest cluster's first.
    n_iter : int
        The number of sweeps over any of the tables.
    """
    if n_clusters >= len(colors):
        return colors.copy(), 0
    parts = None if keys is not None else far_parts(colors, n_clusters)
    if parts is not None:
        found = _search_parts(parts, counts, n_clusters, effort, rng)
        if found is not None:
            return found
    return _search(colors, counts, n_clusters, effort, rng, keys)


def _search_parts(
    parts: Parts, counts: Floats, n_clusters: int, effort: Effort, rng: np.random.Generator
) -> tuple[Floats, int] | None:
    """Search colors far apart brought near; None if clusters would not keep to the parts."""
    for distance in DISTANCES:
        near = parts.brought_near(distance)
        centers, n_iter = _search(near, counts, n_clusters, effort, rng)
        labels = nearest(near, centers)
        if parts.are_kept_by(labels):
            return weighted_means(parts.colors, counts, labels, n_clusters), n_iter
    return None


def _search(
    colors: Floats,
    counts: Floats,
    n_clusters: int,
    effort: Effort,
    rng: np.random.Generator,
    keys: Ints | None = None,
) -> tuple[Floats, int]:
    tables = pyramid(*along_curve(colors, counts, keys), n_clusters, effort.entries)
    levels = scaled(tables)
    partition, n_iter = _coarse_to_fine(tables, levels, n_clusters, effort, rng)
    finest = levels[-1]
    n_iter += converge(finest, partition, effort.sweeps)
    n_iter += converge(finest, partition, SWEEPS, PLAIN)
    for _ in range(MOST_REFILLS):
        if not fill_empty(finest, partition):
            break
        n_iter += converge(finest, partition, SWEEPS, PLAIN)
    fill_empty(finest, partition)
    colors, counts, _ = tables[-1]
    return weighted_means(colors, counts, partition.labels, n_clusters), n_iter


def _coarse_to_fine(
    tables: list[Table],
    levels: list[ScaledColors],
    n_clusters: int,
    effort: Effort,
    rng: np.random.Generator,
) -> tuple[Partition, int]:
    """Search all the tables; return the partition of the finest, and the number of sweeps."""
    n_starts = effort.starts if n_clusters <= FEW_CLUSTERS else 1
    n_starts = n_starts if len(tables) > 1 else (n_starts + 1) // 2  # of small images
    n_trials = _trials(effort, n_starts, n_clusters, len(levels))
    varied = [_reweighted(levels[0], start, rng) for start in range(n_starts)]

    in_halves = effort.in_halves and n_clusters > MANY_CLUSTERS

    def from_start(start: int) -> tuple[Partition, int]:
        labels = seed_labels(varied[start], n_clusters)
        found = partition_of(levels[0], labels, n_clusters)
        return found, _improve(levels[0], found, effort, n_trials[0], in_halves)

    starts = list(map_chunks(from_start, n_starts))
    n_iter = sum(n for _, n in starts)
    partition = max((found for found, _ in starts), key=explained)
    for level in range(1, len(levels)):
        partition = on_finer_table(partition, tables[level - 1].lengths)
        n_iter += _improve(levels[level], partition, effort, n_trials[level], False)
    return partition, n_iter


def _trials(effort: Effort, n_starts: int, n_clusters: int, n_levels: int) -> list[int]:
    """Return the number of trials on each table; what the starts take is shared by them."""
    times = math.sqrt(n_clusters) if 1 < n_clusters <= MOST_CLUSTERS_TO_MOVE else 0.0
    shares = [effort.trials[0] / n_starts, *effort.trials[1:], *[0] * n_levels]
    if n_levels == 1:
        shares[0] += sum(effort.trials[1:])
    return [round(share * times) for share in shares]


def _reweighted(level: ScaledColors, start: int, rng: np.random.Generator) -> ScaledColors:
    """Vary the starts: weights as they are; rare colors counting more; then at random."""
    points, weights = level
    if start == 0:
        return level
    if start == 1:
        return ScaledColors(points, np.sqrt(weights))
    return ScaledColors(points, weights * rng.uniform(0.2, 1.0, len(weights)))


def _improve(
    level: ScaledColors, partition: Partition, effort: Effort, n_trials: int, in_halves: bool
) -> int:
    """Converge, move single centers, converge; return the number of sweeps."""
    n_iter = converge(level, partition, SWEEPS)
    if n_trials:
        move = move_in_halves if in_halves else move_single_centers
        move(level, partition, effort, n_trials)
        n_iter += converge(level, partition, SWEEPS)
    return n_iter
