"""The centers of a color table: free ones, free ones around fixed ones, or the best of given."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from napari_kmeans_quantizer.core.color_table import MAX_GREYS

from .around_fixed import fit_around
from .chosen import best_of
from .coarse_to_fine import search
from .line import optimal_1d
from .projected import N_AXES, search_projected

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.color_space import ColorSpace
    from napari_kmeans_quantizer.core.color_table import ColorTable

    from .efforts import Effort

    Floats = NDArray[np.float64]


class Sought(NamedTuple):
    """What centers are sought."""

    space: ColorSpace | None
    """Where distances are measured; None: in the image's units."""
    fixed: Floats
    """Colors that stay, (F, C)."""
    offered: Floats
    """Colors to choose from, (N, C); with none, all."""

    def in_space(self) -> Sought:
        """Return the same for colors that are in the color space already."""
        if self.space is None:
            return self
        return Sought(None, self.space.forward(self.fixed), self.space.forward(self.offered))


def find_centers(
    table: ColorTable, sought: Sought, n_colors: int, effort: Effort, rng: np.random.Generator
) -> tuple[Floats, int]:
    """Return nearly optimal centers of weighted colors, and the number of sweeps.

    Parameters
    ----------
    table : ColorTable
        Weighted colors in the image's units.
    sought : Sought
        What kind of centers; in the image's units, too.
    n_colors : int
        K, fixed ones included; at least F.
    effort : Effort
        How hard to search.
    rng : numpy.random.Generator
        For what is drawn at random.

    Returns
    -------
    centers : (K, C) float64
        In the image's units, the fixed ones first; of offered ones just these, and no more than
        there are.
    n_iter : int
        Sweeps over any table.
    """
    space, fixed, offered = sought
    if len(fixed) == n_colors:
        return fixed, 0
    points = table if space is None else table._replace(colors=space.forward(table.colors))
    if len(offered) > 0:
        places = offered if space is None else space.forward(offered)
        return offered[_chosen(places, points, n_colors, effort, rng)], 0
    centers, n_iter = _free_centers(points, n_colors, effort, rng)
    if len(fixed) > 0:
        places = fixed if space is None else space.forward(fixed)
        n_free = n_colors - len(fixed)
        centers, n_more = fit_around(places, centers, points, n_free, effort, rng)
        n_iter += n_more
    if space is not None:
        centers = space.backward(centers)
    return np.concatenate([fixed, centers]), n_iter


def _chosen(
    offered: Floats, points: ColorTable, n_colors: int, effort: Effort, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return which of the offered colors are chosen, ascending."""
    if n_colors >= len(offered):
        return np.arange(len(offered))
    centers = None
    if effort.choices > 1:
        centers, _ = _free_centers(points, n_colors, effort, rng)
    return best_of(offered, points, centers, n_colors, effort, rng)


def _free_centers(
    table: ColorTable, n_colors: int, effort: Effort, rng: np.random.Generator
) -> tuple[Floats, int]:
    """Return centers (K, D) as if none were fixed, and the number of sweeps."""
    colors, counts, keys = table
    if colors.shape[1] == 1 and len(colors) <= MAX_GREYS:
        return optimal_1d(colors[:, 0], counts, n_colors)[:, np.newaxis], 0
    if colors.shape[1] > N_AXES:
        return search_projected(table, n_colors, effort, rng)
    return search(colors, counts.astype(np.float64), n_colors, effort, rng, keys)
