"""8-bit RGB images of few pixels: the same as the grid has it, and as naive NumPy has it."""

from __future__ import annotations

import numpy as np
import pytest

import reference
from napari_kmeans_quantizer import completed
from napari_kmeans_quantizer.core.image import as_pixels
from napari_kmeans_quantizer.core.sweeps.base import Canvas
from napari_kmeans_quantizer.core.sweeps.choose import choose_sweeper
from napari_kmeans_quantizer.core.sweeps.few import MAX_PIXELS, Few
from napari_kmeans_quantizer.core.sweeps.grid import Grid

rng = np.random.default_rng(0)


def image_of(n, channels=3):
    walk = np.cumsum(rng.normal(0, 4, (n, channels)), axis=0)
    return (127 + 120 * np.sin(walk / 60)).astype(np.uint8)[np.newaxis]


def swept(sweeper, pixels, centers):
    canvas = Canvas.blank(pixels, len(centers))
    return canvas, completed(sweeper.sweep(centers, canvas))


def test_it_is_chosen_for_few_pixels():
    assert isinstance(choose_sweeper(as_pixels(image_of(MAX_PIXELS)), None), Few)
    assert isinstance(choose_sweeper(as_pixels(image_of(MAX_PIXELS + 1)), None), Grid)


@pytest.mark.parametrize("n", [1, 2, 3, 500, MAX_PIXELS])
@pytest.mark.parametrize("k", [1, 2, 40, 300])
def test_it_gives_what_the_grid_gives(n, k):
    pixels = as_pixels(image_of(n))
    few, grid = Few(pixels), Grid(pixels)
    for n_colors in (2, 99):
        ours, want = few.table(n_colors, rng), grid.table(n_colors, rng)
        assert all(np.array_equal(a, b) for a, b in zip(ours, want, strict=True))
    for limit in (0, n // 2, n):
        ours, want = few.distinct(limit), grid.distinct(limit)
        assert (ours is None) == (want is None)
        if ours is not None and want is not None:
            assert np.array_equal(ours.colors, want.colors)
            assert np.array_equal(ours.counts, want.counts)
    centers = rng.uniform(0, 255, (k, 3))
    (ours, figures), (want, grid_figures) = (swept(s, pixels, centers) for s in (few, grid))
    assert np.array_equal(ours.labels, want.labels)
    assert np.array_equal(ours.image, want.image)
    assert all(np.array_equal(a, b) for a, b in zip(figures[:4], grid_figures[:4], strict=True))


def test_ties_go_to_the_lower_index():
    image = (rng.integers(0, 16, (1, 900, 3)) * 16).astype(np.uint8)
    centers = rng.integers(0, 8, (60, 3)) * 32.0
    pixels = as_pixels(image)
    canvas, _ = swept(Few(pixels), pixels, np.concatenate([centers, centers[::-1]]))
    assert np.array_equal(canvas.labels, reference.nearest(image[0], centers))


@pytest.mark.parametrize("channel_axis", [0, 2])
def test_masks_and_alpha(channel_axis):
    image, mask = image_of(700, 3), rng.random((1, 700)) < 0.4
    centers = rng.uniform(0, 255, (9, 3))
    want = np.where(mask[0], reference.nearest(image[0], centers), 0)
    painted = np.where(mask[..., np.newaxis], np.rint(centers).astype(np.uint8)[want], image)
    if channel_axis == 2:
        rgba = np.dstack([image, mask.astype(np.uint8)])
        pixels, painted = as_pixels(rgba), np.dstack([painted, mask.astype(np.uint8)])
    else:
        pixels = as_pixels(np.moveaxis(image, -1, 0), 0, mask)
        painted = np.moveaxis(painted, -1, 0)
    few = Few(pixels)
    canvas, clusters = swept(few, pixels, centers)
    assert np.array_equal(canvas.labels, want)
    assert np.array_equal(canvas.image, painted)
    assert clusters.counts.sum() == mask.sum() == few.table(99, rng).counts.sum()
