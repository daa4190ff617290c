"""The list of a palette's colors: some may be selected, and keys ask for something."""

# ruff: noqa: D102, N802  (methods that Qt calls bear Qt's names, and do what it says)

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import (  # type: ignore[attr-defined, unused-ignore]
    QAbstractListModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QSize,
    Qt,
    Signal,
)
from qtpy.QtGui import QContextMenuEvent, QKeySequence, QPainter, QPalette
from qtpy.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from .content import HOW_TO, Content
from .rows import MINOR_OPACITY, RowDelegate, columns, row_height

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .name_field import NameField

STEPS = {
    QStyledItemDelegate.EndEditHint.EditNextItem: 1,
    QStyledItemDelegate.EndEditHint.EditPreviousItem: -1,
}
EMPTY = "The palette appears here."
MIN_ROWS = 5


class Rows(QAbstractListModel):
    """One row per color, in some order. Rows come and go at the end: a view keeps its place."""

    content: Content | None = None
    _order: Sequence[int] = ()

    def show(self, content: Content | None, order: Sequence[int]) -> None:
        """Show other colors, or in another order: indices of the palette, one per row."""
        before, after = self.rowCount(), len(order)
        if after < before:
            self.beginRemoveRows(QModelIndex(), after, before - 1)
            self.content, self._order = content, order
            self.endRemoveRows()
        elif after > before:
            self.beginInsertRows(QModelIndex(), before, after - 1)
            self.content, self._order = content, order
            self.endInsertRows()
        self.content, self._order = content, order
        if min(before, after):
            self.dataChanged.emit(self.index(0), self.index(min(before, after) - 1))

    @property
    def order(self) -> Sequence[int]:
        """Which color of the palette each row shows."""
        return self._order

    def cluster(self, row: int) -> int:
        """Return which color of the palette a row shows, -1 if there is no such row."""
        return self._order[row] if 0 <= row < self.rowCount() else -1

    def row(self, cluster: int) -> int:
        """Return the row of a color, -1 if it is not there."""
        return self._order.index(cluster) if cluster in self._order else -1

    def flags(self, index: QModelIndex) -> Any:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable  # its name is

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if self.content is None else len(self._order)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        cluster = self.cluster(index.row())
        if self.content is None or cluster < 0:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.content.hex(cluster)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.content.tooltip(cluster)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.content.spoken(cluster)
        return None


