"""Nothing that a person made is lost: keys over the canvas, and strokes of the brush."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Labels
from qtpy.QtCore import Qt
from skimage import data

NAME = "napari-kmeans-quantizer"
PHOTO = data.coffee()[::8, ::8]
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Z = Qt.Key.Key_Z


@pytest.fixture
def photo(viewer, widget, run):
    """A photograph with a result of 6 colors."""
    layer = viewer.add_image(PHOTO, name="photo")
    widget.n_colors.value = 6
    run(widget)
    return layer


def clusters(viewer):
    return viewer.layers["photo · clusters"]


def paint(labels, label, rows=slice(3, 6), columns=slice(2, 9)):
    """Paint a small rectangle, as with the brush; return where."""
    where = np.zeros(labels.data.shape, bool)
    where[rows, columns] = True
    labels.data_setitem(np.nonzero(where), label)
    return where


# -- painted by hand


def test_painted_pixels_stay_while_other_colors_are_merged(viewer, widget, photo):
    before = widget.state
    labels = clusters(viewer)
    where = paint(labels, 5)
    widget.merge(0, 1)
    now = widget.state
    painted = now.place_of(before, 4) + 1
    assert (labels.data[where] == painted).all()
    assert np.array_equal(labels.data[~where], now.result.labels[~where] + 1)
    widget.undo()
    assert (labels.data[where] == 5).all()
    assert np.array_equal(labels.data[~where], before.result.labels[~where] + 1)


def test_painted_pixels_follow_their_color_when_it_is_merged(viewer, widget, photo):
    before = widget.state
    labels = clusters(viewer)
    where = paint(labels, 3)
    widget.merge(2, 4)
    assert (labels.data[where] == widget.state.place_of(before, 4) + 1).all()


def test_a_label_of_ones_own_is_seen_and_stays_ones_own(viewer, widget, photo):
    labels = clusters(viewer)
    where = paint(labels, 9)
    assert labels.get_color(9)[3] == 1
    widget.merge(0, 1)
    assert (labels.data[where] == 8).all()  # three beyond the colors, as before
    assert labels.get_color(8)[3] == 1
    widget.undo()
    assert (labels.data[where] == 9).all()
    erased = paint(labels, 0, rows=slice(10, 12))
    widget.merge(0, 1)
    assert (labels.data[erased] == 0).all()


def test_other_colors_alone_leave_all_strokes_and_their_history(viewer, widget, photo):
    labels = clusters(viewer)
    where = paint(labels, 2)
    widget.recolor(0, (255, 0, 0))
    widget.hide_colors({1})
    assert (labels.data[where] == 2).all()
    labels.undo()
    assert np.array_equal(labels.data, widget.result.labels + 1)


@pytest.mark.parametrize("anew", ["run", "undo"])
def test_what_was_painted_is_kept_aside_when_all_labels_change(viewer, widget, photo, run, anew):
    if anew == "undo":
        widget.n_colors.value = 4
        run(widget)
    labels = clusters(viewer)
    where = paint(labels, 2)
    painted = labels.data.copy()
    active = viewer.layers.selection.active
    widget.n_colors.value = 3
    if anew == "run":
        run(widget)
    else:
        widget.undo()
    kept = viewer.layers["photo · clusters · painted"]
    assert np.array_equal(kept.data, painted)
    assert (kept.data[where] == 2).all()
    assert np.allclose(kept.extent.world, labels.extent.world)
    assert np.array_equal(labels.data, widget.result.labels + 1)
    assert viewer.layers.selection.active is active
    before = kept.data.copy()
    run(widget)
    widget.merge(0, 1)
    assert np.array_equal(kept.data, before)  # it is the person's now
    assert sum(isinstance(layer, Labels) for layer in viewer.layers) == 2


def test_without_strokes_nothing_is_kept_aside(viewer, widget, photo, run):
    widget.n_colors.value = 3
    run(widget)
    widget.undo()
    assert len(viewer.layers) == 4


def test_a_run_makes_a_new_history(viewer, widget, photo, run):
    """Old strokes taken back would write labels that are gone."""
    labels = clusters(viewer)
    labels.brush_size, labels.mode = 3, "paint"
    paint(labels, 6)
    widget.n_colors.value = 3
    run(widget)
    for _ in range(3):
        labels.undo()
    assert np.array_equal(labels.data, widget.result.labels + 1)
    assert (labels.mode, labels.brush_size, labels.editable) == ("paint", 3, True)


def test_undo_after_a_run_on_one_slice(viewer, widget, run):
    stack = viewer.add_image(np.stack([PHOTO[..., 0], PHOTO[::-1, :, 0]]), name="photo")
    widget.n_colors.value = 3
    run(widget)
    labels = clusters(viewer)
    labels.data_setitem((np.ones(9, int), np.arange(9), np.arange(9)), 2)
    widget.image.value = stack
    widget.extent.value = "slice"
    run(widget)
    labels = clusters(viewer)
    labels.undo()
    assert np.array_equal(labels.data, widget.result.labels + 1)


def test_selecting_a_label_that_no_color_has(viewer, widget, photo, notices):
    labels = clusters(viewer)
    labels.selected_label = 3
    assert widget.palette_view._list.selected() == [2]
    for label in (40, 0):
        labels.selected_label = label
        assert widget.palette_view._list.selected() == []
    assert list(notices) == []


# -- keys over the canvas


class TestKeys:
    """In a real window."""

    @pytest.fixture
    def viewer(self, make_napari_viewer):
        return make_napari_viewer(show=True)

    @pytest.fixture
    def press(self, viewer, qtbot):
        canvas = viewer.window._qt_viewer.canvas.native
        canvas.setFocus()

        def press(key, modifiers=CONTROL):
            qtbot.keyClick(canvas, key, modifiers)

        return press

    def test_undo_and_redo_whatever_layer_is_active(self, viewer, widget, photo, press):
        first = widget.state
        for active in (photo, clusters(viewer), viewer.layers["photo · palette"]):
            widget.recolor(0, (255, 0, 0))
            second = widget.state
            viewer.layers.selection.active = active
            press(Z)
            assert widget.state is first
            press(Z, CONTROL | SHIFT)
            assert widget.state is second
            press(Z)

    def test_strokes_are_taken_back_before_edits(self, viewer, widget, photo, press):
        first, labels = widget.state, clusters(viewer)
        widget.recolor(0, (255, 0, 0))
        second = widget.state
        viewer.layers.selection.active = labels
        where = paint(labels, 2)
        press(Z)
        assert np.array_equal(labels.data, widget.result.labels + 1)
        assert widget.state is second
        press(Z)
        assert widget.state is first
        press(Z, CONTROL | SHIFT)
        assert widget.state is second
        press(Z, CONTROL | SHIFT)
        assert (labels.data[where] == 2).all()

    def test_keys_in_the_panel(self, viewer, widget, photo, qtbot):
        viewer.window._qt_window.activateWindow()
        rows = widget.palette_view._list
        rows.setFocus()
        qtbot.waitUntil(rows.hasFocus)
        before = widget.state
        widget.palette_view.select(0)
        qtbot.keyClick(rows, Qt.Key.Key_L)
        locked = widget.state
        assert locked is not before
        qtbot.keyClick(rows, Z, CONTROL)
        assert widget.state is before
        qtbot.keyClick(rows, Z, CONTROL | SHIFT)
        assert widget.state is locked

    def test_every_panel_is_told_of_a_point_s_new_color(self, viewer, widget, photo, run):
        """Also by a panel that was closed, and of which something is left."""
        run(widget)
        kept = widget  # somebody's reference
        viewer.window.remove_dock_widget(widget.native)
        second = viewer.window.add_plugin_dock_widget(NAME)[1]
        points = viewer.layers["photo · palette"]
        points.selected_data = {1}
        points.current_face_color = "#00ff00"
        assert second.state.hex[1] == "#00ff00"
        row = second.palette_view._model.index(1)
        assert row.data() == "#00ff00"
        assert kept is not second

    def test_the_keys_are_napari_s_again_once_the_panel_is_closed(
        self, viewer, widget, photo, press
    ):
        labels = clusters(viewer)
        viewer.layers.selection.active = labels
        viewer.window.remove_dock_widget(widget.native)
        where = paint(labels, 2)
        press(Z)
        assert (labels.data[where] != 2).any()
