"""What takes part: pixels in the region that have data."""

from __future__ import annotations

import re

import dask.array as da
import numpy as np
import pytest
from napari.layers import Image, Labels
from pictures import GREY, PHOTO, RGBA, rgb

from napari_kmeans_quantizer import completed
from napari_kmeans_quantizer.plugin.models.pixels import read_pixels
from napari_kmeans_quantizer.plugin.models.source import Source

HEIGHTS = GREY.astype(np.float32)
INSIDE = np.zeros((20, 30), bool)
INSIDE[3:9, 4:20] = True
REGION = Labels(INSIDE.astype(int), name="drawn")
HOLES = np.zeros((20, 30), bool)
HOLES[5:12, 10:15] = True


def pixels(layers, no_data=None, **parts):
    layers = layers if isinstance(layers, tuple) else (layers,)
    return completed(read_pixels(Source(layers, **parts), no_data))


def with_holes(array, value, where=HOLES):
    changed = array.copy()
    changed[where] = value
    return changed


def test_all_takes_part():
    for array in (GREY, HEIGHTS):
        found = pixels(Image(array))
        assert found.inside is None
        assert found.present is None
        assert found.n_without_data(False) == 0
    assert pixels(Image(HEIGHTS), no_data=-9999).present is None


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("lazy", [False, True])
def test_what_is_not_finite_is_left_out(value, lazy):
    array = with_holes(HEIGHTS, value)
    found = pixels(Image(da.from_array(array, chunks=7) if lazy else array))
    assert np.array_equal(found.present, ~HOLES)
    assert found.inside is found.present
    assert found.n_without_data(False) == HOLES.sum()


@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        *((np.int16, -9999), (np.uint8, 0), (np.int32, -(2**31)), (np.float64, -9999.0)),
        *((np.float32, -3.4028235e38), (np.float32, 0.1), (np.bool_, 1), (np.uint64, 2**63)),
    ],
)
def test_a_value_that_stands_for_no_data(dtype, value):
    array = with_holes(np.full(GREY.shape, 0 if dtype is np.bool_ else 7, dtype), value)
    found = pixels(Image(array, contrast_limits=(0, 1)), no_data=float(value))
    assert np.array_equal(found.present, ~HOLES)


@pytest.mark.parametrize("value", [-9999.0, 0.5, 1e300, 256])
def test_a_value_that_no_pixel_can_have(value):
    assert pixels(Image(GREY), no_data=value).present is None


def test_of_colors_all_channels_must_have_it():
    array = with_holes(PHOTO.clip(1), 0)
    array[0, 0] = (0, 0, 9)
    assert np.array_equal(pixels(rgb(array), no_data=0).present, ~HOLES)
    rgba = with_holes(RGBA.clip(1), (0, 0, 0, 255))
    assert np.array_equal(pixels(rgb(rgba), no_data=0).present, ~HOLES)
    assert np.array_equal(pixels(rgb(rgba), no_data=0, alpha="channel").present, ~HOLES)


def test_of_colors_one_that_is_nan_will_do():
    array = (PHOTO / 255).astype(np.float32)
    array[2, 3, 1] = np.nan
    assert np.argwhere(~pixels(rgb(array)).present).tolist() == [[2, 3]]


@pytest.mark.parametrize("scaled", [False, True])
def test_channels_are_looked_at_before_they_are_scaled(scaled):
    one, other = with_holes(HEIGHTS, -9999), with_holes(HEIGHTS[::-1], -9999)
    other[0, 0] = np.nan
    one[1, 1] = -9999  # in one of them only
    layers = (Image(one, contrast_limits=(0, 90)), Image(other, contrast_limits=(0, 90)))
    present = pixels(layers, no_data=-9999, scaled=scaled).present
    expected = ~HOLES
    expected[0, 0] = False
    assert np.array_equal(present, expected)


@pytest.mark.parametrize("lazy", [False, True])
def test_masks_of_numpy_arrays(lazy):
    masked = np.ma.masked_where(HOLES, GREY)
    found = pixels(Image(da.from_array(masked, chunks=9) if lazy else masked))
    assert np.array_equal(found.present, ~HOLES)
    assert np.array_equal(found.array, GREY)


def test_a_region_with_holes():
    array = with_holes(HEIGHTS, np.nan)
    found = pixels(Image(array), region=REGION)
    assert np.array_equal(found.inside, INSIDE & ~HOLES)
    assert np.array_equal(found.present, ~HOLES)
    assert found.n_without_data(everywhere=False) == (INSIDE & HOLES).sum()
    assert found.n_without_data(everywhere=True) == HOLES.sum()


@pytest.mark.parametrize(
    ("no_data", "region", "told"),
    [
        (None, None, '"photo" has no pixel with data: all are masked, NaN or infinite.'),
        (-9999, None, 'NaN, infinite or "No data" (-9999).'),
        (None, REGION, '"photo" has no pixel with data in the region "drawn"'),
    ],
)
def test_no_data_at_all_is_refused_in_the_words_of_the_widget(no_data, region, told):
    layer = Image(np.full(GREY.shape, np.nan), name="photo")
    with pytest.raises(ValueError, match=re.escape(told)) as caught:
        pixels(layer, no_data, region=region)
    assert "mask=" not in str(caught.value)


def test_the_region_is_looked_at_before_anything_is_read():
    read = []
    lazy = da.from_array(GREY, chunks=10).map_blocks(lambda x: read.append(1) or x, dtype=np.uint8)
    layer = Image(lazy, contrast_limits=(0, 255))
    read.clear()
    with pytest.raises(ValueError, match="holds no pixel"):
        pixels(layer, region=Labels(np.zeros(GREY.shape, int)))
    assert read == []
