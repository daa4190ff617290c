"""Where tutorials are opened, and what there is of them without a window, or without tours."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from guest import NAME
from napari._qt.widgets import qt_viewer_tour
from napari.components import ViewerModel
from napari.plugins import _initialize_plugins
from qtpy.QtWidgets import QScrollArea

from napari_kmeans_quantizer.plugin.tours.opening import TUTORIALS, photograph_in
from napari_kmeans_quantizer.plugin.tours.plain import PLAIN
from napari_kmeans_quantizer.plugin.views.help import FIRST, docs_folder
from napari_kmeans_quantizer.plugin.widget import QuantizerWidget

BOTH = list(TUTORIALS)
SHAPES = {"from_scratch": (512, 512, 3), "how_many": (214, 320, 3)}


def entry(widget, name):
    """Return an entry of the menu "More"."""
    actions = widget.buttons.menus["More"].actions()
    [found] = [action for action in actions if action.text() == TUTORIALS[name].title]
    return found


# -- without a window


@pytest.mark.parametrize("name", BOTH)
def test_without_a_window_it_is_a_layer(name, qtbot):
    _initialize_plugins()
    viewer = ViewerModel()
    [layer] = viewer.open_sample(NAME, name)
    qtbot.wait(50)
    assert list(viewer.layers) == [layer]
    assert layer.data.shape == SHAPES[name]
    assert layer.data.dtype == np.uint8


@pytest.mark.parametrize("name", BOTH)
def test_in_a_panel_without_a_window_too(name, qtbot):
    viewer = ViewerModel()
    widget = QuantizerWidget(viewer)
    qtbot.addWidget(widget.native)
    entry(widget, name).trigger()
    entry(widget, name).trigger()
    qtbot.wait(50)
    assert [layer.data.shape for layer in viewer.layers] == [SHAPES[name]]


def test_beside_a_window_a_model_gets_a_layer_and_the_window_nothing(make_napari_viewer, qtbot):
    window = make_napari_viewer(show=True)
    viewer = ViewerModel()
    viewer.open_sample(NAME, BOTH[0])
    qtbot.wait(50)
    assert len(viewer.layers) == 1
    assert len(window.layers) == 0
    assert window.window.dock_widgets == {}


def test_a_window_that_is_not_shown_gets_the_panel_but_no_tour(make_napari_viewer, qtbot):
    viewer = make_napari_viewer()
    viewer.open_sample(NAME, BOTH[0])
    qtbot.waitUntil(lambda: len(viewer.window.dock_widgets) == 1)
    assert viewer.window._qt_window._viewer_tour is None


# -- from the panel


@pytest.mark.parametrize("name", BOTH)
def test_the_menu_more_adds_the_photograph_once(guest, name):
    guest.steps = TUTORIALS[name].steps
    entry(guest.widget, name).trigger()
    guest.arrive(guest.steps[0])
    assert len(guest.viewer.layers) == 1
    guest.click("(Esc) Skip")
    guest.over()
    entry(guest.widget, name).trigger()
    guest.arrive(guest.steps[0])
    assert len(guest.viewer.layers) == 1


def test_a_photograph_is_known_by_where_it_comes_from(guest):
    guest.viewer.add_image(np.zeros((9, 9, 3), np.uint8), name="astronaut")
    assert photograph_in(guest.viewer, "from_scratch") is None
    guest.open("from_scratch")
    again = guest.viewer.open_sample(NAME, "from_scratch")
    assert [photograph_in(guest.viewer, "from_scratch")] == again


# -- where napari has no tours, or other ones


def another(monkeypatch, how):
    if how == "none":
        monkeypatch.setitem(sys.modules, "napari._qt.widgets.qt_viewer_tour", None)
    elif how == "other arguments":
        monkeypatch.setattr(qt_viewer_tour, "TourStep", lambda target, text: None)
    elif how == "other anchors":
        monkeypatch.setattr(qt_viewer_tour, "TourAnchor", {})
    else:
        monkeypatch.delattr(qt_viewer_tour.GuidedTour, "close_tour")


@pytest.mark.parametrize("how", ["none", "other arguments", "other anchors", "other methods"])
@pytest.mark.parametrize("name", BOTH)
def test_without_tours_the_help_is_opened_where_it_tells_the_same(guest, monkeypatch, how, name):
    another(monkeypatch, how)
    guest.viewer.open_sample(NAME, name)
    qtbot = guest._qtbot
    qtbot.waitUntil(lambda: guest.widget.view("Help: K-means colors") is not None)
    qtbot.wait(300)
    assert guest.window._viewer_tour is None
    view = guest.widget.view("Help: K-means colors")
    top = view.cursorForPosition(view.viewport().rect().topLeft())
    top.movePosition(top.MoveOperation.EndOfBlock, top.MoveMode.KeepAnchor)
    assert TUTORIALS[name].passage in top.block().text()
    guest.widget.run()
    guest.settle()
    assert guest.widget.result is not None


# -- one fact, one place


def test_titles_are_those_of_the_manifest():
    from npe2 import PluginManifest

    samples = PluginManifest.from_distribution(NAME).contributions.sample_data
    assert [(one.key, one.display_name) for one in samples[:2]] == [
        (one.name, one.title) for one in TUTORIALS.values()
    ]


@pytest.mark.parametrize("name", BOTH)
def test_the_help_has_the_passage(name):
    page = (docs_folder() / FIRST).read_text(encoding="utf-8")
    assert f"**{TUTORIALS[name].passage}**" in page


def test_plain_controls_are_as_they_begin_in_a_new_panel(viewer, widget):
    assert {name: getattr(widget, name).value for name in PLAIN} == PLAIN


def test_the_panel_has_one_part_that_scrolls(widget):
    assert len(widget.native.findChildren(QScrollArea)) == 1
