"""The tidy table on the screen: sorted by its headers, selected, and copied with Ctrl+C."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from qtpy.QtCore import (  # type: ignore[attr-defined]
    QAbstractTableModel,
    QModelIndex,
    QSignalBlocker,
    Qt,
    Signal,
)
from qtpy.QtGui import QIcon, QKeySequence
from qtpy.QtWidgets import QAbstractItemView, QTableView

from napari_kmeans_quantizer.plugin.views.parts import swatch_icon

from .columns import Column, columns_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from qtpy.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
    from qtpy.QtWidgets import QWidget

SWATCH = 12  # pixels
LOOKED_AT = 300  # rows, to see how wide a column is
PADDING = 4  # pixels at each side of a cell
MARGIN = 10  # pixels, of Qt itself
MARK = 14  # pixels, of the arrow that tells how rows are sorted
WIDEST = 260  # pixels, at first
SHORTENED, NARROWEST = ("image", "region", "name"), 60  # columns of texts, and pixels
ASCENDING, DESCENDING = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def header_of(column: Column) -> str:
    """Return what stands above a column: its name, or what is shorter where that is clear."""
    return "unit" if column.name == "position_unit" else column.name


class TableModel(QAbstractTableModel):
    """A DataFrame, made into text only where it is seen; sorted here, so that rows stay known."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.frame = pd.DataFrame()
        self.columns: list[Column] = []
        self._rows: NDArray[np.intp] = np.arange(0)
        self.sorted_by: tuple[str, Qt.SortOrder] = ("", ASCENDING)
        self._icons: dict[str, QIcon] = {}

    def set_frame(self, frame: pd.DataFrame) -> None:
        """Show another table, sorted as the last one."""
        columns = columns_of(frame)
        alike = [c.name for c in columns] == [c.name for c in self.columns]
        if alike and len(frame) == len(self.frame):  # what is selected stays so
            self.frame, self.columns = frame, columns
            self._sort()
            if len(frame):
                last = self.index(len(frame) - 1, len(columns) - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self.frame, self.columns = frame, columns
        self._sort()
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802
        """Return the number of rows."""
        return 0 if parent is not None and parent.isValid() else len(self.frame)

    def columnCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802
        """Return the number of columns that say anything."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, swatch, alignment or tooltip."""
        if not index.isValid():
            return None
        column, row = self.columns[index.column()], self.row(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column.is_number else LEFT
        if role == Qt.ItemDataRole.DecorationRole and column.name == "hex" and column.known[row]:
            return self._icon(column.values[row])
        if role == Qt.ItemDataRole.ToolTipRole and column.known[row]:
            return str(self.frame[column.name].iat[row])  # in full
        return None

    def _icon(self, color: str) -> QIcon:
        if color not in self._icons:
            self._icons[color] = swatch_icon(color, SWATCH)
        return self._icons[color]

    def headerData(  # noqa: N802
        self, section: int, orientation: Any, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the name of a column."""
        across = orientation == Qt.Orientation.Horizontal
        if not across or section >= len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return header_of(self.columns[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if self.columns[section].is_number else LEFT
        return None

    # -- order

    def row(self, shown: int) -> int:
        """Return which row of the table is shown in a place."""
        return int(self._rows[shown])

    def sort(self, column: int, order: Qt.SortOrder = ASCENDING) -> None:
        """Sort by a column; by none, -1, rows are as they came."""
        name = self.columns[column].name if 0 <= column < len(self.columns) else ""
        self.sorted_by = (name, order)
        self.layoutAboutToBeChanged.emit()
        self._sort()
        self.layoutChanged.emit()

    def _sort(self) -> None:
        name, order = self.sorted_by
        by = [column for column in self.columns if column.name == name]
        rows = by[0].order(order == DESCENDING) if by else np.arange(len(self.frame))
        self._rows = rows

    def part(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> pd.DataFrame:
        """Return what is shown in some rows and columns, with plain numbers."""
        names = [self.columns[column].name for column in columns]
        return self.frame[names].iloc[self._rows[rows]]


class Table(QTableView):
    """A table of which what is selected is copied.

    Attributes
    ----------
    row_chosen : Signal(int)
        Somebody went to another row, of those of the table that is shown.
    row_activated : Signal(int)
        A row was double-clicked, or Enter pressed in it.
    copy_requested : Signal()
        Ctrl+C was pressed.
    """

    row_chosen, row_activated = Signal(int), Signal(int)
    copy_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._is_arriving = False
        self.shown = TableModel(self)
        self.setModel(self.shown)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setTabKeyNavigation(False)  # Tab leads on to what comes next
        self.setWordWrap(False)
        self.setAlternatingRowColors(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        header: Any = self.horizontalHeader()
        header.setSectionsClickable(True)
        header.setHighlightSections(False)
        header.setStretchLastSection(False)
        rows: Any = self.verticalHeader()
        rows.hide()
        self.setSortingEnabled(True)
        self.sortByColumn(-1, ASCENDING)
        header.sortIndicatorChanged.connect(self._fit)
        # The one part of a table that napari's themes leave as it is.
        self.setStyleSheet(
            "QTableCornerButton::section {background: transparent;}"
            f"QTableView::item {{padding: 0 {PADDING}px;}}"
            f"QHeaderView::section {{padding: 2px {PADDING}px;}}"
        )
        self.doubleClicked.connect(self._on_activated)

    def show_frame(self, frame: pd.DataFrame) -> None:
        """Show another table; columns are as wide as they must be where these are others."""
        before = [column.name for column in self.shown.columns]
        self.shown.set_frame(frame)
        if [column.name for column in self.shown.columns] != before:
            self._mark_order()
        self._fit()

    def _mark_order(self) -> None:
        """Let the header tell by which column rows are sorted: it may be another one's place."""
        names = [column.name for column in self.shown.columns]
        name, order = self.shown.sorted_by
        header: Any = self.horizontalHeader()
        with QSignalBlocker(header):
            header.setSortIndicator(names.index(name) if name in names else -1, order)

    def _fit(self, *_: object) -> None:
        """Make columns as wide as some of their cells; texts are shortened where room is scarce."""
        widths = [self._width(column) for column in self.shown.columns]
        texts = [i for i, column in enumerate(self.shown.columns) if column.name in SHORTENED]
        viewport: Any = self.viewport()
        while texts and sum(widths) > viewport.width():
            widest = max(texts, key=lambda i: widths[i])
            if widths[widest] <= NARROWEST:
                break
            widths[widest] -= 1
        for place, width in enumerate(widths):
            self.setColumnWidth(place, width)
        rows: Any = self.verticalHeader()
        rows.setDefaultSectionSize(self.fontMetrics().height() + 6)

    def _width(self, column: Column) -> int:
        """Return how wide a column is by its header and some cells; to ask each takes long."""
        header: Any = self.horizontalHeader()
        metrics, mark = self.fontMetrics(), MARK if column.name == self.shown.sorted_by[0] else 0
        step = max(1, len(column.values) // LOOKED_AT)
        texts = {column.text(row) for row in range(0, len(column.values), step)}
        widths = [metrics.horizontalAdvance(text) for text in texts]
        widths.append(header.fontMetrics().horizontalAdvance(header_of(column)) + mark)
        swatch = 2 * SWATCH if column.name == "hex" else 0
        return min(max(widths) + swatch + 2 * PADDING + MARGIN, WIDEST)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Fit the columns to the new width."""
        super().resizeEvent(event)
        self._fit()

    # -- what is selected

    def selected(self) -> pd.DataFrame:
        """Return the rows and columns that are selected, even if not each cell of them is."""
        rows: set[int] = set()
        columns: set[int] = set()
        selection: Any = self.selectionModel()
        for part in selection.selection():  # not cell by cell: there may be a million
            rows.update(range(part.top(), part.bottom() + 1))
            columns.update(range(part.left(), part.right() + 1))
        return self.shown.part(np.array(sorted(rows), np.intp), np.array(sorted(columns), np.intp))

    def all(self) -> pd.DataFrame:
        """Return all rows and columns that are shown."""
        return self.shown.part(np.arange(len(self.shown.frame)), np.arange(len(self.shown.columns)))

    def currentChanged(self, now: QModelIndex, before: QModelIndex) -> None:  # noqa: N802
        """Tell that somebody is in another row."""
        super().currentChanged(now, before)
        if now.isValid() and now.row() != before.row() and not self._is_arriving:
            self.row_chosen.emit(self.shown.row(now.row()))

    def focusInEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802
        """Let the focus come without going to a row: Qt makes the first one current then."""
        self._is_arriving = True
        super().focusInEvent(event)
        self._is_arriving = False

    def _on_activated(self, index: QModelIndex) -> None:
        self.row_activated.emit(self.shown.row(index.row()))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Copy what is selected, and take Enter for a double-click."""
        if event is not None and event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
        elif event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentIndex().isValid():
                self._on_activated(self.currentIndex())
        else:
            super().keyPressEvent(event)
