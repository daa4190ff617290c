"""The shares of frames and layers: plot, cursor, legend, table and files."""

from __future__ import annotations

import gc
import io
import os
import weakref
from dataclasses import replace

import matplotlib
import numpy as np
import pandas as pd
import pytest
from napari.settings import get_settings
from napari.utils.theme import get_theme
from qtpy.QtCore import QEvent, QModelIndex, QPoint, QPointF, Qt
from qtpy.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from qtpy.QtWidgets import QApplication
from skimage.io import imread

from napari_kmeans_quantizer.core.measurement import COLUMNS, Frames, Measurement
from napari_kmeans_quantizer.plugin.models.shares import Shares
from napari_kmeans_quantizer.plugin.views import files
from napari_kmeans_quantizer.plugin.views.shares import plot as shares_plot
from napari_kmeans_quantizer.plugin.views.shares.view import SharesView

HEX = ["#102030", "#c04020", "#f0f0e0"]
COUNTS = np.array([[10, 20, 70], [25, 25, 50], [50, 0, 50], [100, 0, 0]])
SHARES = COUNTS / 100
FRAMES = [*"0123"]
LAYERS = ["photo · quantized", "Übersicht, links", 'the "second"', "mask $x"]


def series(counts=COUNTS, hex_=HEX, names=None, positions=None, title="stack", **more):
    """Return what was measured of the frames of one image."""
    x = np.arange(len(counts), dtype=float) if positions is None else np.array(positions, float)
    frames = Frames(0, x, more.pop("position_unit", ""), more.pop("label", "frame"))
    names = ("",) * len(hex_) if names is None else names
    image = more.pop("image", "stack")
    counts = np.asarray(counts)[np.newaxis]
    one = Measurement(image, counts, tuple(hex_), tuple(names), frames=frames, **more)
    return Shares(title, (one,))


def bars(images=LAYERS, counts=COUNTS, hex_=HEX):
    """Return what was measured of several images."""
    names = ("",) * len(hex_)
    rows = [row.reshape(1, 1, -1) for row in np.resize(counts, (len(images), len(hex_)))]
    measured = [
        Measurement(x, row, tuple(hex_), names) for x, row in zip(images, rows, strict=True)
    ]
    return Shares("layers", tuple(measured))


STACK, SEVERAL = series(), bars()
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture
def view(qtbot):
    view = SharesView()
    qtbot.addWidget(view)
    view.resize(300, 600)
    view.show()
    qtbot.waitExposed(view)
    return view


@pytest.fixture
def frames(view):
    view.show_shares(STACK)
    settle(view)
    return view


@pytest.fixture
def layers(view):
    view.show_shares(SEVERAL)
    settle(view)
    return view


def settle(view):
    QApplication.processEvents()
    view._canvas.draw()


def at(view, x, y):
    canvas = view._canvas
    left, bottom = canvas.figure.axes[0].transData.transform((x, y)) / canvas.device_pixel_ratio
    return QPoint(round(left), round(canvas.height() - bottom))


def painted(view, x, y):
    """Return the color on the screen at a point of the plot."""
    return view._canvas.grab().toImage().pixelColor(at(view, x, y)).name()


# -- the plot


def test_areas_are_stacked_in_their_colors(frames):
    for frame in (0.05, 1.0):
        assert [painted(frames, frame, y) for y in (0.05, 0.3, 0.9)] == HEX


def test_bars_are_stacked_in_their_colors(layers):
    assert [painted(layers, x, 1) for x in (0.1, 0.4, 0.9)] == HEX
    assert [painted(layers, x, 3) for x in (0.1, 0.4, 0.9)] == HEX[:1] * 3


def test_a_single_frame_is_drawn_as_wide_as_one(view):
    view.show_shares(series(COUNTS[:1], positions=[7]))
    settle(view)
    assert view._canvas.figure.axes[0].get_xlim() == (6.5, 7.5)
    assert painted(view, 7.3, 0.9) == HEX[2]


@pytest.mark.parametrize(("frame", "y"), [(0, 0.5), (1, 0.2), (2, 0.9), (3, 0.5)])
def test_a_click_in_a_frame(qtbot, frames, frame, y):
    with qtbot.waitSignal(frames.frame_clicked) as signal:
        inside = np.clip(frame, 0.03, 2.97)
        qtbot.mouseClick(frames._canvas, LEFT, pos=at(frames, inside, y))
    assert signal.args == [frame]
    assert frames._table.currentIndex().row() == frame


