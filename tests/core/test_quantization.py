"""Edited results: other colors, merged clusters, and nothing fitted again."""

from __future__ import annotations

import math

import numpy as np
import pytest
from skimage import data

from napari_kmeans_quantizer import Palette, quantize

PHOTO = data.coffee()[::2, ::2]
ALPHA = np.where(PHOTO[..., :1] > 60, 200, 0).astype(np.uint8)
INSIDE = PHOTO[..., 1] > 50
CASES = {
    "rgb": (PHOTO, {}),
    "rgb, masked": (PHOTO, {"mask": INSIDE}),
    "rgba": (np.concatenate([PHOTO, ALPHA], axis=-1), {}),
    "rgba, masked": (np.concatenate([PHOTO, ALPHA], axis=-1), {"mask": INSIDE}),
    "channels first": (np.moveaxis(PHOTO, -1, 0).astype(np.uint16), {"channel_axis": 0}),
    "channels first, masked": (
        np.moveaxis(PHOTO, -1, 0).copy(),
        {"channel_axis": 0, "mask": INSIDE},
    ),
    "channels inside": (np.moveaxis(PHOTO, -1, 1) / 255, {"channel_axis": -2}),
    "four channels": (np.concatenate([PHOTO, ALPHA], axis=-1), {"channel_axis": -1}),
    "grey": (PHOTO[..., 0], {}),
    "grey, masked": (PHOTO[..., 0], {"mask": INSIDE}),
    "big-endian": (PHOTO.astype(">u2"), {}),
    "Fortran": (np.asfortranarray(PHOTO), {}),
}


@pytest.fixture(params=CASES, scope="module")
def case(request):
    image, options = CASES[request.param]
    return image, quantize(image, 6, **options)


def colors_of(q, image):
    """The channels of the palette, last, (..., C); an array of its own."""
    image = (
        image[..., np.newaxis] if q.channel_axis is None else np.moveaxis(image, q.channel_axis, -1)
    )
    return image[..., : q.palette.n_channels].copy()


def snapshot(q):
    return (q.labels.tobytes(), q.image.tobytes(), q.palette.colors.tobytes(), q.palette.hex, q.mse)


def assert_painted(q, image):
    """`q.image` shows the palette where pixels take part, and else is `image`."""
    assert q.image.shape == image.shape
    assert q.image.dtype == image.dtype
    part = np.ones(q.labels.shape, bool) if q.mask is None else q.mask
    assert np.array_equal(colors_of(q, q.image)[part], q.palette.values[q.labels[part]])
    assert np.array_equal(colors_of(q, q.image)[~part], colors_of(q, image)[~part])
    if image.shape[-1] == 4:
        assert np.array_equal(
            q.image[..., q.palette.n_channels :], image[..., q.palette.n_channels :]
        )


def assert_edited(q):
    assert math.isnan(q.inertia)
    assert math.isnan(q.mse)
    assert math.isnan(q.psnr)
    assert ", edited, " in q.summary
    assert "dB" not in repr(q)


def test_channel_axis(case):
    image, q = case
    expected = None if image.ndim == 2 else int(np.argmin(image.shape))
    assert q.channel_axis == expected


def test_recolored(case):
    image, q = case
    before = snapshot(q)
    C = q.palette.n_channels
    new = q.recolored({0: np.arange(C) / 8, np.int64(4): [1] * C})
    assert new.labels is q.labels
    assert new.mask is q.mask
    assert new.palette.colors[0].tolist() == (np.arange(C) / 8).tolist()
    assert new.palette.colors[4].tolist() == [1] * C
    others = [1, 2, 3, 5]
    assert np.array_equal(new.palette.colors[others], q.palette.colors[others])
    assert np.array_equal(new.palette.counts, q.palette.counts)
    assert new.palette.value_range == q.palette.value_range
    assert (new.n_iter, new.source_bits, new.peak) == (q.n_iter, q.source_bits, q.peak)
    assert_painted(new, image)
    assert_edited(new)
    assert not np.shares_memory(new.image, q.image)
    assert snapshot(q) == before


