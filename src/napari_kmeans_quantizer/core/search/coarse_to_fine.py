"""Nearly optimal K-means centers of weighted colors.

Neighbors merge into coarser tables, so that every entry matters about as much. On the coarsest,
clusters are cut in two, greatest gain first, until there are K. Sweeps like Lloyd's, but longer,
converge. Then single centers move from where they are least missed to where they are most needed;
only the neighborhoods of the two places are swept again. Finer tables correct what coarse found.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Labels = NDArray[np.int32]


class Effort(NamedTuple):
    """How hard to search."""

    starts: int  # on the coarsest table, for few clusters
    trials: tuple[int, ...]  # on each table from coarse to fine, times the square root of K
    sweeps: int  # over the finest table
    enough: int  # entries a cluster with which a table counts as the finest


EFFORTS = {
    "fast": Effort(1, (4,), 1, 64),
    "balanced": Effort(1, (20, 5), 2, 128),
    "best": Effort(4, (100, 40, 20), 6, 256),
}
LONG, PLAIN = 1.8, 1.0  # over-relaxed: half the sweeps of the textbook's, and better optima
SWEEPS = 2  # over every table, before trials and after
TRIAL_SWEEPS = 10  # at most
REACH = 12  # so many neighbors of either cluster take part in a trial
COARSEST = 16, 1024  # entries a cluster, and at least, of the coarsest table
FEW = 32  # clusters, up to which several starts pay
MANY = 2048  # clusters; more are cut and swept, but not moved
TINY = 1e-300  # against division by zero


class Table(NamedTuple):
    """Weighted colors (n, D), and how many entries of the next finer table each one merges."""

    colors: Floats
    counts: Floats
    lengths: Ints


class Points(NamedTuple):
    """Colors as the kernels want them: (D, n) float32, within 0..1 to serve any units."""

    points: NDArray[np.float32]
    weights: Floats


class Clusters(NamedTuple):
    """Labels (n,), centers (D, K), and totals (K, 2 + D): entries, weight, weighted sums."""

    labels: Labels
    centers: NDArray[np.float32]
    totals: Floats


def morton_keys(colors: Floats) -> Ints:
    """Interleave the bits of the coordinates: entries with near keys are near each other."""
    n, D = colors.shape
    bits = min(62 // D, 10)
    low, high = colors.min(axis=0), colors.max(axis=0)
    cells = ((colors - low) * ((2**bits - 1) / max((high - low).max(), TINY))).astype(np.int64)
    keys = np.zeros(n, np.int64)
    for bit in range(bits):
        for d in range(D):
            keys |= ((cells[:, d] >> bit) & 1) << (bit * D + D - 1 - d)
    return keys


def in_order(colors: Floats, counts: Floats, keys: Ints | None) -> tuple[Floats, Floats]:
    """Return colors and counts along the curve of the keys, by default of Morton's."""
    # numba compiles again for every mix of layouts, and of read-only and writable arrays
    colors, counts = (np.require(a, np.float64, ["C", "W"]) for a in (colors, counts))
    keys = morton_keys(colors) if keys is None else keys
    if (keys[1:] < keys[:-1]).any():
        order = np.argsort(keys, kind="stable")
        colors, counts = colors[order], counts[order]
    return colors, counts


