"""Palette files opened in napari: as layers, and no other plugin's files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from napari.layers import Image, Points
from napari.plugins._npe2 import get_readers
from npe2 import PluginManifest
from pictures import PHOTO
from qtpy.QtCore import QMimeData, QPointF, Qt, QUrl
from qtpy.QtGui import QDropEvent

from napari_kmeans_quantizer import Palette, write_palette
from napari_kmeans_quantizer.core.files.palettes import READABLE
from napari_kmeans_quantizer.plugin.layers.about import About
from napari_kmeans_quantizer.plugin.layers.palette_file import palette_of_layer
from napari_kmeans_quantizer.plugin.readers import OWN, palette_reader

ROOT = Path(__file__).parents[2]
NAME = "napari-kmeans-quantizer"
COLORS = np.array([[200, 30, 30], [30, 200, 30], [30, 30, 200]], np.uint8)
PALETTE = Palette(COLORS, names=["rust", "leaf", "sea"])


@pytest.fixture
def viewer(make_napari_viewer):
    """A window: with it, napari looks for plugins."""
    return make_napari_viewer()


@pytest.fixture
def gpl(tmp_path):
    write_palette(tmp_path / "three colors.gpl", PALETTE)
    return tmp_path / "three colors.gpl"


@pytest.fixture
def opened(viewer):
    """Open a file as napari does with one that is dropped: by whatever plugin can."""

    def opened(path):
        (layer,) = viewer.open(path, plugin=None)
        return layer

    return opened


# -- what a palette becomes


def test_a_palette_is_squares_with_their_hex_and_names(opened, gpl):
    layer = opened(gpl)
    assert isinstance(layer, Points)
    assert layer.name == "three colors"
    assert np.array_equal(np.rint(layer.face_color[:, :3] * 255), COLORS)
    assert list(layer.features["hex"]) == PALETTE.hex
    assert list(layer.features["name"]) == ["rust", "leaf", "sea"]
    assert list(layer.features["color"]) == [1, 2, 3]


def test_squares_stand_in_rows_and_do_not_overlap(opened, tmp_path):
    for n_colors in (1, 40, 256, 1000):
        path = tmp_path / f"{n_colors}.hex"
        write_palette(path, Palette(np.arange(3 * n_colors).reshape(-1, 3) % 256, dtype=np.uint8))
        layer = opened(path)
        rows, columns = (np.unique(axis) for axis in layer.data.T)
        assert len(columns) <= 32
        assert len(rows) == -(-n_colors // len(columns))
        if n_colors > 1:
            assert np.diff(columns).min() > layer.size.max()


@pytest.mark.parametrize("suffix", [".gpl", ".ase", ".aco", ".act", ".pal", ".hex"])
def test_palettes_of_many_programs_are_opened_without_a_question(opened, tmp_path, suffix):
    path = tmp_path / f"colors{suffix}"
    write_palette(path, Palette(COLORS))
    layer = opened(path)
    assert palette_of_layer(layer).hex[:3] == PALETTE.hex


def test_they_lie_below_all_that_is_there_as_wide_and_in_its_units(viewer, gpl):
    photo = viewer.add_image(PHOTO, rgb=True, scale=(0.5, 0.5), units=("um", "um"))
    first, second = viewer.open([gpl, gpl], plugin=NAME)
    assert str(first.units[0]) == "micrometer"
    ends = [layer.extent.world for layer in (photo, first, second)]
    assert ends[0][1, 0] < ends[1][0, 0]
    assert ends[1][1, 0] < ends[2][0, 0]
    assert ends[1][0, 1] >= ends[0][0, 1]
    assert ends[1][1, 1] <= ends[0][1, 1]


def test_they_lie_below_those_that_were_opened_before(viewer, gpl):
    [first] = viewer.open(gpl, plugin=NAME)
    [second] = viewer.open(gpl, plugin=NAME)
    left, right = (layer.extent.world[:, 1] for layer in (first, second))
    assert np.allclose(left, right)
    pitch = first.size[0] / 0.86
    text_ends = first.data[:, 0].max() + 0.75 * pitch
    assert second.data[:, 0].min() - pitch / 2 > text_ends


def test_what_people_do_to_the_squares_counts(opened, gpl):
    layer = opened(gpl)
    layer.face_color[1] = (0, 0, 0, 1)
    layer.selected_data = {2}
    layer.remove_selected()
    assert palette_of_layer(layer).hex == ["#c81e1e", "#000000"]
    assert palette_of_layer(layer).names == ("rust", "leaf")
    layer.selected_data = {0, 1}
    layer.remove_selected()
    assert palette_of_layer(layer) is None


def test_its_metadata_says_that_nothing_was_quantized(opened, gpl):
    about = About.of_layer(opened(gpl))
    assert about.source_ids == ()
    assert about.role == "palette file"


# -- files of others


NOT_OURS = ["x.png", "x.csv", "x.tif", "x.json", "x.txt", "x palette.png"]


@pytest.mark.parametrize("name", NOT_OURS)
def test_pictures_points_and_other_files_are_not_claimed(viewer, name):
    assert NAME not in get_readers(name)


def test_a_table_of_points_is_opened_as_before(opened, tmp_path):
    points = Points(np.array([[1.0, 2.0], [3.0, 4.0]]), name="cells · palette")
    points.save(str(tmp_path / "cells · palette.csv"))
    layer = opened(tmp_path / "cells · palette.csv")
    assert np.array_equal(layer.data, points.data)


def test_a_picture_of_colors_is_opened_as_before(opened, tmp_path):
    write_palette(tmp_path / "palette.png", PALETTE)
    layer = opened(tmp_path / "palette.png")
    assert isinstance(layer, Image)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("my palette.json", '{"type": "FeatureCollection", "features": []}'),
        ("my palette.txt", "what I think of palettes"),
    ],
)
def test_files_that_only_sound_like_palettes_are_left_to_others(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    assert palette_reader(str(path)) is None
    assert palette_reader([str(path)]) is None


def test_variables_of_a_style_sheet_are_opened(opened, tmp_path):
    (tmp_path / "site.css").write_text(":root { --rust: #c83c1e; --sea: rgb(0 60 200); }")
    layer = opened(tmp_path / "site.css")
    assert list(layer.features["name"]) == ["rust", "sea"]


def test_a_palette_in_json_is_opened_if_its_name_says_so(opened, tmp_path):
    write_palette(tmp_path / "coffee palette.json", PALETTE)
    layer = opened(tmp_path / "coffee palette.json")
    assert palette_of_layer(layer).names == PALETTE.names


def test_to_ask_for_a_reader_imports_nothing_that_takes_long():
    code = (
        "import sys; from napari_kmeans_quantizer.plugin.readers import palette_reader\n"
        "assert palette_reader('x.gpl') and palette_reader('x palette.json') is None\n"
        "slow = {'numba', 'skimage', 'matplotlib', 'pandas', 'napari', 'qtpy', 'scipy'}\n"
        "print(*slow & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


# -- what is wrong


def test_without_a_viewer_it_is_an_error(tmp_path):
    (tmp_path / "x.gpl").write_text("no palette")
    with pytest.raises(ValueError, match=r"x\.gpl: line 1"):
        palette_reader(str(tmp_path / "x.gpl"))(str(tmp_path / "x.gpl"))


class TestDropped:
    """Files dropped on the window."""

    @pytest.fixture
    def drop(self, viewer):
        def drop(*paths):
            mime = QMimeData()
            mime.setUrls([QUrl.fromLocalFile(os.fspath(path)) for path in paths])
            event = QDropEvent(
                QPointF(50, 50),
                Qt.DropAction.CopyAction,
                mime,
                Qt.MouseButton.LeftButton,
                Qt.KeyboardModifier.NoModifier,
            )
            viewer.window._qt_window._qt_viewer.dropEvent(event)

        return drop

    def test_palettes_become_layers(self, viewer, drop, gpl, tmp_path):
        write_palette(tmp_path / "other.ase", PALETTE)
        drop(gpl, tmp_path / "other.ase")
        assert [layer.name for layer in viewer.layers] == ["three colors", "other"]

    def test_what_is_wrong_with_a_file_is_told(self, viewer, drop, tmp_path, notices):
        (tmp_path / "broken.gpl").write_text("GIMP Palette\n300 0 0\n")
        drop(tmp_path / "broken.gpl")
        assert len(viewer.layers) == 0
        (notice,) = notices
        assert notice.message.startswith("broken.gpl: line 2: ")


def test_the_manifest_claims_what_the_reader_takes_for_palettes():
    manifest = PluginManifest.from_file(ROOT / "napari.yaml")
    [reader] = manifest.contributions.readers
    claimed = {Path(pattern).suffix for pattern in reader.filename_patterns if pattern[1] == "."}
    assert claimed == OWN
    assert {Path(pattern).suffix for pattern in reader.filename_patterns} <= set(READABLE)
