"""How often chunks of lazy arrays are read, and what happens when that fails."""

from __future__ import annotations

import dask.array as da
import numpy as np
import pytest
from lazy_store import Store

from napari_kmeans_quantizer import fit_palette, quantize

RNG = np.random.default_rng(0)
IMAGE = np.repeat(RNG.integers(0, 256, (600, 1000, 3)).astype(np.uint8), 2, axis=0)
SHAPE, CHUNK = IMAGE.shape, (300, 250, 3)
KINDS = {
    "8 bits": (IMAGE, {}),
    "grey": (IMAGE[..., 0], {}),
    "floats": (IMAGE / np.float32(255), {}),
    "floats, 200 colors": (IMAGE / np.float32(255), {"n_colors": 200}),
    "floats in Lab": (IMAGE / np.float32(255), {"color_space": "lab"}),
    "16 bits, best": (IMAGE.astype(np.uint16) * 257, {"effort": "best"}),
    "small": (IMAGE[:200, :200], {}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_fit_reads_every_chunk_at_most_three_times(kind):
    image, options = KINDS[kind]
    store = Store(image)
    q = quantize(store.lazily(CHUNK[: store.ndim]), **options)
    assert 1 <= max(store.reads.values()) <= 3
    before = sum(store.reads.values())
    q.labels[:10, :10].compute()
    assert sum(store.reads.values()) <= before + 1  # the rest is not painted


def test_tables_that_hold_everything_are_made_in_one_pass():
    for image in (IMAGE, IMAGE[..., 0]):
        store = Store(image)
        quantize(store.lazily(CHUNK[: store.ndim]), 8)
        assert set(store.reads.values()) == {1}


def test_small_chunks_are_looked_at_together_but_read_once():
    store = Store(IMAGE)
    quantize(da.from_array(store, (20, 50, 3), name=False), 8)
    assert len(store.reads) == 60 * 20
    assert set(store.reads.values()) == {1}


def test_one_palette_of_many_reads_every_chunk_at_most_three_times():
    stores = [Store(IMAGE / np.float32(255)), Store(IMAGE[:100, :100] / np.float32(255))]
    fit_palette([store.lazily(CHUNK[: store.ndim]) for store in stores], 8)
    assert max(max(store.reads.values()) for store in stores) <= 3


def test_what_fails_at_first_is_read_again():
    def fails(place, n):
        if place[:2] == (300, 500) and n < 3:
            raise OSError("connection lost")

    q = quantize(Store(IMAGE, fails).lazily(CHUNK), 8)
    assert np.array_equal(q.palette.colors, quantize(IMAGE, 8).palette.colors)


@pytest.mark.parametrize("error", [OSError, RuntimeError, ValueError])
@pytest.mark.parametrize("rows", [1200, 200])
def test_what_cannot_be_read_is_named(error, rows):
    def fails(place, n):
        if place[0] == rows - 300 or rows < 300:
            raise error("bad sectors")

    store = Store(IMAGE[:rows, :1000], fails)
    expected = ValueError if error is ValueError else OSError
    with pytest.raises(expected, match=r"`image` could not be read at \[\d+:\d+, .*bad sectors"):
        quantize(store.lazily(CHUNK[: store.ndim]), 8)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_named_with_its_place(value):
    image = IMAGE / np.float32(255)
    image[731, 12, 1] = image[900, 3, 0] = value
    with pytest.raises(ValueError, match=r"2 \w+ values, the first at \(731, 12\).*np.isfinite"):
        quantize(da.from_array(image, CHUNK), 8)


def test_the_remedy_for_nan_works():
    image = IMAGE / np.float32(255)
    image[731, 12, 1] = np.nan
    lazy = da.from_array(image, CHUNK)
    q = quantize(lazy, 8, mask=da.isfinite(lazy).all(-1))
    assert q.palette.counts.sum() == 1200 * 1000 - 1
    assert np.isnan(q.image[731, 12].compute()).sum() == 1


def test_unknown_chunks_are_refused():
    grey = da.from_array(IMAGE[..., 0], (300, 250))
    with pytest.raises(ValueError, match="compute_chunk_sizes"):
        quantize(grey[grey > 10], 8)


def test_errors_are_not_diffused_through_chunks():
    with pytest.raises(ValueError, match=r"chunk by chunk.*\"blue-noise\"|ordered"):
        quantize(da.from_array(IMAGE, CHUNK), 8, dither="floyd-steinberg")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_colors": 0}, "n_colors"),
        ({"effort": "hard"}, "effort"),
        ({"mask": np.ones((3, 3), bool)}, "spatial shape"),
        ({"mask": da.ones((1200, 1000), chunks=300)}, "bools"),
        ({"palette": [[1, 2]]}, "3 channels"),
        ({"channel_axis": 7}, "channel_axis"),
        ({"dither_strength": 2}, "dither_strength"),
        ({"color_space": "hsv"}, "color_space"),
    ],
)
def test_bad_arguments_are_refused_before_anything_is_read(options, message):
    store = Store(IMAGE)
    with pytest.raises((ValueError, TypeError), match=message):
        quantize(store.lazily(CHUNK[: store.ndim]), **options)
    assert not store.reads


@pytest.mark.parametrize("rows", [1200, 200])
def test_a_mask_that_leaves_nothing_is_refused(rows):
    image = da.from_array(IMAGE[:rows], CHUNK)
    with pytest.raises(ValueError, match="True nowhere"):
        quantize(image, 8, mask=da.zeros((rows, 1000), dtype=bool, chunks=300))


def test_masked_chunks_are_refused():
    image = da.ma.masked_greater(da.from_array(IMAGE, CHUNK), 250)
    with pytest.raises(TypeError, match="masked array"):
        quantize(image, 8)
