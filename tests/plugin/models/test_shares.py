"""Shares of the clusters, of frames and of images."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from napari.layers import Image
from pictures import PHOTO, STACK, rgb, state_of

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.core.measurement import COLUMNS, Frames, Measurement
from napari_kmeans_quantizer.plugin.models import shares
from napari_kmeans_quantizer.plugin.models.frames import measured_by_frame
from napari_kmeans_quantizer.plugin.models.settings import Settings
from napari_kmeans_quantizer.plugin.models.shares import (
    Shares,
    is_counted,
    shares_of_images,
    shares_of_state,
)

HEX = ("#102030", "#c04020", "#f0f0e0")
COUNTS = np.array([[10, 20, 70], [25, 25, 50]])
ONE = Measurement(
    "series", COUNTS[np.newaxis], HEX, ("", "", ""),
    frames=Frames(4, np.array([0.5, 2.0]), "s", "t"), pixel_size=0.25, unit="µm²",
)  # fmt: skip
SERIES = Shares("series", (ONE,))
BARS = Shares(
    "layers",
    tuple(
        Measurement(name, counts.reshape(1, 1, -1), HEX, ("", "", ""))
        for name, counts in zip(("first", "second"), COUNTS, strict=True)
    ),
)


def of(**changes):
    return Shares("series", (replace(ONE, **changes),))


# -- rows and columns


def test_rows_are_frames_or_images():
    assert SERIES.names == ["4", "5"]
    assert SERIES.x.tolist() == [0.5, 2]
    assert BARS.names == ["first", "second"]
    assert (SERIES.source, BARS.source) == ("series", "")


@pytest.mark.parametrize(
    ("label", "unit", "axis", "row"),
    [
        ("t", "s", "t (s)", "frame 5, t = 2 s"),
        ("z", "", "z", "frame 5, z = 2"),
        ("frame", "", "frame", "frame 5"),
    ],
)
def test_what_the_axis_and_a_row_are_called(label, unit, axis, row):
    data = of(frames=Frames(4, np.array([0.5, 2.0]), unit, label))
    assert (data.axis_label, data.told_row(1)) == (axis, row)
    assert BARS.told_row(1) == "second"


def test_columns_are_told_by_names_where_there_are_some_else_by_hex():
    data = of(hex=("#000000", "#ffffff", "#000000"), names=("leaf", "", "leaf"))
    assert data.labels == ["leaf", "#ffffff", "leaf (2)"]
    assert data.hex == ["#000000", "#ffffff", "#000000 (2)"]
    assert data.columns == ["#000000 leaf", "#ffffff", "#000000 (2) leaf"]


def test_background_has_no_column_and_no_share():
    data = of(background=frozenset({2}), names=("DAB", "", "glass"))
    assert data.has_background
    assert data.labels == ["DAB", "#c04020"]
    assert np.array_equal(data.counts, COUNTS[:, :2])
    assert np.allclose(data.shares, [[1 / 3, 2 / 3], [0.5, 0.5]])
    assert data.overall.tolist() == pytest.approx([35 / 80, 45 / 80])
    assert data.area(1, 0) == (25 * 0.25, "µm²")
    assert not SERIES.has_background


def test_without_a_cluster_that_counts_there_are_no_columns():
    data = of(background=frozenset({0, 1, 2}))
    assert data.columns == []
    assert data.shares.shape == (2, 0)


def test_overall_shares_are_those_of_all_pixels():
    assert SERIES.overall.tolist() == [0.175, 0.225, 0.6]
    assert BARS.overall.tolist() == [0.175, 0.225, 0.6]
    assert of(counts=ONE.counts * [[1], [3]]).overall.tolist() == [0.2125, 0.2375, 0.55]


def test_areas_are_known_where_pixels_have_a_size():
    assert SERIES.area(0, 2) == (17.5, "µm²")
    assert BARS.area(0, 2) is None


@pytest.mark.parametrize(
    "measured",
    [
        (ONE, replace(ONE, counts=COUNTS[None, :, :2], hex=HEX[:2], names=("", ""))),
        (replace(ONE, counts=np.stack([COUNTS, COUNTS]), regions=("a", "b")),),
    ],
)
def test_other_clusters_or_several_regions_are_refused(measured):
    with pytest.raises(ValueError, match="one region, and of as many clusters"):
        Shares("", measured)


# -- names


def test_clusters_of_one_name_are_summed_up():
    data = of(names=("leaf", "", "leaf"))
    assert data.has_shared_names
    grouped = data.grouped()
    assert grouped.labels == ["leaf", "#c04020"]
    assert grouped.shares.tolist() == [[0.8, 0.2], [0.75, 0.25]]
    assert not grouped.has_shared_names
    assert not of(names=("leaf", "", "")).has_shared_names


def test_background_of_a_name_is_not_summed_up_with_what_counts():
    data = of(names=("leaf", "", "leaf"), background=frozenset({2}))
    assert not data.has_shared_names
    assert data.grouped().shares.tolist() == data.shares.tolist()


# -- tables


@pytest.mark.parametrize(("data", "name"), [(SERIES, "frame"), (BARS, "layer")])
def test_the_wide_table_is_for_the_screen(data, name):
    table = data.wide()
    assert table.index.tolist() == data.names
    assert table.index.name == name
    assert list(table) == list(HEX)
    assert np.array_equal(table, COUNTS / 100)


def test_the_tidy_table_is_that_of_the_measurement():
    table = SERIES.tidy()
    assert list(table) == list(COLUMNS)
    assert table.equals(ONE.to_frame())
    several = BARS.tidy()
    assert list(several) == [*COLUMNS, "error"]
    assert several["image"].tolist() == ["first"] * 3 + ["second"] * 3
    assert several["pixels"].tolist() == COUNTS.reshape(-1).tolist()


# -- what is counted


def test_shares_of_the_frames_of_a_stack():
    layer = Image(STACK, name="stack", axis_labels=("t", "y", "x"), colormap="viridis")
    state = state_of(layer, Settings(3))
    data = shares_of_state(state)
    assert data.title == "stack: shares over t"
    assert data.names == ["0", "1", "2", "3"]
    assert data.colors == state.hex
    assert np.array_equal(data.counts, measured_by_frame(state).counts[0])
    assert np.allclose(data.shares, data.counts / 600)


def test_colors_are_called_as_in_the_palette():
    given = Settings(palette=((0.0,), (200.0,)), names=("night", "snow"))
    for state in (state_of(Image(STACK, rgb=False), given), state_of(Image(STACK[0]), given)):
        columns = [f"{color} {name}" for color, name in zip(state.hex, given.names, strict=True)]
        assert shares_of_state(state).columns == columns


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


def test_frames_outside_the_region_have_no_shares():
    mask = np.zeros(STACK.shape, bool)
    mask[[0, 2], 3:9] = True
    data = shares_of_state(state_of(Image(STACK), Settings(3), region=mask))
    assert data.shares[[0, 2]].sum(axis=1).tolist() == pytest.approx([1, 1])
    assert np.isnan(data.shares[[1, 3]]).all()
    assert data.counts.sum(axis=1).tolist() == [180, 0, 180, 0]
    assert set(data.tidy()["frame"]) == {0, 2}


def test_shares_follow_edits():
    state = state_of(Image(STACK), Settings(4))
    data, merged = shares_of_state(state), shares_of_state(state.merged(1, 0))
    assert merged.shares.shape == (4, 3)
    assert np.array_equal(merged.counts.sum(axis=1), data.counts.sum(axis=1))
    assert shares_of_state(state.recolored(0, (7.0,))).colors[0] != data.colors[0]
    assert shares_of_state(state.renamed(2, "DAB")).labels[2] == "DAB"
    assert shares_of_state(state.with_background(2, True)).shares.shape == (4, 3)


def test_shares_of_a_single_picture():
    state = state_of(rgb(), Settings(3))
    data = shares_of_state(state)
    assert (data.frames, data.title, data.names) == (None, "photo: shares", ["photo"])
    assert np.array_equal(data.counts, [state.result.palette.counts])
    assert np.allclose(data.shares, [state.result.palette.share])


def test_shares_of_several_pictures():
    colors = quantize(PHOTO, 4).palette
    settings = Settings(4, palette=tuple(map(tuple, colors.colors.tolist())))
    layers = rgb(name="first"), rgb(PHOTO // 2, name="second")
    states = [state_of(layer, settings) for layer in layers]
    data = shares_of_images(states)
    assert data.frames is None
    assert data.names == ["first", "second"]
    assert data.colors == states[0].hex == colors.hex
    for row, pixels in enumerate((PHOTO, PHOTO // 2)):
        assert data.counts[row].tolist() == quantize(pixels, palette=colors).palette.counts.tolist()
    assert np.allclose(data.shares.sum(axis=1), 1)
