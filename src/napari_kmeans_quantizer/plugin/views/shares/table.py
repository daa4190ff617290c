"""Shares of colors as a table: what they are, on the screen and in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from qtpy.QtCore import QAbstractTableModel, QModelIndex, Qt

from napari_kmeans_quantizer.plugin.views.parts import swatch_icon

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from qtpy.QtGui import QIcon
    from qtpy.QtWidgets import QWidget

KINDS = ("frames", "layers")
SWATCH = 12  # pixels


class Shares(NamedTuple):
    """What is shown: (n, K) shares, their rows' names and their columns' colors."""

    kind: str
    names: list[str]
    colors: list[str]
    shares: NDArray[np.float64]
    counts: NDArray[np.int64] | None
    positions: NDArray[np.float64] | None
    position_label: str

    @property
    def columns(self) -> list[str]:
        """Names of the colors: their hex values, numbered where two are displayed alike."""
        seen: dict[str, int] = {}
        names = []
        for color in self.colors:
            seen[color] = number = seen.get(color, 0) + 1
            names.append(color if number == 1 else f"{color} ({number})")
        return names

    @property
    def x(self) -> NDArray[np.float64]:
        """Where the frames lie."""
        return np.arange(len(self.names), dtype=float) if self.positions is None else self.positions

    def frame(self) -> pd.DataFrame:
        """Return the shares, one named row per frame or layer and one column per color."""
        index = pd.Index(self.names, name=self.kind[:-1], dtype=str)
        return pd.DataFrame(self.shares, index=index, columns=self.columns)

    def full_frame(self) -> pd.DataFrame:
        """Return all that is known: positions, shares and pixels; see `SharesView.save_csv`."""
        table = self.frame()
        parts = [table.add_suffix(" share")]
        if self.positions is not None:
            # A column called like the index would be taken for it.
            label = self.position_label
            label = f"{label} position" if label == table.index.name else label
            parts.insert(0, pd.DataFrame({label: self.positions}, index=table.index))
        if self.counts is not None:
            counts = pd.DataFrame(self.counts, index=table.index, columns=table.columns)
            parts.append(counts.add_suffix(" pixels"))
        return pd.concat(parts, axis=1)


def check(data: Shares) -> None:
    """Raise an error unless there is something to show, and its parts fit each other."""
    if data.kind not in KINDS:
        raise ValueError(f"`kind` must be one of {', '.join(KINDS)}, got {data.kind!r}.")
    shape = (len(data.names), len(data.colors))
    if not all(shape):
        raise ValueError(f"`names` and `palette_hex` must not be empty, got lengths {shape}.")
    for name, array, wanted in (
        ("shares", data.shares, shape),
        ("counts", data.counts, shape),
        ("positions", data.positions, shape[:1]),
    ):
        if array is not None and array.shape != wanted:
            raise ValueError(f"`{name}` must have shape {wanted}, got {array.shape}.")


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