def merge_limit(colors: Floats, counts: Floats, size: int) -> float:
    """Find the inertia of a run with which `merge` leaves about `size` entries, on a sample."""
    from napari_kmeans_quantizer.core.kernels import search as kernels

    blocks = len(counts) // 64
    some = np.arange(0, blocks, max(blocks // 64, 1))
    index = (some[:, np.newaxis] * 64 + np.arange(64)).ravel()
    wanted = size * len(index) / len(counts)
    colors, counts = colors[index], counts[index]
    center = np.average(colors, axis=0, weights=counts)
    limit = float((counts * ((colors - center) ** 2).sum(axis=1)).sum()) / wanted**2
    for _ in range(6):
        off = len(kernels.merge(colors, counts, limit)[1]) / wanted
        if 0.7 < off < 1.4:
            break
        limit *= off * off
    return limit


def tables(colors: Floats, counts: Floats, n_clusters: int, enough: float) -> list[Table]:
    """Merge neighbors; return tables from coarse to fine, each some four times larger."""
    from napari_kmeans_quantizer.core.kernels import search as kernels

    made = [Table(colors, counts, np.ones(len(counts), np.int64))]
    coarsest = max(COARSEST[0] * n_clusters, COARSEST[1])
    while len(counts) > 2 * coarsest and len(made) < 16:
        limit = merge_limit(colors, counts, max(len(counts) // 4, coarsest))
        colors, counts, lengths = kernels.merge(colors, counts, limit)
        made.append(Table(colors, counts, lengths))
    if len(made) > 1 and len(made[1].counts) >= enough * n_clusters:
        del made[0]
    return made[::-1]


def to_points(made: list[Table]) -> list[Points]:
    """Shift and scale the colors."""
    low = made[0].colors.min(axis=0)
    scale = 1.0 / max(float((made[0].colors.max(axis=0) - low).max()), TINY)
    out = []
    for colors, counts, _ in made:
        columns = colors.T.copy()
        columns -= low[:, np.newaxis]
        columns *= scale
        out.append(Points(columns.astype(np.float32), counts))
    return out


def add_up(data: Points, labels: Labels, n_clusters: int) -> Clusters:
    """Make clusters of labeled points."""
    rows = [np.ones(len(labels)), data.weights, *(data.weights * row for row in data.points)]
    totals = np.empty((n_clusters, len(rows)))
    for e, row in enumerate(rows):
        totals[:, e] = np.bincount(labels, row, n_clusters)
    centers = totals[:, 2:].T / np.maximum(totals[:, 1], TINY)
    return Clusters(labels, centers.astype(np.float32, order="C"), totals)


def seed(data: Points, n_clusters: int) -> Labels:
    """Return labels: what gains most is cut in two, until there are K clusters."""
    from napari_kmeans_quantizer.core.kernels import search as kernels

    n, K = len(data.weights), n_clusters
    order, start, stop = np.arange(n), np.zeros(K, np.int64), np.full(K, n)
    gain, cut, halves = np.zeros(K), np.zeros(K, np.int64), np.zeros((K, 2, len(data.points)))
    used = kernels.split(*data, order, start, stop, 1, gain, cut, halves)
    labels = np.empty(n, np.int32)
    for k in range(used):
        labels[order[start[k] : stop[k]]] = k
    return labels


def sweep(data: Points, clusters: Clusters, sweeps: int, step: float = LONG) -> int:
    """Move all centers towards the means of their points; return the number of sweeps."""
    from napari_kmeans_quantizer.core.kernels import search as kernels

    return int(kernels.converge(*data, *clusters, sweeps, step, False)[1])


def appraise(data: Points, clusters: Clusters) -> tuple[Floats, Floats, Floats]:
    """Return what is lost without each cluster, what its cut in two gains, the halves' means."""
    from napari_kmeans_quantizer.core.kernels import search as kernels

    D, K = clusters.centers.shape
    loss, gain, halves = np.zeros(K), np.zeros(K), np.zeros((K, 2, D))
    start, cut = np.zeros(K + 1, np.int64), np.zeros(K, np.int64)
    grouped = Points(np.empty_like(data.points), np.empty_like(data.weights))
    kernels.losses(*data, *clusters, loss, *grouped, start)
    order = np.arange(len(grouped.weights))
    kernels.split(*grouped, order, start[:-1], start[1:], K, gain, cut, halves)
    return loss, gain, halves


def swap(data: Points, clusters: Clusters, trials: int) -> None:
    """Move single centers from where they are least missed to where they are most needed."""
    from napari_kmeans_quantizer.core.kernels import search as kernels

    if trials == 0:
        return
    labels, centers, totals = clusters
    loss, gain, halves = appraise(data, clusters)
    for _ in range(trials):
        removed = loss.argmin()
        gain[removed] *= -1.0  # it cannot be both
        parted = gain.argmax()
        gain[removed] *= -1.0
        if gain[parted] <= 0.0:
            break
        names, members, near, part = kernels.extract(*data, *clusters, removed, parted, REACH)
        part[1][:, :2] = halves[parted].T
        if kernels.converge(*near, *part, TRIAL_SWEEPS, LONG, True)[0]:  # type: ignore[call-arg]
            labels[members] = names[part[0]]
            centers[:, names] = part[1]
            totals[names] = part[2]
            loss[names], gain[names], halves[names] = appraise(Points(*near), Clusters(*part))
        else:  # let other pairs come first
            loss[removed] *= 1.1
            gain[parted] *= 0.9


def refine(clusters: Clusters, lengths: Ints) -> Clusters:
    """Hand the labels to the next finer table; of the totals, only the entries change."""
    labels, centers, totals = clusters
    totals[:, 0] = np.bincount(labels, lengths, len(totals))
    return Clusters(np.repeat(labels, lengths), centers, totals)


def explained(clusters: Clusters) -> float:
    """Return the sum of squares that the means explain; inertia = a constant - this."""
    used = clusters.totals[clusters.totals[:, 0] > 0]
    return float(((used[:, 2:] ** 2).sum(axis=1) / used[:, 1]).sum())


def fill_empty(data: Points, clusters: Clusters) -> bool:
    """Give every empty cluster the point that errs most; return whether there was one."""
    labels, centers, totals = clusters
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
    _, centers[:], totals[:] = add_up(data, labels, len(totals))
    return True


def means(table: Table, labels: Labels, n_clusters: int) -> Floats:
    """Return the weighted mean of each cluster, heaviest first."""
    colors, counts, _ = table
    weights = np.maximum(np.bincount(labels, counts, n_clusters), TINY)
    centers = np.empty((n_clusters, colors.shape[1]))
    for d, x in enumerate(colors.T):  # about one color, against cancellation
        centers[:, d] = x[0] + np.bincount(labels, counts * (x - x[0]), n_clusters) / weights
    ordered: Floats = centers[np.argsort(-weights, kind="stable")]
    return ordered


def coarse_to_fine(
    made: list[Table],
    levels: list[Points],
    n_clusters: int,
    plan: Effort,
    rng: np.random.Generator,
) -> tuple[Clusters, int]:
    """Search all the tables; return clusters on the finest, and the number of sweeps."""
    root = math.sqrt(n_clusters) if 1 < n_clusters <= MANY else 0.0
    starts = plan.starts if n_clusters <= FEW else 1  # with more, trials pay better
    shares = [plan.trials[0] / starts, *plan.trials[1:], *[0] * len(made)]
    if len(made) == 1:
        shares[0] += sum(plan.trials[1:])
    n_iter = 0

    def climb(level: int, clusters: Clusters) -> Clusters:
        nonlocal n_iter
        n_iter += sweep(levels[level], clusters, SWEEPS)
        trials = round(shares[level] * root)
        if trials:
            swap(levels[level], clusters, trials)
            n_iter += sweep(levels[level], clusters, SWEEPS)
        return clusters

    found = []
    points, weights = levels[0]
    for start in range(starts):
        seen = weights
        if start > 0:  # rare colors count more; then at random
            seen = np.sqrt(weights) if start == 1 else weights * rng.uniform(0.2, 1.0, len(weights))
        labels = seed(Points(points, seen), n_clusters)
        found.append(climb(0, add_up(levels[0], labels, n_clusters)))
    clusters = max(found, key=explained)
    for level in range(1, len(made)):
        clusters = climb(level, refine(clusters, made[level - 1].lengths))
    return clusters, n_iter


def search(
    colors: Floats,
    counts: Floats,
    n_clusters: int,
    effort: str,
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
    effort : "fast", "balanced" or "best"
        How hard to search.
    rng : numpy.random.Generator
        Varies the starts of "best"; nothing else is drawn at random.
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
    colors, counts = in_order(colors, counts, keys)
    plan = EFFORTS[effort]
    made = tables(colors, counts, n_clusters, plan.enough)
    levels = to_points(made)
    clusters, n_iter = coarse_to_fine(made, levels, n_clusters, plan, rng)
    finest = levels[-1]
    n_iter += sweep(finest, clusters, plan.sweeps) + sweep(finest, clusters, SWEEPS, PLAIN)
    for _ in range(10):
        if not fill_empty(finest, clusters):
            break
        n_iter += sweep(finest, clusters, SWEEPS, PLAIN)
    fill_empty(finest, clusters)
    return means(made[-1], clusters.labels, n_clusters), n_iter
