"""What is no plain array is taken rightly, or refused with what to do; nothing is lost silently."""

from __future__ import annotations

import pathlib

import dask.array as da
import numpy as np
import pytest
from PIL import Image
from skimage import data

from napari_kmeans_quantizer import (
    KMeans,
    Palette,
    convert_colors,
    euclidean_distances,
    quantize,
)

PHOTO = data.coffee()[::20, ::20]
GREY = PHOTO[..., 0]
MASKED = np.ma.masked_less(PHOTO, 20)
COLORS = np.ma.masked_equal([[1, 2, 3], [4, 5, 6]], 5)


def same(a, b):
    labels = [np.asarray(q.labels) for q in (a, b)]
    return np.array_equal(*labels) and np.array_equal(a.palette.colors, b.palette.colors)


# -- masked arrays


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: quantize(MASKED), r"`image.data` and `mask=~np.ma.getmaskarray\(image\)`"),
        (lambda: quantize(da.from_array(MASKED, chunks=10)), "`image` is a masked array"),
        (lambda: quantize(list(MASKED)), "`image` is a masked array"),
        (lambda: quantize([[1, np.ma.masked], [2, 3]]), "`image` is a masked array"),
        (lambda: quantize(GREY, mask=np.ma.masked_equal(GREY > 60, False)), r"`mask.filled\(False"),
        (lambda: quantize(PHOTO, palette=COLORS), "`palette` is a masked array"),
        (lambda: quantize(PHOTO, fixed_colors=COLORS), "`fixed_colors` is a masked array"),
        (lambda: Palette(COLORS), "`colors` is a masked array"),
        (lambda: Palette(COLORS.data, np.ma.masked_equal([1, 2], 2)), r"`counts.filled\(0\)`"),
        (lambda: Palette([[1]]).paint(np.ma.masked_equal([0, 1], 1)), r"`labels.filled\(0\)`"),
        (lambda: Palette(COLORS.data).recolored({0: COLORS[1]}), r"`colors\[0\]` is a masked"),
        (lambda: convert_colors(COLORS / 9, "lab"), "`colors` is a masked array"),
        (lambda: KMeans(2).fit(COLORS), r"`np.ma.compress_rows\(X\)`"),
        (lambda: KMeans(2, init=COLORS[:, :1]).fit(np.ones((4, 1))), None),
        (lambda: KMeans(2, init=COLORS).fit(np.ones((4, 3))), "`init` is a masked array"),
        (lambda: KMeans(2).fit(COLORS.data).predict(COLORS), "`X` is a masked array"),
        (
            lambda: KMeans(2).fit(COLORS.data, sample_weight=np.ma.masked_equal([1, 2], 1)),
            r"`sample_weight.filled\(0\)`",
        ),
        (lambda: euclidean_distances(COLORS, COLORS.data), r"`np.ma.compress_rows\(a\)`"),
    ],
)
@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
def test_masks_of_masked_arrays_are_never_lost(call, message):
    if message is None:  # nothing of it is masked
        call()
        return
    with pytest.raises(TypeError, match=message):
        call()


def test_the_remedies_work():
    image = MASKED[..., 0]
    q = quantize(image.data, 4, mask=~np.ma.getmaskarray(image))
    assert q.palette.counts.sum() == image.count()
    assert KMeans(1).fit(np.ma.compress_rows(COLORS)).cluster_centers_.tolist() == [[1, 2, 3]]


def test_masked_arrays_of_which_nothing_is_masked_are_taken():
    expected = quantize(PHOTO, 4)
    assert same(quantize(np.ma.array(PHOTO), 4), expected)
    assert same(quantize(np.ma.array(PHOTO, mask=False), 4, mask=np.ma.array(GREY >= 0)), expected)


# -- arrays of others


class Lazy:
    """An array of another library."""

    def __init__(self, array, dims=()):
        self._array = array
        if dims:
            self.dims = dims

    def __array__(self, dtype=None, copy=None):
        if isinstance(self._array, Exception):
            raise self._array
        return self._array


