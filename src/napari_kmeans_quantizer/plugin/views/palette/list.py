"""The list of a palette's colors: one row is selected at most, and keys ask for something."""

# ruff: noqa: D102, N802  (methods that Qt calls bear Qt's names, and do what it says)

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QAbstractListModel, QEvent, QModelIndex, QPoint, QSize, Qt, Signal  # type: ignore[attr-defined, unused-ignore]
from qtpy.QtGui import QContextMenuEvent, QKeySequence, QPainter, QPalette
from qtpy.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from .content import HOW_TO, Content
from .rows import MINOR_OPACITY, RowDelegate, row_height

if TYPE_CHECKING:
    from collections.abc import Mapping

EMPTY = "The palette appears here."
MIN_ROWS = 5


class Rows(QAbstractListModel):
    """One row per color. Rows come and go at the end, so that a view keeps its place."""

    content: Content | None = None

    def show(self, content: Content | None) -> None:
        """Show other colors."""
        before, after = self.rowCount(), len(content) if content else 0
        if after < before:
            self.beginRemoveRows(QModelIndex(), after, before - 1)
            self.content = content
            self.endRemoveRows()
        elif after > before:
            self.beginInsertRows(QModelIndex(), before, after - 1)
            self.content = content
            self.endInsertRows()
        self.content = content
        if min(before, after):
            self.dataChanged.emit(self.index(0), self.index(min(before, after) - 1))

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if self.content is None else len(self.content)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        if self.content is None or not 0 <= index.row() < len(self.content):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.content.hex(index.row())
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.content.tooltip(index.row())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.content.spoken(index.row())
        return None


class ColorList(QListView):
    """The list widget: it says what was picked or asked for, by mouse and keyboard."""

    picked = Signal(int)  # the row that is selected now, -1 for none
    asked = Signal(str, int)  # "edit", "lock", "hide" or "copy", and the row
    menu_wanted = Signal(int, QPoint)  # the row, and where on the screen

    KEYS: Mapping[int, str] = {
        Qt.Key.Key_Return: "edit",
        Qt.Key.Key_Enter: "edit",
        Qt.Key.Key_F2: "edit",
        Qt.Key.Key_L: "lock",
        Qt.Key.Key_H: "hide",
    }

    def __init__(self, model: Rows, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows = model
        self.setModel(model)
        selection: Any = self.selectionModel()
        selection.selectionChanged.connect(lambda *_: self.picked.emit(self.selected()))
        self._selection = selection
        self._viewport: Any = self.viewport()
        self.setItemDelegate(RowDelegate(self))
        self.setUniformItemSizes(True)  # else Qt measures every row
        self.setFrameShape(QFrame.Shape.NoFrame)
        # A list that fills the panel is the panel; and the selection stands out better on it.
        self.setStyleSheet("QListView { background: transparent; }")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Colors of the palette")
        self.setToolTip(f"The colors of the result. {HOW_TO}")

    def selected(self) -> int:
        """Return the selected row, -1 for none."""
        rows = self._selection.selectedIndexes()
        return int(rows[0].row()) if rows else -1

    def choose(self, row: int) -> None:
        """Select a row; none, if there is no such row."""
        index = self._rows.index(row, 0)
        if not index.isValid():
            self._selection.clear()
        elif row != self.selected():
            self.setCurrentIndex(index)

    # -- events

    def mousePressEvent(self, event: Any) -> None:
        before = self.selected()
        super().mousePressEvent(event)
        row = self.indexAt(event.position().toPoint()).row()
        if row < 0:
            self.choose(-1)
        elif row == before == self.selected():
            self.picked.emit(row)  # clicked again: no change, yet a click

    def mouseDoubleClickEvent(self, event: Any) -> None:
        super().mouseDoubleClickEvent(event)
        row = self.indexAt(event.position().toPoint()).row()
        if row >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.asked.emit("edit", row)

    def event(self, event: Any) -> bool:
        # Claim our keys before the window's shortcuts see them.
        if event.type() == QEvent.Type.ShortcutOverride and self._wish(event):
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: Any) -> None:
        row, wish = self.selected(), self._wish(event)
        if row >= 0 and wish:
            self.asked.emit(wish, row)
        elif row >= 0 and event.key() == Qt.Key.Key_Escape:
            self.choose(-1)
        else:
            super().keyPressEvent(event)

    def _wish(self, event: Any) -> str:
        if event.matches(QKeySequence.StandardKey.Copy):
            return "copy"
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        is_plain = modifiers == Qt.KeyboardModifier.NoModifier
        return self.KEYS.get(event.key(), "") if is_plain else ""

    def contextMenuEvent(self, event: Any) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            row = self.selected()
            self.scrollTo(self._rows.index(row, 0))
            where = self.visualRect(self._rows.index(row, 0)).center()
        else:
            where = event.pos()
            row = self.indexAt(where).row()
        if row >= 0:
            self.menu_wanted.emit(row, self._viewport.mapToGlobal(where))

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        # Qt makes the first row current, not selected; the arrow key would then skip it.
        if self.selected() < 0:
            self._selection.clearCurrentIndex()

    # -- size and looks

    def minimumSizeHint(self) -> QSize:
        return self._size_of(20, MIN_ROWS)

    def sizeHint(self) -> QSize:
        return self._size_of(40, MIN_ROWS)  # it takes what room there is

    def _size_of(self, n_letters: int, n_rows: int) -> QSize:
        metrics = self.fontMetrics()
        return QSize(n_letters * metrics.averageCharWidth(), n_rows * row_height(metrics))

    def paintEvent(self, event: Any) -> None:
        super().paintEvent(event)
        if self._rows.rowCount():
            return
        painter = QPainter(self._viewport)
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        painter.setOpacity(MINOR_OPACITY)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(self._viewport.rect().adjusted(8, 8, -8, -8), flags, EMPTY)
        painter.end()
