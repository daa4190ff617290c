"""The legend beside the plot: it tells the clusters, and hides them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from qtpy.QtCore import QSize, Qt, Signal  # type: ignore[attr-defined]
from qtpy.QtWidgets import QListWidget, QListWidgetItem, QWidget

from napari_kmeans_quantizer.core.report import percent
from napari_kmeans_quantizer.plugin.views.parts import describe, swatch_icon

from .table import SWATCH

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from qtpy.QtGui import QKeyEvent

    from napari_kmeans_quantizer.plugin.models.shares import Shares

ON, OFF = Qt.CheckState.Checked, Qt.CheckState.Unchecked
ENTRY = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
KEYS = (Qt.Key.Key_Space, Qt.Key.Key_H)
WIDEST = 180  # pixels
ROOM = 24  # pixels, for the scroll bar


class Legend(QListWidget):
    """Name, or hex, and share of every cluster; those with a check are drawn.

    Attributes
    ----------
    toggle_requested : Signal(int)
        An entry was clicked, or Space or H was pressed: which.
    """

    toggle_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        describe(self, "Legend", "Click a color, or press Space, to hide it in the plot")
        self.setMinimumSize(60, 50)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(SWATCH, SWATCH))
        self.itemClicked.connect(lambda item: self.toggle_requested.emit(self.row(item)))

    def set_data(self, data: Shares, drawn: NDArray[np.bool_]) -> None:
        """Show other clusters; those that are `drawn` are checked."""
        self.clear()
        overall = np.nan_to_num(data.overall) if data.measured else ()
        rows = zip(data.labels, data.columns, data.colors, overall, strict=True)
        for label, column, color, share in rows:
            item = QListWidgetItem(swatch_icon(color, SWATCH), f"{label}  {percent(share)}")
            item.setFlags(ENTRY)  # a click anywhere, not only on the box, is for the whole entry
            item.setToolTip(f"{column}: {percent(share)} of all")
            self.addItem(item)
        self.set_drawn(drawn)
        self.setMaximumWidth(min(self.sizeHintForColumn(0) + ROOM, WIDEST))

    def set_drawn(self, drawn: NDArray[np.bool_]) -> None:
        """Check other clusters."""
        for row, is_drawn in enumerate(drawn.tolist()):
            item = self.item(row)
            if item is not None:
                item.setCheckState(ON if is_drawn else OFF)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Take Space and H for the current entry."""
        if event is not None and event.key() in KEYS and self.currentRow() >= 0:
            self.toggle_requested.emit(self.currentRow())
        else:
            super().keyPressEvent(event)
