"""Which way to count and sweep suits an image, and which of its colors a search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_kmeans_quantizer.core.color_table import sampled_colors

from .colors import Colors
from .few import Few
from .grid import Grid
from .levels import Levels
from .points import Points

if TYPE_CHECKING:
    import numpy as np

    from napari_kmeans_quantizer.core.color_space import ColorSpace
    from napari_kmeans_quantizer.core.color_table import ColorTable
    from napari_kmeans_quantizer.core.image import Pixels

    from .base import Sweeper

CELLS_PER_COLOR = 4
"""With fewer weighted colors than that, a search needs the distinct colors."""
MAX_DISTINCT = 1 << 18
"""At most so many."""


def choose_sweeper(pixels: Pixels, space: ColorSpace | None) -> Sweeper:
    """Return an image made ready to be counted and swept in a color space, None for its own."""
    if space is not None:
        return Colors(pixels, space) if Colors.suits(pixels) else Points(pixels, space)
    if Levels.suits(pixels):
        return Levels(pixels)
    if Few.suits(pixels):
        return Few(pixels)
    return Grid(pixels) if Grid.suits(pixels) else Points(pixels)


def as_new(sweeper: Sweeper, pixels: Pixels, space: ColorSpace | None) -> Sweeper:
    """Return a sweeper of the same image that remembers no centers: they may change last digits."""
    return Points(pixels, space) if isinstance(sweeper, Points) else sweeper


def choose_table(
    pixels: Pixels,
    sweeper: Sweeper,
    n_colors: int,
    sample: float | None,
    rng: np.random.Generator,
) -> ColorTable:
    """Return weighted colors for the search: of the sample, or of all pixels if it has too few."""
    if sample is not None:
        table = sampled_colors(pixels, sample, rng)
        if len(table.colors) >= n_colors:
            return table
    table = sweeper.table(n_colors, rng)
    if len(table.colors) < CELLS_PER_COLOR * n_colors:
        # The colors are closer together than the cells: take them one by one.
        return sweeper.distinct(MAX_DISTINCT) or table
    return table
