"""The list of images: what is ticked, seen, and refused."""

from __future__ import annotations

import pytest
from qtpy.QtCore import QAbstractItemModel, Qt

from napari_kmeans_quantizer.plugin.views.many.model import IMAGE, NOTE, REGION, Images, Row
from napari_kmeans_quantizer.plugin.views.many.table import Seen

CHECKED, UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked
TICK = Qt.ItemDataRole.CheckStateRole


@pytest.fixture
def cells():
    return object()


@pytest.fixture
def images(qtbot, cells):
    rows = [Row("slide 1", 1), Row("slide 2", 2, region=cells), Row("control", 3, ticked=False)]
    return Images(rows, [("cells", cells)])


def texts(images, column):
    return [images.index(row, column).data() for row in range(images.rowCount())]


def ticks(images):
    return [Qt.CheckState(images.index(row, IMAGE).data(TICK)) for row in range(images.rowCount())]


def test_rows_tell_names_ticks_and_regions(images: QAbstractItemModel):
    assert texts(images, IMAGE) == ["slide 1", "slide 2", "control"]
    assert texts(images, REGION) == ["everything", "cells", "everything"]
    assert ticks(images) == [CHECKED, CHECKED, UNCHECKED]


def test_what_is_refused_is_not_ticked_and_tells_why(images):
    images.refuse({0: "It is empty."})
    assert ticks(images)[0] == UNCHECKED
    assert texts(images, NOTE) == ["It is empty.", "", ""]
    index = images.index(0, IMAGE)
    assert not index.flags() & Qt.ItemFlag.ItemIsEnabled
    assert index.data(Qt.ItemDataRole.ToolTipRole) == "It is empty."
    images.refuse({0: ""})
    assert ticks(images)[0] == CHECKED  # as it was


def test_a_region_that_is_gone_is_no_rows_any_more(images):
    images.keep(images.rows[:2], [])
    assert texts(images, IMAGE) == ["slide 1", "slide 2"]
    assert texts(images, REGION) == ["everything", "everything"]


def test_a_filter_shows_rows_by_any_part_of_their_names(images):
    seen = Seen(images)
    seen.setFilterFixedString("SLI")
    assert seen.numbers() == [0, 1]
    images.add([Row("another slide", 4)])
    assert seen.numbers() == [0, 1, 3]


def test_whoever_looks_is_told_once_of_many_changes(images, qtbot):
    with qtbot.waitSignal(images.dataChanged) as told:
        images.tick(range(3), True)
    first, last, *_ = told.args
    assert (first.row(), last.row()) == (0, 2)
    assert ticks(images) == [CHECKED] * 3