class ColorList(QListView):
    """The list widget: it says what was picked or asked for, by mouse and keyboard."""

    picked = Signal(int)  # the color that was selected last, -1 for none
    asked = Signal(str, object)  # one of KEYS, or "copy", and the colors
    typed = Signal(str, bool)  # a name, and whether anybody has changed it
    menu_wanted = Signal(object, QPoint)  # the colors, and where on the screen

    KEYS: Mapping[int, str] = {
        Qt.Key.Key_Return: "edit",
        Qt.Key.Key_Enter: "edit",
        Qt.Key.Key_F2: "edit",
        Qt.Key.Key_N: "name",
        Qt.Key.Key_B: "background",
        Qt.Key.Key_L: "lock",
        Qt.Key.Key_H: "hide",
        Qt.Key.Key_M: "merge",
    }

    def __init__(self, model: Rows, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows = model
        self.setModel(model)
        selection: Any = self.selectionModel()
        selection.selectionChanged.connect(lambda *_: self.picked.emit(self.current()))
        self._selection = selection
        self._viewport: Any = self.viewport()
        self.field: NameField | None = None  # where a name is typed, if it is
        delegate = RowDelegate(self)
        delegate.opened.connect(self._on_opened)
        delegate.typed.connect(self.typed)
        self.setItemDelegate(delegate)
        self._set_up()

    def _set_up(self) -> None:
        self._viewport.setAttribute(Qt.WidgetAttribute.WA_Hover)  # rows know who looks at them
        self.setUniformItemSizes(True)  # else Qt measures every row
        self.setFrameShape(QFrame.Shape.NoFrame)
        # A list that fills the panel is the panel; and the selection stands out better on it.
        self.setStyleSheet("QListView { background: transparent; }")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Colors of the palette")
        self.setToolTip(f"The colors of the result. {HOW_TO}")

    def selected(self) -> list[int]:
        """Return the colors that are selected, from top to bottom."""
        rows = sorted(index.row() for index in self._selection.selectedIndexes())
        return [self._rows.cluster(row) for row in rows]

    def current(self) -> int:
        """Return the color that was selected last, -1 for none."""
        selected = self.selected()
        current = self._rows.cluster(self.currentIndex().row())
        return current if current in selected else selected[0] if selected else -1

    def choose(self, *clusters: int) -> None:
        """Select these colors and no others; the first becomes the current one."""
        rows = [self._rows.row(cluster) for cluster in clusters]
        indices = [self._rows.index(row, 0) for row in rows if row >= 0]
        if not indices:
            self._selection.clear()
        elif [*clusters] != self.selected() or self.current() != clusters[0]:
            self.setCurrentIndex(indices[0])  # selects it alone
            for index in indices[1:]:
                self._selection.select(index, QItemSelectionModel.SelectionFlag.Select)

    # -- events

    def mousePressEvent(self, event: Any) -> None:
        before = self.selected()
        super().mousePressEvent(event)
        cluster = self._rows.cluster(self.indexAt(event.position().toPoint()).row())
        if cluster < 0:
            self.choose()
        elif before == [cluster] == self.selected():
            self.picked.emit(cluster)  # clicked again: no change, yet a click

    def mouseDoubleClickEvent(self, event: Any) -> None:
        super().mouseDoubleClickEvent(event)
        index = self.indexAt(event.position().toPoint())
        cluster = self._rows.cluster(index.row())
        if cluster >= 0 and event.button() == Qt.MouseButton.LeftButton:
            is_name = self._is_name(index, event.position().toPoint())
            self.asked.emit("name" if is_name else "edit", [cluster])

    def _is_name(self, index: QModelIndex, where: QPoint) -> bool:
        """Tell whether a name is shown at a point of a row, or would be."""
        row = QStyleOptionViewItem()
        self.initViewItemOption(row)
        row.rect = self.visualRect(index)
        if self._rows.content is None:
            return False
        left, width = columns(row, self._rows.content).get("name", (0, 0))
        return left <= where.x() - row.rect.left() < left + width

    def event(self, event: Any) -> bool:
        # Claim our keys before the window's shortcuts see them.
        if event.type() == QEvent.Type.ShortcutOverride and self._wish(event):
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: Any) -> None:
        wish, chosen = self._wish(event), self.selected()
        if chosen and wish:
            self.asked.emit(wish, [self.current()] if wish == "edit" else chosen)
        elif chosen and event.key() == Qt.Key.Key_Escape:
            self.choose()
        elif event.text().isalnum():
            event.ignore()  # the viewer's keys, not a search among hex values
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
            index = self._rows.index(self._rows.row(self.current()), 0)
            self.scrollTo(index)
            where = self.visualRect(index).center()
        else:
            where = event.pos()
            index = self.indexAt(where)
        cluster, chosen = self._rows.cluster(index.row()), self.selected()
        if cluster >= 0:
            chosen = chosen if cluster in chosen else [cluster]
            self.menu_wanted.emit(chosen, self._viewport.mapToGlobal(where))

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        # Qt makes the first row current, not selected; the arrow key would then skip it.
        if not self.selected():
            self._selection.clearCurrentIndex()

    # -- a name is typed

    def open_field(self, cluster: int) -> None:
        """Open a field for the name of a color, in its row."""
        index = self._rows.index(self._rows.row(cluster), 0)
        self.scrollTo(index)
        self.edit(index)

    def close_field(self) -> None:
        """Close it; what was typed is nobody's."""
        if self.field is not None:
            self.closeEditor(self.field, QStyledItemDelegate.EndEditHint.NoHint)

    def _on_opened(self, field: NameField) -> None:
        self.field = field

    def closeEditor(self, editor: Any, hint: Any) -> None:
        was_open, self.field = editor is self.field, None
        super().closeEditor(editor, QStyledItemDelegate.EndEditHint.NoHint)
        cluster = self._rows.cluster(editor.row + STEPS.get(hint, 0))
        if was_open and hint in STEPS and cluster >= 0:
            self.choose(cluster)
            self.asked.emit("name", [cluster])

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
