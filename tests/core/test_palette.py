from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from napari_kmeans_quantizer import Palette, quantize
from napari_kmeans_quantizer.core.units import to_dtype


def test_shares_hex_and_length():
    palette = Palette([[255, 128, 0], [0, 0, 0]], [1, 3])
    assert len(palette) == 2
    assert palette.hex == ["#ff8000", "#000000"]
    assert palette.share.tolist() == [0.25, 0.75]
    assert "#ff8000" in repr(palette)
    assert palette.colors.dtype == np.float64
    assert palette.counts.dtype == np.int64


@pytest.mark.parametrize(
    ("colors", "dtype", "expected"),
    [
        ([[255, 0, 128]], np.uint8, "#ff0080"),
        ([[65535, 0, 32896]], np.uint16, "#ff0080"),
        ([[1.0, 0.0, 0.5]], float, "#ff0080"),
        ([[255.0, 0, 128]], float, "#ff0080"),
        ([[255]], np.uint8, "#ffffff"),
        ([[True], [False]], bool, "#ffffff"),
        ([[0.5]], np.float32, "#808080"),
        ([[255, 0]], np.uint8, "#ff0000"),
        ([[255, 0, 128, 77]], np.uint8, "#ff0080"),
        ([[-1000.0], [3000.0]], np.float32, "#000000"),
        ([[-3, -2, -1]], np.int16, "#0080ff"),
        ([[7.0]], float, "#070707"),
    ],
)
def test_hex_of_any_kind_of_color(colors, dtype, expected):
    assert Palette(np.array(colors, dtype)).hex[0] == expected


def test_hex_of_an_image_that_does_not_fill_its_range():
    image = np.array([[-1000.0, 0.0, 3000.0]])
    assert sorted(quantize(image, 3).palette.hex) == ["#000000", "#404040", "#ffffff"]


def test_paint():
    palette = Palette(np.array([[9.6, 0, 0], [0, 0, 300]]), dtype=np.uint8)
    assert palette.values.tolist() == [[10, 0, 0], [0, 0, 255]]
    painted = palette.paint(np.array([[1, 0]]))
    assert painted.dtype == np.uint8
    assert painted.tolist() == [[[0, 0, 255], [10, 0, 0]]]
    assert Palette([[3], [4]]).paint([[0, 1]]).tolist() == [[3, 4]]
    with pytest.raises(ValueError, match=r"0\.\.1, got 0\.\.2. Labels of a napari layer"):
        palette.paint([0, 2])
    with pytest.raises(TypeError, match="float64"):
        palette.paint([0.0])


def test_is_read_only_and_its_own():
    colors = np.zeros((2, 3))
    palette = Palette(colors)
    colors[:] = 1
    assert palette.colors.max() == 0
    for array in (palette.colors, palette.counts, palette.values):
        assert not array.flags.writeable


@pytest.mark.parametrize(
    ("colors", "counts", "error", "message"),
    [
        ([1, 2, 3], None, ValueError, r"\(K, C\)"),
        (np.zeros((65536, 3)), None, ValueError, "0 to 65535"),
        ([[np.inf, 0]], None, ValueError, "finite"),
        ([["#ff0000"]], None, TypeError, "numbers"),
        ([[1, 2, 3]], [1, 2], ValueError, "1 integers"),
        ([[1, 2, 3]], [-1], ValueError, ">= 0"),
        ([[1, 2, 3]], [0.5], ValueError, "float64"),
    ],
)
def test_bad_palettes_are_refused(colors, counts, error, message):
    with pytest.raises(error, match=message):
        Palette(colors, counts)


@pytest.mark.parametrize("dtype", ["int8", "uint16", "int32", "int64", "uint64", "float16", ">f4"])
def test_rounding_never_wraps(dtype):
    dtype = np.dtype(dtype)
    values = to_dtype(np.array([[-1e300, 0.5, 1.5, 1e300]]), dtype)[0]
    assert values.dtype == dtype.newbyteorder("=")
    if dtype.kind == "f":
        assert np.isfinite(values).all()
        assert values[0] < 0 < values[3]
    else:
        info = np.iinfo(dtype)
        assert values[0] == info.min
        assert values[1:3].tolist() == [0, 2]  # halves to even
        assert values[3] >= info.max - 2**11


