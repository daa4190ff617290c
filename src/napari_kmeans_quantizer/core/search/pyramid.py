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
    n, D = colors.shape
    bits = min(62 // D, 10)
    low, high = colors.min(axis=0), colors.max(axis=0)
    cells = ((colors - low) * ((2**bits - 1) / max((high - low).max(), TINY))).astype(np.int64)
    keys = np.zeros(n, np.int64)
    for bit in range(bits):
        for d in range(D):
            keys |= ((cells[:, d] >> bit) & 1) << (bit * D + D - 1 - d)
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
        The colors themselves are left out if the next table has so many entries a cluster.
    """
    from napari_kmeans_quantizer.core.kernels.merging import merge_runs

    tables = [Table(colors, counts, np.ones(len(counts), np.int64))]
    coarsest = max(COARSEST_PER_CLUSTER * n_clusters, COARSEST)
    while len(counts) > 2 * coarsest and len(tables) < MOST_TABLES:
        limit = _merge_limit(colors, counts, max(len(counts) // 4, coarsest))
        colors, counts, lengths = merge_runs(colors, counts, limit)
        tables.append(Table(colors, counts, lengths))
    if len(tables) > 1 and len(tables[1].counts) >= entries * n_clusters:
        del tables[0]
    return tables[::-1]


def _merge_limit(colors: Floats, counts: Floats, size: int) -> float:
    """Find the inertia of a run that makes `merge_runs` leave about `size` entries, on a sample."""
    from napari_kmeans_quantizer.core.kernels.merging import merge_runs

    blocks = len(counts) // 64
    some = np.arange(0, blocks, max(blocks // 64, 1))
    index = (some[:, np.newaxis] * 64 + np.arange(64)).ravel()
    wanted = size * len(index) / len(counts)
    colors, counts = colors[index], counts[index]
    center = np.average(colors, axis=0, weights=counts)
    limit = float((counts * ((colors - center) ** 2).sum(axis=1)).sum()) / wanted**2
    for _ in range(6):
        ratio = len(merge_runs(colors, counts, limit)[1]) / wanted
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
