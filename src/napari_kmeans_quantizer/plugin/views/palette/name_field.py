"""The field in which a color's name is typed."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLineEdit, QStyledItemDelegate, QWidget

from napari_kmeans_quantizer.plugin.views.parts import describe

SHEET = "QLineEdit { min-height: 0px; padding: 0px 2px; margin: 0px; border-radius: 2px; }"
HOW_TO = (
    "Enter: take the name. Tab or Down: and name the next color; Shift+Tab or Up: the one above. "
    "Esc: leave it as it was"
)
KEYS = {
    Qt.Key.Key_Down: QStyledItemDelegate.EndEditHint.EditNextItem,
    Qt.Key.Key_Up: QStyledItemDelegate.EndEditHint.EditPreviousItem,
}
"""What Qt does not know of: the tab key and Enter it does."""


class NameField(QLineEdit):
    """One line in a row of the list.

    Attributes
    ----------
    row : int
        Which one.
    """

    def __init__(self, parent: QWidget, row: int) -> None:
        super().__init__(parent)
        self.row = row
        self.setStyleSheet(SHEET)
        describe(self, "Name of the color", HOW_TO)

    def keyPressEvent(self, event: Any) -> None:  # noqa: N802
        """Let no key go on to the list, where Enter would edit the color."""
        super().keyPressEvent(event)
        event.accept()
