"""The sampled pixels as a table: the same facts as `pixel_table`, in the colors that are shown."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Image
from pandas.testing import assert_frame_equal
from pictures import GREY, PHOTO, RGBA, STACK, rgb, state_of

from napari_kmeans_quantizer import pixel_table
from napari_kmeans_quantizer.plugin.models import sample
from napari_kmeans_quantizer.plugin.models.pixel_rows import PixelRows
from napari_kmeans_quantizer.plugin.models.settings import Settings


@pytest.mark.parametrize(
    "layer", [rgb(), Image(GREY), Image(STACK), rgb(RGBA), rgb(PHOTO / np.float32(255))]
)
def test_rows_are_those_of_pixel_table(layer):
    rows, q = PixelRows(state_of(layer)), state_of(layer).result
    expected = pixel_table(layer.data, q)
    expected["rgb"] = expected["rgb"].astype(object)
    assert_frame_equal(rows.frame(), expected, check_dtype=False)


def test_of_large_images_some_pixels_are_told(monkeypatch):
    monkeypatch.setattr(sample, "MAX_SAMPLE", 50)
    rows = PixelRows(state_of(rgb()))
    assert rows.title == "photo: 50 of 600 pixels"
    frame = rows.frame()
    assert len(frame) == len(frame[["row", "column"]].drop_duplicates()) == 50
    assert (frame[list("rgb")].to_numpy() == PHOTO[frame["row"], frame["column"]]).all()


def test_colors_are_as_they_are_shown_and_values_as_they_are():
    state = state_of(rgb(PHOTO, contrast_limits=(20, 150))).recolored(1, (20, 150, 20))
    frame = PixelRows(state).frame()
    assert set(frame["rgb"][frame["cluster"] == 1]) == {"rgb(0, 255, 0)"}
    assert frame["r"].max() == PHOTO[..., 0].max()


def test_channels_are_called_as_their_layers_are():
    state = state_of([Image(GREY, name="DAPI"), Image(GREY // 2, name="FITC")])
    assert list(PixelRows(state).frame())[:4] == ["row", "column", "DAPI", "FITC"]


def test_alpha_as_a_channel():
    state = state_of(rgb(RGBA), Settings(4, alpha="channel"), alpha="channel")
    assert list(PixelRows(state).frame())[2:6] == ["r", "g", "b", "a"]


def test_names_have_a_column_if_there_are_any():
    given = ((250.0, 0.0, 0.0), (0.0, 0.0, 250.0))
    rows = PixelRows(state_of(rgb(), Settings(palette=given, names=("DAB", ""))))
    frame = rows.frame()
    assert set(frame["name"][frame["cluster"] == 0]) == {"DAB"}
    pixel = int(np.flatnonzero(rows.labels == 0)[0])
    assert rows.described(pixel) == "Cluster 0 · DAB · #fa0000"
    blank = PixelRows(state_of(rgb(), Settings(palette=given, names=("", ""))))
    assert "name" not in blank.frame()


def test_of_a_part_places_are_those_of_the_layer():
    state = state_of(Image(STACK), window=(slice(2, 3), slice(4, 10), slice(None)))
    frame = PixelRows(state).frame()
    assert set(frame["plane"]) == {2}
    assert (frame["row"].min(), frame["row"].max()) == (4, 9)
    assert (frame["value"] == STACK[frame["plane"], frame["row"], frame["column"]]).all()
    reduced = PixelRows(state_of(Image(GREY), step=2)).frame()
    assert (reduced["value"] == GREY[reduced["row"], reduced["column"]]).all()


def test_only_what_took_part():
    there = np.arange(600).reshape(20, 30) % 7 == 0
    frame = PixelRows(state_of(rgb(), region=there)).frame()
    assert there[frame["row"], frame["column"]].all()
    assert len(frame) == there.sum()


def test_order():
    rows = PixelRows(state_of(rgb()))
    for column, name in enumerate(rows.frame()):
        for descending in (False, True):
            frame = rows.frame(rows.order(column, descending))
            key = frame[name]
            if name == "rgb":  # as numbers, not as texts
                key = key.map(lambda text: tuple(map(int, text[4:-1].split(", "))))
            expected = frame.assign(key=key).sort_values(
                ["key", "row", "column"], ascending=[not descending, True, True]
            )
            assert_frame_equal(frame, expected.drop(columns="key"))


def test_texts():
    rows = PixelRows(state_of(Image(GREY / np.float32(7), name="cells")))
    row, column = rows.positions[5]
    assert [rows.text(5, i) for i in range(4)] == [
        str(row),
        str(column),
        f"{GREY[row, column] / np.float32(7):.6g}",
        str(rows.labels[5]),
    ]
    grey = round(float(rows.state.shown[rows.labels[5], 0]) * 255)
    assert rows.text(5, 4) == f"rgb({grey}, {grey}, {grey})"


# -- a place of the picture


def test_the_nearest_pixel(monkeypatch):
    monkeypatch.setattr(sample, "MAX_SAMPLE", 50)
    rows = PixelRows(state_of(rgb()))
    for place in ((0, 0), (7.4, 21.9), (19, 29)):
        away = np.hypot(*(rows.positions - place).T)
        assert away[rows.nearest(place, (0, 1))] == away.min()


def test_in_a_stack_only_pixels_of_the_plane_that_is_shown(monkeypatch):
    state = state_of(Image(STACK))
    rows = PixelRows(state)
    assert rows.positions[rows.nearest((2.2, 3, 4), (1, 2))].tolist() == [2, 3, 4]
    assert rows.positions[rows.nearest((2, 3, 4.4), (0, 2))].tolist() == [2, 3, 4]
    part = PixelRows(state_of(Image(STACK), window=(slice(1, 2), slice(None), slice(None))))
    assert part.nearest((2, 3, 4), (1, 2)) is None


def test_the_same_pixels():
    state = state_of(rgb())
    rows, edited = PixelRows(state), PixelRows(state.recolored(0, (1, 2, 3)))
    assert edited.same_pixels(rows)
    assert not rows.same_pixels(None)
    assert not rows.same_pixels(PixelRows(state_of(rgb())))  # of another layer
    again = state_of(state.source.main, Settings(3))
    assert PixelRows(again).same_pixels(rows)
    assert not PixelRows(state_of(state.source.main, step=2)).same_pixels(rows)
    other_seed = state_of(state.source.main, Settings(4, random_state=5))
    assert not PixelRows(other_seed).same_pixels(rows)
