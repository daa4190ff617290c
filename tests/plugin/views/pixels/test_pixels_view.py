"""The table of the pixels: what it shows, and what a person does in it."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from napari.layers import Image
from pandas.testing import assert_frame_equal
from pictures import COFFEE, PHOTO, STACK, rgb, state_of
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QApplication, QFileDialog

from napari_kmeans_quantizer.plugin.models.pixel_rows import PixelRows
from napari_kmeans_quantizer.plugin.models.settings import Settings
from napari_kmeans_quantizer.plugin.views.pixels.view import MOST_MARKED, PixelsView

LEFT, SHIFT, CTRL = (
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


@pytest.fixture
def rows():
    return PixelRows(state_of(rgb()))


@pytest.fixture
def view(qtbot, rows):
    view = PixelsView()
    qtbot.addWidget(view)
    view.resize(700, 300)
    with qtbot.waitExposed(view):
        view.show()
    view.show_pixels(rows)
    return view


@pytest.fixture
def told(view):
    """What the view tells of pixels from now on."""
    told = []
    view.pixels_chosen.connect(lambda rows, chosen, to: told.append((rows, list(chosen), to)))
    return told


def column(view, name):
    return [c.name for c in view.rows.columns].index(name)


def shown(view, name):
    """Return the texts of a column."""
    model, i = view.table.model(), column(view, name)
    return [model.index(row, i).data() for row in range(model.rowCount())]


def click_header(qtbot, view, name):
    header = view.table.horizontalHeader()
    left = header.sectionViewportPosition(column(view, name))
    qtbot.mouseClick(header.viewport(), LEFT, pos=QPoint(left + 8, header.height() // 2))


def click_row(qtbot, view, row, modifier=Qt.KeyboardModifier.NoModifier):
    place = view.table.visualRect(view.table.model().index(row, 0)).center()
    qtbot.mouseClick(view.table.viewport(), LEFT, modifier, place)


def status(view):
    return view._status.text()


# -- what is shown


def test_all_columns_in_the_order_of_the_picture(view, rows):
    frame = rows.frame()
    for name in frame:
        assert shown(view, name) == list(map(str, frame[name]))
    headers = [view.table.model().headerData(i, Qt.Orientation.Horizontal) for i in range(7)]
    assert headers == list(frame)
    assert view._title.text() == "photo: 600 of 600 pixels"


def test_a_swatch_has_the_color_of_the_cluster(view, rows):
    model = view.table.model()
    icon = model.index(7, column(view, "cluster")).data(Qt.ItemDataRole.DecorationRole)
    for mode in (icon.Mode.Normal, icon.Mode.Selected):
        image = icon.pixmap(12, 12, mode).toImage()
        middle = image.pixelColor(image.width() // 2, image.height() // 2).name()
        assert middle == rows.state.hex[rows.frame()["cluster"][7]]
    tooltip = model.index(7, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tooltip == rows.described(int(model.order[7]))


def test_all_texts_have_room(view):
    table = view.table
    for i in range(table.model().columnCount()):
        widths = [table.sizeHintForIndex(table.model().index(row, i)).width() for row in range(600)]
        assert table.columnWidth(i) >= max(widths)


def test_without_a_result(view, told, qtbot):
    click_row(qtbot, view, 1)
    qtbot.waitUntil(lambda: len(told) == 1)
    view.clear()
    assert told[-1] == (None, [], None)
    assert view._hint.isVisible()
    assert view._hint.text() == "No pixels to show yet."
    assert not view.save.isEnabled()
    assert not view.copy.isEnabled()
    assert (status(view), view._title.text()) == ("", "")


# -- sorting


def test_a_click_on_a_header_sorts_and_another_one_turns_it_round(view, qtbot, rows):
    click_header(qtbot, view, "r")
    assert shown(view, "r") == list(map(str, sorted(rows.frame()["r"])))
    click_header(qtbot, view, "r")
    assert shown(view, "r") == list(map(str, sorted(rows.frame()["r"], reverse=True)))
    header = view.table.horizontalHeader()
    assert header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
    click_header(qtbot, view, "cluster")
    assert header.sortIndicatorSection() == column(view, "cluster")
    assert header.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
    assert shown(view, "cluster") == sorted(shown(view, "cluster"))


def test_the_keyboard_sorts_too(view, qtbot):
    view.table.setFocus()
    click_row(qtbot, view, 0)
    qtbot.keyClick(view.table, Qt.Key.Key_Right)
    qtbot.keyClick(view.table, Qt.Key.Key_S)
    assert shown(view, "column") == sorted(shown(view, "column"), key=int)
    assert view.table.horizontalHeader().sortIndicatorSection() == 1


def test_what_is_selected_stays_so_when_it_is_sorted(view, qtbot, told):
    click_row(qtbot, view, 3)
    click_row(qtbot, view, 5, CTRL)
    qtbot.waitUntil(lambda: len(told) > 0 and len(told[-1][1]) == 2)
    before, n = set(view._selected()), len(told)
    click_header(qtbot, view, "b")
    assert set(view._selected()) == before == set(view.chosen)
    qtbot.wait(20)
    assert len(told) == n  # they are marked already
    assert view.table.visualRect(view.table.currentIndex()).isValid()


# -- selecting


def test_rows_are_selected_with_mouse_and_keys(view, qtbot, told, rows):
    order = rows.order(None)
    click_row(qtbot, view, 3)
    qtbot.waitUntil(lambda: told == [(rows, [order[3]], order[3])])
    assert status(view) == "1 pixel selected"
    qtbot.keyClick(view.table, Qt.Key.Key_Down, SHIFT)
    qtbot.waitUntil(lambda: told[-1] == (rows, list(order[3:5]), order[4]))
    assert status(view) == "2 pixels selected"


def test_of_very_many_the_first_are_marked(view, qtbot, told):
    view.table.setFocus()
    qtbot.keyClick(view.table, Qt.Key.Key_A, CTRL)
    qtbot.waitUntil(lambda: bool(told))
    assert told[-1][1] == list(view.rows.order(None)[:MOST_MARKED])
    assert status(view) == "600 pixels selected; the first 500 are marked"


def test_a_pixel_is_selected_from_elsewhere(view, qtbot, told):
    pixel = int(view.rows.order(None)[500])
    view.select(pixel)
    qtbot.waitUntil(lambda: bool(told))
    assert told == [(view.rows, [pixel], pixel)]
    index = view.table.currentIndex()
    assert index.row() == 500
    assert view.table.viewport().rect().contains(view.table.visualRect(index).center())


# -- other results


def test_after_an_edit_the_same_pixels_are_selected(view, qtbot, told):
    click_row(qtbot, view, 3)
    qtbot.waitUntil(lambda: bool(told))
    edited = PixelRows(view.rows.state.recolored(0, (1, 2, 3)))
    view.show_pixels(edited)
    assert told[-1] == (edited, told[0][1], None)  # nobody has gone anywhere
    assert list(view._selected()) == told[0][1]
    assert status(view) == "1 pixel selected"
    assert "rgb(1, 2, 3)" in shown(view, "rgb")


def test_other_pixels_are_not_selected(view, qtbot, told):
    click_row(qtbot, view, 3)
    qtbot.waitUntil(lambda: bool(told))
    other = PixelRows(state_of(Image(STACK, name="stack")))
    view.show_pixels(other)
    assert told[-1] == (other, [], None)
    assert len(view._selected()) == 0
    assert status(view) == ""
    assert shown(view, "plane")[-1] == "3"


def test_sorting_lasts_while_the_column_is_there(view, qtbot):
    click_header(qtbot, view, "b")
    view.show_pixels(PixelRows(state_of(Image(STACK, name="stack"))))
    assert shown(view, "plane") == sorted(shown(view, "plane"))
    assert view.table.horizontalHeader().sortIndicatorSection() == -1
    view.show_pixels(PixelRows(state_of(rgb())))
    assert shown(view, "b") == sorted(shown(view, "b"), key=int)


def test_what_came_while_it_was_hidden_is_seen_later(view, qtbot, told):
    view.hide()
    view.show_pixels(PixelRows(state_of(rgb(PHOTO[:5], name="part"))))
    assert view.table.model().rowCount() == 600
    view.select(7)  # by a click elsewhere
    assert view.table.model().rowCount() == 150
    assert list(view._selected()) == [7]
    view.clear()
    view.show()
    assert view._hint.isVisible()


# -- what goes out


def pasted():
    return pd.read_csv(io.StringIO(QApplication.clipboard().text()), sep="\t")


def test_selected_rows_are_copied_with_their_header(view, qtbot, rows):
    click_header(qtbot, view, "cluster")
    click_row(qtbot, view, 1)
    click_row(qtbot, view, 4, SHIFT)
    qtbot.keyClick(view.table, Qt.Key.Key_C, CTRL)
    expected = rows.frame(rows.order(column(view, "cluster"))[1:5])
    assert_frame_equal(pasted(), expected.reset_index(drop=True), check_dtype=False)
    assert status(view) == "Copied 4 rows."


def test_all_rows_are_copied_if_none_is_selected(view, qtbot, rows):
    qtbot.mouseClick(view.copy, LEFT)
    assert_frame_equal(pasted(), rows.frame(), check_dtype=False)
    assert status(view) == "Copied 600 rows."


def test_the_table_is_saved_as_it_is_sorted(view, qtbot, tmp_path, monkeypatch, rows):
    def run(dialog):
        dialog.proposed = dialog.selectedFiles()[0].rpartition("/")[2]
        assert dialog.proposed == "photo pixels.csv"
        dialog.selectFile(str(tmp_path / "mine"))
        return 1

    monkeypatch.setattr(QFileDialog, "exec", run)
    click_header(qtbot, view, "b")
    qtbot.mouseClick(view.save, LEFT)
    saved = pd.read_csv(tmp_path / "mine.csv")
    assert_frame_equal(
        saved, rows.frame(rows.order(column(view, "b"))).reset_index(drop=True), check_dtype=False
    )
    assert status(view) == "Saved mine.csv"


def test_many_pixels_are_no_burden(view, qtbot):
    """No cell is asked for that is not seen."""
    rows = PixelRows(state_of(rgb(np.tile(COFFEE, (2, 2, 1))), Settings(8)))
    asked = []
    text, PixelRows.text = PixelRows.text, lambda self, *at: asked.append(at) or text(self, *at)
    try:
        view.show_pixels(rows)
        click_header(qtbot, view, "g")
        qtbot.wait(20)
    finally:
        PixelRows.text = text
    assert view.table.model().rowCount() > 50_000
    assert 0 < len(set(asked)) < 1000
