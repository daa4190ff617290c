"""Marks on pixels that somebody has chosen: what the layer holds that shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .about import About

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.plugin.models.pixel_rows import PixelRows

    from .contents import Attributes

MARKS = "pixels"
"""The layer's role."""
SIZE, LARGEST = 0.03, 18  # of the longer side of the picture; in pixels of the canvas
WIDTHS = (0.36, 0.14)  # of the lines, in sizes of a mark
COLORS = ((0.0, 0.0, 0.0, 0.8), (1.0, 1.0, 1.0, 1.0))


def marks_content(rows: PixelRows, chosen: NDArray[np.intp]) -> Attributes:
    """Return what a Points layer of pixels holds: a light square in a dark one, seen on any color.

    Parameters
    ----------
    rows : PixelRows
        The pixels.
    chosen : ndarray of int
        Which of them are marked.
    """
    state, twice = rows.state, np.repeat(chosen, 2)
    return {
        "data": rows.indices[twice].astype(np.float64),
        "name": f"{state.source.name} · pixels",
        "features": rows.frame(twice),
        "symbol": "square",
        "size": np.full(len(twice), SIZE * max(state.source.shape[-2:])),
        "canvas_size_limits": (2, LARGEST),
        "face_color": np.zeros((len(twice), 4)),
        "border_width": np.tile(WIDTHS, len(chosen)),
        "border_color": np.tile(COLORS, (len(chosen), 1)),
        "metadata": About.of_output(MARKS, state.source, state.settings).to_metadata(),
        **state.placement.whole,
    }
