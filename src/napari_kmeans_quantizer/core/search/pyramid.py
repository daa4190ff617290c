"""Ever coarser tables of weighted colors, so that every entry matters about as much."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

COARSEST_PER_CLUSTER, COARSEST = 16, 1024
"""Entries of the coarsest table: for each cluster, and at least."""
MOST_TABLES = 16
QUICK = 1 << 20
"""So many distances take a fraction of a millisecond."""
MOST_BITS = 20
"""Bits a channel of the places along the curve."""
TINY = 1e-300
"""Against division by zero."""


class Table(NamedTuple):
    """Weighted colors (n, D), and how many entries of the next finer table each one merges."""

    colors: Floats
    counts: Floats
    lengths: Ints


class ScaledColors(NamedTuple):
    """Weighted colors as the kernels want them: (D, n) float32, in 0..1 whatever their units."""

    points: NDArray[np.float32]
    weights: Floats


def along_curve(colors: Floats, counts: Floats, keys: Ints | None) -> tuple[Floats, Floats]:
    """Return colors and counts sorted by keys, by default along Morton's curve."""
    # numba compiles again for every mix of layouts, and of read-only and writable arrays
    colors, counts = (np.require(a, np.float64, ["C", "W"]) for a in (colors, counts))
    keys = _morton_keys(colors) if keys is None else keys
    if (keys[1:] < keys[:-1]).any():
        order = np.argsort(keys, kind="stable")
        colors, counts = colors[order], counts[order]
    return colors, counts


def _morton_keys(colors: Floats) -> Ints:
    """Interleave the bits of the coordinates: entries with near keys are near each other."""
    from napari_kmeans_quantizer.core.kernels.merging import interleave

    n, D = colors.shape
    low, high = colors.min(axis=0), colors.max(axis=0)
    bits = max(62 // D, 1)  # of more than 62 channels the first ones tell
    scale = (2.0 ** min(bits, MOST_BITS) - 1) / max(float((high - low).max()), TINY)
    keys = np.empty(n, np.int64)
    interleave(colors, low, scale, min(bits, MOST_BITS), min(D, 62), keys)
    return keys


def pyramid(colors: Floats, counts: Floats, n_clusters: int, entries: float) -> list[Table]:
    """Return tables from coarse to fine, each some four times larger, by merging neighbors.

    Parameters
    ----------
    colors, counts : (n, D) and (n,) float64
        From `along_curve`.
    n_clusters : int
        Decides on the size of the coarsest table.
    entries : float
        The colors themselves are left out if the next table has so many entries a cluster, unless
        there are so few that sweeps over them are quick.
    """
    tables = [Table(colors, counts, np.ones(len(counts), np.int64))]
    coarsest = max(COARSEST_PER_CLUSTER * n_clusters, COARSEST)
    while len(counts) > 2 * coarsest and len(tables) < MOST_TABLES:
        limit = _merge_limit(colors, counts, max(len(counts) // 4, coarsest))
        tables.append(_merged(colors, counts, limit))
        colors, counts, _ = tables[-1]
    quick = len(tables[0].counts) * n_clusters <= QUICK
    if len(tables) > 1 and len(tables[1].counts) >= entries * n_clusters and not quick:
        del tables[0]
    return tables[::-1]


def merged_to(colors: Floats, counts: Floats, size: int) -> tuple[Floats, Floats]:
    """Return a table from `along_curve` with about so many entries, by merging neighbors."""
    merged = _merged(colors, counts, _merge_limit(colors, counts, size))
    return merged.colors, merged.counts


def _merged(colors: Floats, counts: Floats, limit: float) -> Table:
    """Merge runs of colors along the curve as far as the limit of their inertia allows."""
    from napari_kmeans_quantizer.core.kernels.merging import merge_runs

    # Far too long, but untouched memory costs nothing.
    means, weights, lengths = (
        np.empty_like(colors),
        np.empty_like(counts),
        np.empty(len(counts), np.int64),
    )
    m = merge_runs(colors, counts, limit, means, weights, lengths)
    return Table(means[:m], weights[:m], lengths[:m])


def _merge_limit(colors: Floats, counts: Floats, size: int) -> float:
    """Find the inertia of a run that makes `merge_runs` leave about `size` entries, on a sample."""
    blocks = len(counts) // 64
    some = np.arange(0, blocks, max(blocks // 64, 1))
    index = (some[:, np.newaxis] * 64 + np.arange(64)).ravel()
    wanted = size * len(index) / len(counts)
    colors, counts = colors[index], counts[index]
    center = np.average(colors, axis=0, weights=counts)
    limit = float((counts * ((colors - center) ** 2).sum(axis=1)).sum()) / wanted**2
    for _ in range(6):
        ratio = len(_merged(colors, counts, limit).counts) / wanted
        if 0.7 < ratio < 1.4:
            break
        limit *= ratio * ratio
    return limit


def scaled(tables: list[Table]) -> list[ScaledColors]:
    """Shift and scale the colors of all tables alike."""
    low = tables[0].colors.min(axis=0)
    scale = 1.0 / max(float((tables[0].colors.max(axis=0) - low).max()), TINY)
    levels = []
    for colors, counts, _ in tables:
        columns = colors.T.copy()
        columns -= low[:, np.newaxis]
        columns *= scale
        levels.append(ScaledColors(columns.astype(np.float32), counts))
    return levels
