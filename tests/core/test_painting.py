"""From any centers, however bad, to a picture that holds the promises."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data

import reference
from napari_kmeans_quantizer import completed, quantize
from napari_kmeans_quantizer.core.image import as_pixels
from napari_kmeans_quantizer.core.painting import refine
from napari_kmeans_quantizer.core.search.efforts import EFFORTS
from napari_kmeans_quantizer.core.sweeps.grid import Grid
from napari_kmeans_quantizer.core.sweeps.levels import Levels
from napari_kmeans_quantizer.core.sweeps.points import Points
from napari_kmeans_quantizer.core.units import to_dtype

PHOTO = data.coffee()[::3, ::3]
NOISE = np.random.default_rng(0).integers(0, 4, (50, 50, 3)).astype(np.uint8)  # 64 colors
CASES = {
    "photograph": (PHOTO, Grid),
    "photograph as points": (PHOTO, Points),
    "few colors": (NOISE, Grid),
    "few colors as points": (NOISE, Points),
    "floats": ((PHOTO / 255).astype(np.float32), Points),
    "half floats": (PHOTO.astype(np.float16) / 7, Points),
    "grey": (PHOTO[..., 0], Levels),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("start", ["all alike", "far away", "alike once rounded", "outside"])
@pytest.mark.parametrize("n_colors", [2, 13, 40])
def test_bad_centers_are_mended(name, start, n_colors):
    image, sweeper = CASES[name]
    pixels = as_pixels(image, None if image.ndim == 2 else "auto")
    points = pixels.block(slice(None)).astype(float)
    middle = points.mean(axis=0)
    rng = np.random.default_rng(1)
    centers = {
        "all alike": np.tile(middle, (n_colors, 1)),
        "far away": np.vstack([middle, np.full((n_colors - 1, len(middle)), 1e6)]),
        "alike once rounded": middle + rng.uniform(-1e-4, 1e-4, (n_colors, len(middle))),
        "outside": rng.normal(0, 1e5, (n_colors, len(middle))),
    }[start]
    variance = points.var(axis=0).mean()
    centers, canvas, clusters, *_ = completed(
        refine(pixels, sweeper(pixels), centers, variance, EFFORTS["balanced"])
    )
    values = to_dtype(centers, image.dtype)
    assert len(np.unique(values, axis=0)) == n_colors
    labels = reference.nearest(points, centers)
    assert np.array_equal(canvas.labels, labels)
    assert np.array_equal(clusters.counts, np.bincount(labels, minlength=n_colors))
    assert (clusters.counts > 0).all()
    assert np.array_equal(canvas.image.reshape(-1, pixels.n_channels), values[labels])


def test_a_mask_keeps_what_is_outside():
    image = np.dstack([PHOTO, np.where(PHOTO[..., :1] > 99, 255, 0)]).astype(np.uint8)
    pixels = as_pixels(image)
    centers = np.tile([[1.0, 2.0, 3.0]], (5, 1))
    centers, canvas, *_ = completed(refine(pixels, Grid(pixels), centers, 4000.0, EFFORTS["fast"]))
    labels = canvas.labels.reshape(pixels.shape)
    assert (labels[~pixels.mask] == 0).all()
    assert np.array_equal(canvas.image[~pixels.mask], image[~pixels.mask])
    expected = reference.nearest(image[pixels.mask][:, :3], centers)
    assert np.array_equal(labels[pixels.mask], expected)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("n_fixed", [1, 5, 13])
def test_fixed_centers_stay_while_bad_ones_are_mended(name, n_fixed):
    image, sweeper = CASES[name]
    pixels = as_pixels(image, None if image.ndim == 2 else "auto")
    points = pixels.block(slice(None)).astype(float)
    distinct = np.unique(points, axis=0)
    fixed = distinct[np.linspace(0, len(distinct) - 1, n_fixed).astype(int)]
    # All others look like a fixed one: they must give way, wherever they stand.
    centers = np.concatenate([fixed, np.tile(fixed[0], (13 - n_fixed, 1))])
    variance = points.var(axis=0).mean()
    centers, canvas, clusters, *_ = completed(
        refine(pixels, sweeper(pixels), centers, variance, EFFORTS["balanced"], n_fixed)
    )
    assert {row.tobytes() for row in fixed} <= {row.tobytes() for row in centers}
    assert len(np.unique(to_dtype(centers, image.dtype), axis=0)) == 13
    labels = reference.nearest(points, centers)
    assert np.array_equal(canvas.labels, labels)
    assert np.array_equal(clusters.counts, np.bincount(labels, minlength=13))
    assert (np.diff(clusters.counts) <= 0).all()


@pytest.mark.parametrize("effort", ["fast", "balanced", "best"])
@pytest.mark.parametrize(("n_channels", "n_colors"), [(3, 9), (12, 16), (40, 16)])
@pytest.mark.parametrize("dtype", ["float32", "uint8"])
def test_centers_of_noise_come_to_rest(effort, n_channels, n_colors, dtype):
    """Clusters of noise move for hundreds of Lloyd's sweeps."""
    rng = np.random.default_rng(6)
    image = (255 * rng.random((70, 70, n_channels))).astype(dtype)
    pixels = as_pixels(image, -1)
    points = image.reshape(-1, n_channels).astype(float)
    variance, limits = points.var(axis=0).mean(), EFFORTS[effort]
    found = completed(refine(pixels, Points(pixels), points[:n_colors], variance, limits))
    labels = reference.nearest(points, found.centers)
    assert np.array_equal(found.canvas.labels, labels)
    off = reference.cluster_means(points, labels, n_colors) - found.centers
    shift = ((off**2).sum(axis=1) * found.clusters.counts).sum() / len(points)
    error = found.clusters.squared_error / len(points)
    assert shift <= min(limits.tolerance * variance, limits.excess * error)


def test_centers_rest_however_many_sweeps_that_takes():
    """With a hundred sweeps at most, and Lloyd's longer steps, these centers did not."""
    image = np.random.default_rng(6).random((120, 120, 40)).astype(np.float32)
    q = quantize(image, 32, channel_axis=-1)
    points = image.reshape(-1, 40).astype(float)
    off = reference.cluster_means(points, q.labels.reshape(-1), 32) - q.palette.colors
    shift = ((off**2).sum(axis=1) * q.palette.counts).sum() / len(points)
    assert shift <= 2e-5 * points.var(axis=0).mean()


def test_centers_that_floats_cannot_tell_from_the_means_are_at_rest():
    rng = np.random.default_rng(7)
    image = 1e9 + rng.integers(0, 9, (30, 30, 4)) * 2e-7
    image[:15] += 1e3
    pixels = as_pixels(image, -1)
    variance = image.reshape(-1, 4).var(axis=0).mean()
    start = image.reshape(-1, 4)[:3]
    found = completed(refine(pixels, Points(pixels), start, variance, EFFORTS["best"]))
    assert (found.clusters.counts > 0).all()
