"""The curve of errors: by real clicks and keys, alone and docked in a viewer."""

from __future__ import annotations

import gc
import os
import weakref

import matplotlib
import numpy as np
import pandas as pd
import pytest
from napari.settings import get_settings
from napari.utils.theme import get_theme
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QApplication

from napari_kmeans_quantizer.plugin.models.exploration import Curve
from napari_kmeans_quantizer.plugin.views import files
from napari_kmeans_quantizer.plugin.views.explore.view import ExploreView

N_COLORS = [2, 3, 4, 5, 6]
ERRORS = [900.0, 500.0, 300.0, 213.4, 0.0]
PSNR = [18.6, 21.1, 23.4, 24.8, np.inf]
CURVE = Curve("", N_COLORS, ERRORS, PSNR, 4, "stack")
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture
def view(qtbot):
    view = ExploreView()
    qtbot.addWidget(view)
    view.resize(300, 500)
    view.show()
    qtbot.waitExposed(view)
    return view


@pytest.fixture
def shown(view):
    view.show_curve(CURVE, 3)
    view._canvas.draw()
    return view


@pytest.fixture
def chosen(shown):
    chosen = []
    shown.n_colors_chosen.connect(chosen.append)
    return chosen


def at(view, x, y):
    """Where on the canvas a point of the curve lies."""
    canvas = view._canvas
    left, bottom = canvas.figure.axes[0].transData.transform((x, y)) / canvas.device_pixel_ratio
    return QPoint(round(left), round(canvas.height() - bottom))


def marked(view):
    return [int(n_colors) for n_colors in view._marker.get_xdata()]


# -- asking


def test_explore_asks_for_the_range_and_the_arrangement(qtbot, view):
    view.first.setValue(3)
    view.last.setValue(12)
    view.arrangement.setCurrentText("grid")
    with qtbot.waitSignal(view.explore_requested) as signal:
        qtbot.mouseClick(view.compute, LEFT)
    assert signal.args == [3, 12, "grid"]


def test_defaults(qtbot, view):
    with qtbot.waitSignal(view.explore_requested) as signal:
        qtbot.mouseClick(view.compute, LEFT)
    assert signal.args == [2, 10, "stack"]
    assert view._hint.text() == "Press Explore: K = 2..10 are tried on the image."
    assert view._hint.isVisible()


@pytest.mark.parametrize(
    ("change", "value", "expected"),
    [("first", 10, (10, 11)), ("last", 2, (1, 2)), ("first", 99, (63, 64)), ("last", 0, (1, 2))],
)
def test_the_first_stays_below_the_last(view, change, value, expected):
    getattr(view, change).setValue(value)
    assert (view.first.value(), view.last.value()) == expected
    assert f"K = {expected[0]}..{expected[1]}" in view._hint.text()


def test_typing_a_number_digit_by_digit(qtbot, view):
    view.first.setValue(8)
    view.last.setFocus()
    view.last.selectAll()
    qtbot.keyClicks(view.last, "20")
    assert view.first.value() == 8
    with qtbot.waitSignal(view.explore_requested) as signal:
        view.compute.click()
    assert signal.args == [8, 20, "stack"]


def test_busy_locks_the_controls(view):
    controls = (view.first, view.last, view.arrangement, view.compute)
    view.set_busy(True)
    assert not any(control.isEnabled() for control in controls)
    assert view.compute.text() == "Exploring ..."
    view.set_busy(False)
    assert all(control.isEnabled() for control in controls)
    assert view.compute.text() == "Explore"


# -- choosing


@pytest.mark.parametrize("place", [(5, 213.4), (5, 800), (4.6, 20), (5.4, 600)])
def test_a_click_near_a_marker_or_in_its_column(qtbot, shown, chosen, place):
    qtbot.mouseClick(shown._canvas, LEFT, pos=at(shown, *place))
    assert chosen == [5]
    assert marked(shown) == [5]
    assert shown._status.text() == "K = 5: MSE 213.4, 24.8 dB"


def test_a_click_on_a_marker_that_reaches_out_of_the_axes(qtbot, shown, chosen):
    qtbot.mouseClick(shown._canvas, LEFT, pos=at(shown, 6, 0) + QPoint(0, 5))
    assert chosen == [6]
    assert shown._status.text() == "K = 6: MSE 0, ∞ dB"


def test_clicks_that_choose_nothing(qtbot, shown, chosen):
    qtbot.mouseClick(shown._canvas, LEFT, pos=QPoint(2, 2))
    qtbot.mouseClick(shown._canvas, RIGHT, pos=at(shown, 5, 213.4))
    assert chosen == []
    assert marked(shown) == [3]


def test_the_empty_canvas_bears_clicks_and_keys(qtbot, view):
    view._pages.setCurrentWidget(view._canvas)
    with qtbot.assertNotEmitted(view.n_colors_chosen):
        qtbot.mouseClick(view._canvas, LEFT)
        qtbot.keyClick(view._canvas, Qt.Key.Key_Right)


def test_keys_move_the_chosen_one_and_stop_at_the_ends(qtbot, shown, chosen):
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up):
        qtbot.keyClick(shown._canvas, key)
    assert chosen == [2, 3]
    assert marked(shown) == [3]


