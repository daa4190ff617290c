"""The widget's dock in a real window: menus, keys, themes, its X and its end."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
from napari.settings import get_settings
from napari.utils import progress
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QDockWidget, QListView, QScrollArea
from skimage import data

from napari_kmeans_quantizer.plugin.panel.folding import Fold

NAME = "napari-kmeans-quantizer"
PHOTO = data.coffee()[::8, ::8]
GREY = PHOTO[..., 1]
LEFT = Qt.MouseButton.LeftButton
NO_KEYS = Qt.KeyboardModifier.NoModifier
OUTPUTS = ["photo · quantized", "photo · clusters", "photo · palette"]
VIEWS = ["Color space", "Explore K", "Pixels", "Shares"]


def openers_of(widget):
    """Return what opens each of these."""
    return [
        widget.open_color_space,
        widget.open_explore,
        widget.open_pixels,
        widget.open_shares,
    ]


@pytest.fixture
def viewer(make_napari_viewer):
    return make_napari_viewer()


@pytest.fixture
def close_by_x(qtbot):
    """Click the X of a dock."""

    def close(view):
        dock = getattr(view, "native", view)
        while not isinstance(dock, QDockWidget):
            dock = dock.parent()
        qtbot.mouseClick(dock.titleBarWidget().close_button, LEFT)
        qtbot.wait(20)

    return close


@pytest.fixture
def press(qtbot, viewer):
    """Press a key over the canvas."""

    def press(key, modifiers=NO_KEYS):
        qtbot.keyClick(viewer.window._qt_window._qt_viewer.canvas.native, key, modifiers)
        qtbot.wait(5)

    return press


def opened(viewer):
    return viewer.window.add_plugin_dock_widget(NAME)[1]


def names(viewer):
    return [layer.name for layer in viewer.layers]


def view_of(viewer, title):
    view = viewer.window.dock_widgets[title]
    return getattr(view, "native", view)


def click_canvas(viewer):
    """Click into the picture, as napari tells its callbacks."""
    event = Click(viewer.dims.point, viewer.dims.displayed)
    for callback in list(viewer.mouse_drag_callbacks):
        steps = callback(viewer, event)
        if steps is not None:
            next(steps, None)
            event.type = "mouse_release"
            next(steps, None)
            event.type = "mouse_press"


class Click:
    type = "mouse_press"
    view_direction = None
    button, modifiers = 1, ()

    def __init__(self, position, displayed):
        self.position, self.dims_displayed, self.pos = position, displayed, (5, 5)


# -- it opens


def test_opens_from_the_plugins_menu_and_the_layers_menu(viewer):
    viewer.add_image(PHOTO, name="photo")
    title = "K-means Color Quantizer"
    for menu in (viewer.window.plugins_menu, viewer.window.layers_menu):
        menu.aboutToShow.emit()
        actions = [action for action in all_actions(menu) if title in action.text()]
        assert len(actions) == 1, menu.title()
    docks_before = set(viewer.window.dock_widgets)
    actions[0].trigger()
    new = set(viewer.window.dock_widgets) - docks_before
    assert any(title in name for name in new)


def all_actions(menu):
    for action in menu.actions():
        if action.menu() is not None:
            action.menu().aboutToShow.emit()
            yield from all_actions(action.menu())
        else:
            yield action


class TestOnTheScreen:
    """Where things lie is known once the window is shown."""

    @pytest.fixture
    def viewer(self, make_napari_viewer, qtbot):
        viewer = make_napari_viewer(show=True)
        viewer.window._qt_window.setGeometry(0, 0, 1280, 720)
        yield viewer
        qtbot.wait(20)

    def test_stays_narrow(self, viewer, widget, run):
        viewer.add_image(PHOTO, name="a name that is far too long for a narrow panel " * 3)
        run(widget)
        assert widget.native.minimumSizeHint().width() <= 340
        assert widget.native.width() <= 340

    def test_one_group_is_unfolded_at_a_time_and_all_of_it_is_seen(
        self, viewer, widget, run, qtbot
    ):
        viewer.add_image(PHOTO, name="photo")
        run(widget)
        folds = widget.native.findChildren(Fold)
        assert len(folds) == 3
        for size in (9, 14, 18):
            get_settings().appearance.font_size = size
            qtbot.wait(50)
            for fold in folds:
                if not fold.isChecked():
                    qtbot.mouseClick(fold, LEFT)
                assert [other.isChecked() for other in folds].count(True) == 1
                qtbot.wait(20)
                scroll = widget.native.findChild(QScrollArea)
                assert scroll.widget().width() <= scroll.viewport().width(), "cut on the right"

    @pytest.mark.parametrize("size", [9, 14, 18])
    def test_on_a_small_screen_everything_can_be_reached(self, viewer, widget, run, qtbot, size):
        window = viewer.window._qt_window
        get_settings().appearance.font_size = size
        viewer.add_image(PHOTO, name="photo")
        for area in (Qt.DockWidgetArea.RightDockWidgetArea, Qt.DockWidgetArea.LeftDockWidgetArea):
            window.addDockWidget(area, widget.native.parent())
            window.resize(1280, 720)
            qtbot.wait(50)
        run(widget)
        assert widget.native.minimumSizeHint().height() < 300  # napari's own docks need the rest
        scroll = widget.native.findChild(QScrollArea)
        content = scroll.widget()
        assert content.height() >= content.minimumSizeHint().height()
        assert scroll.verticalScrollBar().maximum() >= content.height() - scroll.viewport().height()
        button = widget.buttons.buttons["More"]
        scroll.ensureWidgetVisible(button)
        place = button.mapTo(scroll.viewport(), button.rect().center())
        assert scroll.viewport().rect().contains(place)
        rows = widget.palette_view.findChild(QListView)
        assert rows.height() >= 4 * rows.sizeHintForRow(0)

    def test_the_docks_title_is_short_and_stays_so(self, viewer, widget, qtbot):
        dock = widget.native.parent()
        full = "K-means Color Quantizer (napari-kmeans-quantizer)"
        assert full in viewer.window.dock_widgets
        for floating in (False, True, False):
            dock.setFloating(floating)
            qtbot.wait(20)
            assert dock.titleBarWidget().title.text() == "K-means colors"
        assert viewer.window.add_plugin_dock_widget(NAME)[1] is widget


def test_theme_and_font_size_while_docked(viewer, widget, run):
    viewer.add_image(PHOTO, name="photo")
    run(widget)
    for opener in openers_of(widget):
        opener()
    appearance = get_settings().appearance
    for theme, size in (("light", 14), ("dark", 9)):
        viewer.theme = theme
        appearance.font_size = size
        QApplication.processEvents()
    run(widget)


def test_blink_by_key(viewer, widget, run, qtbot):
    viewer.add_image(PHOTO, name="photo")
    run(widget)
    canvas = viewer.window._qt_viewer.canvas.native
    canvas.setFocus()
    for shown in (False, True):
        qtbot.keyClick(canvas, Qt.Key.Key_K)
        assert viewer.layers["photo · quantized"].visible is shown
        assert viewer.layers["photo · clusters"].visible is shown
        assert viewer.layers["photo"].visible


def test_blinking_after_a_person_showed_the_layers(viewer, widget, run, press):
    viewer.add_image(PHOTO, name="photo")
    run(widget)
    layers = [viewer.layers["photo · quantized"], viewer.layers["photo · clusters"]]
    press(Qt.Key.Key_K)
    for layer in layers:
        layer.visible = True
    press(Qt.Key.Key_K)
    assert [layer.visible for layer in layers] == [False, False]
    layers[0].visible = True
    press(Qt.Key.Key_K)
    assert [layer.visible for layer in layers] == [True, True]


def test_keys_mean_nothing_while_one_types(make_napari_viewer, run, qtbot):
    viewer = make_napari_viewer(show=True)
    widget = opened(viewer)
    viewer.add_image(PHOTO, name="photo")
    run(widget)
    viewer.window._qt_window.activateWindow()
    labels = viewer.layers["photo · clusters"]
    field = widget.n_colors.native
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    before = widget.state
    widget.lock(0)
    for key, modifiers in (
        (Qt.Key.Key_K, NO_KEYS),
        (Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier),
    ):
        qtbot.keyClick(field, key, modifiers)
    assert labels.visible
    assert widget.state is not before
    widget.palette_view._list.setFocus()
    qtbot.waitUntil(widget.palette_view._list.hasFocus)
    qtbot.keyClick(widget.palette_view._list, Qt.Key.Key_K)
    assert not labels.visible  # elsewhere in the panel it blinks


# -- it closes


def test_widget_closed_by_x_is_gone(viewer, run, close_by_x, press, qtbot):
    before = len(viewer.mouse_drag_callbacks)
    widget = opened(viewer)  # and not by a fixture, which would keep it
    viewer.add_image(PHOTO, name="photo")
    run(widget)
    reference = weakref.ref(widget)
    close_by_x(widget)
    del widget
    other = viewer.add_image(GREY, name="other")
    viewer.layers["photo"].name = "renamed"
    viewer.layers.selection.active = viewer.layers["photo · palette"]
    viewer.layers["photo · palette"].current_face_color = "red"
    viewer.layers["photo · clusters"].selected_label = 2
    press(Qt.Key.Key_K)
    press(Qt.Key.Key_K, Qt.KeyboardModifier.ShiftModifier)
    click_canvas(viewer)
    assert all(layer.visible for layer in viewer.layers)
    assert not viewer.canvas.grid.enabled
    assert len(viewer.mouse_drag_callbacks) == before
    viewer.layers.remove(other)
    qtbot.wait(20)
    gc.collect()
    assert reference() is None


def test_reopened_widget_finds_the_old_outputs(viewer, widget, run, close_by_x, press):
    viewer.add_image(PHOTO, name="photo")
    run(widget)
    layers = list(viewer.layers)
    callbacks = len(viewer.mouse_drag_callbacks)
    close_by_x(widget)
    again = opened(viewer)
    again.image.value = layers[0]
    again.n_colors.value = 5
    run(again)
    assert list(viewer.layers) == layers
    assert len(viewer.layers["photo · palette"].data) == 5
    assert len(viewer.mouse_drag_callbacks) == callbacks
    press(Qt.Key.Key_K)
    assert [layer.visible for layer in layers] == [True, False, False, True]
    press(Qt.Key.Key_K)
    assert all(layer.visible for layer in layers)


def test_an_edit_of_the_palette_layer_reaches_only_the_living_widget(
    viewer, widget, run, close_by_x, settled
):
    viewer.add_image(PHOTO, name="photo")
    widget.n_colors.value = 4
    run(widget)
    close_by_x(widget)
    again = opened(viewer)
    again.image.value = viewer.layers["photo"]
    again.n_colors.value = 6
    run(again)
    edited = again.state.color(2)
    colors = viewer.layers["photo · palette"].face_color.copy()
    colors[2] = (1, 0, 0, 1)
    viewer.layers["photo · palette"].face_color = colors
    assert again.state.color(2) == (255, 0, 0) != edited
    assert len(viewer.layers["photo · palette"].data) == 6
    assert viewer.layers["photo · clusters"].data.max() == 6


def test_widget_closed_by_x_during_a_run(viewer, widget, held, close_by_x, qtbot, run):
    viewer.add_image(PHOTO, name="photo")
    worker = widget.run()
    qtbot.waitUntil(held.begun.is_set, timeout=60_000)
    close_by_x(widget)
    with qtbot.waitSignal(worker.finished, timeout=60_000):
        held.set()
    qtbot.wait(50)
    assert names(viewer) == ["photo"]  # nobody waits for it any more
    assert not progress._all_instances
    run(opened(viewer))
    assert names(viewer) == ["photo", *OUTPUTS]


def test_widget_hidden_and_shown_again_works_on(viewer, widget, run):
    viewer.add_image(PHOTO, name="photo")
    dock = widget.native.parent()
    while not isinstance(dock, QDockWidget):
        dock = dock.parent()
    dock.titleBarWidget().hide_button.click()
    dock.show()
    dock.setFloating(True)
    run(widget)
    dock.setFloating(False)
    widget.n_colors.value = 3
    run(widget)
    assert names(viewer) == ["photo", *OUTPUTS]
    widget.blink()
    assert not viewer.layers[1].visible


def test_views_closed_by_x_open_again(viewer, widget, run, close_by_x, settled):
    viewer.add_image(PHOTO, name="photo")
    run(widget)
    openers = openers_of(widget)
    for _ in range(2):
        for title, opener in zip(VIEWS, openers, strict=True):
            opener()
            opener()
            close_by_x(view_of(viewer, title))
            assert title not in viewer.window.dock_widgets
    widget.n_colors.value = 4
    run(widget)
    for opener in openers:
        opener()
    widget.explore(2, 3)
    close_by_x(view_of(viewer, "Explore K"))
    settled(widget)
    assert "photo · 2 to 3 colors" in names(viewer)


def test_views_go_with_their_widget(viewer, widget, run, close_by_x):
    viewer.add_image(PHOTO, name="photo")
    run(widget)
    for opener in openers_of(widget):
        opener()
    assert set(VIEWS) <= set(viewer.window.dock_widgets)
    close_by_x(widget)
    assert not viewer.window.dock_widgets


def test_layers_cleared_with_views_open(viewer, widget, run):
    viewer.add_image(PHOTO, name="photo")
    run(widget)
    for opener in openers_of(widget):
        opener()
    widget.compare()
    widget.blink()
    viewer.layers.clear()
    assert widget.state is None
    assert widget.image.value is None
    widget.compare()  # leaves the grid, if it is still on
    widget.blink()
    viewer.add_image(PHOTO, name="photo")
    run(widget)
    assert names(viewer) == ["photo", *OUTPUTS]
    assert all(layer.visible for layer in viewer.layers)


@pytest.mark.parametrize("how", ["cancel", "run", "error", "closed"])
def test_explore_ends_in_every_way(viewer, widget, held, settled, close_by_x, qtbot, how):
    image = np.full((20, 20), np.nan) if how == "error" else PHOTO
    viewer.add_image(image, name="photo")
    widget.open_explore()
    view = view_of(viewer, "Explore K")
    qtbot.mouseClick(view.compute, LEFT)
    assert not view.compute.isEnabled()
    if how == "cancel":
        qtbot.mouseClick(widget._busy.cancel.native, LEFT)
    elif how == "run":
        widget.run()
    elif how == "closed":
        close_by_x(view)
        widget.open_explore()
        view = view_of(viewer, "Explore K")
    held.set()
    settled(widget)
    assert view.compute.isEnabled()
    assert widget._busy.activity is None
