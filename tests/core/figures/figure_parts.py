"""What tests see of figures."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image


def drawn(figure, dpi=50):
    """Return a figure as it is saved, (height, width, 3) uint8."""
    file = io.BytesIO()
    figure.savefig(file, dpi=dpi)
    return np.asarray(Image.open(file).convert("RGB"))


def pictures(figure):
    """Return the pictures of a figure, RGBA in 0..1."""
    return [axes.images[0].get_array() for axes in figure.axes if axes.images]


def titles(figure):
    """Return what is written above them."""
    return [axes.get_title() for axes in figure.axes if axes.images]
