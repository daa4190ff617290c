"""The cursor of the shares and napari's slider move together, both ways."""

from __future__ import annotations

import numpy as np
import pytest
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QApplication

FRAMES = np.stack([np.full((12, 16), 40 * t, np.uint8) for t in range(6)])
FRAMES[:, :4, :4] = 230
LEFT = Qt.MouseButton.LeftButton
PLACES = {
    "as it is": {},
    "in seconds": {"scale": (2.5, 1, 1), "translate": (-4, 0, 0), "units": ("s", "um", "um")},
    "backwards": {"scale": (-0.5, 1, 1)},
}
OTHERS = {
    "nothing": None,
    "a longer, finer one": {"scale": (0.25, 1, 1), "translate": (-9, 0, 0)},
    "one of more axes": {"scale": (1, 0.25, 1, 1)},
}


@pytest.fixture
def viewer(make_napari_viewer):
    return make_napari_viewer(show=True)


@pytest.fixture
def shares(person, qtbot):
    """Open the shares of a layer."""

    def shares(layer, n_colors=3):
        person.run(layer, n_colors)
        person.widget.open_shares()
        view = person.viewer.window.dock_widgets["Shares"]
        qtbot.waitUntil(view.save.isEnabled, timeout=60_000)
        settle(view)
        return view

    return shares


def settle(view):
    QApplication.processEvents()
    view._canvas.draw()


def place_of(view, row):
    """Return where a frame is in the plot, in pixels of the screen."""
    canvas = view._canvas
    left, _ = canvas.figure.axes[0].transData.transform((view._data.x[row], 0))
    return QPoint(round(left / canvas.device_pixel_ratio), canvas.height() // 2)


def cursor(view):
    """Return the frame that the cursor marks, None if there is no cursor."""
    line = view._canvas.cursor_line
    if not line.isVisible():
        return None
    lefts = [place_of(view, row).x() for row in range(len(view._data.names))]
    return int(np.abs(np.array(lefts) - line.geometry().center().x()).argmin())


def shown(layer):
    """Return which frame napari shows of a layer: its pixels tell."""
    return int(np.asarray(layer._slice.image.raw)[-1, -1]) // 40


def move_to(view, place):
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(place), QPointF(view._canvas.mapToGlobal(place)),
        Qt.MouseButton.NoButton, LEFT, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(view._canvas, event)


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_the_slider_moves_the_cursor_and_a_drag_the_slider(viewer, shares, qtbot, place, other):
    layer = viewer.add_image(FRAMES, name="series", **place)
    if other is not None:
        pixels = np.zeros((2,) * (len(other["scale"]) - 3) + (80, 12, 16), np.uint8)
        viewer.add_image(pixels, name="other", **other)
    view, axis = shares(layer), viewer.dims.ndim - 3
    for t in (3, 0, 5):
        viewer.dims.set_point(axis, layer.data_to_world((t, 0, 0))[0])
        assert (cursor(view), view._table.currentIndex().row()) == (t, t)
    qtbot.mousePress(view._canvas, LEFT, pos=place_of(view, 4))
    assert (shown(layer), cursor(view)) == (4, 4)
    for t in (2, 1, 3):
        move_to(view, place_of(view, t))
        assert (shown(layer), cursor(view)) == (t, t)
    qtbot.mouseRelease(view._canvas, LEFT, pos=place_of(view, 3))
    qtbot.keyClick(view._canvas, Qt.Key.Key_Home)
    assert (shown(layer), cursor(view)) == ((0, 0) if place.get("scale", [1])[0] > 0 else (5, 5))


def test_steps_of_napari_s_own_slider_and_playing_move_the_cursor(viewer, shares, qtbot):
    view = shares(viewer.add_image(FRAMES, name="series"))
    slider = viewer.window._qt_viewer.dims.slider_widgets[0].slider
    slider.setValue(2)
    assert cursor(view) == 2
    dims, seen = viewer.window._qt_viewer.dims, set()
    dims.play(0, fps=20, loop_mode="loop")
    qtbot.waitUntil(lambda: seen.add(cursor(view)) or seen == set(range(6)), timeout=60_000)
    dims.stop()
    qtbot.waitUntil(lambda: not dims.is_playing, timeout=60_000)


def test_where_none_of_its_frames_is_shown_there_is_no_cursor(viewer, shares):
    layer = viewer.add_image(FRAMES, name="series")
    viewer.add_image(np.zeros((30, 12, 16), np.uint8), name="longer")
    view = shares(layer)
    viewer.dims.set_point(0, 20)
    assert cursor(view) is None
    viewer.dims.set_point(0, 2)
    assert cursor(view) == 2
    viewer.dims.ndisplay = 3  # all at once
    assert cursor(view) is None
    viewer.dims.ndisplay = 2
    assert cursor(view) == 2


def test_the_cursor_is_there_from_the_start_and_after_a_new_fit(viewer, person, shares):
    layer = viewer.add_image(FRAMES, name="series")
    viewer.dims.set_point(0, 4)
    view = shares(layer)
    assert cursor(view) == 4
    person.run(layer, 4)
    settle(view)
    assert cursor(view) == 4


def test_a_picture_has_no_cursor(viewer, shares):
    viewer.add_image(np.zeros((30, 12, 16), np.uint8), name="stack")
    view = shares(viewer.add_image(FRAMES[1], name="picture"), 2)
    viewer.dims.set_point(0, 3)
    assert cursor(view) is None


def test_a_closed_view_is_left_alone(viewer, person, shares):
    view = shares(viewer.add_image(FRAMES, name="series"))
    person.close_by_x(view)
    viewer.dims.set_point(0, 3)
    person.widget.open_shares()
    view = viewer.window.dock_widgets["Shares"]
    settle(view)
    assert cursor(view) == 3


def test_names_and_background_are_those_of_the_panel(viewer, person, shares):
    layer = viewer.add_image(FRAMES, name="series")
    view = shares(layer)
    person.widget.rename([0, 1], "leaf")
    assert view.summed.isVisible()
    person.widget.set_background([2])
    assert view.table().shape == (6, 2)
    assert np.allclose(view.table().sum(axis=1)[view.table().notna().all(axis=1)], 1)
    assert view._model.headerData(1, Qt.Orientation.Horizontal) == "leaf (2)"


def test_compared_images_stay_beside_each_other_when_a_color_is_named(viewer, person):
    photo = viewer.add_image(FRAMES[2], name="photo")
    other = viewer.add_image(FRAMES[3], name="other")
    person.run(photo, 2)
    person.widget.apply_palette_to([other])
    person.settled()
    person.widget.open_shares()
    view = viewer.window.dock_widgets["Shares"]
    person.widget.rename(0, "leaf")
    assert set(view.table().index) == {"photo", "other"}
    assert view._model.headerData(0, Qt.Orientation.Horizontal) == "leaf"
