"""What the palette's list offers for one color or several: its menu, its keys, its order."""

from __future__ import annotations

import numpy as np
import pytest
from palette_parts import COLORS, RGB, actions, measured, middle, n_pixels, trigger
from qtpy.QtCore import QEvent, QPoint, Qt
from qtpy.QtGui import QColor, QContextMenuEvent, QGuiApplication, QKeyEvent
from qtpy.QtWidgets import QApplication, QMenu

from napari_kmeans_quantizer import Palette
from napari_kmeans_quantizer.core.files.palettes import as_css, as_hex, as_python

LEFT = Qt.MouseButton.LeftButton


# -- several


def test_shift_and_ctrl_select_several(view, qtbot, mouse, key, heard):
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    mouse(0)
    qtbot.mouseClick(view._list.viewport(), LEFT, control, middle(view, 2))
    assert view._list.selected() == [0, 2]
    key("L")
    key("H")
    assert heard[-2:] == [("lock_toggled", [0, 2], True), ("hidden_changed", frozenset({0, 2}))]
    qtbot.mouseClick(view._list.viewport(), LEFT, shift, middle(view, 3))
    assert view._list.selected() == [0, 2, 3]
    key("C", control)
    assert QGuiApplication.clipboard().text().split() == [RGB.hex[k] for k in (0, 2, 3)]
    key("M")
    assert heard[-1] == ("merge_requested", [2, 3], 0)  # into the one with the most pixels
    assert view._list.selected() == []  # these colors are others now
    key("M")
    assert heard[-1] == ("merge_requested", [2, 3], 0)


def test_the_menu_is_for_all_that_are_selected(view, heard):
    menu = view.context_menu(1, 3)
    assert menu.accessibleName() == "Actions for 2 colors"
    texts = list(actions(menu))
    menu.deleteLater()
    assert texts == [
        "Name 2 colors ...",
        "Lock 2 colors",
        "Merge into #00c800",
        "Hide 2 colors",
        "Show only these",
        "Leave 2 colors out of shares",
        "Copy hex",
        "Copy all as",
    ]
    for text in ("Lock 2 colors", "Merge into #00c800", "Hide 2 colors", "Show only these"):
        menu = view.context_menu(1, 3)
        actions(menu)[text].trigger()
        menu.deleteLater()
    assert heard == [
        ("lock_toggled", [1, 3], True),
        ("merge_requested", [3], 1),
        ("hidden_changed", frozenset({1, 3})),
        ("hidden_changed", frozenset({0, 2})),
    ]


def test_some_of_several_locked_are_all_locked(view, heard):
    view.show_palette(RGB, locked=frozenset({1}), hidden=frozenset({1}))
    for _ in range(2):
        view._on_asked("lock", [1, 2])
        view._on_asked("hide", [1, 2])
        view.show_palette(RGB, locked=frozenset({1, 2}), hidden=frozenset({1, 2}))
    assert heard == [
        ("lock_toggled", [1, 2], True),
        ("hidden_changed", frozenset({1, 2})),
        ("lock_toggled", [1, 2], False),
        ("hidden_changed", frozenset()),
    ]


def test_right_click_on_one_of_several_is_for_all(view, qtbot):
    view._list.choose(0, 1)
    for row, named in ((1, "2 colors"), (3, RGB.hex[3])):
        where = middle(view, row)
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Mouse, where, view._list.viewport().mapToGlobal(where)
        )
        QApplication.sendEvent(view._list.viewport(), event)
        menu = QApplication.activePopupWidget()
        assert named in menu.accessibleName()
        with qtbot.waitSignal(menu.destroyed):
            menu.close()


# -- order


def test_sorted_by_share_hue_or_lightness(view, qtbot, heard):
    view.select(1)
    for _ in range(2):
        view._order.setFocus()
        qtbot.keyClick(view._order, Qt.Key.Key_Down)
    assert view._order.currentText() == "by lightness"
    assert view.order() == [2, 3, 0, 1]  # blue is the darkest, green the lightest
    assert [view._model.index(row).data() for row in range(4)] == [RGB.hex[k] for k in (2, 3, 0, 1)]
    assert view._list.selected() == [1]  # the same color, in another row
    qtbot.keyClick(view._order, Qt.Key.Key_Up)
    assert view.order() == [0, 3, 1, 2]  # reds, green, blue
    assert heard == []
    view.show_palette(Palette(COLORS[[1, 0]]))
    assert view.order() == [1, 0]
    view.show_palette(None)
    assert not view._order.isEnabled()


