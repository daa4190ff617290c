"""The table of areas and shares: sorted, selected, copied and saved by a person."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QApplication

from napari_kmeans_quantizer.core.measurement import Frames, Measurement
from napari_kmeans_quantizer.plugin.views import files
from napari_kmeans_quantizer.plugin.views.measure.view import MeasureView

LEFT, CTRL, SHIFT = (
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
HEX = ("#102030", "#c04020", "#f0f0e0")
COUNTS = np.array([[[10, 20, 70]], [[25, 25, 51]], [[0, 0, 1]]])
TISSUE = Measurement("tissue", COUNTS, HEX, ("", "DAB", ""), ("10", "9", "core"), None, 0.1, "µm²")
SERIES = Measurement(
    "series",
    COUNTS[:1].repeat(4, axis=1),
    HEX,
    ("",) * 3,
    frames=Frames(5, np.arange(4) * 0.5, "s"),
)


@pytest.fixture
def view(qtbot):
    view = MeasureView()
    qtbot.addWidget(view)
    view.resize(700, 320)
    view.show()
    qtbot.waitExposed(view)
    view.activateWindow()
    return view


@pytest.fixture
def tissue(view):
    view.show_measured([TISSUE])
    QApplication.processEvents()
    return view


def headers(view):
    """Return the names of the columns that are shown, from the left."""
    return [column.name for column in view.table.shown.columns]


def column(view, name):
    """Return what the cells of a column say, from above."""
    model, place = view.table.model(), headers(view).index(name)
    return [model.index(row, place).data() for row in range(model.rowCount())]


def click(view, qtbot, row, name, modifier=Qt.KeyboardModifier.NoModifier, double=False):
    table = view.table
    place = table.visualRect(table.model().index(row, headers(view).index(name))).center()
    qtbot.mouseClick(table.viewport(), LEFT, modifier, place)
    if double:
        qtbot.mouseDClick(table.viewport(), LEFT, modifier, place)


def click_header(view, qtbot, name):
    header = view.table.horizontalHeader()
    place = header.sectionViewportPosition(headers(view).index(name)) + 5
    qtbot.mouseClick(header.viewport(), LEFT, pos=QPoint(place, header.height() // 2))


def pasted():
    """Return what a spreadsheet gets of the clipboard."""
    return pd.read_csv(io.StringIO(QApplication.clipboard().text()), sep="\t", dtype=str)


# -- what is shown


def test_columns_that_say_nothing_are_not_shown(tissue):
    assert headers(tissue) == [
        "image", "region", "cluster", "name", "hex", "pixels", "area", "unit", "share",
    ]  # fmt: skip
    tissue.show_measured([replace(TISSUE, names=("",) * 3, pixel_size=None, unit="")])
    assert headers(tissue) == ["image", "region", "cluster", "hex", "pixels", "share"]
    tissue.show_measured([SERIES])
    assert headers(tissue) == [
        "image", "frame", "position", "position_unit", "cluster", "hex", "pixels", "share",
    ]  # fmt: skip


def test_numbers_are_said_for_people_and_stand_to_the_right(tissue):
    assert column(tissue, "share")[:3] == ["10.0%", "20.0%", "70.0%"]
    assert column(tissue, "area")[:3] == ["1.0", "2.0", "7.0"]
    model = tissue.table.model()
    for name in headers(tissue):
        index = model.index(0, headers(tissue).index(name))
        right = bool(index.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight)
        assert right == (name in ("cluster", "pixels", "area", "share"))


def test_colors_are_seen_beside_their_hex(tissue):
    place = headers(tissue).index("hex")
    rect = tissue.table.visualRect(tissue.table.model().index(1, place))
    image = tissue.table.viewport().grab(rect).toImage()
    colors = {image.pixelColor(x, image.height() // 2).name() for x in range(image.width())}
    assert HEX[1] in colors


def test_all_columns_are_in_sight_in_a_small_dock(tissue, qtbot):
    tissue.show_measured([replace(TISSUE, regions=("a region of a long name", "b", "c"))])
    tissue.resize(600, 300)
    QApplication.processEvents()
    header = tissue.table.horizontalHeader()
    assert header.length() <= tissue.table.viewport().width()


def test_errors_of_images_are_rows(view):
    view.show_measured([TISSUE], {"torn": "It has no pixels."})
    assert column(view, "error") == [""] * 9 + ["It has no pixels."]
    assert column(view, "image")[-1] == "torn"
    assert column(view, "pixels")[-1] == ""
    assert "1 image failed" in view._title.text()


def test_nothing_to_show_is_told(view):
    view.clear()
    assert view._hint.isVisible()
    assert not view.save.isEnabled()


def test_headers_tell_the_names_of_columns(view):
    view.show_measured([SERIES])
    model = view.table.model()
    said = [model.headerData(i, Qt.Orientation.Horizontal) for i in range(model.columnCount())]
    assert said == ["image", "frame", "position", "unit", "cluster", "hex", "pixels", "share"]


# -- sorting


def test_headers_sort(tissue, qtbot):
    click_header(tissue, qtbot, "pixels")
    assert column(tissue, "pixels") == ["0", "0", "1", "10", "20", "25", "25", "51", "70"]
    click_header(tissue, qtbot, "pixels")
    assert column(tissue, "pixels")[0] == "70"
    click_header(tissue, qtbot, "hex")
    assert column(tissue, "hex") == [color for color in HEX for _ in range(3)]


def test_the_order_stays_while_numbers_change(tissue, qtbot):
    click_header(tissue, qtbot, "pixels")
    tissue.show_measured([replace(TISSUE, counts=TISSUE.counts[:, :, ::-1])])
    assert column(tissue, "pixels")[-1] == "70"
    assert column(tissue, "hex")[-1] == HEX[0]


# -- copying


def test_cells_that_are_selected_are_copied_with_their_headers(tissue, qtbot):
    click(tissue, qtbot, 0, "hex")
    click(tissue, qtbot, 1, "share", SHIFT)
    qtbot.keyClick(tissue.table, Qt.Key.Key_C, CTRL)
    copied = pasted()
    assert [*copied] == ["hex", "pixels", "area", "unit", "share"]
    assert copied["hex"].tolist() == [*HEX[:2]]
    assert copied["share"].tolist() == ["0.1", "0.2"]  # as they are


def test_all_is_copied_in_full_as_it_is_sorted(tissue, qtbot):
    click_header(tissue, qtbot, "pixels")
    click_header(tissue, qtbot, "pixels")
    tissue.table.setFocus()
    qtbot.keyClick(tissue.table, Qt.Key.Key_A, CTRL)
    qtbot.keyClick(tissue.table, Qt.Key.Key_C, CTRL)
    by_keys = pasted()
    qtbot.mouseClick(tissue.copy, LEFT)
    assert pasted().equals(by_keys)
    assert by_keys["pixels"].tolist() == ["70", "51", "25", "25", "20", "10", "1", "0", "0"]
    assert float(by_keys["share"][1]) == 51 / 101
    assert "Copied 9 rows and 9 columns" in tissue._status.text()


def test_keys_select_too(tissue, qtbot):
    click(tissue, qtbot, 0, "pixels")
    qtbot.keyClick(tissue.table, Qt.Key.Key_Down, SHIFT)
    qtbot.keyClick(tissue.table, Qt.Key.Key_C, CTRL)
    assert pasted().to_dict("list") == {"pixels": ["10", "20"]}


# -- saving


@pytest.mark.parametrize(("suffix", "separator"), [(".csv", ","), (".tsv", "\t")])
def test_the_table_is_saved_in_full(tissue, qtbot, tmp_path, monkeypatch, suffix, separator):
    path = tmp_path / f"measured{suffix}"
    asked = []

    def ask(parent, caption, name, filters):
        asked.append((name, filters))
        return path

    monkeypatch.setattr(files, "ask_path", ask)
    click_header(tissue, qtbot, "pixels")
    qtbot.mouseClick(tissue.save, LEFT)
    assert asked == [("tissue measured.csv", files.TABLES)]
    read = pd.read_csv(path, sep=separator, dtype={"region": str}, keep_default_na=False)
    expected = TISSUE.to_frame()
    assert [*read] == [*expected]
    assert read["pixels"].tolist() == expected["pixels"].tolist()  # in their own order
    assert read["share"].tolist() == expected["share"].tolist()
    assert tissue._status.text() == f"Saved measured{suffix}"


# -- what is told


def test_going_to_a_row_tells_its_cluster(view, qtbot):
    view.show_measured([TISSUE, replace(TISSUE, image="other")])
    click_header(view, qtbot, "pixels")
    with qtbot.waitSignal(view.cluster_chosen) as told:
        click(view, qtbot, view.table.model().rowCount() - 1, "hex")
    assert told.args == [1, 2]
    with qtbot.waitSignal(view.cluster_chosen) as told:
        qtbot.keyClick(view.table, Qt.Key.Key_Up)
    assert told.args == [0, 2]


def test_other_numbers_tell_nothing(tissue, qtbot):
    click(tissue, qtbot, 1, "hex")
    with qtbot.assertNotEmitted(tissue.cluster_chosen):
        tissue.show_measured([replace(TISSUE, counts=TISSUE.counts * 2)])
        tissue.show_measured([SERIES])
    tissue.show_measured([TISSUE])


def test_tab_leads_to_the_table_and_to_no_row(tissue, qtbot):
    tissue.copy.setFocus()
    with qtbot.assertNotEmitted(tissue.cluster_chosen):
        qtbot.keyClick(tissue.copy, Qt.Key.Key_Tab)
    assert tissue.table.hasFocus()
    with qtbot.waitSignal(tissue.cluster_chosen) as told:
        qtbot.keyClick(tissue.table, Qt.Key.Key_Down)
    assert told.args == [0, 1]


def test_what_is_selected_stays_while_numbers_change(tissue, qtbot):
    click(tissue, qtbot, 1, "pixels")
    tissue.show_measured([replace(TISSUE, counts=TISSUE.counts * 2)])
    qtbot.keyClick(tissue.table, Qt.Key.Key_C, CTRL)
    assert pasted()["pixels"].tolist() == ["40"]


@pytest.mark.parametrize("by_key", [True, False])
def test_a_row_with_a_frame_leads_to_it(view, qtbot, by_key):
    view.show_measured([SERIES])
    with qtbot.waitSignal(view.frame_activated) as told:
        click(view, qtbot, 4, "hex", double=not by_key)
        if by_key:
            qtbot.keyClick(view.table, Qt.Key.Key_Return)
    assert told.args == [0, 6]


def test_a_row_without_a_frame_leads_nowhere(tissue, qtbot):
    with qtbot.assertNotEmitted(tissue.frame_activated):
        click(tissue, qtbot, 1, "hex", double=True)


def test_tab_leads_from_the_table_to_what_comes_next(tissue, qtbot):
    tissue.table.setFocus()
    qtbot.keyClick(tissue.table, Qt.Key.Key_Tab)
    assert not tissue.table.hasFocus()


# -- many rows


def test_of_many_rows_few_are_made_into_texts(view, monkeypatch):
    counts = np.random.default_rng(0).integers(0, 1000, (20_000, 1, 10))
    many = Measurement("m", counts, ("#000000",) * 10, ("",) * 10, tuple(map(str, range(20_000))))
    model, asked = view.table.shown, []
    data = model.data
    monkeypatch.setattr(
        model, "data", lambda index, role=0: asked.append(index) or data(index, role)
    )
    view.show_measured([many])
    QApplication.processEvents()
    assert model.rowCount() == 200_000
    assert len(asked) < 20_000
    view.table.sortByColumn(headers(view).index("pixels"), Qt.SortOrder.DescendingOrder)
    assert model.index(0, headers(view).index("pixels")).data() == f"{counts.max():,}"
    view.table.selectAll()
    assert len(view.table.selected()) == 200_000
