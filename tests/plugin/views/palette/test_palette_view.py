"""The palette's list, by real clicks and keys."""

from __future__ import annotations

import time

import numpy as np
import pytest
from napari.layers import Image
from palette_parts import (
    COLORS,
    RGB,
    actions,
    make_palette,
    measured,
    middle,
    n_pixels,
    name_place,
    named,
    picture,
    trigger,
)
from qtpy.QtCore import QEvent, QPoint, Qt
from qtpy.QtGui import QColor, QFocusEvent
from qtpy.QtWidgets import QApplication, QColorDialog, QStyleOptionViewItem

from napari_kmeans_quantizer import Palette
from napari_kmeans_quantizer.plugin.models.display import Channel, Display
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.views.palette.content import MAX_MERGE
from napari_kmeans_quantizer.plugin.views.palette.rows import columns, place
from napari_kmeans_quantizer.plugin.views.palette.view import PaletteView

LEFT = Qt.MouseButton.LeftButton


# -- what is shown


def test_is_empty_before_the_first_palette_and_after_the_last(view, heard):
    view.show_palette(None, edited=True)
    assert view._model.rowCount() == 0
    assert view._summary.text() == ""
    assert not view._reset.isEnabled()
    view.grab()  # paints the text
    assert heard == []


def test_row_tells_its_color_in_words(view):
    sizes = measured(RGB, 0.25, "µm²")
    view.show_palette(RGB, locked=frozenset({0}), hidden=frozenset({0}), measured=sizes)
    index = view._model.index(0)
    assert index.data() == "#c80000"
    spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "#c80000, 50.0%, 5,000 pixels, 1,250 µm², locked, hidden"
    tip = index.data(Qt.ItemDataRole.ToolTipRole)
    for part in ("#c80000", "color 1 of 4", "200, 0, 0", "50% of the pixels", "5,000 pixels"):
        assert part in tip
    for part in ("1,250 µm²", "Locked and hidden", "Double-click", "Right-click"):
        assert part in tip
    assert index.data(Qt.ItemDataRole.DecorationRole) is None


def test_names_are_told_and_seen(view):
    view.show_palette(Palette(COLORS, [5, 3, 2, 1], names=["DMC 321", "", "a" * 40, "sea"]))
    index = view._model.index(0)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole).startswith("DMC 321 · #c80000, ")
    assert index.data(Qt.ItemDataRole.ToolTipRole).startswith("DMC 321 · #c80000 · color 1 of 4")
    assert index.data() == "#c80000"
    row = QStyleOptionViewItem()
    view._list.initViewItemOption(row)
    row.rect = view._list.visualRect(index)
    left, width = columns(row, view._model.content)["name"]
    seen = [
        len(np.unique(picture(view, k)[:, left : left + width].reshape(-1, 3), axis=0))
        for k in range(4)
    ]
    assert seen[1] == 1  # nothing but the background
    assert min(seen[0], seen[2], seen[3]) > 1
    assert width < row.rect.width() / 2  # however long a name is


def test_names_have_room_for_the_broadest_not_the_one_of_most_letters(view):
    view.show_palette(**named("fill", "DAB", "WWW", ""))
    width = name_place(view, 0).width()
    assert width >= max(map(view._list.fontMetrics().horizontalAdvance, ("fill", "DAB", "WWW")))


def test_without_area_nothing_is_said_of_it(view):
    spoken = view._model.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "#00c800, 30.0%, 3,000 pixels"


def test_tooltip_gives_values_in_the_images_units(view):
    def tip():
        return view._model.index(0).data(Qt.ItemDataRole.ToolTipRole)

    view.show_palette(Palette([[0.123456789]], [1]))
    assert "Value: 0.123457\n" in tip()
    view.show_palette(Palette(np.arange(20, dtype=np.uint16)[None], [1]))
    assert "Values: 0, 1, 2, 3, 4, 5, 6, 7, ...\n" in tip()


