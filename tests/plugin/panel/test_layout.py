"""The panel: where things lie, what the tab key reaches, and what marks the focus."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from napari._qt.qt_resources import get_stylesheet
from qtpy.QtCore import QPoint, QPointF, Qt
from qtpy.QtGui import QWheelEvent
from qtpy.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QListView,
    QWidget,
)
from seen import assert_focus_is_seen, contrast, tab_stops
from skimage import data

from napari_kmeans_quantizer.plugin.panel.folding import Fold
from napari_kmeans_quantizer.plugin.views.palette import rows

PHOTO = data.coffee()[::8, ::8]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def shown(viewer, widget, run, qtbot):
    """The panel on the screen, with a result, as napari styles it."""

    def shown(theme="dark", height=1000):
        viewer.theme = theme
        viewer.add_image(PHOTO, name="photo")
        run(widget)
        QApplication.instance().setStyleSheet(get_stylesheet(theme))
        window = widget.native
        window.resize(340, height)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        return window

    yield shown
    QApplication.instance().setStyleSheet("")


def folds(widget):
    return widget.native.findChildren(Fold)


# -- places


def test_names_and_controls_of_all_groups_are_in_line(widget, shown, qtbot):
    window, form = shown(), widget._form
    lefts, rights, names = set(), set(), set()
    for fold in folds(widget):
        qtbot.mouseClick(fold, LEFT)
        for row in (*form.basic(), *form.parts(), *form.advanced()):
            control = row.controls[0].native
            if isinstance(control, QComboBox) and control.isVisible():
                lefts.add(control.mapTo(window, QPoint()).x())
                rights.add(control.mapTo(window, control.rect().topRight()).x())
        for label in widget.native.findChildren(QLabel):
            if label.isVisible() and label.buddy() is not None:
                names.add(label.mapTo(window, QPoint()).x())
    assert (len(lefts), len(rights), len(names)) == (1, 1, 1)


def test_nothing_moves_when_progress_is_shown(widget, shown):
    shown()
    rows = widget.palette_view.findChild(QListView)
    before = rows.geometry(), rows.mapTo(widget.native, QPoint())
    widget._start.native.setFocus()
    widget._busy.begin(at_once=True)
    QApplication.processEvents()
    assert widget._busy.bar.native.isVisible()
    assert widget._busy.cancel.native.hasFocus()
    assert (rows.geometry(), rows.mapTo(widget.native, QPoint())) == before
    widget._busy.end("Done.")
    QApplication.processEvents()
    assert widget._start.native.isVisible()
    assert widget._start.native.hasFocus()
    assert (rows.geometry(), rows.mapTo(widget.native, QPoint())) == before


def test_the_wheel_scrolls_and_does_not_change_what_it_passes(widget, shown):
    shown()
    box = widget.n_colors.native
    before = widget.n_colors.value

    def turn():
        place = QPointF(box.rect().center())
        at = QPointF(box.mapToGlobal(box.rect().center()))
        angle = QPoint(0, -120)
        event = QWheelEvent(
            place,
            at,
            QPoint(),
            angle,
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(box, event)

    widget.image.native.setFocus()
    turn()
    assert widget.n_colors.value == before
    box.setFocus()
    turn()
    assert widget.n_colors.value == before - 1


# -- keyboard


def test_the_tab_key_reaches_what_is_seen_from_top_to_bottom(widget, shown, qtbot):
    window = shown()
    seen = tab_stops(window)
    hidden = [widget.region.native, widget.effort.native, widget.add_image.native]
    assert not set(hidden) & set(seen)
    qtbot.mouseClick(folds(widget)[1], LEFT)
    seen = tab_stops(window)
    assert {widget.effort.native, widget.add_image.native} <= set(seen)
    assert widget.region.native not in seen
    places = [stop.mapTo(window, stop.rect().center()).y() for stop in seen]
    first = seen.index(widget.image.native)
    places = places[first:] + places[:first]
    assert all(b >= a - 12 for a, b in pairwise(places)), places


def test_a_group_is_unfolded_by_the_keyboard(widget, shown, qtbot):
    shown()
    fold = folds(widget)[0]
    fold.setFocus()
    qtbot.keyClick(fold, Qt.Key.Key_Space)
    assert widget.region.native.isVisible()
    qtbot.keyClick(fold, Qt.Key.Key_Space)
    assert not widget.region.native.isVisible()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_control_shows_that_it_has_the_focus(widget, shown, qtbot, theme):
    window = shown(theme)
    checked = set()
    for fold in folds(widget):
        fold.setChecked(True)
        QApplication.processEvents()
        for stop in tab_stops(window):
            if stop in checked or isinstance(stop, QLineEdit):
                continue
            checked.add(stop)
            other = widget.image.native if stop is not widget.image.native else fold
            assert_focus_is_seen(window, stop, other)
    assert len(checked) > 20


def test_the_mark_follows_the_theme(viewer, widget):
    viewer.theme = "light"
    light = widget.native.styleSheet()
    viewer.theme = "dark"
    assert widget.native.styleSheet() != light


# -- what a screen reader says


def test_everything_that_takes_the_focus_has_a_name(widget, shown):
    window = shown()
    widget._busy.notice.tell("Something is wrong.", "Mend it", lambda: None)
    for fold in folds(widget):
        fold.setChecked(True)
        QApplication.processEvents()
        for part in window.findChildren(QWidget):
            takes_focus = part.focusPolicy() != Qt.FocusPolicy.NoFocus
            if takes_focus and part.isVisible() and part is not window:
                assert part.accessibleName(), part
    boxes = [box.accessibleName() for box in window.findChildren(QCheckBox)]
    assert "Add: image" in boxes
    assert "Live" in boxes


def test_texts_stand_out_enough():
    from napari.utils.theme import get_theme

    for theme in ("dark", "light"):
        colors = get_theme(theme)
        text = np.array(colors.text.as_rgb_tuple()[:3]) / 255
        for name in ("background", "foreground", "primary", "current", "highlight"):
            behind = np.array(getattr(colors, name).as_rgb_tuple()[:3]) / 255
            assert contrast(text, behind) >= 4.5, (theme, name)
        behind = np.array(colors.background.as_rgb_tuple()[:3]) / 255
        for opacity in (rows.HIDDEN_OPACITY, rows.MINOR_OPACITY):
            faded = opacity * text + (1 - opacity) * behind
            assert contrast(faded, behind) >= 4.5, (theme, opacity)
