from __future__ import annotations

import numpy as np
import pytest
from skimage import color, data

import reference
from napari_kmeans_quantizer import convert_colors, quantize
from napari_kmeans_quantizer.core.color_space import ColorSpace, oklab_of_xyz, xyz_of_oklab

PHOTO = data.coffee()[::2, ::2]
IMAGES = {
    "uint8": PHOTO,
    "uint16": PHOTO.astype(np.uint16) * 257,
    "float32": (PHOTO / np.float32(255)).astype(np.float32),
    "float64": PHOTO / 255,
}


def lab(rgb):
    return color.rgb2lab(np.asarray(rgb, float).reshape(-1, 3))


def oklab(rgb):
    """Through linear sRGB, by the other pair of matrices that the source gives."""
    rgb = np.asarray(rgb, float).reshape(-1, 3)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    cones = (
        linear
        @ np.array(
            [
                [0.4122214708, 0.5363325363, 0.0514459929],
                [0.2119034982, 0.6806995451, 0.1073969566],
                [0.0883024619, 0.2817188376, 0.6299787005],
            ]
        ).T
    )
    return (
        np.cbrt(cones)
        @ np.array(
            [
                [0.2104542553, 0.7936177850, -0.0040720468],
                [1.9779984951, -2.4285922050, 0.4505937099],
                [0.0259040371, 0.7827717662, -0.8086757660],
            ]
        ).T
    )


def largest(image):
    return float(np.iinfo(image.dtype).max) if image.dtype.kind == "u" else 1.0


@pytest.mark.parametrize("name", IMAGES)
@pytest.mark.parametrize("space", ["lab", "oklab"])
@pytest.mark.parametrize("n_colors", [1, 6, 40])
def test_promises_hold_in_the_space(name, space, n_colors):
    image = IMAGES[name]
    q = quantize(image, n_colors, color_space=space)
    convert = ColorSpace(space, image.dtype).forward
    points = convert(image.reshape(-1, 3))
    labels = reference.nearest(points, convert(q.palette.colors))
    assert np.array_equal(q.labels.ravel(), labels)
    means = reference.cluster_means(points, labels, n_colors)
    off = ((means - convert(q.palette.colors)) ** 2).sum(axis=1)
    assert np.average(off, weights=q.palette.counts) <= 1e-3 * points.var(axis=0).mean()
    assert np.array_equal(q.image.reshape(-1, 3), q.palette.values[labels])
    distances = reference.squared_distances(points, convert(q.palette.colors)).min(axis=1)
    assert q.inertia == pytest.approx(distances.sum(), rel=1e-9)
    error = (image.astype(float) - q.image.astype(float)) ** 2
    assert q.mse == pytest.approx(error.mean(), rel=1e-6)
    assert len(np.unique(q.palette.values, axis=0)) == n_colors
    assert (np.diff(q.palette.counts) <= 0).all()


@pytest.mark.parametrize("space", ["lab", "oklab"])
def test_error_in_the_space_is_less_than_after_clustering_in_rgb(space):
    convert = {"lab": lab, "oklab": oklab}[space]
    points = convert(PHOTO / 255)

    def error(q):
        return reference.squared_distances(points, convert(q.palette.colors / 255)).min(1).sum()

    assert error(quantize(PHOTO, 12, color_space=space)) < 0.97 * error(quantize(PHOTO, 12))


def test_conversions_agree_with_scikit_image_and_with_the_source():
    bytes_ = np.random.default_rng(0).integers(0, 256, (999, 3)).astype(np.uint8)
    space = ColorSpace("lab", np.dtype(np.uint8))
    assert np.allclose(space.forward(bytes_), lab(bytes_ / 255), atol=1e-11)
    assert np.allclose(space.forward(bytes_.astype(float)), lab(bytes_ / 255), atol=1e-11)
    ok = ColorSpace("oklab", np.dtype(np.uint8))
    assert np.allclose(ok.forward(bytes_), oklab(bytes_ / 255), atol=2e-4)
    for name in ("lab", "oklab"):
        both = ColorSpace(name, np.dtype(np.uint16))
        values = bytes_.astype(np.uint16) * 200
        assert np.allclose(both.backward(both.forward(values)), values, atol=1e-6 * 65535)