def test_rows_mean_their_colors_in_any_order(view, mouse, key, heard):
    view._order.setCurrentIndex(2)
    mouse(0)
    key("L")
    key("End")
    assert heard == [
        ("color_selected", 2),
        ("lock_toggled", [2], True),
        ("color_selected", 1),
    ]
    assert n_pixels(view, 0, COLORS[2]) > 50


# -- menu and keys


def test_menu_locks_and_unlocks(view, heard):
    trigger(view, 1, "Lock")
    view.show_palette(RGB, locked=frozenset({1}))
    trigger(view, 1, "Unlock")
    assert heard == [("lock_toggled", [1], True), ("lock_toggled", [1], False)]


def test_menu_edits(view, dialog, heard):
    trigger(view, 3, "Edit color ...")
    dialog().setCurrentColor(QColor(1, 1, 1))
    dialog().accept()
    assert heard[-1] == ("color_edited", 3, (1.0, 1.0, 1.0))


def test_menu_merges_into_the_nearest_first(view, heard):
    menu = view.context_menu(0)
    merge = actions(menu)["Merge into"].menu()
    assert [action.text() for action in merge.actions()] == ["#be0a00", "#00c800", "#0000c8"]
    assert not any(action.icon().isNull() for action in merge.actions())
    menu.deleteLater()
    trigger(view, 0, "Merge into", "#be0a00")
    assert heard == [("merge_requested", [0], 3)]


def test_menu_hides_and_shows(view, heard):
    menu = view.context_menu(1)
    assert "Show all" not in actions(menu)
    menu.deleteLater()
    trigger(view, 1, "Hide")
    trigger(view, 1, "Show only this")
    view.show_palette(RGB, hidden=frozenset({1, 2}))
    trigger(view, 1, "Show")
    trigger(view, 0, "Hide")
    trigger(view, 3, "Show all")
    expected = [{1}, {0, 2, 3}, {2}, {0, 1, 2}, set()]
    assert heard == [("hidden_changed", frozenset(indices)) for indices in expected]


def test_menu_and_key_leave_colors_out_of_the_shares(view, key, heard):
    view.select(1)
    key("B")
    trigger(view, 2, "Leave out of shares")
    view.show_palette(RGB, measured=measured(RGB, background={1, 2}))
    trigger(view, 2, "Count in shares")
    trigger(view, 0, "Leave out of shares")
    view._list.choose(1, 3)
    key("B")
    menu = view.context_menu(1, 2)
    actions(menu)["Count 2 colors in shares"].trigger()
    menu.deleteLater()
    expected = [{1}, {2}, {1}, {0, 1, 2}, {1, 2, 3}, set()]
    said = [frozen for name, frozen in heard if name == "background_changed"]
    assert said == [frozenset(indices) for indices in expected]


def test_background_has_neither_share_nor_bar(view):
    counted = n_pixels(view, 0, COLORS[0])
    view.show_palette(RGB, measured=measured(RGB, background={0}))
    content = view._model.content
    assert [content.percent(k) for k in range(4)] == ["—", "60.0%", "39.8%", "0.2%"]
    assert 50 < n_pixels(view, 0, COLORS[0]) < counted / 2  # the swatch alone
    spoken = view._model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "#c80000, 5,000 pixels, background"
    tip = view._model.index(0).data(Qt.ItemDataRole.ToolTipRole)
    assert "Background: left out of the shares · 5,000 pixels" in tip


def test_one_color_has_nothing_to_merge_into_or_to_hide(view):
    view.show_palette(Palette(COLORS[:1]))
    menu = view.context_menu(0)
    assert not actions(menu)["Merge into"].isEnabled()
    assert not actions(menu)["Show only this"].isEnabled()
    menu.deleteLater()