@pytest.mark.parametrize(("start", "expected"), [(None, 4), (16, 6)])
def test_the_first_key_enters_the_curve(qtbot, view, start, expected):
    view.show_curve(CURVE, start)
    assert marked(view) == []
    with qtbot.waitSignal(view.n_colors_chosen) as signal:
        qtbot.keyClick(view._canvas, Qt.Key.Key_Right)
    assert signal.args == [expected]


def test_tab_reaches_the_canvas(qtbot, shown):
    shown.activateWindow()
    qtbot.waitUntil(shown.isActiveWindow, timeout=60_000)
    shown.compute.setFocus()
    qtbot.keyClick(shown.compute, Qt.Key.Key_Tab)
    assert shown.save.hasFocus()
    qtbot.keyClick(shown.save, Qt.Key.Key_Tab)
    assert shown.save_picture.hasFocus()
    qtbot.keyClick(shown.save_picture, Qt.Key.Key_Tab)
    assert shown._canvas.hasFocus()
    shown._canvas.grab()  # with the frame around it


def test_set_chosen_marks_without_emitting(qtbot, shown):
    with qtbot.assertNotEmitted(shown.n_colors_chosen):
        shown.set_chosen(5)
        assert marked(shown) == [5]
        shown.set_chosen(16)
    assert marked(shown) == []


def test_set_chosen_before_there_is_a_curve(view):
    view.set_chosen(5)
    assert view._hint.isVisible()


# -- showing


def test_hover_tells_and_leaving_tells_the_chosen(qtbot, shown):
    qtbot.mouseMove(shown._canvas, at(shown, 5, 700))
    qtbot.waitUntil(lambda: shown._status.text() == "K = 5: MSE 213.4, 24.8 dB", timeout=60_000)
    shown._on_leave(None)
    assert shown._status.text() == "K = 3: MSE 500, 21.1 dB"


def test_the_image_is_told(view):
    view.show_curve(CURVE._replace(name="photo"), 5)
    assert view._status.text() == "photo: K = 5: MSE 213.4, 24.8 dB"
    view.set_chosen(16)
    assert view._status.text() == "photo: Click a point to use that K."


def test_what_is_shown_is_known(view):
    assert view.shown_curve is None
    view.show_curve(CURVE)
    assert view.shown_curve is CURVE
    view.clear()
    assert view.shown_curve is None


def test_clear(qtbot, shown, chosen):
    shown.clear("other")
    assert shown._hint.isVisible()
    assert shown._hint.text() == 'Press Explore: K = 2..10 are tried on "other".'
    assert shown._status.text() == ""
    assert not shown.save.isEnabled()
    assert shown.table().empty
    shown.set_chosen(5)
    qtbot.keyClick(shown._canvas, Qt.Key.Key_Right)
    qtbot.mouseClick(shown._canvas, LEFT)
    assert chosen == []
    shown.clear()
    assert shown._hint.text() == "Press Explore: K = 2..10 are tried on the image."
    shown.show_curve(CURVE, 5)
    assert marked(shown) == [5]
    assert shown.save.isEnabled()


def test_the_suggestion_and_the_axes(shown):
    axes = shown._canvas.figure.axes[0]
    assert [text.get_text() for text in axes.texts] == ["suggested: K = 4"]
    assert axes.get_ylim()[0] == 0
    assert all(tick == round(tick) for tick in axes.get_xticks())


@pytest.mark.parametrize(("n_colors", "errors"), [([2], [0.0]), ([2, 3], [0.0, 0.0])])
def test_flat_curves(view, n_colors, errors):
    view.show_curve(Curve("flat", n_colors, errors, [np.inf] * len(errors), 2, "grid"), 2)
    view._canvas.draw()


def test_every_control_tells_what_it_is(shown):
    controls = (shown.first, shown.last, shown.arrangement, shown.compute, shown.save)
    for control in (*controls, shown._canvas):
        assert control.accessibleName()
        assert control.toolTip()


def test_matplotlib_is_left_as_it_was(view):
    before = dict(matplotlib.rcParams)
    view.show_curve(CURVE)
    view._canvas.draw()
    assert dict(matplotlib.rcParams) == before


# -- saving


def test_csv(qtbot, shown, tmp_path, monkeypatch):
    path = tmp_path / "errors.csv"
    monkeypatch.setattr(files, "ask_path", lambda *_: path)
    qtbot.mouseClick(shown.save, LEFT)
    read = pd.read_csv(path)
    assert list(read) == ["K", "mse", "psnr"]
    assert read["K"].tolist() == N_COLORS
    assert read["mse"].tolist() == ERRORS
    assert read["psnr"].tolist() == PSNR
    assert shown._status.text() == "Saved errors.csv"


