"""The views in their docks: what they are told, and what clicks in them do."""

from __future__ import annotations

import threading

import dask.array as da
import numpy as np
import pytest
from napari.settings import get_settings
from pictures import COFFEE
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QWidget,
)
from seen import assert_focus_is_seen, tab_stops

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin.models import shares
from napari_kmeans_quantizer.plugin.models.frames import FrameCounts
from napari_kmeans_quantizer.plugin.views.views import COLOR_SPACE, EXPLORE, PIXELS, SHARES

NAME = "napari-kmeans-quantizer"
LEFT = Qt.MouseButton.LeftButton
GREY = COFFEE[..., 1]
SMALL = GREY[::4, ::4]
STACK = np.stack([SMALL, SMALL[::-1], SMALL // 2])
OUTPUTS = ["photo · quantized", "photo · clusters", "photo · palette"]
KINDS = {
    "bool": SMALL > 100,
    "float32": SMALL.astype(np.float32) / 255,
    "int16": SMALL.astype(np.int16) - 100,
    "uint16": SMALL.astype(np.uint16) * 200,
    "RGBA": np.dstack([COFFEE, GREY]),
    "3-D": STACK,
    "4-D": np.stack([STACK, STACK + 1]),
    "dask": da.from_array(STACK, chunks=(1, 20, 20)),
    "one pixel": np.full((1, 1), 7, np.uint8),
    "constant": np.zeros((9, 9), np.uint8),
}


@pytest.fixture
def done(settled, widget):
    return lambda: settled(widget)


@pytest.fixture
def viewer(make_napari_viewer):
    return make_napari_viewer()


@pytest.fixture
def press(qtbot, widget):
    """Click one of the widget's small buttons."""
    return lambda text: qtbot.mouseClick(widget.buttons.buttons[text], LEFT)


def names(viewer):
    return [layer.name for layer in viewer.layers]


def shown_colors(widget):
    """Return how many colors the palette panel shows."""
    return 0 if widget.state is None else len(widget.state.result.palette)


def click_curve(view, n_colors, qtbot):
    canvas = view._canvas
    canvas.draw()
    (left, _), bottom = canvas.figure.axes[0].transData.transform((n_colors, 0)), 60
    place = QPoint(round(left / canvas.device_pixel_ratio), canvas.height() - bottom)
    qtbot.mouseClick(canvas, LEFT, pos=place)


def click_canvas(viewer, position):
    from napari.utils._proxies import ReadOnlyWrapper
    from napari.utils.interactions import mouse_press_callbacks, mouse_release_callbacks

    class Event:
        type, button = "mouse_press", 1
        dims_displayed = viewer.dims.displayed
        view_direction = None
        up_direction = None
        modifiers = ()

    event = Event()
    event.position = position
    mouse_press_callbacks(viewer, ReadOnlyWrapper(event))
    event.type = "mouse_release"
    mouse_release_callbacks(viewer, ReadOnlyWrapper(event))


# -- several numbers of colors


def test_explore_shows_a_stack_and_its_curve(viewer, widget, photo, press, done, qtbot):
    viewer.window._qt_window.show()
    press("Explore K")
    view = widget._views.explored
    assert EXPLORE in viewer.window.dock_widgets
    qtbot.mouseClick(view.compute, LEFT)
    done()
    stack = viewer.layers["photo · 2 to 10 colors"]
    assert stack.data.shape == (9, *COFFEE.shape)
    for k in (2, 7, 10):
        assert np.array_equal(stack.data[k - 2], quantize(COFFEE, k).image)
        assert stack.data_to_world((k - 2, 0, 0))[0] == k
    titles = viewer.layers["photo · titles"].features["title"]
    assert titles[3].startswith("K = 5")
    assert "elbow" in widget.message
    click_curve(view, 6, qtbot)
    done()
    assert widget.n_colors.value == 6
    assert len(viewer.layers["photo · palette"].data) == 6
    assert viewer.dims.point[0] == 6


def test_explore_as_a_grid_replaces_the_stack(viewer, widget, photo, done):
    widget.open_explore()
    widget.explore(2, 5)
    done()
    widget.explore(3, 6, "grid")
    done()
    view = widget._views.explored
    assert (view.first.value(), view.last.value()) == (3, 6)
    assert view.arrangement.currentData() == "grid"
    assert view.compute.isEnabled()
    names = [layer.name for layer in viewer.layers]
    assert names.count("photo · titles") == 1
    assert "photo · 2 to 5 colors" not in names
    sheet = viewer.layers["photo · 3 to 6 colors"]
    assert sheet.data.shape[0] > 2 * COFFEE.shape[0]
    height, width = COFFEE.shape[:2]
    assert np.array_equal(sheet.data[:height, :width, :3], COFFEE)
    top, left = widget._session.curve(widget._choice.key).tiles.corners[1]
    tile = sheet.data[top : top + height, left : left + width, :3]
    assert np.array_equal(tile, quantize(COFFEE, 3).image)
    assert viewer.dims.ndim == 2


def test_a_click_on_a_tile_in_the_canvas_takes_it(viewer, widget, photo, press, done, qtbot):
    viewer.window._qt_window.show()
    press("Explore K")
    view = widget._views.explored
    view.last.setValue(4)
    view.arrangement.setCurrentText("grid")
    qtbot.mouseClick(view.compute, LEFT)
    done()
    sheet = viewer.layers["photo · 2 to 4 colors"]
    row, column = widget._session.curve(widget._choice.key).tiles.corners[2]
    click_canvas(viewer, sheet.data_to_world((row + 9, column + 9)))
    done()
    assert len(widget.result.palette) == 3
    assert not sheet.visible
    assert viewer.layers["photo · quantized"].visible
    assert [int(n) for n in view._marker.get_xdata()] == [3]


@pytest.mark.parametrize("arrangement", ["stack", "grid"])
def test_closing_explore_takes_its_layers_away(viewer, widget, photo, done, qtbot, arrangement):
    viewer.scene.camera.center, viewer.scene.camera.zoom = (0, 30, 40), 3.5
    widget.open_explore()
    widget.explore(2, 4, arrangement)
    done()
    assert len(viewer.layers) == 6
    dock = widget._views.explored.parent()
    qtbot.mouseClick(dock.titleBarWidget().close_button, LEFT)
    assert names(viewer) == ["photo", *OUTPUTS]
    assert all(layer.visible for layer in viewer.layers)
    assert viewer.dims.ndim == 2
    assert tuple(viewer.scene.camera.center)[-2:] == (30, 40)
    assert viewer.scene.camera.zoom == 3.5
    widget.open_explore()  # its curve is still known
    assert widget._views.explored.shown_curve is not None


# -- docks


def docks(viewer):
    titles = EXPLORE, COLOR_SPACE, PIXELS, SHARES
    return [viewer.window.dock_widgets[title].parent() for title in titles]


def opened(viewer, widget, size, qtbot):
    """Open all views in a window of this size."""
    window = viewer.window._qt_window
    window.show()
    window.resize(*size)
    offers = widget.open_explore, widget.open_color_space, widget.open_pixels, widget.open_shares
    for opener in offers:
        opener()
    qtbot.wait(100)
    return window


def test_views_are_tabs_of_one_area_below_the_canvas(viewer, widget, photo, qtbot):
    window = opened(viewer, widget, (1280, 720), qtbot)
    first, *others = docks(viewer)
    assert set(window.tabifiedDockWidgets(first)) == set(others)
    assert not others[-1].visibleRegion().isEmpty()  # the last one is in front
    assert first.visibleRegion().isEmpty()
    widget.open_explore()
    qtbot.wait(50)
    assert not first.visibleRegion().isEmpty()
    panel = widget.native.mapTo(window, QPoint(0, 0))
    left = first.mapTo(window, QPoint(0, 0))
    assert left.x() + first.width() <= panel.x()  # the panel keeps its height


def test_the_window_is_as_before_when_all_views_are_closed(viewer, widget, photo, qtbot):
    window = viewer.window._qt_window
    corners = (Qt.Corner.BottomLeftCorner, Qt.Corner.BottomRightCorner)
    before = [window.corner(corner) for corner in corners]
    opened(viewer, widget, (1280, 720), qtbot)
    for dock in docks(viewer):
        assert [window.corner(corner) for corner in corners] != before
        qtbot.mouseClick(dock.titleBarWidget().close_button, LEFT)
    assert [window.corner(corner) for corner in corners] == before


@pytest.mark.parametrize("size", [9, 14, 18])
def test_in_low_docks_all_controls_can_be_reached(viewer, widget, photo, done, qtbot, size):
    get_settings().appearance.font_size = size
    widget.explore(2, 4)
    done()
    opened(viewer, widget, (1280, 720), qtbot)
    for dock in docks(viewer):
        dock.raise_()
        qtbot.wait(50)
        view, (scrolled, *_) = dock.widget(), dock.widget().findChildren(QScrollArea)
        content = scrolled.widget()
        assert view.minimumSizeHint().height() <= 150
        fits = content.width() <= scrolled.viewport().width()
        assert fits or scrolled.horizontalScrollBar().isVisible()  # beside two panels of large text
        assert content.height() >= content.layout().minimumHeightForWidth(content.width())
        for control in content.findChildren(QAbstractButton):
            if control.isVisibleTo(content) and isinstance(control.parent(), QWidget):
                corner = control.mapTo(content, QPoint(control.width(), control.height()))
                assert corner.x() <= content.width(), control.accessibleName()
                assert corner.y() <= content.height(), control.accessibleName()
    get_settings().appearance.font_size = 9


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_control_of_views_shows_that_it_has_the_focus(
    viewer, widget, photo, done, qtbot, theme
):
    viewer.theme = theme
    widget.explore(2, 4)
    done()
    opened(viewer, widget, (1400, 900), qtbot)
    widget.open_help()
    window = viewer.window._qt_window
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    checked = 0
    for dock in docks(viewer):
        dock.raise_()
        qtbot.wait(50)
        view = dock.widget()
        stops = [stop for stop in tab_stops(view) if view.isAncestorOf(stop)]
        first, *others = [stop for stop in stops if not isinstance(stop, QLineEdit)]
        for stop in (*others, first):
            assert_focus_is_seen(view, stop, first if stop is not first else others[0])
            checked += 1
    assert checked >= 18


def test_all_controls_of_views_have_names(viewer, widget, photo, done, qtbot):
    widget.explore(2, 4)
    done()
    opened(viewer, widget, (1280, 720), qtbot)
    kinds = QComboBox, QPushButton, QSpinBox, QAbstractItemView
    for dock in docks(viewer):
        found = [control for kind in kinds for control in dock.widget().findChildren(kind)]
        ours = [
            c for c in found if not isinstance(c.parent(), kinds) and c.window() is dock.window()
        ]
        assert len(ours) >= 3
        for control in ours:
            if "Header" not in type(control).__name__:
                assert control.accessibleName(), control


# -- the color space


def test_color_space_follows_the_result_and_the_mouse(viewer, widget, photo, press, done, qtbot):
    viewer.window._qt_window.show()
    press("Color space")
    view = widget._views._docks.get(COLOR_SPACE)
    assert view.isVisible()
    qtbot.waitUntil(lambda: view.scene is not None, timeout=60_000)
    drawn = []
    original = view.show_result
    view.show_result = lambda *args: (drawn.append(args), original(*args))
    widget.n_colors.value = 4
    widget.run()
    done()
    colors, labels, palette, display = drawn[-1]
    assert display is widget.state.display
    assert palette is widget.result.palette
    assert len(colors) == len(labels)
    assert np.array_equal(widget.result.palette.values[labels].shape, colors.shape)
    distances = ((colors[:, None, :].astype(float) - palette.colors) ** 2).sum(axis=2)
    assert np.array_equal(distances.argmin(axis=1), labels)
    picked = []
    view.set_reference = picked.append
    click_canvas(viewer, (10, 20))
    assert np.array_equal(picked[0], COFFEE[10, 20])


# -- shares


def test_shares_of_frames(viewer, widget, done, press, tmp_path, qtbot):
    import pandas as pd

    series = np.stack([COFFEE, COFFEE // 2, COFFEE // 3])
    viewer.add_image(series, rgb=True, name="series")
    widget.n_colors.value = 4
    widget.run()
    done()
    press("Shares")
    view = widget._views._docks.get(SHARES)
    qtbot.waitUntil(view.save.isEnabled, timeout=60_000)
    view.save_csv(tmp_path / "shares.csv")
    table = pd.read_csv(tmp_path / "shares.csv")
    expected = quantize(series, 4).labels
    for t in range(3):
        counts = np.bincount(expected[t].ravel(), minlength=4)
        frame = table[table["frame"] == t]
        assert np.array_equal(frame["pixels"], counts)
        assert np.allclose(frame["share"], counts / counts.sum())
    view.frame_clicked.emit(2)
    assert viewer.dims.current_step[0] == 2


def test_source_removed_while_exploring_and_applying(viewer, widget, run, held, settled, qtbot):
    held.set()
    viewer.add_image(COFFEE, name="photo")
    run(widget)
    second = viewer.add_image(COFFEE[::2], name="second")
    held.clear()
    held.begun.clear()
    widget.explore(2, 3)
    qtbot.waitUntil(held.begun.is_set, timeout=60_000)
    viewer.layers.remove(second)
    held.set()
    settled(widget)
    assert names(viewer) == ["photo", *OUTPUTS]
    assert "removed" in widget.message
    second = viewer.add_image(COFFEE[::2], name="second")
    widget.image.value = viewer.layers["photo"]
    viewer.layers.selection.update({viewer.layers["photo"], second})
    held.clear()
    held.begun.clear()
    widget.image.value = viewer.layers["photo"]
    widget.apply_to_selected()
    qtbot.waitUntil(held.begun.is_set, timeout=60_000)
    viewer.layers.remove(second)
    held.set()
    settled(widget)
    assert names(viewer) == ["photo", *OUTPUTS]


@pytest.fixture
def slowly(monkeypatch):
    """Let counting wait, frame by frame, until the event is set."""
    go, counted = threading.Event(), []
    rows = FrameCounts._rows

    def waiting(self):
        counted.append((self, threading.current_thread()))
        for row in rows(self):
            go.wait(30)
            yield row

    monkeypatch.setattr(FrameCounts, "_rows", waiting)
    monkeypatch.setattr(shares, "FEW", 0)
    go.counted = counted
    yield go
    go.set()


def test_large_stacks_are_counted_in_a_thread(viewer, widget, run, slowly, qtbot):
    viewer.add_image(STACK, name="stack")
    widget.n_colors.value = 3
    run(widget)
    widget.open_shares()
    view = widget._views._docks.get(SHARES)
    assert view._hint.text() == "Counting ..."
    assert not view.save.isEnabled()
    widget.open_shares()
    widget.recolor(0, (7,))
    qtbot.wait(50)
    assert len(slowly.counted) == 1  # of one fit, once
    slowly.set()
    qtbot.waitUntil(view.save.isEnabled, timeout=60_000)
    assert slowly.counted[0][1] is not threading.main_thread()
    assert list(view.table()) == widget.state.hex
    assert len(slowly.counted) == 1


def test_counts_of_a_result_that_is_outdated_are_dropped(viewer, widget, run, slowly, qtbot):
    viewer.add_image(STACK, name="stack")
    widget.n_colors.value = 3
    run(widget)
    widget.open_shares()
    view, shown = widget._views._docks.get(SHARES), []
    original = view.show_shares
    view.show_shares = lambda data: (shown.append(len(data.colors)), original(data))
    widget.n_colors.value = 5
    run(widget)
    slowly.set()
    qtbot.waitUntil(view.save.isEnabled, timeout=60_000)
    qtbot.wait(50)
    assert shown == [5]


def test_a_count_ends_when_the_view_is_closed(viewer, widget, run, slowly, qtbot):
    viewer.add_image(STACK, name="stack")
    run(widget)
    widget.open_shares()
    dock = widget._views._docks.get(SHARES).parent()
    qtbot.waitUntil(lambda: len(slowly.counted) == 1, timeout=60_000)
    frames = slowly.counted[0][0]
    qtbot.mouseClick(dock.titleBarWidget().close_button, LEFT)
    slowly.set()
    qtbot.wait(200)
    assert not frames.is_known


@pytest.mark.parametrize("shape", [(5, 20, 30), (2, 3, 20, 30)])
def test_a_click_on_the_only_frame_of_a_slice_stays_there(viewer, widget, run, qtbot, shape):
    pixels = np.random.default_rng(0).integers(0, 200, shape).astype(np.uint8)
    placed = {"scale": (2.5, *(1,) * (len(shape) - 1)), "translate": (7, *(0,) * (len(shape) - 1))}
    viewer.add_image(pixels, name="stack", **placed)
    widget.extent.value = "slice"
    last = shape[0] - 1
    viewer.dims.set_current_step(0, last)
    widget.n_colors.value = 3
    run(widget)
    point = tuple(viewer.dims.point)
    widget.open_shares()
    view = widget._views._docks.get(SHARES)
    qtbot.waitUntil(view.save.isEnabled, timeout=60_000)
    assert view.table().index.tolist() == [str(last)]
    view._table.selectRow(0)
    qtbot.keyClick(view._table, Qt.Key.Key_Return)
    assert tuple(viewer.dims.point) == point


# -- several viewers, several images


def test_two_viewers_at_once(make_napari_viewer, settled):
    viewers = [make_napari_viewer() for _ in range(2)]
    widgets = [viewer.window.add_plugin_dock_widget(NAME)[1] for viewer in viewers]
    for i, (viewer, widget) in enumerate(zip(viewers, widgets, strict=True)):
        viewer.add_image(COFFEE[i:], name="photo")
        widget.n_colors.value = 4 + i
        widget.open_color_space()
    for widget in widgets:
        widget.run()
    settled(*widgets)
    for i, viewer in enumerate(viewers):
        assert names(viewer) == ["photo", *OUTPUTS]
        expected = quantize(COFFEE[i:], 4 + i)
        assert np.array_equal(viewer.layers[1].data, expected.image)


def test_switching_between_images(viewer, widget, run):
    first = viewer.add_image(COFFEE, name="photo")
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


@pytest.mark.parametrize(
    "new", [COFFEE[:20, :30], COFFEE[..., ::-1].copy()], ids=["smaller", "other pixels"]
)
def test_clicks_into_data_that_was_replaced(viewer, widget, run, new):
    photo = viewer.add_image(COFFEE, name="photo")
    run(widget)
    widget.open_color_space()
    photo.data = new
    click_canvas(viewer, (3, 4))
    click_canvas(viewer, (90, 140))
    widget.recolor(0, (1, 2, 3))
    run(widget)
    assert np.array_equal(viewer.layers[1].data, widget.result.image)
    assert viewer.layers[1].data.shape == new.shape


# -- kinds of images


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
        click_canvas(viewer, viewer.dims.point)
        widget.n_colors.value = 2
        run(widget)
        assert shown_colors(widget) <= 2
        assert not notices, kind
        viewer.layers.clear()


def test_read_only_and_multiscale(viewer, widget, run):
    image = COFFEE.copy()
    image.setflags(write=False)
    viewer.add_image([image, image[::2, ::2]], name="photo", multiscale=True)
    run(widget)
    assert np.array_equal(viewer.layers[1].data, quantize(image, 16).image)
    widget.open_color_space()
    click_canvas(viewer, viewer.dims.point)
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