def test_menu_copies(view):
    trigger(view, 2, "Copy hex")
    assert QGuiApplication.clipboard().text() == "#0000c8"


@pytest.mark.parametrize(
    ("form", "as_text"), [("hex", as_hex), ("CSS", as_css), ("Python", as_python)]
)
def test_menu_copies_all_colors_as_listed_and_with_their_names(view, form, as_text):
    names = ["rust", "", "sea", "night"]
    view.show_palette(Palette(COLORS, names=names))
    view._order.setCurrentIndex(view._order.findData("lightness"))
    trigger(view, 2, "Copy all as", form)
    order = view.order()
    colors = RGB.values[order].astype(np.uint8)
    listed = Palette(colors, names=[names[k] for k in order])
    assert order != sorted(order)
    assert QGuiApplication.clipboard().text() == as_text(listed)


def test_menu_needs_a_palette(view):
    view.show_palette(None)
    with pytest.raises(RuntimeError, match="no palette"):
        view.context_menu(0)


@pytest.mark.parametrize("reason", ["Mouse", "Keyboard"])
def test_right_click_and_menu_key_open_the_menu(view, qtbot, reason, heard):
    view.select(1)
    row = {"Mouse": 2, "Keyboard": 1}[reason]
    why = getattr(QContextMenuEvent.Reason, reason)
    target = view._list.viewport() if reason == "Mouse" else view._list
    where = middle(view, 2)
    event = QContextMenuEvent(why, where, target.mapToGlobal(where))
    QApplication.sendEvent(target, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert RGB.hex[row] in menu.accessibleName()
    actions(menu)["Lock"].trigger()
    assert heard == [("lock_toggled", [row], True)]
    with qtbot.waitSignal(menu.destroyed):
        menu.close()
    assert view.findChildren(QMenu) == []


def test_no_menu_beside_the_rows(view):
    for reason, where in (("Mouse", QPoint(50, 300)), ("Keyboard", QPoint(5, 5))):
        why = getattr(QContextMenuEvent.Reason, reason)
        event = QContextMenuEvent(why, where, view._list.viewport().mapToGlobal(where))
        target = view._list.viewport() if reason == "Mouse" else view._list
        QApplication.sendEvent(target, event)
    assert QApplication.activePopupWidget() is None


def test_menu_closes_when_colors_go(view, qtbot):
    view._popup_menu([3], view.mapToGlobal(QPoint(10, 10)))
    menu = QApplication.activePopupWidget()
    with qtbot.waitSignal(menu.destroyed):
        view.show_palette(Palette(COLORS[:2]))


def test_keys_lock_hide_and_copy(view, key, heard):
    key("L")  # nothing is selected yet
    view.select(2)
    key("L")
    key("H")
    key("L", Qt.KeyboardModifier.AltModifier)
    key("C", Qt.KeyboardModifier.ControlModifier)
    assert heard == [("lock_toggled", [2], True), ("hidden_changed", frozenset({2}))]
    assert QGuiApplication.clipboard().text() == "#0000c8"


def test_keys_come_before_the_windows_shortcuts(view):
    for name, ours in (("L", True), ("X", False)):
        code = getattr(Qt.Key, f"Key_{name}")
        event = QKeyEvent(QEvent.Type.ShortcutOverride, code, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        view._list.event(event)
        assert event.isAccepted() == ours


def test_reset_is_asked_for_if_there_is_something_to_reset(view, qtbot, heard):
    qtbot.mouseClick(view._reset, LEFT)
    assert heard == []
    view.show_palette(RGB, edited=True)
    qtbot.mouseClick(view._reset, LEFT)
    assert heard == [("reset_requested",)]


def test_undo_and_redo_are_asked_for_if_there_is_something(view, qtbot, heard):
    for button in (view._undo, view._redo):
        qtbot.mouseClick(button, LEFT)
    assert heard == []
    view.show_palette(RGB, can_undo=True)
    qtbot.mouseClick(view._undo, LEFT)
    assert not view._redo.isEnabled()
    view.show_palette(RGB, can_redo=True)
    qtbot.mouseClick(view._redo, LEFT)
    assert not view._undo.isEnabled()
    assert heard == [("undo_requested",), ("redo_requested",)]