def test_a_click_tells_the_row_not_the_position(qtbot, view):
    view.show_shares(series(positions=[0.5, 1, 4, 9], label="time", position_unit="s"))
    settle(view)
    assert view._canvas.figure.axes[0].get_xlabel() == "time (s)"
    with qtbot.waitSignal(view.frame_clicked) as signal:
        qtbot.mouseClick(view._canvas, LEFT, pos=at(view, 4.5, 0.5))
    assert signal.args == [2]


def test_clicks_that_tell_nothing(qtbot, frames):
    with qtbot.assertNotEmitted(frames.frame_clicked):
        qtbot.mouseClick(frames._canvas, RIGHT, pos=at(frames, 1, 0.5))
        qtbot.mouseClick(frames._canvas, LEFT, pos=QPoint(1, 1))


def test_a_click_on_a_layer_only_selects_its_row(qtbot, layers):
    with qtbot.assertNotEmitted(layers.frame_clicked):
        qtbot.mouseClick(layers._canvas, LEFT, pos=at(layers, 0.5, 2))
        qtbot.keyClick(layers._table, Qt.Key.Key_Return)
    assert layers._table.currentIndex().row() == 2


def test_enter_in_the_table_is_as_good_as_a_click(qtbot, frames):
    frames._table.selectRow(2)
    with qtbot.waitSignal(frames.frame_clicked) as signal:
        qtbot.keyClick(frames._table, Qt.Key.Key_Return)
    assert signal.args == [2]


@pytest.mark.parametrize(
    ("fixture", "place", "text"),
    [
        ("frames", (1, 0.4), "frame 1: #c04020 25.0%, 25 pixels"),
        ("layers", (0.9, 0), "photo · quantized: #f0f0e0 70.0%, 70 pixels"),
        ("layers", (0.9, 0.45), ""),
    ],
)
def test_hover_tells_the_share(qtbot, request, fixture, place, text):
    view = request.getfixturevalue(fixture)
    view._status.setText("before")
    qtbot.mouseMove(view._canvas, at(view, *place))
    qtbot.waitUntil(lambda: view._status.text() == text, timeout=60_000)
    view._on_leave(None)
    assert view._status.text() == ""


def test_many_layers_scroll_and_few_frames_do_not(view):
    view.show_shares(bars([f"layer {i}" for i in range(40)]))
    settle(view)
    assert view._canvas.height() > 40 * 30
    assert len(view._canvas.figure.axes[0].texts) == 40
    view.show_shares(STACK)
    settle(view)
    assert view._canvas.height() <= view._scroll.height()


def test_long_names_are_elided_to_the_width(view):
    view.show_shares(bars(["long " * 50]))
    settle(view)
    (text,) = view._canvas.figure.axes[0].texts
    assert "…" in text.get_text()
    narrow = len(text.get_text())
    view.resize(900, 600)
    settle(view)
    assert len(view._canvas.figure.axes[0].texts[0].get_text()) > narrow


# -- colors that are hidden, and lines


