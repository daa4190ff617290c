"""Colors are named in the list, by real clicks and keys."""

from __future__ import annotations

import numpy as np
import pytest
from palette_parts import (
    COLORS,
    RGB,
    actions,
    make_palette,
    measured,
    middle,
    name_place,
    named,
    picture,
    trigger,
)
from qtpy.QtCore import QPoint, Qt
from qtpy.QtGui import QColor, QGuiApplication
from qtpy.QtWidgets import QColorDialog, QLineEdit, QPushButton

from napari_kmeans_quantizer import Palette
from napari_kmeans_quantizer.plugin.views.palette.naming import became
from napari_kmeans_quantizer.plugin.views.palette.rows import place

LEFT, CONTROL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
LONG = "tissue that nobody has ever seen before " * 5


@pytest.fixture(autouse=True)
def active(view, qtbot):
    """The view has the keyboard, as a window that somebody works in."""
    view.activateWindow()
    view._list.setFocus()
    qtbot.waitUntil(view._list.hasFocus)


@pytest.fixture
def field(view):
    """Return the field for a name, None if there is none."""

    def found():
        fields = [f for f in view._list.findChildren(QLineEdit) if f.isVisible()]
        return fields[0] if fields else None

    return found


@pytest.fixture
def names(view):
    """The names that were given, in order."""
    said = []
    view.name_changed.connect(lambda indices, name: said.append((indices, name)))
    return said


@pytest.fixture
def double_click(view, qtbot):
    """Click the name of a row twice."""

    def click(row):
        where = name_place(view, row).center()
        qtbot.mouseClick(view._list.viewport(), LEFT, pos=where)
        qtbot.mouseDClick(view._list.viewport(), LEFT, pos=where)

    return click


@pytest.fixture
def type_name(field, qtbot):
    """Type a name into the field, and a key after it."""

    def typed(name, key="Return"):
        qtbot.keyClicks(field(), name)
        if key is not None:
            qtbot.keyClick(field(), getattr(Qt.Key, f"Key_{key}"))
            qtbot.wait(1)  # Qt takes Enter in a moment

    return typed


# -- one name


def test_a_double_click_on_a_name_edits_it(view, double_click, field, type_name, names):
    view.show_palette(**named("", "sea", "", ""))
    double_click(1)
    assert field().text() == field().selectedText() == "sea"
    assert field().hasFocus()
    assert not view.findChildren(QColorDialog)
    type_name("deep sea")
    assert names == [([1], "deep sea")]
    assert field() is None
    assert view._list.hasFocus()
    assert not view.findChildren(QColorDialog)  # Enter is not for the list


def test_no_key_goes_on_to_the_list(view, qtbot, key, field, heard):
    view.select(1)
    key("N")
    for name in ("F2", "PageDown", "Home", "H", "L", "B", "M"):
        qtbot.keyClick(field(), getattr(Qt.Key, f"Key_{name}"))
    assert field().hasFocus()
    assert field().text() == "hlbm"
    assert heard == []
    assert view._list.selected() == [1]


def test_a_double_click_elsewhere_edits_the_color(view, mouse, dialog, field):
    mouse(1, "mouseDClick")
    assert dialog().windowTitle() == "Edit color #00c800"
    assert field() is None
    dialog().reject()


def test_n_names_what_is_selected(view, key, field, type_name, names):
    key("N")  # nothing is selected yet
    assert field() is None
    view.select(2)
    key("N")
    type_name("DAB")
    assert names == [([2], "DAB")]


def test_escape_leaves_the_name(view, key, field, type_name, names):
    view.show_palette(**named("", "sea", "", ""))
    view.select(1)
    key("N")
    type_name("something else", "Escape")
    assert field() is None
    assert names == []
    assert view._list.hasFocus()


def test_the_same_name_is_no_edit_and_no_name_is_one(view, key, type_name, names):
    view.show_palette(**named("", "sea", "", ""))
    view.select(1)
    key("N")
    type_name("sea")
    key("N")
    type_name("  sea  ")
    assert names == []
    key("N")
    type_name(" ")
    assert names == [([1], "")]


