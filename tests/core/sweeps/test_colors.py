"""8-bit RGB in other color spaces: labels, figures and pictures as naive NumPy has them."""

from __future__ import annotations

import numpy as np
import pytest

import reference
from napari_kmeans_quantizer import completed, convert_colors, quantize
from napari_kmeans_quantizer.core import threads
from napari_kmeans_quantizer.core.color_space import ColorSpace
from napari_kmeans_quantizer.core.image import CHUNK_PIXELS, as_pixels
from napari_kmeans_quantizer.core.kernels.color_counts import count_colors
from napari_kmeans_quantizer.core.kernels.colors import label_octants, measure_octants
from napari_kmeans_quantizer.core.sweeps.base import Canvas
from napari_kmeans_quantizer.core.sweeps.colors import MIN_PIXELS, Colors
from napari_kmeans_quantizer.core.sweeps.grid import Grid


def photo(n, seed=0):
    r = np.random.default_rng(seed)
    walk = np.cumsum(r.normal(0, 3, (n, 3)), 0) + r.normal(0, 6, (n, 1))
    return (127 + 120 * np.sin(walk / 60)).astype(np.uint8)


def sweep(image, centers, space, mask=None):
    pixels = as_pixels(image, -1 if image.shape[-1] == 3 else "auto", mask)
    colors = Colors(pixels, ColorSpace(space, np.dtype(np.uint8)))
    canvas = Canvas.blank(pixels, len(centers))
    return colors, canvas, completed(colors.sweep(centers, canvas))


def check(image, centers, space="lab", mask=None):
    centers = np.asarray(centers, np.float64)
    values = np.rint(centers.clip(0, 255)).astype(np.uint8)
    before = image.copy()
    colors, canvas, clusters = sweep(image, centers, space, mask)
    part = slice(None) if mask is None else mask
    used = image[part][:, :3]
    points = convert_colors(used / 255, space)
    places = ColorSpace(space, np.dtype(np.uint8)).forward(centers)
    want = np.concatenate(
        [reference.nearest(points[i : i + 4096], places) for i in range(0, len(used), 4096)]
    )
    assert np.array_equal(canvas.labels[part], want)
    expected = image.copy()
    expected[part, :3] = values[want]
    assert np.array_equal(canvas.image, expected)
    assert np.array_equal(clusters.counts, np.bincount(want, minlength=len(centers)))
    off = points - places[want]
    assert clusters.inertia == pytest.approx((off**2).sum(), rel=1e-10, abs=1e-20)
    assert clusters.squared_error == ((used.astype(np.int64) - values[want]) ** 2).sum()
    filled = clusters.counts > 0
    means = np.stack([points[want == k].mean(axis=0) for k in np.flatnonzero(filled)])
    found = ColorSpace(space, np.dtype(np.uint8)).backward(means)
    assert np.allclose(clusters.means[filled], found, atol=1e-9)
    assert np.array_equal(clusters.means[~filled], centers[~filled])
    assert np.array_equal(image, before)
    return colors, canvas, clusters


rng = np.random.default_rng(0)


@pytest.mark.parametrize("space", ["lab", "oklab"])
@pytest.mark.parametrize("k", [1, 2, 3, 16, 64, 256, 257, 600])
@pytest.mark.parametrize("make", ["photo", "noise"])
def test_random(k, make, space):
    r = np.random.default_rng(k)
    pixels = photo(20011, k) if make == "photo" else r.integers(0, 256, (20011, 3), dtype=np.uint8)
    check(pixels, r.uniform(0, 255, (k, 3)), space)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 4095, 4097, CHUNK_PIXELS + 1])
def test_sizes(n):
    check(photo(n), rng.uniform(0, 255, (7, 3)))


