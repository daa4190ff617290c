"""The palette's list, with what it says and with what a person does to it."""

from __future__ import annotations

import pytest
from palette_parts import RGB, middle
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QColorDialog

from napari_kmeans_quantizer.plugin.views.palette.view import PaletteView

LEFT = Qt.MouseButton.LeftButton
SIGNALS = (
    "color_selected",
    "color_previewed",
    "color_edited",
    "edit_cancelled",
    "lock_toggled",
    "merge_requested",
    "hidden_changed",
    "background_changed",
    "name_changed",
    "undo_requested",
    "redo_requested",
    "reset_requested",
)


@pytest.fixture
def view(qtbot):
    view = PaletteView()
    qtbot.addWidget(view)
    view.resize(320, 400)
    with qtbot.waitExposed(view):
        view.show()
    view.show_palette(RGB)
    return view


@pytest.fixture
def heard(view):
    """Return what the view has said, in order."""
    said = []
    for name in SIGNALS:
        getattr(view, name).connect(lambda *args, name=name: said.append((name, *args)))
    return said


@pytest.fixture
def edits(view):
    """Return the edits asked for, in order."""
    said = []
    view.color_edited.connect(lambda *args: said.append(args))
    return said


@pytest.fixture
def mouse(view, qtbot):
    def click(row, do="mouseClick", button=LEFT):
        viewport = view._list.viewport()
        getattr(qtbot, do)(viewport, button, pos=middle(view, row))

    return click


@pytest.fixture
def key(view, qtbot):
    def press(name, modifier=Qt.KeyboardModifier.NoModifier):
        qtbot.keyClick(view._list, getattr(Qt.Key, f"Key_{name}"), modifier)

    return press


@pytest.fixture
def dialog(view, qtbot):
    """Wait for the dialog that was opened, and return it."""

    def opened():
        qtbot.waitUntil(lambda: any(d.isVisible() for d in view.findChildren(QColorDialog)))
        return next(d for d in view.findChildren(QColorDialog) if d.isVisible())

    return opened
