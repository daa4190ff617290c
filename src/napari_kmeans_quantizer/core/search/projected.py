"""Many channels: the search sees the few directions in which the colors differ most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .coarse_to_fine import DISTANCES, search
from .far_apart import far_parts
from .partition import nearest, weighted_means

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.color_table import ColorTable

    from .efforts import Effort

    Floats = NDArray[np.float64]

N_AXES = 12
"""Directions; images of more channels are searched in these."""
MOST_TO_LEARN = 2048
"""Colors from which the directions are learned."""
N_ROUNDS = 4
"""Times that the directions are turned towards the principal ones."""
TINY = 1e-300


def search_projected(
    table: ColorTable, n_clusters: int, effort: Effort, rng: np.random.Generator
) -> tuple[Floats, int]:
    """Return good K-means centers of weighted colors of many channels, and the number of sweeps.

    What the projection hides is made good by sweeps in all channels.

    Parameters
    ----------
    table : ColorTable
        Weighted colors; with `n_clusters` or fewer, every color is a center.
    n_clusters : int
        K.
    effort : Effort
        How hard to search.
    rng : numpy.random.Generator
        For what is drawn at random.

    Returns
    -------
    centers : (min(K, n), D) float64
        Each about the mean of its colors; the heaviest cluster's first.
    n_iter : int
        Sweeps over any table.
    """
    colors, weights = np.ascontiguousarray(table.colors), table.counts.astype(np.float64)
    if n_clusters >= len(colors):
        return colors.copy(), 0
    parts = far_parts(colors, n_clusters)
    nears = [colors] if parts is None else map(parts.brought_near, DISTANCES)
    for near in nears:  # or what is far would be all that the directions show
        low = _projected(near, principal_axes(near))
        centers, n_iter = search(low, weights, n_clusters, effort, rng)
        labels = nearest(low, centers)
        if parts is None or parts.are_kept_by(labels):
            break
    return weighted_means(colors, weights, labels, n_clusters), n_iter


def principal_axes(colors: Floats) -> Floats:
    """Return (D, N_AXES) orthonormal directions close to the principal axes of colors.

    Some rounds of subspace iteration on a few of the colors; they begin with the differences
    between colors, which point that way already.
    """
    some = colors[:: max(1, -(-len(colors) // MOST_TO_LEARN))]
    some = some - some.mean(axis=0)
    some /= max(float(np.abs(some).max()), TINY)
    rows, columns = some, np.ascontiguousarray(some.T)
    axes = _orthonormal(columns[:, :: max(1, len(some) // N_AXES)][:, :N_AXES].copy())
    for _ in range(N_ROUNDS):
        axes = _orthonormal(_projected(columns, _projected(rows, axes)))
    return axes


def _orthonormal(axes: Floats) -> Floats:
    """Make the columns orthonormal, one after another; what depends on others becomes 0."""
    done: list[Floats] = []
    for axis in axes.T.copy():
        size = float(np.sqrt((axis * axis).sum()))
        for other in done + done:  # twice, against rounding
            axis -= (axis * other).sum() * other
        rest = float(np.sqrt((axis * axis).sum()))
        done.append(axis / rest if rest > 1e-9 * size else np.zeros_like(axis))
    return np.stack(done, axis=1)


def _projected(points: Floats, axes: Floats) -> Floats:
    """Return points @ axes, added up in a fixed order: BLAS' own depends on the machine."""
    from napari_kmeans_quantizer.core.kernels.points import project

    out = np.zeros((len(points), axes.shape[1]))
    project(points, np.ascontiguousarray(axes), out)
    return out
