"""Buttons and menu do what the widget's methods do, and everything tells what it is for."""

from __future__ import annotations

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def done(settled, widget):
    return lambda: settled(widget)


@pytest.fixture
def press(qtbot, widget):
    """Click one of the widget's small buttons."""
    return lambda text: qtbot.mouseClick(widget.buttons.buttons[text], LEFT)


# -- comparing


def test_compare_and_back(viewer, widget, photo, press):
    visible = [layer.visible for layer in viewer.layers]
    camera = viewer.scene.camera
    camera.center, camera.zoom = (0, 12, 34), 5.5
    press("Compare")
    assert camera.zoom != 5.5
    assert viewer.canvas.grid.enabled
    shown = [layer.name for layer in viewer.layers if layer.visible]
    assert shown == ["photo", "photo · quantized"]
    press("Compare")
    assert not viewer.canvas.grid.enabled
    assert [layer.visible for layer in viewer.layers] == visible
    assert (camera.center, camera.zoom) == ((0, 12, 34), 5.5)


def test_fewer_colors_while_the_palette_is_hidden(viewer, widget, photo, press, done):
    press("Compare")
    for n_colors in (3, 20, 6):
        widget.n_colors.value = n_colors
        widget.run()
        done()
    assert not viewer.layers["photo · palette"].visible
    press("Compare")
    assert viewer.layers["photo · palette"].visible
    assert len(viewer.layers["photo · palette"].text.values) == 6


def test_compare_beside_an_explored_stack(viewer, widget, photo, press, done):
    widget.explore(2, 4)
    done()
    press("Compare")
    assert [layer.name for layer in viewer.layers if layer.visible] == [
        "photo",
        "photo · quantized",
    ]
    press("Compare")


def test_copy_python(widget, photo):
    QApplication.clipboard().setText("before")
    entries = widget.buttons.menus["Export"].actions()
    next(entry for entry in entries if entry.text() == "Copy Python").trigger()
    assert QApplication.clipboard().text() == widget.copy_as_python() != "before"


# -- what they are for


def controls(widget):
    form = widget._form
    return [*form.parameters(), form.image, form.slider, widget.live, widget._start]


def test_every_control_tells_what_it_does(widget):
    for control in controls(widget):
        assert control.tooltip, control
    for button in widget.buttons.buttons.values():
        assert button.toolTip()