@pytest.mark.parametrize(("index", "into"), [(0, 5), (5, 0), (3, 2), (2, 3)])
def test_merged(case, index, into):
    image, q = case
    before = snapshot(q)
    new = q.merged(index, into)
    # The same by hand: pixels keep their color, those of `index` have the one of `into`.
    part = np.ones(q.labels.shape, bool) if q.mask is None else q.mask
    joined = np.where(q.labels == index, into, q.labels)
    assert np.array_equal(new.palette.colors[new.labels][part], q.palette.colors[joined][part])
    assert (new.labels[~part] == 0).all()
    assert new.labels.dtype == q.labels.dtype
    assert len(new.palette) == 5
    assert np.array_equal(new.palette.counts, np.bincount(new.labels[part], minlength=5))
    assert (np.diff(new.palette.counts) <= 0).all()
    assert new.palette.value_range == q.palette.value_range
    assert_painted(new, image)
    assert_edited(new)
    assert snapshot(q) == before


def test_more_than_one_chunk_and_any_number_of_threads(monkeypatch):
    image = np.tile(data.coffee(), (2, 2, 1))
    q = quantize(image, 9, mask=image[..., 0] > 40)
    edits = [q.recolored({2: (1, 2, 3)}), q.merged(1, 8)]
    for edit in edits:
        assert_painted(edit, image)
    monkeypatch.setattr("napari_kmeans_quantizer.core.threads.n_threads", lambda: 1)
    for edit, again in zip(edits, [q.recolored({2: (1, 2, 3)}), q.merged(1, 8)], strict=True):
        assert np.array_equal(edit.image, again.image)
        assert np.array_equal(edit.labels, again.labels)


def test_merged_by_hand():
    q = quantize(np.array([[5, 5, 5, 7, 7, 9]], np.uint8), 3)
    assert q.palette.colors.tolist() == [[5], [7], [9]]
    new = q.merged(0, 2)
    assert new.palette.colors.tolist() == [[9], [7]]
    assert new.palette.counts.tolist() == [4, 2]
    assert new.labels.tolist() == [[0, 0, 0, 1, 1, 0]]
    assert new.image.tolist() == [[9, 9, 9, 7, 7, 9]]
    assert new.merged(1, 0).image.tolist() == [[9] * 6]
    assert new.merged(1, 0).bits_per_pixel == 1


def test_merging_keeps_the_order_of_equal_counts():
    q = quantize(np.array([[1, 2, 2, 3, 3, 4]], np.uint8), 4)
    assert q.palette.colors.tolist() == [[2], [3], [1], [4]]
    assert q.merged(2, 3).palette.colors.tolist() == [[2], [3], [4]]


def test_merging_makes_labels_of_256_colors_bytes():
    q = quantize(np.arange(258, dtype=np.uint16)[np.newaxis], 258)
    once = q.merged(257, 3)
    assert (q.labels.dtype, once.labels.dtype) == (np.uint16, np.uint16)
    twice = once.merged(256, 0)
    assert twice.labels.dtype == np.uint8
    assert_painted(twice, q.image)


def test_a_single_number_will_do_for_grey():
    q = quantize(PHOTO[..., 0], 3)
    assert q.recolored({1: 250}).palette.colors[1].tolist() == [250]
    assert np.array_equal(q.recolored({1: 250}).image, q.recolored({1: [250]}).image)


def test_nothing_recolored():
    q = quantize(PHOTO, 3)
    assert np.array_equal(q.recolored({}).image, q.image)


def test_edits_follow_each_other_and_a_result_of_a_given_palette_can_be_edited():
    q = quantize(PHOTO, palette=[[0, 0, 0], [255, 255, 255], [200, 90, 30]])
    new = q.recolored({0: (9, 9, 9)}).merged(1, 0).recolored({0: (1, 1, 1)})
    assert_painted(new, PHOTO)
    assert len(new.palette) == 2


