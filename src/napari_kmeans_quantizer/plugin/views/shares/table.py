"""Shares of colors as a table on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QAbstractTableModel, QModelIndex, Qt

from napari_kmeans_quantizer.plugin.views.parts import swatch_icon

if TYPE_CHECKING:
    from qtpy.QtGui import QIcon
    from qtpy.QtWidgets import QWidget

    from napari_kmeans_quantizer.plugin.models.shares import Shares

SWATCH = 12  # pixels


class SharesModel(QAbstractTableModel):
    """Shares in per cent, made into text only where the table shows them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown: Shares | None = None
        self._columns: list[str] = []
        self._icons: list[QIcon] = []

    def set_data(self, shown: Shares) -> None:
        """Show other shares."""
        self.beginResetModel()
        self._shown = shown
        self._columns = shown.columns
        self._icons = [swatch_icon(color, SWATCH) for color in shown.colors]
        self.endResetModel()

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
            return f"{self._shown.shares[index.row(), index.column()]:.1%}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.describe(index.row(), index.column())
        return None

    def headerData(  # noqa: N802
        self, section: int, orientation: Any, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a row's name, or a column's swatch and hex value."""
        if self._shown is None:
            return None
        across = orientation == Qt.Orientation.Horizontal
        if role == Qt.ItemDataRole.DecorationRole and across:
            return self._icons[section]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._columns[section] if across else self._shown.names[section]
        return None

    def describe(self, row: int, column: int) -> str:
        """Return all that is known of a cell, in one line."""
        if self._shown is None:
            return ""
        share = f"{self._columns[column]} {self._shown.shares[row, column]:.1%}"
        counts = self._shown.counts
        pixels = "" if counts is None else f", {counts[row, column]:,} pixels"
        return f"{self._shown.names[row]}: {share}{pixels}"
