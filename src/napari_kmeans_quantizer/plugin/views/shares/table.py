"""Shares of colors as a table on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal  # type: ignore[attr-defined]
from qtpy.QtGui import QFont
from qtpy.QtWidgets import QTableView

from napari_kmeans_quantizer.core.report import percent
from napari_kmeans_quantizer.plugin.models.numbers import significant
from napari_kmeans_quantizer.plugin.views.parts import swatch_icon

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from qtpy.QtGui import QIcon, QKeyEvent
    from qtpy.QtWidgets import QWidget

    from napari_kmeans_quantizer.plugin.models.shares import Shares

SWATCH = 12  # pixels


class SharesModel(QAbstractTableModel):
    """Shares in per cent, made into text only where the table shows them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown: Shares | None = None
        self._columns: list[str] = []
        self._labels: list[str] = []
        self._icons: list[QIcon] = []
        self._drawn: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._struck = QFont()
        self._struck.setStrikeOut(True)

    def set_data(self, shown: Shares, drawn: NDArray[np.bool_]) -> None:
        """Show other shares; names of colors that are not `drawn` in the plot are struck."""
        self.beginResetModel()
        self._shown, self._drawn = shown, drawn
        self._columns, self._labels = shown.columns, shown.labels
        self._icons = [swatch_icon(color, SWATCH) for color in shown.colors]
        self.endResetModel()

    def set_drawn(self, drawn: NDArray[np.bool_]) -> None:
        """Strike the names of other colors."""
        self._drawn = drawn
        if len(drawn):
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(drawn) - 1)

    def rowCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802
        """Return the number of frames or layers."""
        nested = parent is not None and parent.isValid()
        return 0 if self._shown is None or nested else len(self._shown.names)

    def columnCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802
        """Return the number of colors."""
        return 0 if parent is not None and parent.isValid() else len(self._columns)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, alignment or tooltip."""
        if self._shown is None or not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _percent(self._shown.shares[index.row(), index.column()])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.describe(index.row(), index.column())
        return None

    def headerData(  # noqa: N802
        self, section: int, orientation: Any, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a row's name, or a column's swatch and its name or hex value."""
        if self._shown is None:
            return None
        across = orientation == Qt.Orientation.Horizontal
        if role == Qt.ItemDataRole.DecorationRole and across:
            return self._icons[section]
        if role == Qt.ItemDataRole.FontRole and across and not self._drawn[section]:
            return self._struck
        if role == Qt.ItemDataRole.ToolTipRole and across:
            return f"{self._columns[section]}: click to {self.toggle_verb(section)} it in the plot"
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._shown.told_row(section)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._labels[section] if across else self._shown.names[section]
        return None

    def toggle_verb(self, column: int) -> str:
        """Return what a click on a color's name does to it."""
        return "hide" if self._drawn[column] else "show"

    def describe(self, row: int, column: int) -> str:
        """Return all that is known of a cell, in one line."""
        if self._shown is None:
            return ""
        data, told = self._shown, [self._columns[column]]
        if not np.isnan(data.shares[row, column]):
            told.append(percent(data.shares[row, column]))
        parts = [" ".join(told), f"{data.counts[row, column]:,} pixels"]
        if (area := data.area(row, column)) is not None:
            parts.append(f"{significant(area[0])} {area[1]}".rstrip())
        return f"{data.told_row(row)}: {', '.join(parts)}"


def _percent(share: float) -> str:
    """Return a share for the table; of frames that nothing was counted in there is none."""
    return "" if np.isnan(share) else percent(share)


class Table(QTableView):
    """A table whose columns can be switched on and off with a key.

    Attributes
    ----------
    toggle_requested : Signal(int)
        H was pressed: the column.
    """

    toggle_requested = Signal(int)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Take H for the color of the current cell."""
        index = self.currentIndex()
        if event is not None and event.key() == Qt.Key.Key_H and index.isValid():
            self.toggle_requested.emit(index.column())
        else:
            super().keyPressEvent(event)