RGB = quantize(PHOTO, 4)
GREY = quantize(PHOTO[..., 0], 4)
BAD_COLORS = [
    (RGB, {4: (0, 0, 0)}, ValueError, r"key of `colors` must lie in 0\.\.3, got 4"),
    (RGB, {-1: (0, 0, 0)}, ValueError, "got -1"),
    (RGB, {"0": (0, 0, 0)}, TypeError, "'0'"),
    (RGB, {True: (0, 0, 0)}, TypeError, "True"),
    (RGB, {0: (0, 0)}, ValueError, r"`colors\[0\]` must be 3 values"),
    (RGB, {0: 7}, ValueError, r"3 values.*shape \(\)"),
    (GREY, {2: (1, 2, 3)}, ValueError, r"`colors\[2\]` must be 1 value,"),
    (RGB, {1: (0, np.nan, 0)}, ValueError, "finite"),
    (RGB, {1: (0, 256, 0)}, ValueError, r"0\.\.255 for uint8"),
    (GREY, {1: -1}, ValueError, r"0\.\.255"),
    (RGB, {1: ("a", "b", "c")}, TypeError, "numbers"),
    (RGB, [(0, 0, 0)], TypeError, "mapping"),
]


@pytest.mark.parametrize(("q", "colors", "error", "message"), BAD_COLORS)
def test_bad_colors_are_refused(q, colors, error, message):
    for edited in (q.recolored, q.palette.recolored):
        with pytest.raises(error, match=message):
            edited(colors)


@pytest.mark.parametrize(
    ("index", "into", "error", "message"),
    [
        (4, 0, ValueError, r"`index` must lie in 0\.\.3, got 4"),
        (0, -1, ValueError, "`into` must lie"),
        (1, 1, ValueError, "different labels, got 1 twice"),
        (1.0, 0, TypeError, "integer, got 1.0"),
        (1, "0", TypeError, "`into` must be an integer"),
    ],
)
def test_bad_labels_are_refused(index, into, error, message):
    with pytest.raises(error, match=message):
        RGB.merged(index, into)


def test_the_last_color_cannot_be_merged():
    with pytest.raises(ValueError, match=r"`into` must lie in 0\.\.0"):
        quantize(PHOTO, 1).merged(0, 1)


def test_palette_recolored():
    palette = Palette([[255, 0, 0], [0, 0, 255]], [3, 1], None, np.uint16, (0, 255))
    new = palette.recolored({0: (0, 128.25, 0)})
    assert new.colors.tolist() == [[0, 128.25, 0], [0, 0, 255]]
    assert new.values.tolist() == [[0, 128, 0], [0, 0, 255]]
    assert (new.dtype, new.value_range, new.counts.tolist()) == (np.uint16, (0, 255), [3, 1])
    assert palette.hex == ["#ff0000", "#0000ff"]


def test_ordered(case):
    image, q = case
    before = snapshot(q)
    order = [4, 1, 0, 5, 2, 3]
    names = [f"color {i}" for i in order]
    palette = Palette(q.palette.colors[order], names=names, dtype=image.dtype)
    given = quantize(colors_of(q, image), palette=palette, mask=q.mask, channel_axis=-1)
    new = given.ordered()
    assert new.palette.names == tuple(f"color {i}" for i in range(6))
    assert np.array_equal(new.palette.colors, q.palette.colors)
    assert np.array_equal(new.palette.counts, q.palette.counts)
    assert np.array_equal(new.labels, q.labels)
    assert new.image is given.image
    assert (new.inertia, new.mse, new.n_iter) == (given.inertia, given.mse, 0)
    assert q.ordered() is q
    assert snapshot(q) == before


def test_ordered_keeps_the_order_of_equal_counts_and_what_has_no_pixels():
    q = quantize(np.array([[1, 2, 2, 3, 3, 4]], np.uint8), palette=[[9], [1], [2], [3], [4]])
    assert q.ordered().palette.colors.ravel().tolist() == [2, 3, 1, 4, 9]
    assert q.ordered().labels.tolist() == [[2, 0, 0, 1, 1, 3]]