@pytest.mark.parametrize(("forth", "back"), [("Tab", "Backtab"), ("Down", "Up")])
def test_from_name_to_name_by_keys(view, key, field, type_name, names, heard, forth, back):
    view.select(0)
    key("N")
    type_name("one", forth)
    type_name("two", forth)
    assert view._list.selected() == [2]
    type_name("", back)
    type_name("second", back)
    type_name("first", back)  # above there is none
    assert names == [([0], "one"), ([1], "two"), ([1], "second"), ([0], "first")]
    assert field() is None
    view.select(3)
    key("N")
    type_name("last", forth)
    assert field() is None
    assert names[-1] == ([3], "last")
    assert [index for name, index, *_ in heard if name == "color_selected"] == [1, 2, 1, 0]


def test_rows_mean_their_colors_in_any_order(view, key, type_name, names):
    view._order.setCurrentIndex(view._order.findData("lightness"))
    view._list.setFocus()
    key("Down")
    key("N")
    type_name("dark", "Tab")
    type_name("less so")
    assert names == [([2], "dark"), ([3], "less so")]


def test_the_menu_names(view, field, type_name, names):
    trigger(view, 3, "Name ...")
    type_name("rust")
    assert names == [([3], "rust")]
    menu = view.context_menu(1)
    assert "summed up" in actions(menu)["Name ..."].toolTip()
    assert menu.toolTipsVisible()
    menu.deleteLater()


# -- several


def test_several_get_one_name(view, qtbot, mouse, key, field, type_name, names):
    mouse(0)
    qtbot.mouseClick(view._list.viewport(), LEFT, CONTROL, middle(view, 2))
    key("N")
    assert field().placeholderText() == "2 colors"
    type_name("stain")
    assert names == [([0, 2], "stain")]
    assert view._list.selected() == [0, 2]
    menu = view.context_menu(0, 2, 3)
    actions(menu)["Name 3 colors ..."].trigger()
    menu.deleteLater()
    type_name("all")
    assert names[-1] == ([0, 2, 3], "all")


def test_names_of_several_stay_unless_one_is_typed(view, key, field, type_name, names):
    view.show_palette(**named("one", "two", "", ""))
    view._list.choose(0, 1)
    key("N")
    assert field().text() == ""
    type_name("")
    assert names == []
    key("N")
    type_name("one")
    assert names == [([0, 1], "one")]


def test_what_colors_of_one_name_sum_up_to_is_told(view):
    view.show_palette(**named("DAB", "DAB", "", "DAB", background={3}))

    def tip(row):
        return view._model.index(row).data(Qt.ItemDataRole.ToolTipRole)

    assert "DAB: 2 colors, 80.1%, 8,000 pixels, 4,000 µm²" in tip(0)
    assert "2 colors" in tip(1)
    assert "colors, " not in tip(2)
    assert "2 colors" not in tip(3)  # the only background of that name
    view.show_palette(**named("", "", "", ""))
    assert "4 colors, " not in tip(0)


# -- nothing is lost


def test_leaving_the_field_takes_the_name(view, key, qtbot, type_name, names, mouse):
    view.select(1)
    key("N")
    type_name("sea", None)
    mouse(3)
    assert names == [([1], "sea")]
    key("N")
    type_name("rust", None)
    view._order.setFocus()
    assert names[1:] == [([3], "rust")]


@pytest.mark.parametrize("text", ["Undo", "Redo", "Reset colors"])
def test_buttons_take_the_name_first_also_without_the_focus(view, key, type_name, heard, text):
    view.show_palette(RGB, edited=True, can_undo=True, can_redo=True)
    view.select(1)
    key("N")
    type_name("sea", None)
    button = next(b for b in view.findChildren(QPushButton) if b.text() == text)
    button.click()  # some systems give buttons no focus
    assert heard[-2:] == [
        ("name_changed", [1], "sea"),
        (f"{text.split()[0].lower()}_requested",),
    ]


def test_what_the_menu_does_takes_the_name_first(view, key, type_name, heard):
    view.select(1)
    key("N")
    type_name("sea", None)
    trigger(view, 2, "Hide")
    assert heard == [("name_changed", [1], "sea"), ("hidden_changed", frozenset({2}))]