def test_oklab_of_the_sources_example_values():
    xyz = np.array([[0.950, 1.000, 1.089], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    expected = [
        [1.000, 0.000, 0.000],
        [0.450, 1.236, -0.019],
        [0.922, -0.671, 0.263],
        [0.153, -1.415, -0.449],
    ]
    assert np.allclose(oklab_of_xyz(xyz), expected, atol=6e-4)
    assert np.allclose(xyz_of_oklab(oklab_of_xyz(xyz)), xyz)


def test_palette_stays_in_the_images_range():
    # Means in Lab of very saturated colors can lie outside of what RGB can show.
    image = np.random.default_rng(0).choice([0, 255], (60, 60, 3)).astype(np.uint8)
    image = np.where(np.random.default_rng(1).random((60, 60, 1)) < 0.5, image, 255 - image // 3)
    q = quantize(image.astype(np.uint8), 5, color_space="lab")
    assert 0 <= q.palette.colors.min() <= q.palette.colors.max() <= 255


def test_mask_alpha_and_given_palette():
    rgba = np.dstack([PHOTO, np.full(PHOTO.shape[:2], 255, np.uint8)])
    rgba[:50, :, 3] = 0
    q = quantize(rgba, 5, color_space="lab")
    assert np.array_equal(q.image[:50], rgba[:50])
    assert np.array_equal(q.labels[50:], quantize(PHOTO[50:], 5, color_space="lab").labels)
    given = quantize(PHOTO, palette=q.palette, color_space="lab")
    convert = ColorSpace("lab", PHOTO.dtype).forward
    expected = reference.nearest(convert(PHOTO.reshape(-1, 3)), convert(q.palette.colors))
    assert np.array_equal(given.labels.ravel(), expected)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros((9, 9)), "1 channels of float64"),
        (np.zeros((9, 9, 3), np.int16), "int16"),
        (np.linspace(0, 300, 243).reshape(9, 9, 3), "0..1, got values from 0 to 300"),
        (np.linspace(-1, 1, 243).reshape(9, 9, 3), "from -1 to 1"),
    ],
)
def test_images_without_colors_are_refused(image, message):
    with pytest.raises(ValueError, match=message):
        quantize(image, 2, color_space="lab")


# -- convert_colors


@pytest.mark.parametrize("shape", [(3,), (7, 3), (4, 5, 3), (0, 3)])
@pytest.mark.parametrize("name", ["rgb", "lab", "oklab"])
def test_converted_colors(shape, name):
    rgb = np.random.default_rng(0).random(shape)
    before = rgb.copy()
    found = convert_colors(rgb, name)
    expected = {"rgb": np.asarray, "lab": lab, "oklab": oklab}[name](rgb).reshape(shape)
    assert found.shape == shape
    assert found.dtype == np.float64
    assert np.allclose(found, expected, atol=1e-9 if name != "oklab" else 2e-4)
    assert np.array_equal(rgb, before)
    assert not np.shares_memory(found, rgb)


def test_lightness_of_white():
    white = np.ones(3, np.float32)
    assert convert_colors(white, "lab") == pytest.approx([100, 0, 0], abs=0.02)
    assert convert_colors(white, "oklab") == pytest.approx([1, 0, 0], abs=1e-3)
    assert convert_colors([True, True, True], "rgb").tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("colors", "name", "error", "message"),
    [
        ([[0, 0, 0]], "hsv", ValueError, "'hsv'"),
        ([[0, 0]], "lab", ValueError, r"3 channels on the last axis, got \(1, 2\)"),
        (0.5, "rgb", ValueError, "3 channels"),
        ([[0, 0, 255]], "rgb", ValueError, r"0\.\.1, got 0 to 255"),
        ([[0, 0, -0.1]], "lab", ValueError, r"0\.\.1"),
        ([[0, 0, np.nan]], "lab", ValueError, r"0\.\.1"),
        ([["a", "b", "c"]], "lab", TypeError, "numbers"),
    ],
)
def test_bad_colors_are_not_converted(colors, name, error, message):
    with pytest.raises(error, match=message):
        convert_colors(colors, name)
