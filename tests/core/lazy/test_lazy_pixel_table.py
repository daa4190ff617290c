"""pixel_table() of lazy pictures: the rows of pictures in memory, and few chunks are read."""

from __future__ import annotations

import dask.array as da
import numpy as np
import pytest
import xarray as xr
from pandas.testing import assert_frame_equal
from skimage import data

from napari_kmeans_quantizer import pixel_table, quantize

COFFEE = data.coffee()
RGB = np.kron(COFFEE, np.ones((3, 2, 1), np.uint8))[:1100, :1100]
RGBA = np.concatenate([RGB, (RGB[..., :1] > 60) * np.uint8(200)], axis=-1)
STACK = RGB[:1080].reshape(3, 360, 1100, 3)
CHUNKS = ((300, 0, 500, 300), (77, 1023))
IMAGES = {
    "RGB": (RGB, (*CHUNKS, (2, 1)), {}),
    "masked": (RGB, (*CHUNKS, 3), {"mask": RGB[..., 2] > 99}),
    "RGBA": (RGBA, (*CHUNKS, 4), {}),
    "a stack, masked": (STACK, (2, 100, 900, 3), {"mask": STACK[..., 2] > 99}),
    "a stack": (STACK, (2, 100, 900, 3), {}),
    "grey": (RGB[..., 0], CHUNKS, {}),
    "16 bits, channels first": (
        np.moveaxis(RGB.astype(">u2") * 9, -1, 0),
        (2, *CHUNKS),
        {"channel_axis": 0},
    ),
    "a row": (RGB.reshape(-1, 3)[..., 0], (99_999,), {}),
    "small": (COFFEE, (99, 99, 3), {}),
}


@pytest.fixture(scope="module", params=IMAGES)
def pictures(request):
    """Return an image and its result, in memory and lazily."""
    image, chunks, options = IMAGES[request.param]
    lazy = da.from_array(image, chunks)
    return image, quantize(image, 5, **options), lazy, quantize(lazy, 5, **options)


@pytest.mark.parametrize("sample", [5000, 0.1, 1])
def test_rows_are_those_of_pictures_in_memory(pictures, sample):
    image, held, lazy, q = pictures
    expected = pixel_table(image, held, sample=sample)
    assert_frame_equal(pixel_table(lazy, q, sample=sample), expected)


def test_all_rows_are_those_of_pictures_in_memory():
    lazy = da.from_array(RGBA, (*CHUNKS, 4))
    expected = pixel_table(RGBA, quantize(RGBA, 5))
    assert_frame_equal(pixel_table(lazy, quantize(lazy, 5)), expected)


def test_only_one_of_both_may_be_lazy(pictures):
    image, held, lazy, q = pictures
    expected = pixel_table(image, held, sample=0.01)
    for some in (pixel_table(lazy, held, sample=0.01), pixel_table(image, q, sample=0.01)):
        assert_frame_equal(some, expected)


def test_pictures_of_which_nothing_is_seen_have_no_rows():
    clear = RGBA * np.uint8([1, 1, 1, 0])
    lazy = da.from_array(clear, (300, 300, 4))
    expected = pixel_table(clear, quantize(clear, 5))
    assert_frame_equal(pixel_table(lazy, quantize(lazy, 5)), expected)
    assert expected.empty


def test_arrays_of_xarray_and_other_chunks_are_read():
    lazy = xr.DataArray(da.from_array(RGB, (300, 200, 3)), dims=("y", "x", "c"))
    q = quantize(lazy, 5, mask=xr.DataArray(da.from_array(RGB[..., 0] > 9, 100)))
    expected = pixel_table(RGB, quantize(RGB, 5, mask=RGB[..., 0] > 9), sample=999)
    for image in (lazy, lazy.chunk(y=77)):
        assert_frame_equal(pixel_table(image, q, sample=999), expected)


def test_only_chunks_in_which_drawn_pixels_lie_are_read(store_of):
    store = store_of(RGB)
    lazy = store.lazily((50, 50, 3))
    q = quantize(lazy, 5)
    store.reads.clear()
    table = pixel_table(lazy, q, sample=20)
    drawn = {(row // 50 * 50, column // 50 * 50, 0) for row, column in
             zip(table["row"], table["column"], strict=True)}  # fmt: skip
    assert set(store.reads) == drawn
    assert set(store.reads.values()) == {1}  # for values and clusters


def test_too_many_rows_are_refused_before_anything_is_read(store_of, monkeypatch):
    monkeypatch.setattr("napari_kmeans_quantizer.core.pixel_table.MOST_ROWS", 1000)
    store = store_of(RGBA)
    lazy = store.lazily((300, 300, 4))
    q = quantize(lazy, 5)
    store.reads.clear()
    with pytest.raises(ValueError, match=r"rows, more than the 1,000 .*sample="):
        pixel_table(lazy, q)
    with pytest.raises(ValueError, match=r"shape of `q\.image`"):
        pixel_table(lazy[:9], q)
    assert not store.reads


def test_masked_pictures_are_refused():
    lazy = da.from_array(RGB, (300, 300, 3))
    with pytest.raises(TypeError, match="masked array"):
        pixel_table(da.ma.masked_greater(lazy, 9), quantize(lazy, 5), sample=99)