def click_name(qtbot, view, column):
    header = view._table.horizontalHeader()
    left = header.sectionViewportPosition(column) + header.sectionSize(column) // 2
    qtbot.mouseClick(header.viewport(), LEFT, pos=QPoint(left, header.height() // 2))
    settle(view)


@pytest.mark.parametrize("fixture", ["frames", "layers"])
def test_a_click_on_the_name_of_a_color_hides_it_and_shows_it_again(qtbot, request, fixture):
    view = request.getfixturevalue(fixture)
    background = view._canvas.theme().background
    first, last = ((0.05, 0.05), (0.05, 0.95)) if fixture == "frames" else ((0.02, 0), (0.97, 0))
    click_name(qtbot, view, 0)
    assert painted(view, *first) == HEX[1]
    assert painted(view, *last) == background
    assert view._status.text() == "#102030 is hidden in the plot."
    header = view._model.headerData(0, Qt.Orientation.Horizontal, Qt.ItemDataRole.FontRole)
    assert header.strikeOut()
    assert np.array_equal(view.table(), SHARES)  # the table tells all
    click_name(qtbot, view, 0)
    assert painted(view, *first) == HEX[0]
    assert view._status.text() == "#102030 is shown in the plot."


def test_a_key_hides_the_color_of_the_current_cell(qtbot, frames):
    frames._table.setCurrentIndex(frames._model.index(1, 2))
    qtbot.keyClick(frames._table, Qt.Key.Key_H)
    settle(frames)
    assert frames._drawn.tolist() == [True, True, False]
    assert painted(frames, 0.05, 0.9) == frames._canvas.theme().background


def test_hidden_colors_stay_hidden_while_they_are_there(qtbot, frames):
    click_name(qtbot, frames, 1)
    frames.show_counting()
    assert frames._hint.text() == "Counting ..."
    assert not frames.drawn_as.isEnabled()
    frames.show_shares(series(hex_=[*HEX[:2], "#ffffff"], names=("", "DAB", "")))
    assert frames._drawn.tolist() == [True, False, True]
    frames.show_shares(series(hex_=["#000000", "#111111", "#222222"]))
    frames.show_shares(STACK)
    assert frames._drawn.all()


def test_frames_as_lines(qtbot, frames):
    assert frames.drawn_as.isEnabled()
    qtbot.keyClick(frames.drawn_as, Qt.Key.Key_Down)
    settle(frames)
    lines = frames._canvas.figure.axes[0].lines
    assert {line.get_color(): line.get_ydata().tolist() for line in lines} == {
        color: SHARES[:, k].tolist() for k, color in enumerate(HEX)
    }
    qtbot.mouseMove(frames._canvas, at(frames, 1, 0.5))
    told = "frame 1: #f0f0e0 50.0%, 50 pixels"
    qtbot.waitUntil(lambda: frames._status.text() == told, timeout=60_000)
    click_name(qtbot, frames, 2)
    assert len(frames._canvas.figure.axes[0].lines) == 2


def test_many_frames_are_drawn_as_what_can_be_seen_of_them(qtbot, view):
    counts = np.tile([[50, 30, 20]], (20_000, 1))
    counts[12_345] = 0, 0, 100  # one frame of thousands
    view.show_shares(series(counts))
    settle(view)
    (areas,) = view._canvas.figure.axes[0].collections
    assert len(areas.get_paths()[0].vertices) < 2 * view.width() + 300
    spike = [painted(view, 12_345, y) for y in (0.1, 0.7)]
    assert spike != [painted(view, 9_000, y) for y in (0.1, 0.7)]
    qtbot.keyClick(view.drawn_as, Qt.Key.Key_Down)
    settle(view)
    assert [painted(view, 9_000, y) for y in (0.5, 0.3, 0.2)] == HEX
    assert painted(view, 12_345, 0.8) != view._canvas.theme().background


def test_frames_that_nothing_was_counted_in_are_empty(view):
    view.show_shares(series([[10, 20, 70], [0, 0, 0], [50, 0, 50]]))
    settle(view)
    assert view._model.index(1, 0).data() == ""
    assert view._model.describe(1, 0) == "frame 1: #102030, 0 pixels"
    assert view._model.index(2, 1).data() == "0.0%"


def test_frames_of_a_negative_step_lie_where_the_slider_has_them(qtbot, view):
    view.show_shares(series(positions=[0, -2, -4, -6], label="z", position_unit="µm"))
    settle(view)
    axes = view._canvas.figure.axes[0]
    assert axes.get_xlim() == (-6, 0)
    assert axes.get_xlabel() == "z (µm)"
    assert painted(view, -5.9, 0.5) == HEX[0]  # the last frame lies on the left
    with qtbot.waitSignal(view.frame_clicked) as signal:
        qtbot.mouseClick(view._canvas, LEFT, pos=at(view, -4.1, 0.5))
    assert signal.args == [2]
    with qtbot.waitSignal(view.frame_clicked) as signal:
        qtbot.keyClick(view._canvas, Qt.Key.Key_Right)
    assert signal.args == [1]


@pytest.mark.parametrize("background", [frozenset(), frozenset({2})])
@pytest.mark.parametrize("style", ["areas", "lines"])
def test_of_what_the_shares_are_is_told(qtbot, view, background, style):
    view.show_shares(series(background=background))
    view.drawn_as.setCurrentText(style)
    view.toggle(0)
    settle(view)
    told = view._canvas.figure.axes[0].get_title(loc="left")
    assert told == ("share without background" if background else "share of the pixels")


def test_background_is_not_drawn_and_has_no_column(view):
    view.show_shares(series(background=frozenset({2})))
    settle(view)
    assert list(view.table()) == HEX[:2]
    assert [painted(view, 0.02, y) for y in (0.1, 0.9)] == HEX[:2]
    view.show_shares(series(background=frozenset({0, 1, 2})))
    assert view._hint.text() == "All colors are background: there are no shares."
    assert not view.save.isEnabled()


# -- the cursor


def line_of(view):
    """Return where the cursor is on the screen: its middle, None if it is not there."""
    line = view._canvas.cursor_line
    return line.geometry().center().x() if line.isVisible() else None


def drag(qtbot, view, *places):
    """Press the left button at the first place, and let it go at the last."""
    first, *others = [at(view, *place) for place in places]
    qtbot.mousePress(view._canvas, LEFT, pos=first)
    for place in others:
        event = QMouseEvent(
            QEvent.Type.MouseMove, QPointF(place), QPointF(view._canvas.mapToGlobal(place)),
            Qt.MouseButton.NoButton, LEFT, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(view._canvas, event)
    qtbot.mouseRelease(view._canvas, LEFT, pos=others[-1])


def test_the_cursor_is_where_the_viewer_is(frames):
    assert line_of(frames) is None
    for frame in (2, 0, 3):
        frames.show_frame(frame)
        assert abs(line_of(frames) - at(frames, frame, 0.5).x()) <= 1
        assert frames._table.currentIndex().row() == frame
    frames.show_frame(None)
    assert line_of(frames) is None


def test_the_cursor_moves_without_drawing_the_plot(frames):
    drawn = []
    frames._canvas.mpl_connect("draw_event", drawn.append)
    for frame in range(4):
        frames.show_frame(frame)
        QApplication.processEvents()
    assert not drawn


def test_the_cursor_says_nothing_by_itself(qtbot, frames):
    with qtbot.assertNotEmitted(frames.frame_clicked):
        frames.show_frame(2)


def test_the_cursor_stays_in_place_when_the_view_gets_wider(frames):
    frames.show_frame(2)
    frames.resize(560, 500)
    settle(frames)
    assert abs(line_of(frames) - at(frames, 2, 0.5).x()) <= 1
    frames.show_shares(series(positions=[0, 1, 2, 30]))
    settle(frames)
    assert abs(line_of(frames) - at(frames, 2, 0.5).x()) <= 1


def test_the_cursor_is_seen_on_every_color(frames):
    frames.show_frame(1)
    place = at(frames, 1, 0.05)
    image = frames._canvas.grab().toImage()
    left = frames._canvas.cursor_line.x()
    colors = [image.pixelColor(left + i, place.y()).name() for i in range(3)]
    assert colors == ["#000000", "#ffffff", "#000000"]


def test_bars_have_no_cursor(layers):
    layers.show_frame(1)
    assert line_of(layers) is None
    assert layers._canvas.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_a_drag_goes_through_the_frames(qtbot, frames):
    wanted = []
    frames.frame_clicked.connect(wanted.append)
    drag(qtbot, frames, (0.1, 0.5), (1.1, 0.5), (1.2, 0.9), (2.1, 0.1), (2.9, 0.5))
    assert wanted == [0, 1, 2, 3]
    assert abs(line_of(frames) - at(frames, 3, 0.5).x()) <= 1
    qtbot.mouseMove(frames._canvas, at(frames, 1, 0.5))
    assert wanted == [0, 1, 2, 3]  # the button is up


def test_a_drag_beyond_the_axes_ends_at_their_ends(qtbot, frames):
    wanted = []
    frames.frame_clicked.connect(wanted.append)
    drag(qtbot, frames, (1, 0.5), (9, 2), (-9, -1))
    assert wanted == [1, 3, 0]


@pytest.mark.parametrize(
    ("start", "key", "frame"),
    [
        (1, Qt.Key.Key_Right, 2),
        (1, Qt.Key.Key_Left, 0),
        (1, Qt.Key.Key_End, 3),
        (2, Qt.Key.Key_Home, 0),
        (None, Qt.Key.Key_Right, 0),
        (None, Qt.Key.Key_Left, 3),
    ],
)
def test_keys_go_a_frame_on(qtbot, frames, start, key, frame):
    frames.show_frame(start)
    with qtbot.waitSignal(frames.frame_clicked) as signal:
        qtbot.keyClick(frames._canvas, key)
    assert signal.args == [frame]


def test_keys_at_the_ends_and_other_keys_do_nothing(qtbot, frames):
    frames.show_frame(3)
    with qtbot.assertNotEmitted(frames.frame_clicked):
        qtbot.keyClick(frames._canvas, Qt.Key.Key_Right)
        qtbot.keyClick(frames._canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_B, Qt.KeyboardModifier.NoModifier)
    frames._canvas.keyPressEvent(event)
    assert not event.isAccepted()  # left to napari


def test_a_click_in_the_table_goes_to_the_frame(qtbot, frames):
    cell = frames._table.visualRect(frames._model.index(2, 1)).center()
    with qtbot.waitSignal(frames.frame_clicked) as signal:
        qtbot.mouseClick(frames._table.viewport(), LEFT, pos=cell)
    assert signal.args == [2]
    assert frames._table.currentIndex().column() == 1  # H is for this color


def test_saved_pictures_have_no_cursor(frames, tmp_path):
    frames.save_plot(tmp_path / "without.svg")
    frames.show_frame(1)
    frames.save_plot(tmp_path / "with.svg")
    assert (tmp_path / "with.svg").read_bytes() == (tmp_path / "without.svg").read_bytes()


# -- names, and the legend


def wide(view):
    view.resize(900, 300)
    settle(view)
    return view._legend


def entry(legend, row):
    return legend.visualItemRect(legend.item(row)).center()


def test_where_there_is_room_a_legend_tells_names_and_shares(view):
    view.show_shares(series(names=("DAB", "", "glass")))
    settle(view)
    assert not view._legend.isVisible()
    legend = wide(view)
    assert legend.isVisible()
    told = [legend.item(row).text() for row in range(3)]
    assert told == ["DAB  46.2%", "#c04020  11.2%", "glass  42.5%"]
    assert legend.item(0).toolTip() == "#102030 DAB: 46.2% of all"


@pytest.mark.parametrize("data", [STACK, SEVERAL])
def test_a_click_on_an_entry_hides_its_color_and_shows_it_again(qtbot, view, data):
    view.show_shares(data)
    legend = wide(view)
    for drawn in (False, True):
        qtbot.mouseClick(legend.viewport(), LEFT, pos=entry(legend, 1))
        assert view._drawn.tolist() == [True, drawn, True]
        assert (legend.item(1).checkState() == Qt.CheckState.Checked) is drawn
    box = QPoint(8, entry(legend, 2).y())
    qtbot.mouseClick(legend.viewport(), LEFT, pos=box)
    assert view._drawn.tolist() == [True, True, False]


def test_space_in_the_legend_hides_too_and_all_tell_the_same(qtbot, view):
    view.show_shares(STACK)
    legend = wide(view)
    legend.setCurrentRow(2)
    qtbot.keyClick(legend, Qt.Key.Key_Space)
    assert view._drawn.tolist() == [True, True, False]
    click_name(qtbot, view, 0)
    assert legend.item(0).checkState() == Qt.CheckState.Unchecked


def test_the_table_is_headed_by_names(view):
    view.show_shares(series(names=("DAB", "", "glass")))
    across = Qt.Orientation.Horizontal
    assert [view._model.headerData(i, across) for i in range(3)] == ["DAB", "#c04020", "glass"]
    tooltip = view._model.headerData(0, across, Qt.ItemDataRole.ToolTipRole)
    assert tooltip.startswith("#102030 DAB: ")
    assert list(view.table()) == ["#102030 DAB", "#c04020", "#f0f0e0 glass"]


def test_hover_tells_time_name_and_area(view):
    told = {"label": "t", "position_unit": "s", "pixel_size": 0.25, "unit": "µm²"}
    view.show_shares(series(names=("", "DAB", ""), positions=[0, 1.5, 3, 4.5], **told))
    told = "frame 1, t = 1.5 s: #c04020 DAB 25.0%, 25 pixels, 6.25 µm²"
    assert view._model.describe(1, 1) == told


def test_names_are_summed_up_where_wanted(qtbot, view, tmp_path):
    view.show_shares(STACK)
    assert not view.summed.isVisible()
    view.show_shares(series(names=("leaf", "", "leaf")))
    assert view.summed.isVisible()
    qtbot.mouseClick(view.summed, LEFT, pos=QPoint(8, view.summed.height() // 2))
    assert list(view.table()) == ["#102030 leaf", "#c04020"]
    assert view.table().iloc[:, 0].tolist() == [0.8, 0.75, 1, 1]
    view.save_csv(tmp_path / "t.csv")
    assert pd.read_csv(tmp_path / "t.csv")["pixels"].tolist()[:2] == [80, 20]
    view.show_shares(STACK)  # where there is nothing to sum up, nothing is
    assert list(view.table()) == HEX


def test_saved_pictures_tell_names(frames, tmp_path):
    frames.show_shares(series(names=("DAB", "", "$x_1$ " * 20), label="t", position_unit="s"))
    frames.save_plot(tmp_path / "plot.svg")
    text = (tmp_path / "plot.svg").read_text()
    assert "DAB  46.2%" in text
    assert "#c04020  11.2%" in text
    assert "$x_1$ $x_1$" in text
    assert "t (s)" in text


def test_bars_have_no_style(layers):
    assert not layers.drawn_as.isEnabled()


def test_saved_plots_tell_hex_and_share(qtbot, frames, tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(
        matplotlib.figure.Figure,
        "savefig",
        lambda figure, *_, **__: told.extend(text.get_text() for text in figure.legends[0].texts),
    )
    click_name(qtbot, frames, 1)
    frames.save_plot(tmp_path / "plot.png")
    assert told == ["#102030  46.2%", "#f0f0e0  42.5%"]


@pytest.mark.parametrize("n_colors", [1, 24, 25, 256])
def test_saved_plots_have_room_for_their_legend(view, tmp_path, n_colors):
    colors = [f"#{k:06x}" for k in range(n_colors)]
    view.show_shares(series(np.ones((2, n_colors), int), colors))
    view.save_plot(tmp_path / "plot.png")
    picture = imread(tmp_path / "plot.png")
    assert picture.shape == (800, 1200 + 320 * -(-n_colors // 24), picture.shape[2])


@pytest.mark.parametrize(("source", "name"), [("a/b: c", "a_b_ c shares"), ("", "shares")])
def test_files_are_called_as_the_image(qtbot, frames, monkeypatch, source, name):
    asked = []
    monkeypatch.setattr(files, "ask_path", lambda *given: asked.append(given[1:3]))
    frames.show_shares(series(image=source))
    qtbot.mouseClick(frames.save, LEFT)
    qtbot.mouseClick(frames.save_picture, LEFT)
    assert asked == [("Save table", f"{name}.csv"), ("Save picture", f"{name}.png")]


# -- the table


def test_table(frames, layers):
    table = layers.table()
    assert table.index.tolist() == LAYERS
    assert table.index.name == "layer"
    assert list(table) == HEX
    assert np.array_equal(table, SHARES)


def test_cells_and_headers(frames):
    model = frames._model
    assert (model.rowCount(), model.columnCount()) == (4, 3)
    assert model.rowCount(model.index(0, 0)) == model.columnCount(model.index(0, 0)) == 0
    assert model.index(0, 2).data() == "70.0%"
    told = "frame 1: #c04020 25.0%, 25 pixels"
    assert model.index(1, 1).data(Qt.ItemDataRole.ToolTipRole) == told
    across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
    assert [model.headerData(i, across) for i in range(3)] == HEX
    assert model.headerData(3, down) == "3"
    icon = model.headerData(1, across, Qt.ItemDataRole.DecorationRole)
    assert icon.pixmap(12).toImage().pixelColor(6, 6).name() == HEX[1]


def test_an_empty_table(view):
    assert view._model.rowCount() == view._model.columnCount() == 0
    assert view._model.data(QModelIndex()) is None
    assert view.table().empty
    assert not view.save.isEnabled()


@pytest.mark.parametrize("fixture", ["frames", "layers"])
def test_clear(qtbot, request, fixture):
    view = request.getfixturevalue(fixture)
    view.clear()
    assert view._model.rowCount() == view._model.columnCount() == 0
    assert view.table().empty
    assert view._title.text() == view._status.text() == ""
    assert not any(b.isEnabled() for b in (view.save, view.save_picture, view.copy))
    assert view._pages.currentWidget() is not view._splitter
    qtbot.mouseMove(view._canvas, QPoint(50, 50))  # of what nobody sees nothing is told
    view.resize(view.width() + 90, view.height())
    settle(view)
    view._on_move(Pointed(50, 50))
    assert view._status.text() == ""
    view.show_shares(STACK)
    assert view.save.isEnabled()
    assert np.array_equal(view.table(), SHARES)


class Pointed:
    inaxes = True

    def __init__(self, x, y):
        self.xdata, self.ydata = x, y


def test_colors_displayed_alike_are_told_apart(view):
    view.show_shares(series(hex_=["#000000", "#ffffff", "#000000"]))
    assert list(view.table()) == ["#000000", "#ffffff", "#000000 (2)"]


# -- files


def test_the_saved_table_is_the_tidy_one(qtbot, layers, tmp_path, monkeypatch):
    path = tmp_path / "shares.csv"
    monkeypatch.setattr(files, "ask_path", lambda *_: path)
    qtbot.mouseClick(layers.save, LEFT)
    read = pd.read_csv(path)
    assert list(read) == [*COLUMNS, "error"]
    assert read["image"].tolist() == [name for name in LAYERS for _ in HEX]
    assert read["hex"].tolist() == HEX * 4
    assert np.array_equal(read["share"], SHARES.ravel())
    assert np.array_equal(read["pixels"], COUNTS.ravel())
    assert layers._status.text() == "Saved shares.csv"


def test_the_saved_table_of_frames_tells_where_they_lie(view, tmp_path):
    view.show_shares(series(positions=[0, 0.1, 0.3, 2], label="t", position_unit="s"))
    view.save_csv(tmp_path / "t.csv")
    read = pd.read_csv(tmp_path / "t.csv")
    assert list(read) == list(COLUMNS)
    assert read["frame"].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert read["position"].unique().tolist() == [0, 0.1, 0.3, 2]
    assert set(read["position_unit"]) == {"s"}


def test_the_saved_table_tells_hidden_colors_and_background_too(qtbot, view, tmp_path):
    view.show_shares(series(background=frozenset({2})))
    view.toggle(0)
    view.save_csv(tmp_path / "t.csv")
    read = pd.read_csv(tmp_path / "t.csv")
    assert np.array_equal(read["pixels"], COUNTS.ravel())
    assert read["share"].isna().tolist() == [False, False, True] * 4


@pytest.mark.parametrize("kind", ["csv", "png"])
def test_a_failing_write_leaves_the_old_file(qtbot, frames, tmp_path, monkeypatch, kind):
    def fail(*_):
        raise OSError(28, "No space left on device")

    path = tmp_path / f"shares.{kind}"
    path.write_text("old")
    monkeypatch.setattr(files, "ask_path", lambda *_: path)
    monkeypatch.setattr(os, "replace", fail)
    qtbot.mouseClick(frames.save if kind == "csv" else frames.save_picture, LEFT)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == [path.name]
    assert frames._status.text() == "Not saved: No space left on device"


def test_thinking_better_of_saving(qtbot, frames, monkeypatch):
    monkeypatch.setattr(files, "ask_path", lambda *_: None)
    qtbot.mouseClick(frames.save, LEFT)
    assert frames._status.text() == ""


def test_a_link_is_kept(frames, tmp_path):
    target, link = tmp_path / "a.csv", tmp_path / "b.csv"
    target.write_text("old")
    try:
        link.symlink_to(target)
    except OSError:
        pytest.skip("no links here")
    frames.save_csv(link)
    assert link.is_symlink()
    assert target.read_text().startswith("image,")


@pytest.mark.parametrize("fixture", ["frames", "layers"])
def test_plots_are_saved_on_white(request, tmp_path, fixture):
    view = request.getfixturevalue(fixture)
    shown = view._canvas.figure.axes[0]
    view.save_plot(tmp_path / "plot.png")
    picture = imread(tmp_path / "plot.png")
    assert picture.shape[0] == 800
    assert picture.shape[1] > 1200  # a legend lies beside the plot
    assert (picture[0, 0, :3] == 255).all()
    view.save_plot(tmp_path / "plot.svg")
    first = (tmp_path / "plot.svg").read_bytes()
    assert b"<svg" in first
    assert b"c04020" in first
    view.save_plot(tmp_path / "plot.pdf")
    assert (tmp_path / "plot.pdf").read_bytes().startswith(b"%PDF")
    assert view._canvas.figure.axes == [shown]  # what is on the screen stays as it is


def test_saved_plots_have_room_for_longer_names(view, monkeypatch, tmp_path):
    written = []
    monkeypatch.setattr(shares_plot, "write_name", lambda *given: written.append(given[-1]))
    name = "no dock is wide enough for this name, pictures are"
    view.show_shares(bars([name]))
    settle(view)
    assert "…" in written[-1]
    view.save_plot(tmp_path / "plot.png")
    assert "…" not in written[-1]


def test_the_wheel_is_left_to_the_scroll_area(qtbot, view):
    view.show_shares(bars([f"layer {i}" for i in range(40)]))
    settle(view)
    place, down = QPointF(50, 50), QPoint(0, -120)
    event = QWheelEvent(
        place, place, QPoint(), down, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view._canvas, event)
    assert not event.isAccepted()


def test_other_kinds_of_pictures_are_refused(qtbot, frames, tmp_path, monkeypatch):
    path = tmp_path / "plot.gif"
    with pytest.raises(ValueError, match=r"\.png, \.svg or \.pdf"):
        frames.save_plot(path)
    monkeypatch.setattr(files, "ask_path", lambda *_: path)
    qtbot.mouseClick(frames.save_picture, LEFT)
    assert frames._status.text().startswith("Not saved: The name")
    assert not path.exists()


def test_copy(qtbot, frames):
    qtbot.mouseClick(frames.copy, LEFT)
    read = pd.read_csv(io.StringIO(QApplication.clipboard().text()), sep="\t")
    assert list(read) == list(COLUMNS)
    assert np.array_equal(read["share"], SHARES.ravel())


# -- in the viewer


@pytest.fixture
def docked(make_napari_viewer):
    viewer = make_napari_viewer(show=True)
    view = SharesView()
    viewer.window.add_dock_widget(view, name="Shares")
    return viewer, view


@pytest.mark.parametrize("data", [STACK, SEVERAL])
def test_the_canvas_follows_the_theme(docked, data):
    viewer, view = docked
    view.show_shares(data)
    for name in ("light", "dark"):
        viewer.theme = name
        QApplication.processEvents()
        theme, figure = get_theme(name), view._canvas.figure
        assert matplotlib.colors.to_hex(figure.get_facecolor()) == theme.background.as_hex()
        label = figure.axes[0].xaxis.get_ticklabels()[0]
        assert label.get_color() == theme.text.as_hex()


def test_the_text_of_plot_and_table_is_as_large_as_that_beside_it(docked):
    view = docked[1]
    view.show_shares(STACK)
    for size in (9, 18):
        get_settings().appearance.font_size = size
        QApplication.processEvents()
        wanted = view._title.fontInfo().pixelSize()
        label = view._canvas.figure.axes[0].xaxis.get_ticklabels()[0]
        assert label.get_fontsize() == wanted
        assert view._table.horizontalHeader().fontInfo().pixelSize() == wanted
        assert view._table.fontInfo().pixelSize() == wanted
    assert wanted > 18


def test_an_empty_view_bears_another_theme(docked):
    viewer, view = docked
    for name in ("light", "dark"):
        viewer.theme = name
        QApplication.processEvents()
    view.show_shares(STACK)
    view.clear()
    viewer.theme = "light"
    QApplication.processEvents()
    assert view.table().empty


@pytest.mark.parametrize("data", [STACK, SEVERAL])
def test_plot_and_table_lie_beside_each_other_where_there_is_width(view, data):
    view.show_shares(data)
    for size in ((310, 600), (1370, 280), (450, 280), (310, 600)):
        view.resize(*size)
        settle(view)
        assert (view.width(), view.height()) == size
        plot, table = view._scroll.geometry(), view._table.geometry()
        beside, below = plot.right() < table.left(), plot.bottom() < table.top()
        assert (beside, below) == ((True, False) if size[0] > 400 else (False, True))
        assert view.minimumSizeHint().width() <= 300
        assert view.minimumSizeHint().height() <= 220


def test_it_fits_a_narrow_dock_and_tells_what_it_is(docked):
    view = docked[1]
    view.show_shares(replace(SEVERAL, title="a long title " * 9))
    QApplication.processEvents()
    assert view.minimumSizeHint().width() <= 300
    for button in (view.save, view.save_picture, view.copy):
        assert button.accessibleName()
        assert button.toolTip()
    assert view._table.accessibleName()
    assert view._canvas.accessibleName()


def test_the_canvas_goes_with_the_widget(make_napari_viewer):
    viewer, view = make_napari_viewer(), SharesView()
    viewer.window.add_dock_widget(view)
    view.show_shares(SEVERAL)
    canvas, figure = weakref.ref(view._canvas), weakref.ref(view._canvas.figure)
    viewer.window.remove_dock_widget(view)
    view.deleteLater()
    del view
    QApplication.sendPostedEvents(None, 52)  # DeferredDelete
    QApplication.processEvents()
    gc.collect()
    assert figure() is None
    assert canvas() is None
