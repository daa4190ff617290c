"""The figure of one result: original, result, and a swatch for each color."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_kmeans_quantizer.core.report import bits_text, colors_text

from .page import GAP, MARGIN, WIDTH, new_page
from .pictures import (
    NOTE,
    ORIGINAL,
    TITLE,
    Picture,
    draw_picture,
    height_of,
    middle_plane,
    shown,
    shown_original,
    told_plane,
)
from .swatches import add_swatches, swatch_grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

    from napari_kmeans_quantizer.core.palette import Palette
    from napari_kmeans_quantizer.core.quantization import Quantization


def plot(q: Quantization, image: ArrayLike | None) -> Figure:
    """Return what `Quantization.plot` tells."""
    width = cell_width(1 if image is None else 2)
    told = told_plane(middle_plane(q.labels.shape), q.labels.shape)
    where = f" ({told})" if told else ""
    pictures = []
    if image is not None:
        pictures.append(Picture(ORIGINAL + where, shown_original(image, q, width)))
    picture = shown(q.image, q, width)
    pictures.append(Picture(colors_text(q) + where, picture, bits_text(q)))
    return result_figure(pictures, q.palette)


def cell_width(n_columns: int, width: float = WIDTH) -> float:
    """Return how wide each of some pictures beside each other is, in inches."""
    return (width - 2 * MARGIN - (n_columns - 1) * GAP) / n_columns


def result_figure(
    pictures: Sequence[Picture], palette: Palette, shares: NDArray[np.float64] | None = None
) -> Figure:
    """Return a figure of pictures beside each other, and below them a swatch for each color.

    With the palette's shares, or others, NaN of what has none.
    """
    grid = swatch_grid(palette)
    width = cell_width(len(pictures))
    tall = height_of(pictures, width)
    bottom = MARGIN + grid.height + GAP + NOTE
    page = new_page(WIDTH, bottom + tall + TITLE + MARGIN)
    for index, picture in enumerate(pictures):
        left = MARGIN + index * (width + GAP)
        draw_picture(page, picture, left, bottom, width, tall)
    add_swatches(page, palette, grid, shares)
    return page
