"""The whole way by clicks: out of the panel as files, and in again for another picture."""

from __future__ import annotations

import os

import numpy as np
import pytest
from pictures import COFFEE
from PIL import Image as Pillow
from qtpy.QtCore import QMimeData, QPointF, Qt, QUrl
from qtpy.QtGui import QColor, QDropEvent
from qtpy.QtWidgets import QColorDialog, QFileDialog
from skimage import data

from napari_kmeans_quantizer import quantize, read_palette

OTHER = data.astronaut()[::4, ::4]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def viewer(make_napari_viewer):
    return make_napari_viewer()


@pytest.fixture
def export(person, qtbot, monkeypatch):
    """Choose an entry of "Export", and answer its dialog by a path."""

    def export(text, path):
        def accept(dialog):
            dialog.selectFile(str(path))
            return 1

        monkeypatch.setattr(QFileDialog, "exec", accept)
        entries = person.widget.buttons.menus["Export"].actions()
        next(entry for entry in entries if entry.text() == text).trigger()
        qtbot.waitUntil(lambda: person.status.startswith(f"Saved {path.name}"), timeout=60_000)

    return export


@pytest.fixture
def recolor(person, qtbot):
    """Edit a color by its row's menu, in the dialog that opens."""

    def recolor(index, color):
        view = person.widget.palette_view
        menu = view.context_menu(index)
        next(entry for entry in menu.actions() if "Edit" in entry.text()).trigger()
        menu.deleteLater()
        dialog = view.findChild(QColorDialog)
        dialog.setCurrentColor(QColor(color))
        dialog.accept()
        qtbot.waitUntil(lambda: color in person.hexes())
        qtbot.wait(20)

    return recolor


@pytest.fixture
def drop(viewer):
    """Drop a file on the window."""

    def drop(path):
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(os.fspath(path))])
        nothing = Qt.KeyboardModifier.NoModifier
        where = QPointF(50, 50)
        event = QDropEvent(where, Qt.DropAction.CopyAction, mime, LEFT, nothing)
        viewer.window._qt_window._qt_viewer.dropEvent(event)

    return drop


def test_from_photo_to_files_and_to_another_photo(viewer, person, export, recolor, drop, tmp_path):
    photo = viewer.add_image(COFFEE, name="coffee")
    person.run(photo, 8)
    recolor(1, "#123456")
    recolor(4, "#fedcba")
    shown = person.hexes()
    assert {"#123456", "#fedcba"} <= set(shown)

    export("Palette ...", tmp_path / "mine.gpl")
    export("Indexed PNG ...", tmp_path / "mine.png")
    assert read_palette(tmp_path / "mine.gpl").hex == shown
    with Pillow.open(tmp_path / "mine.png") as made:
        assert made.mode == "P"
        decoded = np.array(made.convert("RGB"))
    assert np.array_equal(decoded, viewer.layers["coffee · quantized"].data)

    other = viewer.add_image(OTHER, name="other")
    drop(tmp_path / "mine.gpl")
    assert viewer.layers["mine"].features["hex"].tolist() == shown
    colors_from = person.widget.palette_from.native
    colors_from.setCurrentIndex(colors_from.findText("mine"))
    person.run(other)
    assert person.widget.state.hex == shown  # the list is by share
    assert set(person.hexes()) == set(shown)
    colors = [list(bytes.fromhex(color[1:])) for color in shown]
    expected = quantize(OTHER, palette=np.array(colors, np.uint8))
    assert np.array_equal(viewer.layers["other · quantized"].data, expected.image)


def test_a_palette_of_another_program_is_chosen_from_and_saved_with_its_names(
    viewer, person, export, drop, tmp_path
):
    (tmp_path / "threads.gpl").write_bytes(
        b"GIMP Palette\r\nName: threads\r\n#\r\n250 240 230\tcream\r\n200 120 60\trust\r\n"
        b"30 10 5\tnight\r\n0 255 0\tleaf\r\n120 40 20\tbrick\r\n"
    )
    photo = viewer.add_image(COFFEE, name="coffee")
    drop(tmp_path / "threads.gpl")
    widget = person.widget
    widget.palette_from.native.setCurrentIndex(widget.palette_from.native.findText("threads"))
    widget.palette_use.native.setCurrentIndex(1)
    person.run(photo, 3)
    names = widget.result.palette.names
    assert "leaf" not in names
    assert len(names) == 3
    export("Palette ...", tmp_path / "chosen.ase")
    assert read_palette(tmp_path / "chosen.ase").names == names
