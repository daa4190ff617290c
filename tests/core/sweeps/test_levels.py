"""Grey images of few possible values, as naive NumPy has them."""

from __future__ import annotations

import numpy as np
import pytest

import reference
from napari_kmeans_quantizer import completed
from napari_kmeans_quantizer.core.image import as_pixels
from napari_kmeans_quantizer.core.sweeps.base import Canvas
from napari_kmeans_quantizer.core.sweeps.levels import Levels
from napari_kmeans_quantizer.core.units import to_dtype


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "uint16", "int16"])
@pytest.mark.parametrize("n_colors", [1, 5, 60])
def test_levels(dtype, n_colors):
    rng = np.random.default_rng(2)
    low, high = (0, 1) if dtype == "bool" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    image = rng.integers(low, high, (40, 50), endpoint=True).astype(dtype)
    pixels = as_pixels(image)
    points = image.reshape(-1, 1).astype(float)
    centers = rng.integers(low, high, (n_colors, 1), endpoint=True).astype(float)
    canvas = Canvas.blank(pixels, n_colors)
    clusters = completed(Levels(pixels).sweep(centers, canvas))
    labels, distances = reference.assign(points, centers)
    assert np.array_equal(canvas.labels, labels)
    assert np.array_equal(canvas.image.reshape(-1, 1), to_dtype(centers, image.dtype)[labels])
    assert np.array_equal(clusters.counts, np.bincount(labels, minlength=n_colors))
    np.testing.assert_allclose(clusters.inertia, distances.sum())
    backwards = n_colors - 1 - reference.nearest(points, centers[::-1])
    assert clusters.ties or np.array_equal(labels, backwards)