def test_summary_reads_well():
    assert quantize(data.coffee(), 16).summary.startswith("16 colors, ")
    assert quantize(data.coffee(), 16).summary.endswith(
        " dB, 24 -> 4 bits per pixel, 83.3% smaller"
    )
    one = quantize(np.zeros((3, 3), np.uint8), 5)
    assert one.summary == "1 color, unchanged, 8 -> 1 bit per pixel, 87.5% smaller"
    assert repr(one) == f"Quantization({one.summary})"


@pytest.mark.parametrize(
    ("n_colors", "bits"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (16, 4), (17, 5), (256, 8)]
)
def test_bits(n_colors, bits):
    image = np.arange(300, dtype=np.uint16).reshape(20, 15)
    q = quantize(image, n_colors)
    assert q.bits_per_pixel == bits
    assert q.compression_factor == 16 / bits
    assert q.source_bits == 16


@pytest.mark.parametrize(
    "image",
    [
        data.coffee(),
        data.coffee().astype(np.uint16) * 200,
        data.coffee() / 255,
        data.coffee() / 128 - 1,
        data.camera().astype(np.int16),
        data.camera().astype(np.int8),
    ],
)
def test_psnr_and_mse_are_scikit_images(image):
    from skimage.metrics import mean_squared_error, peak_signal_noise_ratio

    q = quantize(image, 6)
    assert q.mse == pytest.approx(mean_squared_error(image, q.image), rel=1e-9)
    black, white = q.palette.value_range
    expected = peak_signal_noise_ratio(image, q.image, data_range=white - black)
    assert q.psnr == pytest.approx(expected, rel=1e-9)
    if image.dtype.kind == "u":
        assert q.psnr == pytest.approx(peak_signal_noise_ratio(image, q.image), rel=1e-9)


# -- the order after a merge


@pytest.mark.parametrize(
    ("counts", "index", "into", "order"),
    [
        ([4, 3, 2], 2, 1, [1, 0]),
        ([4, 3, 2], 0, 2, [2, 1]),
        ([5, 5, 5, 1], 3, 1, [1, 0, 2]),
        ([2, 2, 2, 0], 3, 2, [0, 1, 2]),
        ([1, 1], 0, 1, [1]),
        ([0, 0, 0], 1, 0, [0, 2]),
    ],
)
def test_merge_order_by_hand(counts, index, into, order):
    palette = Palette(np.arange(len(counts))[:, np.newaxis], counts)
    assert palette.merge_order(index, into).tolist() == order


def test_merge_order_is_what_merged_does():
    q = quantize(data.coffee()[::4, ::4], 9)
    for index, into in ((0, 8), (8, 0), (4, 5), (5, 4)):
        order = q.palette.merge_order(index, into)
        merged = q.merged(index, into).palette
        assert np.array_equal(merged.colors, q.palette.colors[order])
        assert (np.diff(merged.counts) <= 0).all()


@pytest.mark.parametrize(
    ("index", "into", "error", "message"),
    [
        (2, 0, ValueError, r"`index` must lie in 0\.\.1, got 2"),
        (0, -1, ValueError, r"`into` must lie in 0\.\.1, got -1"),
        (1, 1, ValueError, "two different labels, got 1 twice"),
        (0.0, 1, TypeError, "`index` must be an integer, got 0.0"),
        (0, True, TypeError, "`into` must be an integer, got True"),
    ],
)
def test_merge_order_refuses_bad_labels(index, into, error, message):
    with pytest.raises(error, match=message):
        Palette([[1], [2]]).merge_order(index, into)


# -- units

BYTES = np.array([[255, 0, 51], [1, 2, 3], [77, 128, 254]])


@pytest.mark.parametrize(
    ("palette", "dtype", "value_range", "expected"),
    [
        (Palette(BYTES, dtype=np.uint8), "float32", (0, 1), BYTES / 255),
        (Palette(BYTES), "float64", (0, 1), BYTES / 255),
        (Palette(BYTES, dtype=np.uint8), "uint16", (0, 65535), BYTES * 257),
        (Palette(BYTES, dtype=np.uint8), "bool", (0, 1), BYTES / 255),
        (Palette(BYTES / 255), "uint8", (0, 255), BYTES / 255 * 255),
        (Palette(BYTES, dtype=np.uint8), "uint16", (0, 4080), BYTES * 16),
        (Palette(BYTES * 257, dtype=np.uint16), "uint8", (0, 255), BYTES),
        (Palette([[True], [False]]), "uint8", (0, 255), [[255], [0]]),
        (Palette([[0.25]]), "int16", (-1000, 3000), [[0]]),
    ],
)
def test_colors_are_rescaled_to_other_units(palette, dtype, value_range, expected):
    scaled = palette.in_units_of(dtype, value_range)
    assert np.array_equal(scaled.colors, np.asarray(expected, float))
    assert scaled.dtype == dtype
    assert np.array_equal(scaled.counts, palette.counts)
    assert scaled.in_units_of(dtype, value_range) is scaled


