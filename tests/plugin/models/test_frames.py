"""The frames of a stack or series: how often each cluster occurs there, and where they lie."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Image
from pictures import STACK, TILTED, rgb, state_of

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin.models.frames import FrameCounts, frames_of, measured_by_frame
from napari_kmeans_quantizer.plugin.models.settings import Settings

RNG = np.random.default_rng(0)
T = ("t", "y", "x")
Z = ("z", "y", "x")


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("shape", [(4, 20, 30), (2, 3, 10, 20)])
def test_frame_counts_against_a_loop(masked, shape):
    array = RNG.integers(0, 9, shape).astype(np.uint8)
    mask = RNG.random(shape) < 0.4 if masked else None
    if masked:
        mask[1] = False
    result = quantize(array, 4, channel_axis=None, mask=mask)
    counts = FrameCounts(result).counts
    assert counts.shape == (shape[0], 4)
    for t in range(shape[0]):
        frame = result.labels[t] if mask is None else result.labels[t][mask[t]]
        for k in range(4):
            assert counts[t, k] == (frame == k).sum()
    assert np.array_equal(counts.sum(axis=0), result.palette.counts)


def test_frame_counts_know_colors_that_are_in_no_pixel():
    result = quantize(STACK // 50, palette=[[3], [200]])
    assert FrameCounts(result).counts.tolist() == [[600, 0]] * 4


# -- where they lie, and what was measured there


def measured(layer, n_colors=3, **parts):
    return measured_by_frame(state_of(layer, Settings(n_colors), **parts))


def test_it_is_what_is_known_of_the_image_for_each_frame():
    layer = Image(STACK, name="stack", scale=(2, 0.5, 0.5), units=("s", "um", "um"))
    state = state_of(layer, Settings(3))
    state = state.renamed(1, "DAB").with_background(2, True)
    one = measured_by_frame(state)
    assert one.image == "stack"
    expected = [np.bincount(frame.ravel(), minlength=3) for frame in state.result.labels]
    assert np.array_equal(one.counts, [expected])
    assert (one.hex, one.names) == (tuple(state.hex), ("", "DAB", ""))
    assert one.background == {2}
    assert (one.pixel_size, one.unit) == (0.25, "µm²")
    assert np.array_equal(one.overall.counts, state.measured.counts)


@pytest.mark.parametrize(
    ("placed", "label", "unit", "positions"),
    [
        ({}, "frame", "", [0, 1, 2, 3]),
        ({"axis_labels": T}, "t", "", [0, 1, 2, 3]),
        ({"scale": (3, 1, 1)}, "position", "", [0, 3, 6, 9]),
        ({"translate": (5, 0, 0)}, "position", "", [5, 6, 7, 8]),
        ({"scale": (-2, 1, 1)}, "position", "", [0, -2, -4, -6]),
        ({"units": ("s", "um", "um"), "scale": (3, 1, 1)}, "position", "s", [0, 3, 6, 9]),
    ],
)
def test_axes_that_have_no_name_or_no_unit(placed, label, unit, positions):
    frames = measured(Image(STACK, **placed)).frames
    assert (frames.first, frames.label, frames.unit) == (0, label, unit)
    assert frames.positions.tolist() == positions


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        ("s", "s"), ("ms", "ms"), ("min", "min"), ("hour", "h"), ("day", "d"), ("um", "µm"),
        ("angstrom", "Å"), ("degree_Celsius", "°C"), ("dimensionless", ""), ("pixel", ""),
    ],
)  # fmt: skip
def test_units_are_written_as_pint_does(unit, written):
    frames = measured(Image(STACK, axis_labels=T, units=(unit, "um", "um"))).frames
    assert (frames.label, frames.unit) == ("t", written)


def test_depth():
    placed = {"scale": (0.5, 1, 1), "translate": (10, 0, 0), "units": ("um",) * 3}
    frames = measured(Image(STACK, axis_labels=Z, **placed)).frames
    assert (frames.label, frames.unit) == ("z", "µm")
    assert frames.positions.tolist() == [10, 10.5, 11, 11.5]


@TILTED
def test_frames_that_an_affine_puts_into_one_place_are_numbered():
    affine = np.eye(4)
    affine[[0, 1]] = affine[[1, 0]]
    frames = measured(Image(STACK, axis_labels=T, affine=affine)).frames
    assert (frames.label, frames.unit) == ("frame", "")
    assert frames.positions.tolist() == [0, 1, 2, 3]


def test_a_slice_has_its_own_number_and_place():
    window = (slice(2, 3), slice(None), slice(None))
    layer = Image(STACK, scale=(2, 1, 1), axis_labels=Z, units=("um",) * 3)
    frames = measured(layer, window=window).frames
    assert (frames.first, frames.positions.tolist()) == (2, [4])


def test_a_picture_has_no_frames():
    state = state_of(rgb(), Settings(3))
    assert frames_of(state) is None
    assert measured_by_frame(state) is state.measured
