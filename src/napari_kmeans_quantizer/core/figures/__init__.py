"""Figures of results: pictures with captions, and a swatch for each color; matplotlib's, white."""

from .grid import grid_figure, plot_grid
from .pictures import MOST_PIXELS, ORIGINAL, Picture, told_plane
from .result import plot, result_figure
from .swatches import swatches_figure

__all__ = [
    "MOST_PIXELS",
    "ORIGINAL",
    "Picture",
    "grid_figure",
    "plot",
    "plot_grid",
    "result_figure",
    "swatches_figure",
    "told_plane",
]
