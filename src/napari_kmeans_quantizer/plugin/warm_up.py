"""The first use in napari: our kernels and napari's own, compiled in a process of its own.

``python -m napari_kmeans_quantizer.plugin.warm_up`` does it; see `core.warm_up`.
"""

from __future__ import annotations

import os
from importlib.metadata import version

import numpy as np
from napari.layers import Labels, Shapes
from napari.utils.colormaps import DirectLabelColormap

from napari_kmeans_quantizer.core import warm_up as core

LABELS, DRAWING = "labels", "drawing"


def _labels() -> None:
    """Color labels as ours are, and as those that people draw."""
    for dtype in (np.uint8, np.uint16):
        colors = {None: "transparent", 0: "transparent", 1: "red", 2: "blue"}
        Labels(np.ones((9, 9), dtype), colormap=DirectLabelColormap(color_dict=colors))
    Labels(np.ones((9, 9), int))


def _drawing() -> None:
    corners = [[0, 0], [0, 9], [9, 9], [9, 0]]
    Shapes()
    for kind in ("rectangle", "ellipse", "polygon"):
        Shapes([corners], shape_type=kind)


PIECES = {
    core.PHOTOGRAPHS: core.PIECES[core.PHOTOGRAPHS],
    LABELS: _labels,
    **core.PIECES,
    DRAWING: _drawing,
}
EVERY_TIME = (core.PHOTOGRAPHS, LABELS)
"""What takes a moment in every session: to load, and because numba keeps no dictionaries."""

ABOUT = f"napari {version('napari')}"

NICE = 5

if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(NICE)  # the window, and whatever people do, come first
    core.main(PIECES, ABOUT)
