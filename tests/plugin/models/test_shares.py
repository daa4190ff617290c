"""Shares of the colors, of frames and of images."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Image
from pictures import PHOTO, STACK, rgb, state_of

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin.models import shares
from napari_kmeans_quantizer.plugin.models.settings import Settings
from napari_kmeans_quantizer.plugin.models.shares import (
    Shares,
    check,
    is_counted,
    shares_of_images,
    shares_of_state,
)

RNG = np.random.default_rng(0)
HEX = ["#102030", "#c04020", "#f0f0e0"]
COUNTS = np.array([[10, 20, 70], [25, 25, 50]])
SHARES = Shares("stack", "frames", ["t0", "t1"], HEX, COUNTS / 100, COUNTS)


# -- a table


def test_columns_that_are_displayed_alike_are_numbered():
    data = SHARES._replace(colors=["#000000", "#ffffff", "#000000"])
    assert data.columns == ["#000000", "#ffffff", "#000000 (2)"]


def test_names_of_colors_come_after_their_hex():
    data = SHARES._replace(colors=["#000000", "#ffffff", "#000000"], called=("night", "", "coal"))
    assert data.columns == ["#000000 night", "#ffffff", "#000000 (2) coal"]
    assert list(data.full_frame())[:2] == ["#000000 night share", "#ffffff share"]


def test_colors_are_called_as_in_the_palette():
    given = Settings(palette=((0.0,), (200.0,)), names=("night", "snow"))
    for state in (state_of(Image(STACK, rgb=False), given), state_of(Image(STACK[0]), given)):
        columns = [f"{color} {name}" for color, name in zip(state.hex, given.names, strict=True)]
        assert shares_of_state(state).columns == columns


def test_frames_lie_one_after_the_other_if_nothing_else_is_known():
    assert SHARES.x.tolist() == [0, 1]
    assert SHARES._replace(positions=np.array([0.5, 7])).x.tolist() == [0.5, 7]


@pytest.mark.parametrize(("kind", "name"), [("frames", "frame"), ("layers", "layer")])
def test_frame(kind, name):
    table = SHARES._replace(kind=kind).frame()
    assert table.index.tolist() == ["t0", "t1"]
    assert table.index.name == name
    assert list(table) == HEX
    assert np.array_equal(table, COUNTS / 100)


@pytest.mark.parametrize(
    ("label", "column"), [("time (s)", "time (s)"), ("frame", "frame position")]
)
def test_full_frame(label, column):
    data = SHARES._replace(positions=np.array([0.1, 0.3]), position_label=label)
    table = data.full_frame()
    shares, pixels = ([f"{color} {what}" for color in HEX] for what in ("share", "pixels"))
    assert list(table) == [column, *shares, *pixels]
    assert table[column].tolist() == [0.1, 0.3]
    assert np.array_equal(table[shares], COUNTS / 100)
    assert np.array_equal(table[pixels], COUNTS)
    assert list(SHARES._replace(counts=None).full_frame()) == shares


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "rows"}, "one of frames, layers, got 'rows'"),
        ({"names": ["t0"]}, r"`shares` must have shape \(1, 3\), got \(2, 3\)"),
        ({"names": []}, "must not be empty"),
        ({"colors": []}, "must not be empty"),
        ({"counts": COUNTS[:, :2]}, "`counts` must have shape"),
        ({"positions": np.arange(3)}, r"`positions` must have shape \(2,\)"),
    ],
)
def test_check(change, message):
    check(SHARES)
    check(SHARES._replace(counts=None))
    with pytest.raises(ValueError, match=message):
        check(SHARES._replace(**change))


# -- what is counted


def test_shares_of_the_frames_of_a_stack():
    layer = Image(STACK, name="stack", axis_labels=("t", "y", "x"), colormap="viridis")
    state = state_of(layer, Settings(3))
    data = shares_of_state(state)
    check(data)
    assert (data.kind, data.title) == ("frames", "stack: shares over t")
    assert data.names == ["0", "1", "2", "3"]
    assert data.colors == state.hex
    expected = [np.bincount(frame.ravel(), minlength=3) for frame in state.result.labels]
    assert np.array_equal(data.counts, expected)
    assert np.allclose(data.shares, np.array(expected) / 600)


@pytest.mark.parametrize(
    ("placed", "label", "positions"),
    [
        ({}, "frame", None),
        ({"axis_labels": ("t", "y", "x")}, "t", None),
        (
            {"axis_labels": ("t", "y", "x"), "units": ("s", "um", "um"), "scale": (2, 1, 1)},
            "t (s)",
            [0, 2, 4, 6],
        ),
        (
            {
                "axis_labels": ("z", "y", "x"),
                "units": ("um", "um", "um"),
                "scale": (0.5, 1, 1),
                "translate": (10, 0, 0),
            },
            "z (µm)",
            [10, 10.5, 11, 11.5],
        ),
        ({"units": ("s", "um", "um"), "scale": (3, 1, 1)}, "position (s)", [0, 3, 6, 9]),
        ({"scale": (3, 1, 1)}, "frame", [0, 3, 6, 9]),
    ],
)
def test_frames_lie_where_the_layer_says(placed, label, positions):
    data = shares_of_state(state_of(Image(STACK, **placed), Settings(3)))
    check(data)
    assert data.position_label == label
    assert positions == (None if data.positions is None else data.positions.tolist())
    assert data.names == ["0", "1", "2", "3"]


def test_a_slice_has_its_own_number_and_place():
    window = (slice(2, 3), slice(None), slice(None))
    layer = Image(STACK, scale=(2, 1, 1), axis_labels=("z", "y", "x"), units=("um",) * 3)
    data = shares_of_state(state_of(layer, Settings(3), window=window))
    assert data.names == ["2"]
    assert data.positions.tolist() == [4]


def test_a_stack_is_counted_frame_by_frame(monkeypatch):
    state = state_of(Image(STACK), Settings(3))
    assert is_counted(state)  # few pixels are no reason to wait
    monkeypatch.setattr(shares, "FEW", 0)
    assert not is_counted(state)
    steps = state.frames.steps()
    for n_frames in range(1, len(STACK) + 1):
        assert next(steps) == n_frames
        assert not is_counted(state)
    assert next(steps, None) is None
    assert is_counted(state)
    assert is_counted(state.merged(1, 0))
    assert is_counted(state_of(rgb(), Settings(3)))


def test_overall_shares():
    assert SHARES.overall.tolist() == [0.175, 0.225, 0.6]
    assert SHARES._replace(counts=COUNTS * [[1], [3]]).overall.tolist() == [0.2125, 0.2375, 0.55]
    assert SHARES._replace(counts=None).overall.tolist() == pytest.approx([0.175, 0.225, 0.6])


def test_frames_outside_the_region_have_no_shares():
    mask = np.zeros(STACK.shape, bool)
    mask[[0, 2], 3:9] = True
    data = shares_of_state(state_of(Image(STACK), Settings(3), region=mask))
    check(data)
    assert data.shares.sum(axis=1).tolist() == pytest.approx([1, 0, 1, 0])
    assert data.counts.sum(axis=1).tolist() == [180, 0, 180, 0]


def test_shares_follow_edits():
    state = state_of(Image(STACK), Settings(4))
    data, merged = shares_of_state(state), shares_of_state(state.merged(1, 0))
    assert merged.shares.shape == (4, 3)
    assert np.array_equal(merged.counts.sum(axis=1), data.counts.sum(axis=1))
    assert shares_of_state(state.recolored(0, (7.0,))).colors[0] != data.colors[0]


def test_shares_of_a_single_picture():
    state = state_of(rgb(), Settings(3))
    data = shares_of_state(state)
    check(data)
    assert (data.kind, data.title, data.names) == ("layers", "photo: shares", ["photo"])
    assert np.array_equal(data.counts, [state.result.palette.counts])
    assert np.allclose(data.shares, [state.result.palette.share])


def test_shares_of_several_pictures():
    colors = quantize(PHOTO, 4).palette
    settings = Settings(4, palette=tuple(map(tuple, colors.colors.tolist())))
    layers = rgb(name="first"), rgb(PHOTO // 2, name="second")
    states = [state_of(layer, settings) for layer in layers]
    data = shares_of_images(states)
    check(data)
    assert data.kind == "layers"
    assert data.names == ["first", "second"]
    assert data.colors == states[0].hex == colors.hex
    for row, pixels in enumerate((PHOTO, PHOTO // 2)):
        assert data.counts[row].tolist() == quantize(pixels, palette=colors).palette.counts.tolist()
    assert np.allclose(data.shares.sum(axis=1), 1)
