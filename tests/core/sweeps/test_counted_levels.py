"""Counted grey levels: the same bits as of the pixels."""

from __future__ import annotations

import numpy as np
import pytest

from napari_kmeans_quantizer import completed
from napari_kmeans_quantizer.core.image import as_pixels
from napari_kmeans_quantizer.core.sweeps.base import Canvas
from napari_kmeans_quantizer.core.sweeps.counted_levels import CountedLevels
from napari_kmeans_quantizer.core.sweeps.levels import Levels

rng = np.random.default_rng(0)


def both(image, mask=None):
    """A sweeper of the pixels, and one of their counts."""
    dtype, used = image.dtype, image if mask is None else image[mask]
    low, high = (0, 1) if dtype == "bool" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    counts = np.bincount(used.reshape(-1).astype(np.int64) - low, minlength=high - low + 1)
    return as_pixels(image, mask=mask), CountedLevels(counts, dtype)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "uint16", "int16"])
@pytest.mark.parametrize("n_colors", [1, 2, 5, 60, 300])
def test_same_bits(dtype, n_colors):
    low, high = (0, 1) if dtype == "bool" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    image = rng.integers(low, high, (60, 70), endpoint=True).astype(dtype)
    centers = rng.uniform(low, high, (n_colors, 1))
    for mask in (None, rng.random(image.shape) < 0.4):
        pixels, counted = both(image, mask)
        levels, canvas = Levels(pixels), Canvas.blank(pixels, n_colors)
        for ours, theirs in (
            (counted.distinct(1 << 16), levels.distinct(1 << 16)),
            (counted.table(n_colors, rng), levels.table(n_colors, rng)),
        ):
            assert np.array_equal(ours.colors, theirs.colors)
            assert np.array_equal(ours.counts, theirs.counts)
        found = completed(counted.sweep(centers, canvas))
        expected = completed(levels.sweep(centers, canvas))
        for ours, theirs in zip(found, expected, strict=True):
            assert np.array_equal(ours, theirs)


def test_too_many_are_not_distinct():
    counts = np.ones(256, np.int64)
    assert CountedLevels(counts, np.dtype(np.uint8)).distinct(255) is None


def test_a_million_million_pixels():
    counts = np.zeros(65_536, np.int64)
    counts[[9, 65_535]] = 10**12, 3
    counted = CountedLevels(counts, np.dtype(np.uint16))
    canvas = Canvas(np.empty(0), np.empty(0))
    clusters = completed(counted.sweep(np.array([[9.0], [65_000]]), canvas))
    assert clusters.counts.tolist() == [10**12, 3]
    assert clusters.means.tolist() == [[9], [65_535]]
    assert clusters.inertia == 3 * 535**2
