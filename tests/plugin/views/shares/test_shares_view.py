"""The shares of frames and layers: plot, table and files."""

from __future__ import annotations

import gc
import io
import os
import weakref

import matplotlib
import numpy as np
import pandas as pd
import pytest
from napari.settings import get_settings
from napari.utils.theme import get_theme
from qtpy.QtCore import QModelIndex, QPoint, QPointF, Qt
from qtpy.QtGui import QWheelEvent
from qtpy.QtWidgets import QApplication
from skimage.io import imread

from napari_kmeans_quantizer.plugin.models.shares import Shares as Data
from napari_kmeans_quantizer.plugin.views import files
from napari_kmeans_quantizer.plugin.views.shares import plot as shares_plot
from napari_kmeans_quantizer.plugin.views.shares.view import SharesView

HEX = ["#102030", "#c04020", "#f0f0e0"]
COUNTS = np.array([[10, 20, 70], [25, 25, 50], [50, 0, 50], [100, 0, 0]])
SHARES = COUNTS / 100
FRAMES = [f"t{i}" for i in range(4)]
LAYERS = ["photo · quantized", "Übersicht, links", 'the "second"', "mask $x"]
STACK = Data("stack", "frames", FRAMES, HEX, SHARES, COUNTS)
SEVERAL = Data("layers", "layers", LAYERS, HEX, SHARES, COUNTS)
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
    one = Data("one", "frames", ["t7"], HEX, SHARES[:1], positions=np.array([7.0]))
    view.show_shares(one)
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
    at_times = np.array([0.5, 1.0, 4.0, 9.0])
    view.show_shares(STACK._replace(positions=at_times, position_label="time (s)"))
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
        layers._table.activated.emit(layers._model.index(1, 0))
    assert layers._table.currentIndex().row() == 2


def test_enter_in_the_table_is_as_good_as_a_click(qtbot, frames):
    frames._table.selectRow(2)
    with qtbot.waitSignal(frames.frame_clicked) as signal:
        qtbot.keyClick(frames._table, Qt.Key.Key_Return)
    assert signal.args == [2]


@pytest.mark.parametrize(
    ("fixture", "place", "text"),
    [
        ("frames", (1, 0.4), "t1: #c04020 25.0%, 25 pixels"),
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
    names = [f"layer {i}" for i in range(40)]
    view.show_shares(Data("many", "layers", names, HEX, np.repeat(SHARES, 10, axis=0)))
    settle(view)
    assert view._canvas.height() > 40 * 30
    assert len(view._canvas.figure.axes[0].texts) == 40
    view.show_shares(STACK)
    settle(view)
    assert view._canvas.height() <= view._scroll.height()


def test_long_names_are_elided_to_the_width(view):
    view.show_shares(Data("long", "layers", ["long " * 50], HEX, SHARES[:1]))
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
    frames.show_shares(STACK._replace(colors=[*HEX[:2], "#ffffff"]))
    assert frames._drawn.tolist() == [True, False, True]
    frames.show_shares(STACK._replace(colors=["#000000", "#111111", "#222222"]))
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
    told = "t1: #f0f0e0 50.0%, 50 pixels"
    qtbot.waitUntil(lambda: frames._status.text() == told, timeout=60_000)
    click_name(qtbot, frames, 2)
    assert len(frames._canvas.figure.axes[0].lines) == 2


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
    shares = np.full((2, n_colors), 1 / n_colors)
    view.show_shares(Data("many", "frames", ["0", "1"], colors, shares))
    view.save_plot(tmp_path / "plot.png")
    picture = imread(tmp_path / "plot.png")
    assert picture.shape == (800, 1200 + 320 * -(-n_colors // 24), picture.shape[2])


@pytest.mark.parametrize(("source", "name"), [("a/b: c", "a_b_ c shares"), ("", "shares")])
def test_files_are_called_as_the_image(qtbot, frames, monkeypatch, source, name):
    asked = []
    monkeypatch.setattr(files, "ask_path", lambda *given: asked.append(given[1:3]))
    frames.show_shares(STACK._replace(source=source))
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
    assert model.index(1, 1).data(Qt.ItemDataRole.ToolTipRole) == "t1: #c04020 25.0%, 25 pixels"
    across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
    assert [model.headerData(i, across) for i in range(3)] == HEX
    assert model.headerData(3, down) == "t3"
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


def test_colors_displayed_alike_are_told_apart(view, tmp_path):
    view.show_shares(STACK._replace(colors=["#000000", "#ffffff", "#000000"]))
    assert list(view.table()) == ["#000000", "#ffffff", "#000000 (2)"]
    view.save_csv(tmp_path / "x.csv")
    assert "#000000 (2) share" in pd.read_csv(tmp_path / "x.csv")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "rows"}, "one of frames, layers"),
        ({"names": FRAMES[:2]}, r"`shares` must have shape \(2, 3\), got \(4, 3\)"),
        ({"names": []}, "must not be empty"),
        ({"counts": COUNTS[:, :2]}, "`counts` must have shape"),
        ({"positions": np.arange(2)}, "`positions` must have shape"),
    ],
)
def test_what_does_not_fit_is_refused_and_the_old_stays(frames, change, message):
    with pytest.raises(ValueError, match=message):
        frames.show_shares(STACK._replace(title="new", **change))
    assert frames._title.text() == "stack"
    assert np.array_equal(frames.table(), SHARES)