@pytest.mark.parametrize("n", [255, 256, 510, 511, 1023, 1024, 1025, 70001])
def test_counts_that_spill(n):
    """A color's byte holds 255 pixels, a cell's word 1023."""
    two = np.array([[10, 20, 30], [11, 20, 30], [200, 3, 9]], np.uint8)
    image = np.concatenate([np.repeat(two, [n, 1, n // 2], axis=0), photo(999)])
    _, _, clusters = check(image, [[10, 20, 30], [11, 20, 30], [99, 99, 99]])
    assert clusters.counts.sum() == len(image)


def test_inertia_of_colors_that_are_centers_is_zero():
    centers = np.array([[10, 20, 30], [11, 20, 30], [200, 3, 9]])
    image = np.repeat(centers.astype(np.uint8), [9000, 700, 3], axis=0)
    assert sweep(image, centers.astype(float), "lab")[2].inertia == 0.0


def test_equal_centers_go_to_the_lower_index():
    centers = rng.uniform(0, 255, (40, 3))
    _, canvas, clusters = check(photo(30000), np.concatenate([centers, centers[::-1]]))
    assert canvas.labels.max() < 40
    assert not clusters.counts[40:].any()
    assert clusters.ties
    check(photo(5000), np.concatenate([centers, centers + 1e-12, centers - 1e-12]))


class Given(ColorSpace):
    """Puts two centers where it is told to."""

    def forward(self, colors):
        return self.places if len(colors) == 2 else super().forward(colors)


@pytest.mark.parametrize(("step", "ties"), [(8.0, True), (8.5, False)])
def test_a_tie_is_told_and_goes_to_the_first(step, ties):
    grey = np.full((9, 3), 100, np.uint8)
    space = Given("lab", np.dtype(np.uint8))
    point = space.forward(grey)[0]  # L in 40..56, so both sums are exact
    space.places = point + np.array([[8, 0, 0], [-step, 0, 0]])
    colors, canvas = Colors(as_pixels(grey, -1), space), Canvas.blank(as_pixels(grey, -1), 2)
    clusters = completed(colors.sweep(np.array([[1.0, 2, 3], [4, 5, 6]]), canvas))
    assert clusters.counts.tolist() == [9, 0]
    assert clusters.ties == ties


@pytest.mark.parametrize("scale", [1e3, 1e9])
def test_centers_outside_the_gamut(scale):
    centers = rng.uniform(0, 1, (20, 3)) * scale
    centers[3] = 100, 100, 100
    sweep(photo(5000), centers, "lab")
    sweep(photo(5000), -centers, "oklab")


def test_masks_and_alpha():
    n = 300_001
    rgb, centers = photo(n), rng.uniform(0, 255, (9, 3))
    check(rgb, centers, mask=rng.random(n) < 0.4)
    check(rgb, rng.uniform(0, 255, (300, 3)), mask=np.arange(n) == 77)
    alpha = rng.integers(0, 3, (n, 1), dtype=np.uint8)
    image = np.concatenate([rgb, alpha], axis=1)[np.newaxis]
    _, canvas, clusters = sweep(image, centers, "lab")
    seen = alpha[:, 0] > 0
    points, places = convert_colors(rgb / 255, "lab"), convert_colors(centers / 255, "lab")
    assert np.array_equal(canvas.labels[seen], reference.nearest(points[seen], places))
    assert np.array_equal(canvas.image[0, ~seen], image[0, ~seen])
    assert clusters.counts.sum() == seen.sum()


def test_any_array_and_no_second_compilation():
    plain, centers = photo(40_001), rng.uniform(0, 255, (9, 3))
    _, canvas, _ = check(plain, centers)
    frozen = plain.copy()
    frozen.flags.writeable = False
    made = [
        list(kernel.nopython_signatures)
        for kernel in (count_colors, measure_octants, label_octants)
    ]
    for image in (frozen, np.asfortranarray(plain), plain[::-1].copy()[::-1]):
        assert np.array_equal(check(image, centers)[1].labels, canvas.labels)
    check(plain, rng.uniform(0, 255, (300, 3)))
    assert made == [
        list(kernel.nopython_signatures)
        for kernel in (count_colors, measure_octants, label_octants)
    ]


@pytest.mark.parametrize("n_threads", [2, 3, 16])
def test_threads(n_threads, monkeypatch):
    image = np.concatenate([photo(5 * CHUNK_PIXELS + 11), np.full((2000, 3), 7, np.uint8)])
    centers = rng.uniform(0, 255, (31, 3))
    monkeypatch.setattr(threads, "n_threads", lambda: 1)
    one, one_canvas, expected = sweep(image, centers, "lab")
    monkeypatch.setattr(threads, "n_threads", lambda: n_threads)
    many, canvas, found = sweep(image, centers, "lab")
    assert np.array_equal(canvas.labels, one_canvas.labels)
    assert np.array_equal(canvas.image, one_canvas.image)
    for a, b in zip(found, expected, strict=True):
        assert np.array_equal(a, b)
    for n_colors in (2, 99):
        for a, b in zip(many.table(n_colors, rng), one.table(n_colors, rng), strict=True):
            assert np.array_equal(a, b)


def test_cells_are_those_of_the_grid():
    image = np.concatenate([photo(50_000), np.full((70_000, 3), 7, np.uint8)])
    pixels = as_pixels(image, -1)
    colors, grid = Colors(pixels, ColorSpace("lab", image.dtype)), Grid(pixels)
    assert colors.distinct(10) is None
    for a, b in zip(colors.table(99, rng), grid.table(99, rng), strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("name", ["lab", "oklab"])
def test_octants_stand_for_the_means_of_their_pixels_places(name):
    image = rng.integers(0, 256, (60_000, 3)).astype(np.uint8)
    space = ColorSpace(name, image.dtype)
    found = Colors(as_pixels(image, -1), space).table(2, rng)
    expected = Grid(as_pixels(image, -1)).table(2, rng)
    assert np.array_equal(found.keys, expected.keys)
    assert np.array_equal(found.counts, expected.counts)
    octants, which = np.unique(image >> 3, axis=0, return_inverse=True)
    places = space.forward(image)
    sums = [np.bincount(which.reshape(-1), x, len(octants)) for x in places.T]
    means = np.stack(sums, axis=1) / np.bincount(which.reshape(-1))[:, np.newaxis]
    order = np.lexsort((np.floor(expected.colors).astype(int) >> 3).T[::-1])
    off = np.abs(space.forward(found.colors[order]) - means).max(axis=1)
    assert np.median(off) < 1e-9
    assert off.max() < (0.1 if name == "lab" else 1e-3)  # means that cannot be shown are near


def test_a_tally_tells_what_a_sweep_does():
    image, centers = photo(50_000), rng.uniform(0, 255, (31, 3))
    colors, canvas, expected = sweep(image, centers, "oklab")
    other = Colors(as_pixels(image, -1), ColorSpace("oklab", image.dtype))
    again = Canvas.blank(as_pixels(image, -1), 31)
    seen = completed(other.tally(centers, again))
    other.table(2, rng)
    swept = completed(other.sweep(centers, again))
    for a, b in zip(swept, expected, strict=True):
        assert np.array_equal(a, b)
    assert np.array_equal(seen.counts, expected.counts)
    assert np.array_equal(seen.means, expected.means)
    assert seen.error == expected.squared_error / 50_000
    assert np.array_equal(again.labels, canvas.labels)
    assert np.array_equal(again.image, canvas.image)
    assert completed(colors.tally(centers[:2], canvas)).counts.sum() == 50_000


@pytest.mark.parametrize("space", ["lab", "oklab"])
def test_small_and_large_images_get_the_same_labels(space):
    image = photo(MIN_PIXELS).reshape(128, -1, 3)
    palette = rng.uniform(0, 255, (9, 3))
    large = quantize(image, palette=palette, color_space=space)
    small = quantize(image[1:], palette=palette, color_space=space)
    assert np.array_equal(large.labels[1:], small.labels)
    assert np.array_equal(large.image[1:], small.image)