def test_arrays_of_others_are_taken():
    expected = quantize(PHOTO, 4)
    for other in (
        da.from_array(PHOTO, chunks=7),
        Lazy(PHOTO),
        Lazy(PHOTO, ("y", "x", "band")),
        Image.fromarray(PHOTO),
        memoryview(PHOTO),
    ):
        assert same(quantize(other, 4), expected)
    assert same(quantize(PHOTO, 4, mask=Lazy(GREY > 9)), quantize(PHOTO, 4, mask=GREY > 9))


@pytest.mark.parametrize(
    ("shape", "dims", "axis"),
    [
        ((3, 20, 30), ("band", "y", "x"), 0),
        ((20, 30, 7), ("y", "x", "Channel"), 2),
        ((20, 4, 30), ("y", "c", "x"), 1),
    ],
)
def test_named_channels_are_not_taken_for_pixels(shape, dims, axis):
    image = Lazy(np.random.default_rng(0).random(shape), dims)
    with pytest.raises(ValueError, match=rf"{dims[axis]!r}.*Pass `channel_axis={axis}`, or None"):
        quantize(image, 4)
    assert quantize(image, 4, channel_axis=axis).palette.n_channels == shape[axis]
    assert quantize(image, 4, channel_axis=None).labels.shape == shape


def test_other_named_dimensions_are_pixels():
    image = np.random.default_rng(0).random((3, 20, 30))
    assert quantize(Lazy(image, ("time", "y", "x")), 4).labels.shape == image.shape
    assert quantize(Lazy(image[:1], ("band", "y", "x")), 4).labels.shape == (1, 20, 30)


@pytest.mark.parametrize("error", [RuntimeError("requires grad"), TypeError("on a GPU")])
def test_arrays_that_cannot_be_read_are_told(error):
    with pytest.raises(TypeError, match=f"an array that NumPy can read.*{error}"):
        quantize(Lazy(error))


# -- Pillow


@pytest.mark.parametrize("mode", ["1", "L", "I", "I;16", "F", "RGB"])
def test_pictures_are_taken(mode):
    picture = Image.fromarray(GREY).convert(mode)
    assert same(quantize(picture, 4), quantize(np.asarray(picture), 4))


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        ("P", "RGB"),
        ("CMYK", "RGB"),
        ("YCbCr", "RGB"),
        ("HSV", "RGB"),
        ("LA", "RGBA"),
        ("PA", "RGBA"),
    ],
)
def test_pictures_whose_numbers_are_no_colors_are_refused(mode, wanted):
    picture = Image.fromarray(PHOTO).convert("RGB" if mode in ("CMYK", "YCbCr", "HSV") else "L")
    picture = picture.convert(mode)
    with pytest.raises(TypeError, match=rf'mode "{mode}".*`image.convert\("{wanted}"\)`'):
        quantize(picture)
    assert quantize(picture.convert(wanted), 4).palette.n_channels == 3


def test_transparent_indices_become_rgba():
    picture = Image.fromarray(PHOTO).quantize(8)
    picture.info["transparency"] = 3
    with pytest.raises(TypeError, match=r'convert\("RGBA"\)'):
        quantize(picture)
    assert quantize(picture.convert("RGBA"), 4).mask is not None


# -- no arrays


class Sparse:
    """As of scipy."""

    def toarray(self):
        return np.eye(4)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (None, TypeError, "got None"),
        ("photo.png", TypeError, "'photo.png'.*read it first"),
        (pathlib.Path("photo.png"), TypeError, "read it first"),
        (b"\x00\x01", TypeError, "read it first"),
        ([[1, 2], [3]], ValueError, "lists of different lengths"),
        ({"image": PHOTO}, TypeError, "an array of numbers, got dict"),
        ((i for i in range(3)), TypeError, "got generator"),
        (Sparse(), TypeError, r"sparse.*dense data is required. Pass `\w+.toarray\(\)`"),
        ([[1, None]], TypeError, "object|numbers"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_array_is_refused(given, error, message):
    with pytest.raises(error, match=message):
        quantize(given)
    if isinstance(given, Sparse | str | pathlib.Path):
        for call in (Palette, KMeans(2).fit, lambda mask: quantize(GREY, mask=mask)):
            with pytest.raises(error, match=message):
                call(given)


def test_dates_are_told_how():
    with pytest.raises(TypeError, match=r"datetime64\[s\]. Pass `image.astype\(np.int64\)`"):
        quantize(GREY.astype("M8[s]"))
