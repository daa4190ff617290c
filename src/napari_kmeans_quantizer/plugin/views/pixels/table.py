"""Pixels as a table on the screen: texts are made only where the table shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtCore import (  # type: ignore[attr-defined]
    QAbstractTableModel,
    QItemSelection,
    QModelIndex,
    Qt,
    Signal,
)
from qtpy.QtGui import QKeySequence
from qtpy.QtWidgets import QTableView

from napari_kmeans_quantizer.plugin.models.pixel_rows import CLUSTER, RGB
from napari_kmeans_quantizer.plugin.views.parts import swatch_icon

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from qtpy.QtGui import QIcon, QKeyEvent

    from napari_kmeans_quantizer.plugin.models.pixel_rows import PixelRows

SWATCH = 12  # pixels
MOST_RUNS = 1000  # runs of selected rows that are kept when these are sorted otherwise
NO_ROWS: NDArray[np.intp] = np.zeros(0, np.intp)
MEANINGS = {CLUSTER: "Its number, from 0. ", RGB: "The color of its cluster, as it is shown. "}
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class PixelsModel(QAbstractTableModel):
    """Pixels in some order.

    Attributes
    ----------
    rows : PixelRows or None
        What is shown.
    order : ndarray of int
        Which pixel stands in each line.
    """

    rows: PixelRows | None = None
    order: NDArray[np.intp] = NO_ROWS
    _icons: dict[int, QIcon]

    def show_rows(self, rows: PixelRows | None, order: NDArray[np.intp]) -> None:
        """Show other pixels, or the same in another order."""
        self.beginResetModel()
        self.rows, self.order, self._icons = rows, order, {}
        self._lines: NDArray[np.intp] | None = None
        self.endResetModel()

    def lines_of(self, pixels: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the lines in which pixels stand."""
        if self._lines is None:
            self._lines = np.empty(len(self.order), np.intp)
            self._lines[self.order] = np.arange(len(self.order))
        return self._lines[pixels]

    def selection_of(self, pixels: NDArray[np.intp]) -> QItemSelection:
        """Return what must be selected for these pixels to be: of very many runs the first."""
        lines, selection = np.sort(self.lines_of(pixels)), QItemSelection()
        runs = np.split(lines, np.flatnonzero(np.diff(lines) > 1) + 1) if len(lines) else []
        last = self.columnCount() - 1
        for run in runs[:MOST_RUNS]:
            selection.select(self.index(int(run[0]), 0), self.index(int(run[-1]), last))
        return selection

    def rowCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802
        """Return the number of pixels."""
        return 0 if parent is not None and parent.isValid() else len(self.order)

    def columnCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802
        """Return the number of columns."""
        nested = parent is not None and parent.isValid()
        return 0 if nested or self.rows is None else len(self.rows.columns)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, alignment or tooltip, and the swatch of its cluster."""
        if self.rows is None or not index.isValid():
            return None
        pixel, column = int(self.order[index.row()]), self.rows.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.rows.text(pixel, index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column.texts is None and column.name != CLUSTER else LEFT
        if role == Qt.ItemDataRole.DecorationRole and column.name == CLUSTER:
            return self._icon(int(self.rows.labels[pixel]))
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.rows.described(pixel)
        return None

    def _icon(self, cluster: int) -> QIcon:
        if cluster not in self._icons and self.rows is not None:
            self._icons[cluster] = swatch_icon(self.rows.state.hex[cluster], SWATCH)
        return self._icons[cluster]

    def headerData(  # noqa: N802
        self, section: int, orientation: Any, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the name of a column."""
        if self.rows is None or orientation != Qt.Orientation.Horizontal:
            return None
        name = self.rows.columns[section].name
        if role == Qt.ItemDataRole.DisplayRole:
            return name
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{MEANINGS.get(name, '')}Click to sort by {name}; again, the other way round"
        return None


class PixelsTable(QTableView):
    """A table whose rows can be copied and sorted with keys.

    Attributes
    ----------
    copy_requested : Signal
        Ctrl+C was pressed.
    sort_requested : Signal(int)
        S was pressed: the column.
    """

    copy_requested, sort_requested = Signal(), Signal(int)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Take Ctrl+C for the selected rows, and S for the column of the current cell."""
        if event is not None and event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
        elif event is not None and event.key() == Qt.Key.Key_S and not event.modifiers():
            self.sort_requested.emit(max(self.currentIndex().column(), 0))
        else:
            super().keyPressEvent(event)
