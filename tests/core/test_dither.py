"""Dithering: colors are mixed by pixels, and nothing else changes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage
from skimage import data

import reference
from napari_kmeans_quantizer import Palette, convert_colors, quantize, quantize_steps
from napari_kmeans_quantizer.core.mixing import bayer, blue_noise

METHODS = ("floyd-steinberg", "ordered", "blue-noise")
THRESHOLDS = {"ordered": bayer, "blue-noise": blue_noise}
PHOTO = data.coffee()[::5, ::5]
SMALL = PHOTO[20:60, 30:83]


def noise(*shape, seed=0):
    return np.random.default_rng(seed).random(shape)


def expected_labels(points, centers, method, strength=1.0, mask=None, brightness=None):
    """Labels of one plane, (rows, columns, D), by the naive reference."""
    if method == "floyd-steinberg":
        return reference.floyd_steinberg(points, centers, strength, mask)
    brightness = centers.sum(axis=1) if brightness is None else brightness
    labels = reference.mixed(points, centers, THRESHOLDS[method](), brightness, strength)
    return labels if mask is None else labels * mask


def blurred_error(image, other):
    """Mean squared error once both are blurred, as by the eye."""
    blur = (1.5,) * 2 + (0,) * (image.ndim - 2)
    one, two = (ndimage.gaussian_filter(i.astype(float), blur) for i in (image, other))
    return float(((one - two) ** 2).mean())


def same(a, b):
    return (
        a.labels.tobytes() == b.labels.tobytes()
        and a.palette.colors.tobytes() == b.palette.colors.tobytes()
        and a.palette.counts.tobytes() == b.palette.counts.tobytes()
        and a.image.tobytes() == b.image.tobytes()
        and (a.inertia, a.mse) == (b.inertia, b.mse)
    )


@pytest.fixture(params=METHODS)
def method(request):
    return request.param


# -- which color a pixel gets


@pytest.mark.parametrize("n_channels", [1, 2, 3, 5])
@pytest.mark.parametrize("n_colors", [2, 7, 40])
@pytest.mark.parametrize("strength", [1.0, 0.4])
def test_colors_are_the_nearest_to_the_changed_values(method, n_channels, n_colors, strength):
    image, colors = noise(23, 31, n_channels), noise(n_colors, n_channels, seed=1)
    q = quantize(image, palette=colors, channel_axis=-1, dither=method, dither_strength=strength)
    expected = expected_labels(image, colors, method, strength)
    expected = reference.none_lost(
        expected, reference.nearest(image.reshape(-1, n_channels), colors)
    )
    assert np.array_equal(q.labels, expected)


def test_of_equally_near_colors_the_first(method):
    image = np.full((6, 9), 10, np.uint8)
    q = quantize(image, palette=[[0], [20], [0], [20]], dither=method)
    points, centers = image[..., np.newaxis].astype(float), np.array([[0.0], [20], [0], [20]])
    assert np.array_equal(np.unique(q.labels), [0, 1])
    assert abs(float(q.image.mean()) - 10) <= 2
    assert np.array_equal(q.labels, expected_labels(points, centers, method))


@pytest.mark.parametrize("space", ["lab", "oklab"])
def test_in_other_color_spaces(method, space):
    colors = quantize(SMALL, 9).palette.values
    q = quantize(SMALL, palette=colors, color_space=space, dither=method)
    points, centers = convert_colors(SMALL / 255, space), convert_colors(colors / 255, space)
    expected = expected_labels(points, centers, method, brightness=colors.sum(axis=1, dtype=float))
    assert (q.labels != expected).mean() < 0.02  # 1 / 255 is rounded, and errors are passed on
    distances = ((points - centers[q.labels]) ** 2).sum()
    assert q.inertia == pytest.approx(distances, rel=1e-6)


@pytest.mark.parametrize("dtype", ["uint8", "int16", ">u2", "int64", "float16", ">f4", "f8"])
@pytest.mark.parametrize("grey", [True, False])
def test_every_dtype(method, dtype, grey):
    image = (SMALL[..., 1] if grey else SMALL).astype(dtype)
    q = quantize(image, 4, dither=method)
    plain = quantize(image, 4)
    points = image.reshape(*q.labels.shape, -1).astype(float)
    expected = expected_labels(points, plain.palette.colors, method)
    order = np.argsort(-np.bincount(expected.ravel(), minlength=4), kind="stable")
    assert np.array_equal(q.palette.colors, plain.palette.colors[order])
    assert np.array_equal(q.labels, np.argsort(order)[expected])
    assert q.image.dtype == image.dtype
    assert np.array_equal(q.image, q.palette.paint(q.labels))


def test_bools(method):
    image = noise(20, 20, 3) < 0.4
    q = quantize(image, palette=[[False] * 3, [True] * 3], dither=method)
    points = image.astype(float)
    assert np.array_equal(q.labels, expected_labels(points, np.array([[0.0] * 3, [1] * 3]), method))
    assert q.image.dtype == bool


def test_values_far_outside_of_the_palette(method):
    image = np.array([[-1e6, 0, 1, 2, 5, 1e9, 1, 1, 0.5]])
    colors = np.array([[0.0], [1], [4]])
    q = quantize(image, palette=colors, dither=method)
    assert np.array_equal(q.labels, expected_labels(image[..., np.newaxis], colors, method))


# -- where


def test_every_plane_of_a_stack_by_itself(method):
    stack = np.stack([[PHOTO, PHOTO[::-1]], [PHOTO // 2, 255 - PHOTO], [PHOTO, PHOTO]])
    palette = quantize(PHOTO, 6).palette
    q = quantize(stack, palette=palette, dither=method)
    for i, j in np.ndindex(3, 2):
        alone = quantize(stack[i, j], palette=palette, dither=method)
        # One that is missing in a plane alone gets one pixel back.
        assert (q.labels[i, j] != alone.labels).sum() <= 2


def test_channels_anywhere(method):
    expected = quantize(PHOTO, 6, dither=method)
    for axis in (0, 1):
        q = quantize(np.moveaxis(PHOTO, -1, axis), 6, channel_axis=axis, dither=method)
        assert np.array_equal(q.labels, expected.labels)
        assert np.array_equal(np.moveaxis(q.image, axis, -1), expected.image)


def test_a_line_is_one_row(method):
    line = noise(3000)
    q, row = (quantize(image, 5, dither=method) for image in (line, line[np.newaxis]))
    assert np.array_equal(q.labels, row.labels[0])


@pytest.mark.parametrize("shape", [(600, 1), (130, 5), (9, 64), (5, 257), (2, 700)])
def test_rows_of_any_width(method, shape):
    image, colors = noise(*shape, 3), noise(9, 3, seed=1)
    q = quantize(image, palette=colors, channel_axis=-1, dither=method)
    assert np.array_equal(q.labels, expected_labels(image, colors, method))


@pytest.mark.parametrize("shape", [(1,), (1, 1), (7, 1), (1, 7)])
def test_tiny_images(method, shape):
    q = quantize(noise(*shape), 3, dither=method)
    assert q.labels.shape == shape


# -- who takes part


@pytest.mark.parametrize("fill", [np.nan, 7.0])
def test_pixels_outside_the_mask_neither_give_nor_take(method, fill):
    image, mask = SMALL / 255, noise(*SMALL.shape[:2]) < 0.7
    colors = quantize(image, 5).palette.colors
    image[~mask] = fill
    q = quantize(image, palette=colors, mask=mask, dither=method)
    assert np.array_equal(q.labels, expected_labels(image, colors, method, mask=mask))
    assert np.array_equal(q.image[~mask], image[~mask], equal_nan=True)
    assert np.array_equal(q.image[mask], q.palette.values[q.labels[mask]])
    assert np.array_equal(q.palette.counts, np.bincount(q.labels[mask], minlength=5))


def test_nor_do_transparent_ones(method):
    alpha = np.where(noise(*PHOTO.shape[:2], 1) < 0.5, 0, 200).astype(np.uint8)
    image = np.concatenate([PHOTO, alpha], axis=-1)
    q = quantize(image, 5, dither=method)
    masked = quantize(PHOTO, 5, dither=method, mask=alpha[..., 0] > 0)
    assert np.array_equal(q.labels, masked.labels)
    assert np.array_equal(q.image[..., 3:], alpha)
    assert np.array_equal(q.image[..., :3], masked.image)


def test_nothing_to_see(method):
    image = np.zeros((4, 4, 4), np.uint8)
    q = quantize(image, 3, dither=method)
    assert np.array_equal(q.image, image)
    assert len(q.palette) == 0


# -- what stays


@pytest.mark.parametrize("space", ["rgb", "oklab"])
@pytest.mark.parametrize("options", [{}, {"fixed_colors": [[0, 0, 0]]}, {"sample": 0.1}])
def test_the_colors_are_those_without(method, space, options):
    q = quantize(PHOTO, 7, color_space=space, dither=method, **options)
    plain = quantize(PHOTO, 7, color_space=space, **options)
    assert sorted(map(tuple, q.palette.colors)) == sorted(map(tuple, plain.palette.colors))
    assert (np.diff(q.palette.counts) <= 0).all()
    assert np.array_equal(q.palette.counts, np.bincount(q.labels.ravel()))


@pytest.mark.parametrize("image", [PHOTO, PHOTO[..., 0], PHOTO / 255, PHOTO.astype(np.uint16)])
@pytest.mark.parametrize("n_colors", [2, 8, 60])
@pytest.mark.parametrize("options", [{}, {"color_space": "lab"}, {"mask": PHOTO[..., 1] > 40}])
def test_dithering_later_in_the_fitted_colors_is_the_same_but_for_their_order(
    method, image, n_colors, options
):
    if image.ndim == 2:
        options = {**options, "color_space": "rgb"}
    fitted = quantize(image, n_colors, **options).palette
    later = quantize(image, palette=fitted, dither=method, **options).ordered()
    assert same(later, quantize(image, n_colors, dither=method, **options))


def test_a_given_palette_keeps_its_order_and_names(method):
    palette = Palette([[250, 240, 230], [20, 10, 0], [0, 255, 0]], names=("milk", "coffee", "no"))
    q = quantize(PHOTO, palette=palette, dither=method)
    assert np.array_equal(q.palette.colors, palette.colors)
    assert q.palette.names == palette.names
    assert np.array_equal(q.palette.counts, np.bincount(q.labels.ravel(), minlength=3))


def test_strength_0_paints_as_without(method):
    assert same(quantize(PHOTO, 6, dither=method, dither_strength=0), quantize(PHOTO, 6))


def test_next_to_no_strength_changes_next_to_nothing(method):
    q, plain = quantize(PHOTO, 6, dither=method, dither_strength=1e-9), quantize(PHOTO, 6)
    assert np.array_equal(q.labels, plain.labels)


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float32])
def test_an_image_of_few_colors_comes_back(method, dtype):
    colors = np.array([[0, 0, 0], [9, 9, 9], [90, 1, 3], [200, 100, 255]], dtype)
    image = colors[np.random.default_rng(0).integers(0, 4, (30, 40))]
    for options in ({"n_colors": 4}, {"n_colors": 9}, {"palette": colors}):
        q = quantize(image, dither=method, **options)
        assert np.array_equal(q.image, image)
        assert q.mse == 0


def test_one_color_is_the_mean(method):
    assert same(quantize(PHOTO, 1, dither=method), quantize(PHOTO, 1))


def test_no_color_loses_all_of_its_pixels(method):
    image = np.full((40, 40), 100.0)
    image[20, 20], image[10:15] = 104, 0  # next to nothing between 100 and 0
    image[image == 100] += noise((image == 100).sum()) * 0.01
    for n_colors in (3, 9, 30):
        q = quantize(image, n_colors, dither=method)
        assert len(q.palette) == n_colors
        assert (q.palette.counts > 0).all()


def test_the_input_is_not_modified(method):
    before = PHOTO.copy()
    quantize(PHOTO, 5, dither=method)
    quantize(PHOTO, 5, dither=method, mask=PHOTO[..., 0] > 50)
    assert np.array_equal(PHOTO, before)


# -- same bits


@pytest.mark.parametrize("image", [data.coffee(), np.stack([data.camera()] * 3)])
def test_with_any_number_of_threads(method, image, monkeypatch):
    expected = quantize(image, 6, dither=method)
    for n_threads in (1, 2, 5):
        monkeypatch.setattr("napari_kmeans_quantizer.core.threads.n_threads", lambda n=n_threads: n)
        assert same(quantize(image, 6, dither=method), expected)


def test_in_any_memory_layout(method):
    image = data.coffee()[:150]
    expected = quantize(image, 6, dither=method)
    read_only = image.copy()
    read_only.flags.writeable = False
    for other in (np.asfortranarray(image), image[::-1].copy()[::-1], read_only):
        assert same(quantize(other, 6, dither=method), expected)


# -- figures


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("space", ["rgb", "lab"])
def test_figures_are_those_of_what_is_painted(method, dtype, space):
    image = PHOTO if dtype == np.uint8 else (PHOTO / 255).astype(dtype)
    q = quantize(image, 6, dither=method, color_space=space)
    difference = image.astype(float) - q.image.astype(float)
    assert q.mse == pytest.approx((difference**2).mean(), rel=1e-6)
    assert q.mse > quantize(image, 6, color_space=space).mse
    if space == "rgb":
        distances = (image - q.palette.colors[q.labels]) ** 2
        assert q.inertia == pytest.approx(distances.sum(), rel=1e-6)


@pytest.mark.parametrize(
    ("image", "space"),
    [
        (data.astronaut()[::2, ::2], "rgb"),
        (data.camera()[::2, ::2], "rgb"),
        (data.coffee() / 255, "oklab"),
    ],
)
@pytest.mark.parametrize("n_colors", [4, 16, 64])
def test_blurred_it_looks_more_like_the_image(method, image, space, n_colors):
    plain = quantize(image, n_colors, color_space=space)
    q = quantize(image, n_colors, color_space=space, dither=method)
    assert blurred_error(q.image, image) < 0.85 * blurred_error(plain.image, image)


def test_gradients_keep_their_mean(method):
    ramp = np.tile(np.linspace(0, 1, 256), (64, 1))
    q = quantize(ramp, palette=[[0.0], [1.0]], dither=method)
    assert (
        np.abs(q.image.reshape(64, 16, 16).mean((0, 2)) - ramp[0].reshape(16, 16).mean(1)).max()
        < 0.02
    )


def test_a_step_tells_of_it():
    stages = [step.stage for step in quantize_steps(PHOTO, 5, dither="ordered")]
    assert stages[-1] == "Dithering"
    assert "Painting" in stages


# -- thresholds


def test_bayer_by_hand():
    assert (64 * bayer() - 0.5)[:4, :4].astype(int).tolist() == [
        [0, 32, 8, 40],
        [48, 16, 56, 24],
        [12, 44, 4, 36],
        [60, 28, 52, 20],
    ]


def ranks():
    return (64 * 64 * blue_noise() - 0.5).astype(int)


def test_blue_noise_has_every_rank_once():
    assert np.array_equal(np.sort(ranks(), axis=None), np.arange(64 * 64))


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.8])
def test_blue_noise_is_blue_at_every_level(share):
    pattern = blue_noise() < share
    power = np.abs(np.fft.fft2(pattern - pattern.mean())) ** 2  # of a torus: no seams
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(64), np.fft.fftfreq(64)))
    mean_power = power[frequency > 0].mean()
    lowest = 0.25 * np.sqrt(min(share, 1 - share) / 0.5)
    assert power[(frequency > 0) & (frequency < lowest)].mean() < 0.15 * mean_power


def test_the_script_makes_the_tile_bit_for_bit():
    file = Path(__file__).parents[2] / "scripts" / "blue_noise.py"
    spec = importlib.util.spec_from_file_location("blue_noise_script", file)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert np.array_equal(script.blue_noise(), ranks())
    assert np.array_equal(np.load(script.FILE), ranks())
