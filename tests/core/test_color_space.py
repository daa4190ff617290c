from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from skimage import color, data

import reference
from napari_kmeans_quantizer import convert_colors, quantize
from napari_kmeans_quantizer.core.color_space import CONES_OF_XYZ, ColorSpace
from napari_kmeans_quantizer.core.kernels.conversion import from_linear, linear
from napari_kmeans_quantizer.core.kernels.conversion import roots as cube_roots

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
    steps = np.arange(0, 256, 15)
    bytes_ = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(-1, 3).astype(np.uint8)
    space = ColorSpace("lab", np.dtype(np.uint8))
    assert np.allclose(space.forward(bytes_), lab(bytes_ / 255), rtol=0, atol=1e-12)
    assert np.allclose(space.backward(lab(bytes_ / 255)), bytes_, rtol=0, atol=1e-9)
    ok = ColorSpace("oklab", np.dtype(np.uint8))
    assert np.allclose(ok.forward(bytes_), oklab(bytes_ / 255), atol=2e-4)
    for name in ("lab", "oklab"):
        both = ColorSpace(name, np.dtype(np.uint16))
        values = bytes_.astype(np.uint16) * 257
        assert np.allclose(both.backward(both.forward(values)), values, rtol=0, atol=1e-8)


def roots(x, n, magic, third, terms):
    """The kernel's ``x ** (-1 / n)`` in NumPy, which rounds after every operation."""
    high = x.view(np.uint64) >> np.uint64(32)
    bits = np.uint64(magic) - (high * np.uint64(third) >> np.uint64(32))
    y = (bits << np.uint64(32)).view(np.float64)
    for series in terms:
        r = 1.0 - x * (y * y * y if n == 3 else (y * y) * (y * y) * y)
        more = series[-1]
        for term in series[-2::-1]:
            more = term + r * more
        y = y + y * (r * more)
    return y


def test_kernels_round_after_every_operation():
    """So they give the same bits wherever they run: no fused multiplications and additions."""
    values = np.random.default_rng(0).random(4099) * 0.9 + 0.1
    x = (values + 0.055) / 1.055
    fifths = (1 / 5, 3 / 25, 11 / 125, 44 / 625)
    y = roots(x, 5, 0x4CB89BB1, 0x33333334, (fifths, fifths[:3]))
    found = values.copy()
    linear(len(found), 1.0, found)
    assert np.array_equal(found, (x * x * x) * (y * y * y))
    thirds = (1 / 3, 2 / 9, 14 / 81)
    y = roots(values, 3, 0x553EE8B4, 0x55555556, (thirds, thirds))
    found, numbers = values.copy(), ColorSpace("oklab", np.dtype(np.uint8)).numbers
    cube_roots(len(found), numbers, found)
    assert np.array_equal(found, values * (y * y))
    assert np.allclose(found, np.cbrt(values), rtol=2e-15, atol=0)


@pytest.mark.parametrize("name", ["lab", "oklab"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_color_has_the_same_coordinates_whatever_holds_it(name, dtype):
    white = np.iinfo(dtype).max
    colors = np.random.default_rng(0).integers(0, white + 1, (1500, 3)).astype(dtype)
    expected = convert_colors(colors / white, name)
    space = ColorSpace(name, colors.dtype)
    assert np.array_equal(space.forward(colors), expected)
    assert np.array_equal(space.forward(np.asfortranarray(colors, float)), expected)
    assert np.array_equal(space.forward(colors[7:8]), expected[7:8])
    assert np.array_equal(
        np.vstack([space.forward(colors[:513]), space.forward(colors[513:])]), expected
    )


def test_dark_floats():
    dark = np.array([0.0, 5e-324, 1e-300, 1e-40, 1e-9, 0.04045, np.nextafter(0.04045, 1)])
    grey = np.repeat(dark[:, np.newaxis], 3, axis=1)
    assert np.allclose(convert_colors(grey, "lab"), lab(grey), rtol=0, atol=1e-12)
    assert np.allclose(convert_colors(grey, "oklab"), oklab(grey), rtol=0, atol=1e-4)
    assert convert_colors(grey[:1], "oklab").tolist() == [[0, 0, 0]]
    # Roots are taken of whatever a given palette holds, also beyond what RGB can be.
    beyond = ColorSpace("oklab", np.dtype(float)).forward(np.array([[-0.5, -0.5, -0.5], [9, 9, 9]]))
    assert beyond[0, 0] < 0 < beyond[1, 0]


def test_scikit_image_is_not_imported():
    code = """import sys, numpy as np, napari_kmeans_quantizer as q
q.convert_colors([[1, 0, 0]], "lab")
q.quantize(np.arange(75).reshape(5, 5, 3).astype(np.uint8), 4, color_space="oklab")
print(sorted(m for m in sys.modules if m.split(".")[0] == "skimage"))"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_oklab_of_the_sources_example_values():
    xyz = np.array([[0.950, 1.000, 1.089], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    expected = [
        [1.000, 0.000, 0.000],
        [0.450, 1.236, -0.019],
        [0.922, -0.671, 0.263],
        [0.153, -1.415, -0.449],
    ]
    numbers = ColorSpace("oklab", np.dtype(np.uint8)).numbers
    numbers[:9] = CONES_OF_XYZ.ravel()  # from XYZ, not from linear RGB
    x, y, z = xyz.T.copy()
    from_linear(4, numbers, x, y, z)
    assert np.allclose(np.stack([x, y, z], axis=1), expected, atol=6e-4)


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
