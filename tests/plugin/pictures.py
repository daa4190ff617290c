"""Small pictures, layers of them and what they become: what several tests have in common."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Image
from skimage import data

from napari_kmeans_quantizer import completed
from napari_kmeans_quantizer.plugin.batch import Batch, Item, Order
from napari_kmeans_quantizer.plugin.models.settings import Settings
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.pipeline import quantized

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 200, (20, 30)).astype(np.uint8)
PHOTO = RNG.integers(0, 256, (20, 30, 3)).astype(np.uint8)
RGBA = RNG.integers(0, 256, (20, 30, 4)).astype(np.uint8)
STACK = RNG.integers(0, 200, (4, 20, 30)).astype(np.uint8)
COFFEE = data.coffee()[::4, ::4]

AFFINE = [[1.0, 0.2, 5.0], [0.1, 0.9, -3.0], [0.0, 0.0, 1.0]]
AFFINE_3D = np.array([[1, 0.1, 0, 2], [0, 1, 0.3, 0], [0.2, 0, 1, 5], [0, 0, 0, 1]], dtype=float)
PLACED = {
    "scale": (0.3, 2.0),
    "translate": (-4.0, 17.0),
    "rotate": 33.0,
    "shear": [0.4],
    "affine": AFFINE,
    "units": ("um", "um"),
    "axis_labels": ("row", "column"),
}
WINDOW = (slice(3, 17), slice(5, None))
TILTED = pytest.mark.filterwarnings("ignore:Non-orthogonal slicing")  # napari's own


def rgb(pixels=PHOTO, name="photo", **options):
    """Return a layer of a color picture."""
    return Image(pixels, rgb=True, name=name, **options)


def state_of(layers, settings=None, extra=None, **parts):
    """Return what comes out for one layer, or for several as channels."""
    layers = tuple(layers) if isinstance(layers, list | tuple) else (layers,)
    steps = quantized(Source(layers, **parts), settings or Settings(4), extra)
    return completed(steps)


def in_colors(sources, palette, like=None, before=None):
    """Return what comes out for layers, each within its region, in given colors; and errors."""
    made, before = [], before or {}
    items = [Item(x.main, x.region, before=before.get(x.key)) for x in sources]
    order = Order(tuple(items), like or Settings(), palette)
    outcome = completed(Batch(order, made.append).steps())
    return made, outcome.errors


def run_steps(steps):
    """Return what steps yield, and what they return."""
    told = []
    while True:
        try:
            told.append(next(steps))
        except StopIteration as stop:
            return told, stop.value


def to_world(layer, positions):
    """Return where positions in a layer's data lie."""
    return np.array([layer.data_to_world(position) for position in positions])


def same_result(one, other):
    """Both results are the same to the bit."""
    assert np.array_equal(one.labels, other.labels)
    assert one.labels.dtype == other.labels.dtype
    assert np.array_equal(one.image, other.image)
    assert np.array_equal(one.palette.colors, other.palette.colors)
    assert np.array_equal(one.palette.counts, other.palette.counts)
    assert (one.inertia, one.mse, one.n_iter) == (other.inertia, other.mse, other.n_iter)