# -- files


def test_csv_of_layers(qtbot, layers, tmp_path, monkeypatch):
    path = tmp_path / "shares.csv"
    monkeypatch.setattr(files, "ask_path", lambda *_: path)
    qtbot.mouseClick(layers.save, LEFT)
    read = pd.read_csv(path, index_col=0)
    assert read.index.name == "layer"
    assert read.index.tolist() == LAYERS
    assert list(read) == [f"{color} share" for color in HEX] + [f"{color} pixels" for color in HEX]
    assert np.array_equal(read.iloc[:, :3], SHARES)
    assert np.array_equal(read.iloc[:, 3:], COUNTS)
    assert layers._status.text() == "Saved shares.csv"


@pytest.mark.parametrize(
    ("label", "column"), [("time (s)", "time (s)"), ("frame", "frame position")]
)
def test_csv_of_frames_with_positions(view, tmp_path, label, column):
    positions = np.array([0, 0.1, 0.3, 2])
    view.show_shares(Data("t", "frames", FRAMES, HEX, SHARES / 3 * 3, None, positions, label))
    view.save_csv(tmp_path / "t.csv")
    read = pd.read_csv(tmp_path / "t.csv")
    assert list(read) == ["frame", column, *(f"{color} share" for color in HEX)]
    assert read[column].tolist() == [0, 0.1, 0.3, 2]
    assert np.array_equal(read.iloc[:, 2:], SHARES / 3 * 3)


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
    assert target.read_text().startswith("frame,")


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
    assert view._canvas.figure.axes == [shown]  # what is on the screen stays as it is


def test_saved_plots_have_room_for_longer_names(view, monkeypatch, tmp_path):
    written = []
    monkeypatch.setattr(shares_plot, "write_name", lambda *given: written.append(given[-1]))
    name = "no dock is wide enough for this name, pictures are"
    view.show_shares(Data("long", "layers", [name], HEX, SHARES[:1]))
    settle(view)
    assert "…" in written[-1]
    view.save_plot(tmp_path / "plot.png")
    assert "…" not in written[-1]


def test_the_wheel_is_left_to_the_scroll_area(qtbot, view):
    names = [f"layer {i}" for i in range(40)]
    view.show_shares(Data("many", "layers", names, HEX, np.repeat(SHARES, 10, axis=0)))
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
    with pytest.raises(ValueError, match=r"\.png or \.svg"):
        frames.save_plot(path)
    monkeypatch.setattr(files, "ask_path", lambda *_: path)
    qtbot.mouseClick(frames.save_picture, LEFT)
    assert frames._status.text().startswith("Not saved: The name")
    assert not path.exists()


def test_copy(qtbot, frames):
    qtbot.mouseClick(frames.copy, LEFT)
    read = pd.read_csv(io.StringIO(QApplication.clipboard().text()), sep="\t", index_col=0)
    assert read.index.tolist() == FRAMES
    assert np.array_equal(read.iloc[:, :3], SHARES)


# -- in the viewer


@pytest.fixture
def docked(make_napari_viewer):
    viewer = make_napari_viewer(show=True)
    view = SharesView()
    viewer.window.add_dock_widget(view, name="Shares")
    return viewer, view


@pytest.mark.parametrize("kind", ["frames", "layers"])
def test_the_canvas_follows_the_theme(docked, kind):
    viewer, view = docked
    view.show_shares(STACK._replace(kind=kind))
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


@pytest.mark.parametrize("kind", ["frames", "layers"])
def test_plot_and_table_lie_beside_each_other_where_there_is_width(view, kind):
    view.show_shares(STACK._replace(kind=kind))
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
    view.show_shares(SEVERAL._replace(title="a long title " * 9))
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


def test_the_names_of_colors_are_told_where_there_is_room(view):
    view.show_shares(STACK._replace(called=("night", "", "snow")))
    settle(view)
    across = Qt.Orientation.Horizontal
    assert [view._model.headerData(i, across) for i in range(3)] == HEX
    tooltip = view._model.headerData(0, across, Qt.ItemDataRole.ToolTipRole)
    assert tooltip.startswith("#102030 night: ")
    assert list(view.table()) == ["#102030 night", "#c04020", "#f0f0e0 snow"]
