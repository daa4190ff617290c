"""Which pixels are read of a source that is too large to be held, and which are fitted."""

from __future__ import annotations

import dask.array as da
import numpy as np
import pytest
from napari.layers import Image
from pyramids import Pyramid, picture

from napari_kmeans_quantizer.plugin.models.levels import (
    HELD,
    choices,
    fitted_level,
    is_too_large,
    named,
    nearest_in,
    reduced,
    told,
)
from napari_kmeans_quantizer.plugin.models.source import Source


def large(*shape, **options):
    """Return a lazy layer of any size that takes no memory."""
    return Image(da.zeros(shape, np.uint8, chunks=1024), contrast_limits=(0, 1), **options)


def pyramid(*sides):
    data = [da.zeros((side, side), np.uint8, chunks=1024) for side in sides]
    return Image(data, multiscale=True, contrast_limits=(0, 1))


SLIDE = Source((pyramid(16384, 8192, 4096, 2048, 1024),))


def test_only_what_is_lazy_or_a_pyramid_can_be_too_large():
    assert HELD == 2048**2
    assert not is_too_large(Source((large(2048, 2048),)))
    assert is_too_large(Source((large(2048, 2049),)))
    assert not is_too_large(Source((Image(np.zeros((2048, 2049), np.uint8)),)))
    levels = [np.zeros((4096, 4096), np.uint8), np.zeros((2048, 2048), np.uint8)]
    assert is_too_large(Source((Image(levels, multiscale=True),)))


def test_a_slice_of_a_large_stack_can_be_held():
    stack = large(100, 2048, 2048)
    window = (slice(3, 4), slice(None), slice(None))
    assert is_too_large(Source((stack,)))
    assert not is_too_large(Source((stack,), window=window))


def test_of_a_pyramid_the_finest_level_is_read_that_can_be_held():
    held = reduced(SLIDE)
    assert (held.level, held.step, held.shape) == (3, 1, (2048, 2048))
    assert reduced(held).shape == held.shape


def test_what_can_be_held_is_read_as_a_whole():
    source = Source((pyramid(512, 256),))
    assert reduced(source) is source
    assert choices(source) == []


def test_without_a_coarse_level_every_few_pixels_are_read():
    held = reduced(Source((large(8192, 8192),)))
    assert (held.level, held.step, held.shape) == (0, 4, (2048, 2048))
    held = reduced(Source((pyramid(16384, 8192),)))
    assert (held.level, held.step, held.shape) == (1, 4, (2048, 2048))
    frames = reduced(Source((large(500, 1024, 1024),)))
    assert frames.shape[0] == 500  # all of them take part
    assert 0.7 * HELD < np.prod(frames.shape) <= HELD


def test_what_can_be_chosen_to_be_fitted():
    assert choices(SLIDE) == [
        ("level 4 · 1024 × 1024", 4),
        ("level 3 · 2048 × 2048", None),
        ("level 2 · 4096 × 4096", 2),
        ("level 1 · 8192 × 8192", 1),
        ("all pixels · 16384 × 16384", 0),
    ]
    assert choices(Source((large(8192, 8192),))) == [
        ("1 of 4 × 4 pixels · 2048 × 2048", None),
        ("all pixels · 8192 × 8192", 0),
    ]


@pytest.mark.parametrize(
    ("fit_on", "fitted", "held"),
    [
        (None, "level 3 · 2048 × 2048", "level 3"),
        (0, "all pixels · 16384 × 16384", "level 3"),
        (2, "level 2 · 4096 × 4096", "level 3"),
        (3, "level 3 · 2048 × 2048", "level 3"),
        (4, "level 4 · 1024 × 1024", "level 4"),
        (9, "level 4 · 1024 × 1024", "level 4"),
    ],
)
def test_what_is_fitted_and_what_is_held(fit_on, fitted, held):
    assert told(fitted_level(SLIDE, fit_on)) == fitted
    assert named(reduced(SLIDE, fit_on)) == held


def test_all_pixels_of_one_array_can_be_fitted():
    source = Source((large(8192, 8192),))
    assert named(fitted_level(source, 0)) == "all pixels"
    assert named(fitted_level(source, None)) == "1 of 4 × 4 pixels"


# -- where the pixels of a level lie


def test_windows_are_those_of_the_finest_level():
    layer = Pyramid(picture()).layer()
    window = (slice(32, 96), slice(8, 40))
    source = Source((layer,), window=window, level=2)
    assert source.index == (slice(8, 24, 1), slice(2, 10, 1))
    assert source.shape == (16, 8)
    assert source.window_of(source.index) == window
    assert source.reduction.tolist() == [4, 4]
    assert source.origin.tolist() == [33.5, 9.5]  # in the middle of the 4 pixels it stands for


def test_a_window_never_becomes_nothing():
    stack = [np.zeros((10, 64, 64)), np.zeros((3, 32, 32))]
    layer = Image(stack, multiscale=True)
    for z in range(10):
        source = Source((layer,), window=(slice(z, z + 1), slice(None), slice(None)), level=1)
        assert source.shape == (1, 32, 32)


def test_levels_that_channels_have_in_common():
    one = Image([np.zeros((64, 64)), np.zeros((32, 32)), np.zeros((16, 16))], multiscale=True)
    other = Image([np.zeros((64, 64)), np.zeros((32, 32)), np.zeros((8, 8))], multiscale=True)
    assert Source((one,)).n_levels == 3
    assert Source((one, other)).n_levels == 2
    assert Source((one, Image(np.zeros((64, 64))))).n_levels == 1


def test_a_level_that_is_not_there():
    with pytest.raises(ValueError, match=r"`level` must lie in 0\.\.2 .* got 3"):
        Source((Pyramid(picture()).layer(),), level=3)


def test_a_mask_of_one_level_tells_what_lies_there_at_another(little_memory):
    source = Source((Pyramid(picture()).layer(),))
    held = reduced(source)
    mask = np.zeros(held.shape, np.bool_)
    mask[3:7, 5:9] = True
    fine = nearest_in(mask, held.grid, source.grid, (slice(0, 96), slice(0, 160)))
    assert np.array_equal(fine, mask.repeat(2, 0).repeat(2, 1))
    part = nearest_in(mask, held.grid, source.grid, (slice(8, 20), slice(4, 12)))
    assert np.array_equal(part, fine[8:20, 4:12])


def test_a_mask_of_the_whole_is_reduced_as_the_pixels_are(little_memory):
    array = picture()
    mask = array[..., 0] > 100
    held = reduced(Source((Pyramid(array).layer(),), mask))
    assert held.region.shape == held.shape == (48, 80)