def test_numbers_of_a_column_share_their_decimals(view):
    def show(palette, *size):
        view.show_palette(palette, measured=measured(palette, *size))

    show(Palette(COLORS, [1_234_567, 8_000, 5, 0]), 1e-5, "mm²")
    content = view._model.content
    assert [content.percent(i) for i in range(4)] == ["99.4%", "0.6%", "<0.1%", "0.0%"]
    assert [content.count(i) for i in range(4)] == ["1,234,567", "8,000", "5", "0"]
    assert [content.area(i) for i in range(4)] == ["12.3 mm²", "0.1 mm²", "<0.1 mm²", "0.0 mm²"]
    show(Palette(COLORS, [4, 3, 2, 0]), 1e-9, "m²")
    assert view._model.content.area(0) == "4.00e-09 m²"
    show(Palette(COLORS), 0.5, "µm²")
    assert view._model.content.area(0) == "0 µm²"
    assert view._model.content.percent(0) == "0.0%"


def test_swatch_and_bar_are_painted_in_the_color(view):
    areas = [n_pixels(view, row, COLORS[row]) for row in range(4)]
    assert areas[0] > areas[1] > areas[2] > areas[3] > 50  # the swatch, and a bar by share


def test_shown_colors_may_differ_from_the_palette(view):
    channels = tuple(Channel(name, (0.0, 100.0)) for name in "RGB")
    view.show_palette(RGB, display=Display(channels, True, np.dtype(np.uint8)))
    assert view._model.index(2).data() == "#0000ff"
    assert n_pixels(view, 0, [255, 0, 0]) > 100
    layer = Image(np.eye(9, dtype=np.uint8) * 200, colormap="viridis", contrast_limits=(0, 200))
    display = Source((layer,)).display()
    view.show_palette(Palette([[0], [200]], [2, 1], dtype=np.uint8), display=display)
    assert [view._model.index(row).data() for row in range(2)] == ["#440154", "#fde725"]
    assert n_pixels(view, 0, [0x44, 0x01, 0x54]) > 100


def test_locked_and_hidden_rows_look_different(view):
    plain = picture(view, 0)
    view.show_palette(RGB, locked=frozenset({0}))
    locked = picture(view, 0)
    view.show_palette(RGB, hidden=frozenset({0}))
    hidden = picture(view, 0)
    assert (plain != locked).any()
    assert (plain != hidden).any()
    assert n_pixels(view, 0, COLORS[0]) == 0  # dimmed


@pytest.mark.parametrize(
    ("width", "missing"),
    [
        (700, set()),
        (360, {"count"}),
        (320, {"area"}),
        (290, {"area", "count"}),
        (220, {"area", "count", "name"}),
        (100, {"area", "count", "name", "percent"}),
    ],
)
def test_narrow_rows_leave_out_count_or_area_then_both_then_names(width, missing):
    widths = {
        "swatch": 14,
        "hex": 60,
        "name": 50,
        "bar": 30,
        "percent": 40,
        "count": 70,
        "area": 90,
    }
    places = place(widths, width, 8)
    assert set(widths) - set(places) == missing
    assert list(places) == [part for part in widths if part in places]
    ends = [left + size for left, size in places.values()]
    starts = [left for left, _ in places.values()][1:]
    assert all(end <= start for end, start in zip(ends, starts, strict=False))
    if len(missing) < 4:
        assert ends[-1] == width - 8


def test_fits_into_250_pixels_and_5_rows(view):
    view.show_palette(make_palette(64), locked=frozenset({1}), edited=True)
    assert view.minimumSizeHint().width() <= 250
    rows = view._list.visualRect(view._model.index(0)).height()
    assert view.minimumSizeHint().height() > 5 * rows
    view.resize(250, 300)
    assert view.width() == 250
    row = QStyleOptionViewItem()
    view._list.initViewItemOption(row)
    row.rect = view._list.visualRect(view._model.index(0))
    assert "percent" in columns(row, view._model.content)


def test_rows_grow_with_the_font(view):
    before = view._list.visualRect(view._model.index(0)).height()
    font = view._list.font()
    font.setPointSize(2 * font.pointSize())
    view._list.setFont(font)
    view.grab()
    assert view._list.visualRect(view._model.index(0)).height() > 1.5 * before


def test_summary_counts(view):
    view.resize(600, 400)
    assert view._summary.text() == "4 colors · 10,000 pixels"
    view.show_palette(
        RGB,
        locked=frozenset({1, 2}),
        hidden=frozenset({0}),
        measured=measured(RGB, background={3}),
    )
    assert view._summary.text() == "4 colors, 1 background · 10,000 pixels · 2 locked, 1 hidden"
    view.show_palette(Palette([[1.0]]))
    assert view._summary.text() == "1 color"
    view.show_palette(Palette([[1.0]], [1]))
    assert view._summary.text() == "1 color · 1 pixel"


