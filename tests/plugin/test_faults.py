"""What users do to the widget in the middle of everything, in a real viewer."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import weakref

import dask.array as da
import numpy as np
import psutil
import pytest
from napari.layers import Labels
from napari.settings import get_settings
from napari.utils import progress
from napari.utils.notifications import notification_manager
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QApplication, QDockWidget, QSlider, QStyle, QStyleOptionSlider
from skimage import data

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin.models import source
from napari_kmeans_quantizer.plugin.panel import busy

NAME = "napari-kmeans-quantizer"
PHOTO = data.coffee()[::8, ::8]
GREY = PHOTO[..., 1]
OUTPUTS = ["photo · quantized", "photo · clusters", "photo · palette"]
VIEWS = ["Color space", "Explore K", "Shares of colors"]
NO_KEYS = Qt.KeyboardModifier.NoModifier
RNG = np.random.default_rng(0)


@pytest.fixture
def viewer(make_napari_viewer):
    return make_napari_viewer()


@pytest.fixture
def widget(viewer):
    return opened(viewer)


@pytest.fixture
def settled(qtbot):
    """Wait until nothing is under way or about to start."""

    def settled(*widgets):
        for widget in widgets:
            qtbot.waitUntil(
                lambda widget=widget: not (widget._job.running or widget._soon.isActive()),
                timeout=60_000,
            )

    return settled


@pytest.fixture
def run(settled):
    def run(widget):
        widget.run()
        settled(widget)

    return run


@pytest.fixture
def close_by_x(qtbot):
    """Click the X of a dock."""

    def close(view):
        dock = getattr(view, "native", view)
        while not isinstance(dock, QDockWidget):
            dock = dock.parent()
        qtbot.mouseClick(dock.titleBarWidget().close_button, Qt.MouseButton.LeftButton)
        qtbot.wait(20)

    return close


@pytest.fixture
def press(qtbot, viewer):
    """Press a key over the canvas."""

    def press(key, modifiers=NO_KEYS):
        qtbot.keyClick(viewer.window._qt_window._qt_viewer.canvas.native, key, modifiers)
        qtbot.wait(5)

    return press


@pytest.fixture
def notices():
    notification_manager.records.clear()
    return notification_manager.records


def opened(viewer):
    widget = viewer.window.add_plugin_dock_widget(NAME)[1]
    widget.live.value, widget.n_colors.value = False, 16  # whatever was used last
    return widget


def names(viewer):
    return [layer.name for layer in viewer.layers]


def view_of(viewer, title):
    view = viewer.window.dock_widgets[title]
    return getattr(view, "native", view)


def shown_colors(widget):
    """Return how many colors the palette panel shows."""
    return 0 if widget.state is None else len(widget.state.result.palette)


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


def n_callbacks(viewer):
    """Count what is connected to the viewer and to its layers."""
    dims = viewer.dims
    groups = [viewer.layers.events, viewer.layers.selection.events, dims.events, viewer.events]
    groups += [layer.events for layer in viewer.layers]
    counts = [len(e.callbacks) for group in groups for e in group.emitters.values()]
    return sum(counts) + len(viewer.mouse_drag_callbacks) + len(viewer.keymap)


# -- docks


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
    qtbot.waitUntil(held.begun.is_set)
    close_by_x(widget)
    with qtbot.waitSignal(worker.finished, timeout=10_000):
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
    openers = [widget.open_color_space, widget.open_explore, widget.open_shares]
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
    for opener in (widget.open_color_space, widget.open_explore, widget.open_shares):
        opener()
    assert set(VIEWS) <= set(viewer.window.dock_widgets)
    close_by_x(widget)
    assert not viewer.window.dock_widgets


def test_layers_cleared_with_views_open(viewer, widget, run):
    viewer.add_image(PHOTO, name="photo")
    run(widget)
    widget.open_color_space()
    widget.open_explore()
    widget.open_shares()
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
    qtbot.mouseClick(view.compute, Qt.MouseButton.LeftButton)
    assert not view.compute.isEnabled()
    if how == "cancel":
        qtbot.mouseClick(widget._busy.cancel.native, Qt.MouseButton.LeftButton)
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


# -- several viewers, several images


def test_two_viewers_at_once(make_napari_viewer, settled):
    viewers = [make_napari_viewer() for _ in range(2)]
    widgets = [opened(viewer) for viewer in viewers]
    for i, (viewer, widget) in enumerate(zip(viewers, widgets, strict=True)):
        viewer.add_image(PHOTO[i:], name="photo")
        widget.n_colors.value = 4 + i
        widget.open_color_space()
    for widget in widgets:
        widget.run()
    settled(*widgets)
    for i, viewer in enumerate(viewers):
        assert names(viewer) == ["photo", *OUTPUTS]
        expected = quantize(PHOTO[i:], 4 + i)
        assert np.array_equal(viewer.layers[1].data, expected.image)


def test_switching_between_images(viewer, widget, run):
    first = viewer.add_image(PHOTO, name="photo")
    widget.n_colors.value = 4
    run(widget)
    widget.recolor(0, (255, 0, 0))
    second = viewer.add_image(GREY, name="second")
    assert shown_colors(widget) == 0
    widget.n_colors.value = 7
    run(widget)
    widget.open_color_space()
    for _ in range(3):
        viewer.layers.selection.active = first
        assert (widget.image.value, shown_colors(widget)) == (first, 4)
        assert widget.state.color(0) == (255, 0, 0)
        viewer.layers.selection.active = second
        assert (widget.image.value, shown_colors(widget)) == (second, 7)
    viewer.layers.remove(second)
    assert shown_colors(widget) == 4


def test_image_chosen_during_a_run_gets_nothing_of_it(viewer, widget, held, settled, qtbot):
    viewer.add_image(PHOTO, name="photo")
    widget.run()
    qtbot.waitUntil(held.begun.is_set)
    second = viewer.add_image(GREY, name="second")
    held.set()
    settled(widget)
    assert names(viewer) == ["photo", "second", *OUTPUTS]
    assert widget.image.value == second
    assert shown_colors(widget) == 0


# -- layers renamed, moved, removed


def test_renamed_and_reordered_layers_are_still_found(viewer, widget, run):
    photo = viewer.add_image(PHOTO, name="photo")
    run(widget)
    layers = list(viewer.layers)
    photo.name = "other"
    for i, layer in enumerate(layers[1:]):
        layer.name = f"output {i}"
    viewer.layers.reverse()
    widget.image.value = photo
    widget.n_colors.value = 3
    run(widget)
    assert set(viewer.layers) == set(layers)
    assert len(layers[3].data) == 3
    widget.merge(0, 1)
    assert len(layers[3].data) == 2


def test_outputs_removed_one_by_one(viewer, widget, run):
    photo = viewer.add_image(PHOTO, name="photo")
    run(widget)
    for name in OUTPUTS:
        viewer.layers.remove(name)
        widget.image.value = photo
        if widget.state is not None:
            widget.recolor(0, (1, 2, 3))
            widget.hide_colors(frozenset({1}))
        widget.blink()
        widget.blink()
        widget.compare()
        if viewer.canvas.grid.enabled:
            widget.compare()
    assert names(viewer) == ["photo"]
    run(widget)
    assert names(viewer) == ["photo", *OUTPUTS]


def test_removed_and_undone(viewer, widget, run):
    photo = viewer.add_image(PHOTO, name="photo")
    run(widget)
    outputs = list(viewer.layers)[1:]
    viewer.layers.remove(photo)
    assert widget.image.value is None
    assert widget.state is None
    outputs[0].name = "kept"
    viewer.layers.append(photo)
    widget.image.value = photo
    run(widget)
    assert len(viewer.layers) == 4
    assert set(outputs) <= set(viewer.layers)


def test_removed_and_undone_during_a_run(viewer, widget, held, settled, qtbot):
    photo = viewer.add_image(PHOTO, name="photo")
    widget.run()
    qtbot.waitUntil(held.begun.is_set)
    viewer.layers.remove(photo)
    viewer.layers.append(photo)
    held.set()
    settled(widget)
    assert names(viewer) == ["photo", *OUTPUTS]


def test_source_removed_while_exploring_and_applying(viewer, widget, run, held, settled, qtbot):
    held.set()
    viewer.add_image(PHOTO, name="photo")
    run(widget)
    second = viewer.add_image(PHOTO[::2], name="second")
    held.clear()
    held.begun.clear()
    widget.explore(2, 3)
    qtbot.waitUntil(held.begun.is_set)
    viewer.layers.remove(second)
    held.set()
    settled(widget)
    assert names(viewer) == ["photo", *OUTPUTS]
    assert "removed" in widget._status.value
    second = viewer.add_image(PHOTO[::2], name="second")
    widget.image.value = viewer.layers["photo"]
    viewer.layers.selection.update({viewer.layers["photo"], second})
    held.clear()
    held.begun.clear()
    widget.image.value = viewer.layers["photo"]
    widget.apply_to_selected()
    qtbot.waitUntil(held.begun.is_set)
    viewer.layers.remove(second)
    held.set()
    settled(widget)
    assert names(viewer) == ["photo", *OUTPUTS]


def test_removed_while_compared_and_blinking(viewer, widget, run):
    viewer.add_image(PHOTO, name="photo")
    run(widget)
    other = viewer.add_image(GREY, name="other", visible=False)
    widget.image.value = viewer.layers["photo"]
    widget.compare()
    assert viewer.canvas.grid.enabled
    viewer.layers.remove("photo · quantized")
    widget.compare()
    assert not viewer.canvas.grid.enabled
    assert [layer.visible for layer in viewer.layers] == [True, True, True, False]
    widget.blink()
    viewer.layers.remove("photo · clusters")
    widget.blink()
    assert not other.visible
    assert viewer.layers["photo"].visible


# -- many runs


def test_fifty_mixed_runs_leave_nothing_behind(viewer, widget, run, settled, qtbot):
    viewer.add_image(PHOTO[::2, ::2], name="photo")
    widget.open_color_space()
    widget.open_explore()

    def mixed(i):
        widget.live.value = i % 2 == 0
        widget.n_colors.value = 3 + i % 4
        settled(widget)
        if i % 2:
            run(widget)
        if i % 10 == 5:
            widget.explore(2, 3)
            settled(widget)
            viewer.layers.selection.active = viewer.layers["photo"]
        edits = [
            lambda: widget.recolor(0, (i, 0, 0)),
            lambda: widget.hide_colors(frozenset({1})),
            lambda: widget.merge(1, 0),
        ]
        edits[i % 3]()
        widget.lock(0, locked=i % 3 == 0)
        if i % 5 == 0:
            widget.reset_colors()
        qtbot.wait(1)

    for i in range(12):
        mixed(i)
    gc.collect()
    callbacks, threads, layers = n_callbacks(viewer), threading.active_count(), names(viewer)
    widgets, memory = len(QApplication.allWidgets()), psutil.Process().memory_info().rss
    results = []
    for i in range(50):
        mixed(i)
        results.append(weakref.ref(widget.result))
    gc.collect()
    assert sorted(names(viewer)) == sorted(layers)
    assert n_callbacks(viewer) <= callbacks + 2
    assert threading.active_count() <= threads + 1
    assert len(QApplication.allWidgets()) <= widgets + 5
    assert sum(result() is not None for result in results) <= 2
    assert not progress._all_instances
    assert psutil.Process().memory_info().rss - memory < 30_000_000


def test_bars_nest_in_no_way(viewer, widget, settled, monkeypatch):
    # napari handles events while it makes and updates its bar: more progress, and the end.
    monkeypatch.setattr(busy, "SHOW_AFTER", 0)
    depth, deepest = 0, 0
    step = busy.Busy.step

    def counted(self, *args):
        nonlocal depth, deepest
        depth += 1
        deepest = max(deepest, depth)
        try:
            step(self, *args)
        finally:
            depth -= 1

    monkeypatch.setattr(busy.Busy, "step", counted)
    viewer.add_image(data.coffee(), name="photo")
    for last in (4, 3):
        widget.explore(2, last)
        settled(widget)
    widget.explore(2, 3)
    viewer.layers.remove("photo")
    settled(widget)
    assert deepest == 1
    assert not progress._all_instances


# -- kinds of images


SMALL = GREY[::2, ::2]
STACK = np.stack([SMALL, SMALL[::-1], SMALL // 2])
KINDS = {
    "bool": SMALL > 100,
    "float32": SMALL.astype(np.float32) / 255,
    "int16": SMALL.astype(np.int16) - 100,
    "uint16": SMALL.astype(np.uint16) * 200,
    "RGBA": np.dstack([PHOTO, GREY]),
    "3-D": STACK,
    "4-D": np.stack([STACK, STACK + 1]),
    "dask": da.from_array(STACK, chunks=(1, 20, 20)),
    "one pixel": np.full((1, 1), 7, np.uint8),
    "constant": np.zeros((9, 9), np.uint8),
}


def test_all_kinds_of_images(viewer, widget, run, notices):
    widget.seed.value = widget.seed.max
    widget.open_color_space()
    for kind, image in KINDS.items():
        viewer.add_image(image, name="photo", rgb=kind == "RGBA")
        widget.n_colors.value = 64
        run(widget)
        assert names(viewer) == ["photo", *OUTPUTS], kind
        spatial = image.shape[:2] if kind == "RGBA" else image.shape
        assert viewer.layers["photo · clusters"].data.shape == spatial
        assert shown_colors(widget) <= 64
        widget.open_shares()
        widget.recolor(0, widget.state.color(0))
        widget.hide_colors(frozenset({0}))
        widget.compare()
        widget.compare()
        click_canvas(viewer)
        widget.n_colors.value = 2
        run(widget)
        assert shown_colors(widget) <= 2
        assert not notices, kind
        viewer.layers.clear()


def test_read_only_and_multiscale(viewer, widget, run):
    image = PHOTO.copy()
    image.setflags(write=False)
    viewer.add_image([image, image[::2, ::2]], name="photo", multiscale=True)
    run(widget)
    assert np.array_equal(viewer.layers[1].data, quantize(image, 16).image)
    widget.open_color_space()
    click_canvas(viewer)
    widget.merge(0, 1)
    assert shown_colors(widget) == 15


def test_three_dimensional_display_and_rolled_dims(viewer, widget, run):
    viewer.add_image(np.repeat(STACK, 4, axis=0), name="photo")
    viewer.dims.ndisplay = 3
    widget.n_colors.value = 4
    run(widget)
    assert viewer.dims.ndisplay == 3
    widget.compare()
    widget.compare()
    viewer.dims.ndisplay = 2
    viewer.dims.roll()
    widget.extent.value = "slice"
    run(widget)
    assert 1 in viewer.layers["photo · clusters"].data.shape
    widget.open_shares()
    widget.explore(2, 3)
    viewer.dims.roll()
    viewer.dims.transpose()
    widget.extent.value = "all"
    run(widget)
    assert viewer.layers["photo · clusters"].data.shape == (12, *SMALL.shape)


def test_slice_moved_during_a_run(viewer, widget, held, settled, qtbot):
    viewer.add_image(STACK, name="photo")
    viewer.dims.set_current_step(0, 2)
    widget.extent.value, widget.n_colors.value = "slice", 3
    widget.run()
    qtbot.waitUntil(held.begun.is_set)
    viewer.dims.set_current_step(0, 0)
    held.set()
    settled(widget)
    expected = quantize(STACK[2:], 3, channel_axis=None)
    assert np.array_equal(viewer.layers["photo · quantized"].data, expected.image)
    assert viewer.layers["photo · quantized"].translate[0] == 2


def test_nan_image_between_good_ones(viewer, widget, run, notices):
    photo = viewer.add_image(PHOTO, name="photo")
    run(widget)
    viewer.add_image(np.full((9, 9), np.nan), name="bad")
    run(widget)
    assert any("NaN" in notice.message for notice in notices)
    widget.live.value = True
    viewer.layers.selection.active = photo
    run(widget)
    assert shown_colors(widget) == 16


# -- layers that change


@pytest.mark.parametrize(
    "new", [PHOTO[:20, :30], PHOTO[..., ::-1].copy()], ids=["smaller", "other pixels"]
)
def test_data_replaced_between_runs(viewer, widget, run, new):
    photo = viewer.add_image(PHOTO, name="photo")
    run(widget)
    widget.open_color_space()
    photo.data = new
    click_canvas(viewer)
    widget.recolor(0, (1, 2, 3))
    run(widget)
    assert names(viewer) == ["photo", *OUTPUTS]
    assert np.array_equal(viewer.layers[1].data, quantize(new, 16).image)


def test_grey_data_gets_another_dimension(viewer, widget, run):
    photo = viewer.add_image(SMALL, name="photo")
    run(widget)
    photo.data = STACK
    widget.merge(0, 1)
    run(widget)
    assert viewer.layers["photo · clusters"].data.shape == STACK.shape
    assert viewer.layers["photo · quantized"].data.shape == STACK.shape
    photo.data = SMALL
    run(widget)
    assert viewer.layers["photo · clusters"].data.shape == SMALL.shape
    assert names(viewer) == ["photo", *OUTPUTS]


def test_data_changed_in_place(viewer, widget, run):
    image = PHOTO.copy()
    viewer.add_image(image, name="photo")
    run(widget)
    image[:] = 255 - image
    run(widget)
    assert np.array_equal(viewer.layers[1].data, quantize(image, 16).image)


def test_contrast_limits_between_runs(viewer, widget, run):
    photo = viewer.add_image(GREY, name="photo")
    widget.n_colors.value = 4
    run(widget)
    photo.contrast_limits, photo.colormap = (50, 60), "viridis"
    run(widget)
    widget.recolor(0, (55.0,))
    photo.contrast_limits = (0, 255)
    colors = viewer.layers["photo · palette"].face_color.copy()
    colors[1] = (1, 0, 0, 1)
    viewer.layers["photo · palette"].face_color = colors
    run(widget)
    assert shown_colors(widget) == 4


def test_painted_labels(viewer, widget, run):
    viewer.add_image(PHOTO, name="photo")
    run(widget)
    labels = viewer.layers["photo · clusters"]
    labels.paint((5, 5), 200)
    labels.fill((9, 9), 3)
    labels.undo()
    labels.selected_label = 250
    widget.hide_colors(frozenset({0}))
    labels.data = np.zeros((3, 3), np.uint8)
    labels.selected_label = 1
    run(widget)
    assert np.array_equal(labels.data, quantize(PHOTO, 16).labels + 1)


def test_palette_points_deleted_added_and_moved(viewer, widget, run):
    viewer.add_image(PHOTO, name="photo")
    widget.n_colors.value = 5
    run(widget)
    points = viewer.layers["photo · palette"]
    result = widget.result
    points.selected_data = {1, 2}
    points.remove_selected()
    points.current_face_color = "red"
    points.add([3, 3])
    points.data = points.data + 4
    points.face_color = "blue"
    assert widget.result is result
    widget.recolor(0, (9, 9, 9))
    assert len(points.data) == 5
    points.selected_data = set(range(5))
    points.remove_selected()
    run(widget)
    assert len(points.data) == 5
    assert shown_colors(widget) == 5


# -- regions


def test_region_cleared_renamed_and_removed_while_chosen(
    viewer, widget, run, held, settled, qtbot, notices
):
    held.set()
    viewer.add_image(PHOTO, name="photo")
    region = viewer.add_labels(np.ones(GREY.shape, int), name="region")
    widget.region.value = region
    run(widget)
    region.name = "renamed"
    assert widget.region.value == region
    region.data = np.zeros_like(region.data)
    run(widget)
    assert any("renamed" in notice.message for notice in notices)
    region.data = np.ones((4, 4), int)
    run(widget)
    assert np.count_nonzero(viewer.layers["photo · clusters"].data) == 16
    held.clear()
    held.begun.clear()
    widget.run()
    qtbot.waitUntil(held.begun.is_set)
    viewer.layers.remove(region)
    held.set()
    settled(widget)
    assert widget.region.value is None
    run(widget)
    assert np.all(viewer.layers["photo · clusters"].data > 0)


def test_palette_layer_removed_while_chosen(viewer, widget, run):
    viewer.add_image(PHOTO, name="photo")
    run(widget)
    widget.palette_from.value = viewer.layers["photo · palette"]
    run(widget)
    viewer.layers.remove("photo · palette")
    assert widget.palette_from.value is None
    run(widget)
    assert names(viewer) == ["photo", *OUTPUTS]


# -- looks


def test_theme_and_font_size_while_docked(viewer, widget, run):
    viewer.add_image(PHOTO, name="photo")
    run(widget)
    widget.open_color_space()
    widget.open_explore()
    widget.open_shares()
    appearance = get_settings().appearance
    for theme, size in (("light", 14), ("dark", 9)):
        viewer.theme = theme
        appearance.font_size = size
        QApplication.processEvents()
    assert widget.native.width() <= 320
    run(widget)


# -- live


@pytest.mark.parametrize("limit", [10**9, 300], ids=["small", "above the limit"])
def test_slider_dragged_with_live_on(viewer, widget, settled, qtbot, monkeypatch, limit):
    monkeypatch.setattr(source.preview_step, "__defaults__", (limit,))
    viewer.add_image(PHOTO, name="photo")
    widget.live.value = True
    settled(widget)
    slider = widget.native.findChild(QSlider)
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    style = slider.style()
    handle = style.subControlRect(
        QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, slider
    ).center()
    for rounds in range(2):
        qtbot.mousePress(slider, Qt.MouseButton.LeftButton, NO_KEYS, handle)
        for x in (handle.x() + 20, slider.width() // 2, slider.width() - 5, slider.width() // 3):
            qtbot.mouseMove(slider, QPoint(x, handle.y()))
            qtbot.wait(25)
        if rounds:
            settled(widget)  # the preview is shown before the mouse is released
        qtbot.mouseRelease(
            slider, Qt.MouseButton.LeftButton, NO_KEYS, QPoint(slider.width() // 3, handle.y())
        )
        settled(widget)
        n_colors = widget.n_colors.value
        assert n_colors != 16
        assert slider.value() == n_colors
        assert widget.state.source.step == 1
        assert np.array_equal(viewer.layers[1].data, quantize(PHOTO, n_colors).image)
        assert np.array_equal(viewer.layers[1].scale, (1, 1))
        option = QStyleOptionSlider()
        slider.initStyleOption(option)
        handle = style.subControlRect(
            QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, slider
        ).center()


def test_live_toggled_quickly(viewer, widget, settled):
    viewer.add_image(PHOTO, name="photo")
    for i in range(9):
        widget.live.value = not widget.live.value
        widget.n_colors.value = 3 + i
        QApplication.processEvents()
    assert widget.live.value
    settled(widget)
    assert shown_colors(widget) == 11
    assert names(viewer) == ["photo", *OUTPUTS]


def test_edits_while_live_runs(viewer, widget, run, held, settled, qtbot):
    held.set()
    viewer.add_image(PHOTO, name="photo")
    widget.n_colors.value = 4
    run(widget)
    held.clear()
    held.begun.clear()
    widget.n_colors.value = 6
    widget.run()
    qtbot.waitUntil(held.begun.is_set)
    widget.recolor(0, (1, 2, 3))
    widget.lock(0)
    widget.merge(1, 2)
    held.set()
    settled(widget)
    assert shown_colors(widget) == 6
    assert isinstance(viewer.layers["photo · clusters"], Labels)
    assert viewer.layers["photo · clusters"].data.max() == 6


# -- the end of everything


CLOSING = """
import time
import napari
import napari.qt
import numpy as np
from napari_kmeans_quantizer.plugin.panel import busy
busy.SHOW_AFTER = 0.05

def spin(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        app.processEvents()
        time.sleep(0.002)

def closed(what):
    viewer = napari.Viewer()
    viewer.add_image(noise.astype(np.uint8), name="photo")
    _, widget = viewer.window.add_plugin_dock_widget("napari-kmeans-quantizer")
    if what == "views":
        widget.run()
        while widget._job.running:
            spin(0.02)
        widget.open_color_space(); widget.open_explore(); widget.open_shares()
        widget.compare()
    elif what == "live":
        widget.live.value = True
        for n_colors in range(3, 33):
            widget.n_colors.value = n_colors
            spin(0.02)
    elif what == "explore":
        widget.open_explore()
        widget.explore(2, 12)
    else:
        widget.run()
    spin(0.2)
    (viewer.close if what in ("run", "views") else viewer.window._qt_window.close)()

app = napari.qt.get_qapp()
noise = np.random.default_rng(0).integers(0, 256, (400, 400, 3))
for what in ("views", "live", "explore"):
    closed(what)
    spin(0.3)
closed("run")  # and the program ends at once
print("done")
"""


def test_viewer_closed_in_the_middle_of_everything():
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", CLOSING],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "done" in done.stdout
    assert "Error" not in done.stderr, done.stderr