@pytest.mark.parametrize(
    ("palette", "dtype", "value_range"),
    [
        (Palette(BYTES, dtype=np.uint8), "uint8", (0, 255)),
        (Palette(BYTES, dtype=np.uint8), "float32", (3, 240)),
        (Palette(BYTES), "uint8", (0, 255)),
        (Palette(BYTES, dtype=np.uint8), ">i4", (0, 500)),
        (Palette([[0.2], [1.02]], value_range=(0, 1.02)), "float64", (0, 1)),  # frames of a series
        (Palette([[0.2], [1.0]], dtype=np.float32), "float64", (-0.01, 1.02)),
        (Palette([[-900], [3]], dtype=np.int16), "int16", (-30000, 30000)),
        (Palette([[0], [255]], dtype="<u2"), ">u2", (0, 65535)),
        (Palette([[-1e9], [1e9]]), "float32", (-1e6, 1e12)),  # neither is known
        (Palette(BYTES, dtype=np.uint8), "int16", (7, 7)),  # of one value nothing can be told
        (Palette([[1e6]], dtype=np.float32), "float32", (0, 1)),
    ],
)
def test_alike_units_are_left_alone(palette, dtype, value_range):
    assert palette.in_units_of(dtype, value_range) is palette


PHOTO = data.coffee()[::4, ::4]


@pytest.mark.parametrize(
    ("image", "times"),
    [
        (PHOTO / 255, 1 / 255),
        (PHOTO.astype(np.float32) / 255, 1 / 255),
        (PHOTO.astype(np.uint16) * 257, 257),
    ],
)
def test_a_palette_is_used_in_the_units_of_the_image(image, times):
    original = quantize(PHOTO, 7)
    q = quantize(image, palette=original.palette)
    assert np.allclose(q.palette.colors, original.palette.colors * times, rtol=1e-12)
    assert np.array_equal(q.labels, original.labels)
    assert np.array_equal(q.palette.counts, original.palette.counts)
    assert q.palette.dtype == image.dtype
    assert q.palette.value_range == quantize(image, 2).palette.value_range
    assert q.palette.hex == original.palette.hex


def test_a_palette_of_a_float_image_is_used_in_bytes():
    original = quantize(PHOTO / 255, 7)
    q = quantize(PHOTO, palette=original.palette)
    assert np.allclose(q.palette.colors, original.palette.colors * 255)
    assert np.array_equal(q.labels, original.labels)


def test_a_plain_array_is_in_the_image_s_units():
    q = quantize(PHOTO / 255, palette=[[255, 0, 0], [0, 0, 1]])
    assert q.palette.colors.tolist() == [[255, 0, 0], [0, 0, 1]]


def test_a_guessed_range_is_rescaled_like_any_other():
    q = quantize(PHOTO / 255, palette=Palette([[255, 0, 0], [0, 0, 255]]))
    assert q.palette.colors.tolist() == [[1, 0, 0], [0, 0, 1]]
    assert q.palette.value_range == (0, 1)


@pytest.mark.parametrize("dtype", [np.float32, np.int16])
def test_frames_of_a_series_share_a_palette_whatever_their_range(dtype):
    frames = np.linspace(0, 1, 600).reshape(2, 300)
    frames = (frames * (1.02 if dtype == np.float32 else 30_000)).astype(dtype)
    first = quantize(frames[0], 4)
    second = quantize(frames[1], palette=first.palette)
    assert np.array_equal(second.palette.colors, first.palette.colors)
    assert second.palette.hex == first.palette.hex


# -- a given palette is checked as fixed colors are