def test_summary_leaves_out_what_has_no_room(view):
    sizes = measured(RGB, 0.25, "µm²", background={3})
    view.show_palette(RGB, locked=frozenset({0}), measured=sizes)
    view.setMinimumWidth(1)
    texts = [
        "4 colors, 1 background · 10,000 pixels · 2,500 µm² · 1 locked",
        "4 colors, 1 background · 10,000 pixels · 2,500 µm²",
        "4 colors, 1 background · 2,500 µm²",
    ]
    for text in (*texts, texts[0]):
        view.resize(view._summary.fontMetrics().horizontalAdvance(text) + 4, 400)
        assert view._summary.text() == text
    assert view._summary.toolTip() == f"{texts[0]}\nWithout background: 9,990 pixels, 2,498 µm²"
    view.show_palette(RGB, measured=measured(RGB, background={0, 1, 2, 3}))
    assert view._summary.toolTip().endswith("Without background: nothing")
    assert [view._model.content.percent(k) for k in range(4)] == 4 * ["—"]


def test_controls_have_names_and_tooltips(view):
    for widget in (view._list, view._summary, view._order, view._undo, view._redo, view._reset):
        assert widget.accessibleName()
        assert widget.toolTip()


# -- live updates


def test_update_keeps_place_and_selection(view, heard):
    view.show_palette(make_palette(64))
    view.select(20)
    view.grab()
    bar = view._list.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    place = bar.value()
    for n_colors in (64, 60, 64):
        view.show_palette(make_palette(n_colors, seed=n_colors))
        view.grab()
        assert bar.value() == place > 0
        assert view._list.current() == 20
    assert heard == []


def test_a_selection_that_is_gone_is_told(view, heard):
    view.select(3)
    view.show_palette(Palette(COLORS[:2]))
    assert heard == [("color_selected", -1)]
    assert view._list.current() == -1
    view.show_palette(None)
    assert len(heard) == 1


def test_update_is_cheap(view):
    palettes = [make_palette(64, seed) for seed in range(20)]
    seconds = []
    for palette in palettes:
        start = time.perf_counter()
        sizes = measured(palette, 0.1, "µm²")
        view.show_palette(palette, measured=sizes, locked=frozenset({1}))
        seconds.append(time.perf_counter() - start)
    assert np.median(seconds) < 0.003


def test_holds_65535_colors(view, heard):
    view.show_palette(make_palette(65535))
    view.select(65534)
    view.grab()
    assert view._list.visualRect(view._model.index(65534)).bottom() <= view._list.height()
    assert view._summary.text().startswith("65,535 colors · ")
    menu = view.context_menu(65534)
    assert len(actions(menu)["Merge into"].menu().actions()) == MAX_MERGE
    menu.deleteLater()
    assert heard == []


# -- selecting


def test_click_selects(mouse, heard):
    mouse(2)
    mouse(1)
    mouse(1)  # again
    assert heard == [("color_selected", 2), ("color_selected", 1), ("color_selected", 1)]


def test_click_below_the_rows_selects_none(view, qtbot, mouse, heard):
    mouse(2)
    qtbot.mouseClick(view._list.viewport(), LEFT, pos=QPoint(50, 300))
    assert heard == [("color_selected", 2), ("color_selected", -1)]


def test_arrow_keys_select_and_escape_ends_it(view, key, heard):
    view._list.setFocus()
    for name in ("Down", "Down", "Up", "End", "Escape", "Escape"):
        key(name)
    assert [index for _, index in heard] == [0, 1, 0, 3, -1]


def test_tab_alone_selects_nothing(view, key, heard):
    came = QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason)
    QApplication.sendEvent(view._list, came)
    assert heard == []
    key("Down")
    assert heard == [("color_selected", 0)]


def test_select_from_outside_is_silent(view, heard):
    view.select(3)
    assert view._list.current() == 3
    for none in (-1, 4):
        view.select(2)
        view.select(none)
        assert view._list.current() == -1
    assert heard == []


