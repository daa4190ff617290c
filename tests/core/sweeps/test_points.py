"""Images other than 8-bit RGB: labels, figures and pictures as naive NumPy has them."""

from __future__ import annotations

import numpy as np
import pytest

import reference
from napari_kmeans_quantizer import completed
from napari_kmeans_quantizer.core.color_space import color_space_of
from napari_kmeans_quantizer.core.image import as_pixels
from napari_kmeans_quantizer.core.kernels.points import project, sort_by_cell, tally
from napari_kmeans_quantizer.core.sweeps import labeling
from napari_kmeans_quantizer.core.sweeps.base import Canvas
from napari_kmeans_quantizer.core.sweeps.points import Points
from napari_kmeans_quantizer.core.units import to_dtype

RNG = np.random.default_rng(5)
IMAGES = {
    "floats": RNG.random((60, 70, 5)),
    "half floats": RNG.random((60, 70, 2)).astype(np.float16),
    "ties": RNG.integers(0, 4, (60, 70, 4)).astype(np.uint16),
    "tiny": RNG.random((60, 70, 3)) * 1e-120,
    "huge": RNG.random((60, 70, 3)) * 1e120,
    "far from 0": 1e6 + RNG.random((60, 70, 4)),
    "one channel": RNG.random((60, 70, 1)).astype(np.float32),
    "many": RNG.integers(0, 999, (60, 70, 23)).astype(np.int32),
}


def check(pixels, canvas, clusters, centers, points):
    labels, distances = reference.assign(points, centers)
    taken = slice(None) if pixels.mask is None else pixels.mask.reshape(-1)
    assert np.array_equal(canvas.labels[taken], labels)
    values = to_dtype(centers, pixels.image.dtype)
    flat = canvas.image.reshape(-1, pixels.n_channels)[taken]
    assert np.array_equal(flat, values[labels])
    assert np.array_equal(clusters.counts, np.bincount(labels, minlength=len(centers)))
    for k in range(len(centers)):
        mean = points[labels == k].mean(axis=0) if clusters.counts[k] else centers[k]
        np.testing.assert_allclose(clusters.means[k], mean, rtol=1e-9)
    np.testing.assert_allclose(clusters.inertia, distances.sum(), rtol=1e-9)
    error = ((points - values.astype(float)[labels]) ** 2).sum()
    np.testing.assert_allclose(clusters.squared_error, error, rtol=1e-9)


@pytest.mark.parametrize("name", IMAGES)
@pytest.mark.parametrize("n_colors", [1, 2, 7, 50])
@pytest.mark.parametrize("masked", [False, True])
def test_labels_follow_moving_centers(name, n_colors, masked):
    image = IMAGES[name]
    mask = RNG.random(image.shape[:2]) < 0.7 if masked else None
    pixels = as_pixels(image, -1, mask)
    points = image[... if mask is None else mask].reshape(-1, image.shape[-1]).astype(float)
    sweeper, canvas = Points(pixels), Canvas.blank(pixels, n_colors)
    centers, size = points[RNG.choice(len(points), n_colors)], np.ptp(points)
    for step in (0, 0.3, 1e-2, 1e-4, 1e-7, 0):
        centers = centers + step * size * RNG.normal(size=centers.shape)
        if name == "ties":
            centers = np.rint(centers)
        tallied = completed(sweeper.tally(centers, canvas))
        labels = reference.nearest(points, centers)
        assert np.array_equal(tallied.counts, np.bincount(labels, minlength=n_colors))
    check(pixels, canvas, completed(sweeper.sweep(centers, canvas)), centers, points)
    order = RNG.permutation(n_colors)
    sweeper.reorder(order)
    check(pixels, canvas, completed(sweeper.sweep(centers[order], canvas)), centers[order], points)
    other = Canvas.blank(pixels, n_colors)
    check(pixels, other, completed(sweeper.sweep(centers, other)), centers, points)


@pytest.mark.parametrize("n_colors", [7, 50])
def test_images_too_large_for_gaps(n_colors, monkeypatch):
    monkeypatch.setattr(labeling, "MOST_WITH_GAPS", 100)
    pixels = as_pixels(IMAGES["tiny"])
    points = pixels.block(slice(None))
    sweeper, canvas = Points(pixels), Canvas.blank(pixels, n_colors)
    for _ in range(3):
        centers = points[RNG.choice(len(points), n_colors, replace=False)]
        sweeper.reorder(RNG.permutation(n_colors))
        check(pixels, canvas, completed(sweeper.sweep(centers, canvas)), centers, points)


def test_another_color_space():
    pixels = as_pixels(IMAGES["floats"][..., :3])
    space = color_space_of("oklab", pixels)
    sweeper, canvas = Points(pixels, space), Canvas.blank(pixels, 9)
    colors = pixels.block(slice(None)).astype(float)
    centers = colors[:9]
    completed(sweeper.tally(centers * 0.9, canvas))
    clusters = completed(sweeper.sweep(centers, canvas))
    labels, distances = reference.assign(space.forward(colors), space.forward(centers))
    assert np.array_equal(canvas.labels, labels)
    np.testing.assert_allclose(clusters.inertia, distances.sum(), rtol=1e-9)
    np.testing.assert_allclose(clusters.squared_error, ((colors - centers[labels]) ** 2).sum())


def test_no_error_is_exactly_none():
    image = RNG.integers(0, 2, (40, 40, 4)).astype(np.uint8)
    pixels = as_pixels(image, -1)
    palette = np.unique(image.reshape(-1, 4), axis=0) + 0.3
    clusters = completed(Points(pixels).sweep(palette, Canvas.blank(pixels, len(palette))))
    assert clusters.squared_error == 0.0


def test_tally():
    points, labels = RNG.random((90, 4)), RNG.integers(0, 3, 90).astype(np.int32)
    places, totals = RNG.random((3, 4)), np.zeros((3, 6))
    tally(points, labels, places, 1.0, totals)
    off = points - places[labels]
    for k in range(3):
        mine = off[labels == k]
        want = [len(mine), (mine**2).sum(), *mine.sum(axis=0)]
        np.testing.assert_allclose(totals[k], want)
    tally(points, labels, places, -1.0, totals)
    np.testing.assert_allclose(totals, 0.0, atol=1e-12)


def test_project():
    points, axes, out = RNG.random((50, 30)), RNG.random((30, 4)), np.ones((50, 4))
    project(points, axes, out)
    np.testing.assert_allclose(out, 1 + points @ axes)


def test_sort_by_cell():
    points = RNG.random((500, 4))
    bits_of = np.array([[0, 1, 4, 5], [0, 2, 8, 10]])
    features, low = np.array([2, 0]), np.array([0.1, 0.2])
    keys, order = np.empty(500, np.int64), np.empty(500, np.int64)
    along, starts = np.empty((500, 4)), np.zeros(17, np.int64)
    sort_by_cell(points, features, low, np.full(2, 5.0), bits_of, starts, keys, order, along)
    cells = np.clip((points[:, [2, 0]] - low) * 5, 0, 3).astype(int)
    assert np.array_equal(keys, bits_of[0][cells[:, 0]] | bits_of[1][cells[:, 1]])
    assert np.array_equal(order, np.argsort(keys, kind="stable"))
    assert np.array_equal(along, points[order])