@pytest.mark.parametrize(
    ("image", "palette", "options", "message"),
    [
        (PHOTO, [[300, 0, 0]], {}, r"`palette` must lie in 0\.\.255 for uint8, got 0 to 300"),
        (PHOTO, [[0, -1, 0]], {}, r"0\.\.255"),
        (PHOTO > 99, [[2, 0, 0]], {}, r"0\.\.1 for bool"),
        ((PHOTO / 255).astype("f2"), [[1e6, 0, 0]], {}, "float16"),
        (PHOTO / 255, [[1e200, 0, 0]], {}, "squares overflow"),
        (PHOTO / 255, [[2, 0, 0]], {"color_space": "lab"}, r"needs `palette` in 0\.\.1"),
    ],
)
def test_colors_that_the_image_cannot_have_are_refused(image, palette, options, message):
    with pytest.raises(ValueError, match=message):
        quantize(image, palette=palette, **options)


def test_rescaled_colors_stay_in_the_range_however_they_are_rounded():
    ends = np.linspace(0.7, 1.9, 400)
    for end in ends:
        palette = Palette([[0.0, 0, 0], [end, end, 0.1]], value_range=(0, end))
        scaled = palette.in_units_of("uint8", (0, 255))
        assert 254.99 < scaled.colors.max() <= 255


@pytest.mark.parametrize(
    ("colors", "is_grey"),
    [
        ([[7], [9]], True),
        ([[7, 7, 7], [9, 9, 9]], True),
        ([[7, 7, 7], [9, 9, 8]], False),
        ([[7.2, 7.0, 6.9]], True),
        ([[7.2, 7.6, 6.9]], False),
    ],
)
def test_greys_are_told_by_what_is_painted(colors, is_grey):
    assert Palette(colors, dtype=np.uint8).is_grey == is_grey


# -- names


def test_some_colors_are_renamed():
    palette = Palette([[10], [20], [30]], counts=[4, 3, 2])
    named = palette.renamed({2: "DAB", 0: "background"})
    assert named.names == ("background", "", "DAB")
    assert palette.names is None
    assert named.renamed({2: "", 0: ""}).names is None
    assert named.counts.tolist() == [4, 3, 2]
    for names, error in ((["DAB"], TypeError), ({3: "DAB"}, ValueError), ({0: 5}, TypeError)):
        with pytest.raises(error, match="names"):
            palette.renamed(names)


def test_names_stay_with_their_colors():
    palette = Palette([[10], [20], [30]], counts=[4, 3, 2], names=["dab", "", "background"])
    assert palette.names == ("dab", "", "background")
    assert palette.recolored({0: 11}).names == palette.names
    assert palette.merged(2, into=1).names == ("", "dab")
    assert palette.in_units_of(np.float32, (0, 1)).names == palette.names
    assert quantize(np.array([[10, 20, 33]], np.uint8), palette=palette).palette.names == (
        palette.names
    )
    assert Palette([[10]]).names is None


@pytest.mark.parametrize(
    "image", [np.array([2**62, 2**62 + 1, 2**62 + 9]), np.array([0.1, 0.2, 0.7], np.float32)]
)
def test_other_names_for_the_same_colors(image):
    palette = quantize(image, 3).palette
    named = palette.named(["low", "", "high"])
    assert named.names == ("low", "", "high")
    assert palette.names is None
    assert np.array_equal(named.values, palette.values)
    assert np.array_equal(named.counts, palette.counts)
    assert named.value_range == palette.value_range
    assert named.named(None).names is None
    with pytest.raises(ValueError, match="`names` must be"):
        palette.named(["low"] * 4)


@pytest.mark.parametrize(
    ("names", "error", "message"),
    [
        (["a"], ValueError, "`names` must be 2, one per color, got 1"),
        (["a", 3], TypeError, "`names` must be a sequence of str"),
        ("ab", TypeError, "`names` must be a sequence of str"),
    ],
)
def test_bad_names_are_refused(names, error, message):
    with pytest.raises(error, match=message):
        Palette([[10], [20]], names=names)


# -- units


@pytest.mark.parametrize("dtype", [np.float32, np.int32])
def test_the_palette_of_a_result_has_the_units_of_its_image(dtype):
    image = np.array([[0, 100, 200, 255]], dtype)
    first = quantize(image, palette=[[0], [1]])
    assert first.palette.value_range == (0, 255)
    assert np.array_equal(quantize(image, palette=first.palette).image, first.image)