def test_what_is_typed_stays_while_the_list_is_updated(view, key, field, type_name, names):
    view.select(1)
    key("N")
    type_name("se", None)
    opened = field()
    view.show_palette(RGB, locked=frozenset({1}), hidden=frozenset({0}))
    view.show_palette(RGB, measured=measured(RGB, background={0}))
    assert field() is opened  # with its cursor, and its own undo
    type_name("a")
    assert names == [([1], "sea")]


def test_what_is_typed_goes_with_its_color(view, key, field, type_name, names):
    """A fit ends, and its colors are a little different, and others."""
    view.select(1)
    key("N")
    type_name("gras", None)
    field().setCursorPosition(2)
    colors = np.array([[9, 9, 9], [205, 0, 0], [2, 2, 220], [10, 199, 3], [90, 90, 90]], np.uint8)
    view.show_palette(Palette(colors, [9, 7, 5, 3, 1]))
    assert field().text() == "gras"
    assert field().cursorPosition() == 2
    assert field().hasFocus()
    assert field().geometry().center().y() == name_place(view, 3).center().y()
    field().setCursorPosition(4)
    type_name("s")
    assert names == [([3], "grass")]


def test_the_field_follows_its_color_through_orders(view, key, field, type_name, names):
    view.select(1)
    key("N")
    type_name("grass", None)
    view._order.setCurrentIndex(view._order.findData("lightness"))
    assert field().geometry().center().y() == name_place(view, 3).center().y()
    type_name("")
    assert names == [([1], "grass")]


def test_selecting_from_outside_does_not_end_it(view, key, field, type_name, names):
    view.select(1)
    key("N")
    type_name("gra", None)
    view.select(3)
    view.select(-1)
    type_name("ss")
    assert names == [([1], "grass")]


def test_a_name_whose_color_is_gone_is_told_before(view, key, field, type_name):
    """Its indices are those of the palette that was listed when it was typed."""
    listed = []
    view.name_changed.connect(lambda *said: listed.append((*said, view._model.rowCount())))
    for other in (Palette(COLORS[:1]), Palette([[0.0]], [3]), None):
        view.show_palette(RGB)
        view.select(1)
        key("N")
        type_name("grass", None)
        view.show_palette(other)
        assert field() is None
    assert listed == 3 * [([1], "grass", 4)]


def test_which_color_one_becomes():
    assert [became(RGB, RGB, k) for k in range(4)] == [0, 1, 2, 3]
    other = Palette(np.array([[0, 190, 0], [250, 0, 0]], np.uint8), [2, 1])
    assert [became(RGB, other, k) for k in range(4)] == [1, 0, None, None]
    twice = Palette(np.array([[0, 200, 0], [0, 200, 0]], np.uint8), [2, 1])
    assert became(twice, RGB, 1) == 1
    assert became(RGB, Palette([[0.0]], [1]), 0) is None


def test_update_while_a_name_is_typed_is_cheap(view, key, field, type_name):
    palette = make_palette(256)
    view.show_palette(palette)
    view.select(1)
    key("N")
    type_name("sea", None)
    opened = field()
    for k in range(20):
        view.show_palette(palette, hidden=frozenset({k}))
    assert field() is opened


# -- a color, and then its name


def test_f2_edits_the_color_and_f2_once_more_the_name(
    view, qtbot, key, dialog, field, type_name, heard
):
    view.select(2)
    key("F2")
    opened = dialog()
    opened.setCurrentColor(QColor(1, 1, 1))
    qtbot.waitUntil(lambda: heard != [])
    qtbot.keyClick(opened, Qt.Key.Key_F2)
    assert heard == [("color_previewed", 2, (1.0, 1.0, 1.0)), ("edit_cancelled",)]
    qtbot.waitUntil(lambda: field() is not None and field().hasFocus())
    type_name("night")
    assert heard[2:] == [("name_changed", [2], "night")]


# -- any name