def test_thinking_better_of_saving(qtbot, shown, monkeypatch):
    monkeypatch.setattr(files, "ask_path", lambda *_: None)
    before = shown._status.text()
    qtbot.mouseClick(shown.save, LEFT)
    assert shown._status.text() == before


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_failing_write_leaves_the_old_file(qtbot, shown, tmp_path, monkeypatch, failing):
    def fail(*_):
        raise OSError(28, "No space left on device")

    path = tmp_path / "errors.csv"
    path.write_text("old")
    monkeypatch.setattr(files, "ask_path", lambda *_: path)
    monkeypatch.setattr(os, failing, fail)
    qtbot.mouseClick(shown.save, LEFT)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["errors.csv"]
    assert shown._status.text() == "Not saved: No space left on device"


# -- in the viewer


@pytest.fixture
def docked(make_napari_viewer):
    viewer = make_napari_viewer(show=True)
    view = ExploreView()
    viewer.window.add_dock_widget(view, name="Explore")
    return viewer, view


def test_the_canvas_follows_the_theme(docked):
    viewer, view = docked
    view.show_curve(CURVE, 3)
    for name in ("light", "dark", "light"):
        viewer.theme = name
        QApplication.processEvents()
        theme, axes = get_theme(name), view._canvas.figure.axes[0]
        background = matplotlib.colors.to_hex(view._canvas.figure.get_facecolor())
        assert background == theme.background.as_hex()
        assert axes.texts[0].get_color() == theme.text.as_hex()
        assert axes.xaxis.label.get_color() == theme.text.as_hex()
        assert axes.texts[0].get_fontsize() == view._status.fontInfo().pixelSize()
        assert marked(view) == [3]


def test_the_text_of_the_plot_is_as_large_as_that_beside_it(docked):
    view = docked[1]
    view.show_curve(CURVE, 3)
    sizes = []
    for size in (9, 18):
        get_settings().appearance.font_size = size
        QApplication.processEvents()
        text = view._canvas.figure.axes[0].texts[0]
        sizes.append(text.get_fontsize())
        assert sizes[-1] == view._status.fontInfo().pixelSize()
    assert sizes[1] > 1.5 * sizes[0]


def test_an_empty_view_bears_another_theme(docked):
    viewer, view = docked
    for name in ("light", "dark"):
        viewer.theme = name
        QApplication.processEvents()
    view.show_curve(CURVE)
    view.clear()
    viewer.theme = "light"
    QApplication.processEvents()
    assert view._hint.isVisible()


def test_it_fits_a_narrow_dock(docked):
    view = docked[1]
    view.show_curve(CURVE, 3)
    QApplication.processEvents()
    assert view.minimumSizeHint().height() <= 220
    assert view.minimumSizeHint().width() <= 300


@pytest.mark.parametrize(("size", "n_lines"), [((1370, 280), 1), ((450, 280), 2), ((250, 600), 3)])
def test_the_controls_wrap_and_leave_the_height_to_the_plot(qtbot, shown, size, n_lines):
    shown.resize(*size)
    canvas, bottom = shown._canvas, shown.save.mapTo(shown, QPoint(0, shown.save.height())).y()
    qtbot.waitUntil(lambda: canvas.width() > size[0] - 20, timeout=60_000)
    controls = (shown.first, shown.arrangement, shown.compute, shown.save)
    tops = [control.mapTo(shown, QPoint(0, control.height() // 2)).y() for control in controls]
    assert np.count_nonzero(np.diff(tops) > 10) == n_lines - 1
    assert bottom <= canvas.mapTo(shown, QPoint(0, 0)).y()
    assert canvas.height() >= 120
    digits = shown.first.fontMetrics().horizontalAdvance("00")
    assert shown.first.width() >= digits + 50


def test_drawing_again_changes_nothing(shown):
    """In a low dock the axes got smaller with every drawing, and clicks went past them."""
    shown.resize(600, 200)
    QApplication.processEvents()
    canvas = shown._canvas
    canvas.draw()
    first = canvas.figure.axes[0].bbox.bounds
    for _ in range(3):
        canvas.draw()
    assert canvas.figure.axes[0].bbox.bounds == pytest.approx(first)
    assert first[3] > 40


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_curve_is_saved_as_a_picture(qtbot, shown, tmp_path, monkeypatch, suffix):
    asked = []

    def answer(*given):
        asked.append(given[1:3])
        return tmp_path / f"curve.{suffix}"

    monkeypatch.setattr(files, "ask_path", answer)
    shown.show_curve(CURVE._replace(name="photo"), 3)
    marker = shown._marker
    qtbot.mouseClick(shown.save_picture, LEFT)
    assert asked == [("Save picture", "photo errors.png")]
    assert (tmp_path / f"curve.{suffix}").stat().st_size > 3000
    assert shown._marker is marker  # what is on the screen stays as it is
    shown.clear()
    assert not shown.save_picture.isEnabled()


def test_the_canvas_goes_with_the_widget(make_napari_viewer):
    viewer, view = make_napari_viewer(), ExploreView()
    viewer.window.add_dock_widget(view)
    view.show_curve(CURVE, 3)
    canvas, figure = weakref.ref(view._canvas), weakref.ref(view._canvas.figure)
    viewer.window.remove_dock_widget(view)
    view.deleteLater()
    del view
    QApplication.sendPostedEvents(None, 52)  # DeferredDelete
    QApplication.processEvents()
    gc.collect()
    assert figure() is None
    assert canvas() is None
