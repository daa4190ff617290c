"""The search for centers on weighted colors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .color_table import ColorTable


def search(
    table: ColorTable, n_clusters: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], int]:
    """Return centers (K, C) for weighted colors, and the number of sweeps."""
    from .kernels.points import assign

    colors, counts, _ = table
    labels, distances = np.empty(len(colors), np.int32), np.empty(len(colors))
    centers = colors[np.argmax(counts)][np.newaxis]
    for _ in range(1, n_clusters):
        assign(colors, centers, labels, distances)
        far = np.cumsum(counts * distances)
        index = np.searchsorted(far, rng.random() * far[-1], side="right")
        centers = np.vstack([centers, colors[min(index, len(colors) - 1)]])
    for n_iter in range(1, 301):
        assign(colors, centers, labels, distances)
        weights = np.bincount(labels, counts, n_clusters)
        sums = [np.bincount(labels, counts * column, n_clusters) for column in colors.T]
        means = np.where(
            weights[:, np.newaxis] > 0,
            np.stack(sums, axis=1) / np.maximum(weights, 1)[:, np.newaxis],
            centers,
        )
        shift = ((means - centers) ** 2).sum()
        centers = means
        if shift <= 1e-4 * colors.var(axis=0).mean():
            break
    return centers, n_iter
