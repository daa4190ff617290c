"""However a tour ends, nothing of it is left, and everything can go on."""

from __future__ import annotations

import pytest
from guest import LEFT, NAME, place_of
from napari._qt._qapp_model.qactions._help import _start_viewer_tour
from napari.settings import get_plugin_settings
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QScrollArea
from skimage import data

from napari_kmeans_quantizer.plugin.tours.opening import ONE_AT_A_TIME
from napari_kmeans_quantizer.plugin.tours.tour import dock_of

FROM_SCRATCH, HOW_MANY = "from_scratch", "how_many"


def test_esc_ends_it_wherever_the_keyboard_is(guest, qtbot):
    guest.open(FROM_SCRATCH)
    guest.go(2)
    qtbot.keyClick(guest.viewer.window._qt_viewer.canvas.native, Qt.Key.Key_Escape)
    guest.over()
    assert len(guest.widget.result.palette) == 16


def test_skip_while_it_quantizes(guest, held, qtbot):
    guest.open(FROM_SCRATCH)
    guest.click("Next")
    qtbot.waitUntil(held.begun.is_set, timeout=30_000)
    guest.click("(Esc) Skip")
    guest.over()
    held.set()
    guest.settle()
    assert len(guest.widget.result.palette) == 16


def test_a_second_one_is_refused(guest, notices, qtbot):
    guest.open(FROM_SCRATCH)
    guest.viewer.open_sample(NAME, HOW_MANY)
    qtbot.waitUntil(lambda: bool(notices))
    assert [notice.message for notice in notices] == [ONE_AT_A_TIME]
    assert guest.says[0] == guest.steps[0].title
    guest.settle()
    assert guest.is_read  # though the panel has come to the front
    guest.go(2)  # of its own photograph, though another image was active
    assert guest.widget.state.source.name == "astronaut"


def test_so_is_one_during_that_of_napari(guest, notices, qtbot):
    guest.viewer.add_image(data.coffee()[::8, ::8])
    _start_viewer_tour(guest.viewer.window)
    guest.viewer.open_sample(NAME, HOW_MANY)
    qtbot.waitUntil(lambda: bool(notices))
    assert guest.says[0] == "Welcome to napari"
    guest.settle()
    assert guest.is_read
    guest.click("(Esc) Skip")
    guest.over()


def test_the_photograph_is_removed(guest):
    guest.open(FROM_SCRATCH)
    guest.go(3)
    guest.viewer.layers.remove(guest.photograph)
    guest.over()
    assert not guest.widget.running


@pytest.mark.parametrize("running", [False, True])
def test_the_panel_is_closed(guest, held, running, qtbot):
    guest.open(FROM_SCRATCH)
    if running:
        guest.click("Next")
        qtbot.waitUntil(held.begun.is_set, timeout=30_000)
    dock = dock_of(guest.widget.native)
    qtbot.mouseClick(dock.titleBarWidget().close_button, LEFT)
    guest.over()
    held.set()
    assert [layer.name for layer in guest.viewer.layers] == ["astronaut"]


@pytest.mark.parametrize("step", [1, 2, 5])
def test_the_viewer_is_closed(guest, step):
    """The fixture of the viewer sees what is left."""
    guest.open(FROM_SCRATCH)
    guest.go(step)
    guest.viewer.close()


def test_the_viewer_is_closed_while_it_quantizes(guest, held, qtbot):
    guest.open(HOW_MANY)
    guest.click("Next")
    qtbot.waitUntil(held.begun.is_set, timeout=30_000)
    guest.viewer.close()
    held.set()
    qtbot.wait(100)


def test_the_viewer_is_closed_before_it_begins(make_napari_viewer, qtbot):
    viewer = make_napari_viewer(show=True)
    viewer.open_sample(NAME, FROM_SCRATCH)
    viewer.close()
    qtbot.wait(50)


def test_controls_that_it_has_set_silently_are_put_back_and_none_is_remembered(guest, qtbot):
    widget = guest.widget
    widget.color_space.value, widget.live.value, widget.dither.value = "lab", True, "ordered"
    widget.n_colors.value = 24
    qtbot.waitUntil(lambda: not widget._memory.pending)
    guest.open(FROM_SCRATCH)
    guest.go(2)
    assert (widget.color_space.value, widget.live.value) == ("rgb", False)
    assert widget.result.settings["color_space"] == "rgb"
    widget.dither.value = "blue-noise"  # a person does so
    qtbot.wait(1200)
    assert get_plugin_settings(NAME).start.n_colors == 24
    guest.click("(Esc) Skip")
    guest.over()
    assert (widget.color_space.value, widget.live.value) == ("lab", True)
    assert widget.dither.value == "blue-noise"
    assert widget.n_colors.value == 16


def test_a_view_that_is_closed_comes_again(guest):
    guest.open(FROM_SCRATCH)
    guest.go(3)
    view = guest.widget.view("Color space")
    guest.viewer.window.remove_dock_widget(view)
    guest.settle()
    canvas = guest.window.centralWidget()
    assert guest.lit == place_of(canvas, guest.window)
    guest.go(4)
    assert guest.lit == place_of(guest.widget.view("Color space"), guest.window)


def test_a_view_may_be_torn_off(guest):
    guest.open(FROM_SCRATCH)
    guest.go(3)
    guest.widget.view("Color space").parent().setFloating(True)
    guest.settle()
    assert guest.lit == place_of(guest.window.centralWidget(), guest.window)
    guest.go(9)


def is_behind(dock, window):
    """A tab that is not chosen: Qt puts it far outside."""
    return not place_of(dock, window).intersects(window.rect())


def test_views_that_have_become_tabs_are_brought_to_the_front(guest):
    guest.open(HOW_MANY)
    guest.go(5)
    assert is_behind(guest.widget.view("Pixels"), guest.window)
    guest.click("Previous")
    guest.arrive(guest.steps[3])
    assert guest.lit == place_of(guest.widget.view("Pixels"), guest.window)
    guest.go(5)
    assert guest.lit == place_of(guest.widget.view("Color space"), guest.window)


def test_a_panel_that_floats_or_lies_behind_another_is_docked_before_it(guest, qtbot):
    dock = dock_of(guest.widget.native)
    other = guest.viewer.window.add_dock_widget(QLabel("other"), area="right", tabify=True)
    other.raise_()
    qtbot.waitUntil(lambda: is_behind(dock, guest.window))
    guest.open(FROM_SCRATCH)
    guest.go(2)
    assert not is_behind(dock, guest.window)
    dock.setFloating(True)
    qtbot.wait(50)
    guest.go(3)
    assert not dock.isFloating()


def test_a_panel_on_the_left_has_its_texts_on_the_right(guest):
    area = Qt.DockWidgetArea.LeftDockWidgetArea
    guest.window.addDockWidget(area, dock_of(guest.widget.native))
    guest.open(FROM_SCRATCH)
    guest.go(2)
    assert guest.text.geometry().left() > guest.lit.right()
    guest.go(3)
    assert not guest.text.geometry().intersects(guest.lit)


def test_what_has_to_be_scrolled_to_is_and_the_panel_scrolls_back(guest):
    guest.window.resize(1000, 430)
    guest.open(FROM_SCRATCH)
    scroll = guest.widget.native.findChild(QScrollArea)
    before = scroll.verticalScrollBar().value()
    guest.go(9)
    button = guest.widget.buttons.buttons["Export"]
    assert not button.visibleRegion().isEmpty()
    assert scroll.verticalScrollBar().value() > before
    guest.click("Finish")
    guest.over()
    assert scroll.verticalScrollBar().value() == before