NAMES = {
    "long": LONG,
    "emoji": "🌿 leaf 🧪👩‍🔬",
    "right to left": "רקע כחול",
    "markup": "<b>bold</b> & <img src='x'>",
    "ampersand": "black & white",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_any_name_is_typed_seen_and_told(view, qtbot, key, field, names, name):
    view.select(1)
    key("N")
    QGuiApplication.clipboard().setText(name)
    qtbot.keyClick(field(), Qt.Key.Key_V, CONTROL)
    view._list.setFocus()
    name = name.strip()
    assert names == [([1], name)]
    view.show_palette(**named("", name, "", name))
    view.grab()
    assert name_place(view, 1).width() < view.width() / 2
    assert name in view._model.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    menu = view.context_menu(0)
    entries = [a.text() for a in actions(menu)["Merge into"].menu().actions()]
    menu.deleteLater()
    [entry] = [text for text in entries if "#00c800" in text]
    assert len(entry) < 60
    assert entry.count("&") == 2 * name[:40].count("&")


def test_line_breaks_become_spaces(view, qtbot, key, field, names):
    view.select(1)
    key("N")
    QGuiApplication.clipboard().setText("deep\nblue\t\r\n  sea\n")
    qtbot.keyClick(field(), Qt.Key.Key_V, CONTROL)
    view._list.setFocus()
    assert names == [([1], "deep blue sea")]
    view.show_palette(**named("", "two\nlines", "", ""))  # of a file
    assert view._model.content.name(1) == "two lines"


def test_tooltips_take_no_name_for_markup(view):
    view.show_palette(**named("<b>bold</b>", LONG, "רקע", ""))
    tips = [view._model.index(row).data(Qt.ItemDataRole.ToolTipRole) for row in range(3)]
    assert "&lt;b&gt;bold&lt;/b&gt;" in tips[0]
    assert tips[0].count("<br>") == tips[2].count("\n")
    assert max(map(len, tips[1].split("\n"))) < 120
    assert "\u2068רקע\u2069 · #0000c8" in tips[2]  # the hex stays on its right


# -- where it is


def test_a_place_for_a_name_is_offered_where_somebody_looks(view, qtbot):
    def n_inks(row):
        at = name_place(view, row)
        seen = picture(view, row)[:, at.left() : at.right()].reshape(-1, 3)
        return len(np.unique(seen, axis=0))

    assert n_inks(1) == 1  # nothing is there
    view.select(1)
    assert n_inks(1) > 1
    view.select(-1)
    assert n_inks(1) == 1
    qtbot.mouseMove(view._list.viewport(), middle(view, 2) + QPoint(1, 0))
    qtbot.waitUntil(lambda: n_inks(2) > 1)


@pytest.mark.parametrize("width", [700, 320, 250, 200])
def test_the_field_has_room_in_any_panel(view, key, field, width):
    view.setMinimumWidth(1)
    view.resize(width, 400)
    view.show_palette(**named("", "", "", ""), locked=frozenset({0}))
    view.select(1)
    key("N")
    row = view._list.visualRect(view._model.index(1))
    assert row.contains(field().geometry())
    letters = field().width() / field().fontMetrics().averageCharWidth()
    assert letters >= 24 or field().width() == row.width()
    assert field().height() >= field().fontMetrics().height()


WIDTHS = {"hex": 60, "name": 90, "lock": 10, "bar": 30, "percent": 40, "count": 70, "area": 90}


@pytest.mark.parametrize(
    ("width", "missing", "name"),
    [
        (500, set(), 90),
        (400, {"count"}, 90),
        (360, {"area"}, 90),
        (280, {"area", "count"}, 90),
        (250, {"area", "count"}, 70),
        (220, {"area", "count"}, 40),
        (180, {"area", "count", "percent"}, 48),
        (130, {"area", "count", "percent", "name"}, None),
    ],
)
def test_names_become_shorter_and_are_one_of_the_last_to_go(width, missing, name):
    places = place(WIDTHS, width, 8, least_name=40)
    assert set(WIDTHS) - set(places) == missing
    assert places.get("name", (None, None))[1] == name
    assert sum(places["bar"]) <= width