# -- editing


def test_double_click_opens_a_dialog_that_paints_while_one_drags(view, qtbot, mouse, dialog, heard):
    mouse(0, "mouseDClick")
    heard.clear()
    opened = dialog()
    assert opened.windowTitle() == "Edit color #c80000"
    assert opened.currentColor() == QColor(200, 0, 0)
    assert not opened.isModal()
    opened.setCurrentColor(QColor(200, 0, 51))
    qtbot.waitUntil(lambda: heard == [("color_previewed", 0, (200.0, 0.0, 51.0))])
    opened.accept()
    assert heard[1:] == [("color_edited", 0, (200.0, 0.0, 51.0))]
    qtbot.waitUntil(lambda: not view.findChildren(QColorDialog))


@pytest.mark.parametrize("name", ["Return", "Enter", "F2"])
def test_keys_edit_a_color(view, key, dialog, edits, name):
    key(name)  # nothing is selected yet
    assert not view.findChildren(QColorDialog)
    view.select(2)
    key(name)
    dialog().setCurrentColor(QColor(0, 0, 255))
    dialog().accept()
    assert edits == [(2, (0.0, 0.0, 255.0))]


def test_cancel_takes_back(view, qtbot, mouse, dialog, heard):
    mouse(0, "mouseDClick")
    dialog().setCurrentColor(QColor(9, 9, 9))
    qtbot.waitUntil(lambda: heard[-1] == ("color_previewed", 0, (9.0, 9.0, 9.0)))
    dialog().reject()
    assert heard[-1] == ("edit_cancelled",)
    assert "color_edited" not in [name for name, *_ in heard]


def test_the_same_color_is_no_edit(view, mouse, dialog, heard):
    mouse(0, "mouseDClick")
    dialog().accept()
    assert heard[-1] == ("edit_cancelled",)


def test_only_the_left_button_edits(view, mouse):
    mouse(0, "mouseDClick", Qt.MouseButton.MiddleButton)
    assert not view.findChildren(QColorDialog)


def test_the_dialog_stays_while_its_own_color_changes(view, mouse, dialog, edits):
    mouse(0, "mouseDClick")
    opened = dialog()
    view.show_palette(RGB.recolored({0: (1, 2, 3)}))
    assert opened.isVisible()
    view.show_palette(Palette(COLORS[::-1]))  # another fit
    assert not opened.isVisible()
    assert edits == []


def test_whatever_else_is_done_takes_the_color_first(view, mouse, dialog, heard):
    mouse(0, "mouseDClick")
    dialog().setCurrentColor(QColor(1, 1, 1))
    trigger(view, 2, "Hide")
    assert heard[-2:] == [
        ("color_edited", 0, (1.0, 1.0, 1.0)),
        ("hidden_changed", frozenset({2})),
    ]
    mouse(1, "mouseDClick")
    dialog().setCurrentColor(QColor(2, 2, 2))
    mouse(2, "mouseDClick")
    assert heard[-1] == ("color_selected", 2) or heard[-1] == ("color_edited", 1, (2.0,) * 3)
    assert ("color_edited", 1, (2.0, 2.0, 2.0)) in heard
    assert dialog().windowTitle() == "Edit color #0000c8"
    dialog().reject()


# -- in napari


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_docked_in_a_viewer(make_napari_viewer, qtbot, theme):
    viewer = make_napari_viewer(show=True)
    viewer.theme = theme
    view = PaletteView()
    viewer.window.add_dock_widget(view, name="Palette", add_vertical_stretch=False)
    palette = make_palette(64)
    view.show_palette(palette, measured=measured(palette, 0.1, "µm²"), edited=True)
    said = []
    view.color_selected.connect(said.append)
    qtbot.mouseClick(view._list.viewport(), LEFT, pos=middle(view, 2))
    assert said == [2]
    row = picture(view, 3)
    ink = np.array(view._list.palette().text().color().getRgb()[:3])
    assert abs(row[-1, -1] - ink).max() > 128  # readable in either theme
    assert (abs(row - ink).max(axis=2) < 40).any()
    menu = view.context_menu(1)
    menu.popup(view.mapToGlobal(QPoint(5, 5)))
    menu.close()
    menu.deleteLater()
