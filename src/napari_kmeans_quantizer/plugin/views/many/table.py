"""The table of images: mouse, keyboard, and a combo box only where somebody chooses a region."""

# ruff: noqa: D102, N802  (methods that Qt calls bear Qt's names, and do what it says)

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QModelIndex, QRect, QSortFilterProxyModel, Qt, QTimer
from qtpy.QtGui import QKeyEvent, QPainter, QPaintEvent
from qtpy.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from .model import IMAGE, NOTE, REGION, Images

if TYPE_CHECKING:
    from collections.abc import Iterable

ARROW = "\u25be"
EMPTY = "There is no image yet: drop picture files or folders here."
NONE_SEEN = "No image has this in its name."
HOW_TO = "Space ticks what is selected; F2 opens the regions of the current row"


class RegionDelegate(QStyledItemDelegate):
    """Shows a region with an arrow, and lets one choose another."""

    def __init__(self, parent: QWidget, images: Images) -> None:
        super().__init__(parent)
        self._images = images

    def paint(
        self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex
    ) -> None:
        super().paint(painter, option, index)
        if painter is not None and index.flags() & Qt.ItemFlag.ItemIsEnabled:
            place = QRect(option.rect).adjusted(0, 0, -6, 0)
            painter.save()
            painter.setPen(option.palette.color(option.palette.ColorRole.Text))
            sides = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, sides, ARROW)
            painter.restore()

    def createEditor(
        self, parent: QWidget | None, _: QStyleOptionViewItem, index: QModelIndex
    ) -> QWidget | None:
        editor = QComboBox(parent)
        editor.setAccessibleName("Region")
        for name, _region in self._images.regions:
            editor.addItem(name)
        editor.activated.connect(lambda _: self._end(editor))
        QTimer.singleShot(0, editor.showPopup)
        return editor

    def _end(self, editor: QComboBox) -> None:
        self.commitData.emit(editor)
        self.closeEditor.emit(editor)

    def setEditorData(self, editor: Any, index: QModelIndex) -> None:
        editor.setCurrentText(str(index.data()))

    def setModelData(self, editor: Any, model: Any, index: QModelIndex) -> None:
        model.setData(index, editor.currentIndex())


class Seen(QSortFilterProxyModel):
    """The rows whose names have a part in common."""

    def __init__(self, images: Images) -> None:
        super().__init__()
        self.setSourceModel(images)
        self.setFilterKeyColumn(IMAGE)
        self.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)

    def numbers(self) -> list[int]:
        """Return which rows of all are seen."""
        return [self.mapToSource(self.index(row, 0)).row() for row in range(self.rowCount())]


class Table(QTableView):
    """The view of the images that are seen."""

    def __init__(self, images: Images, seen: Seen) -> None:
        super().__init__()
        self._images, self._seen = images, seen
        self.setModel(seen)
        self.setItemDelegateForColumn(REGION, RegionDelegate(self, images))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Images")
        self.setAccessibleDescription(HOW_TO)
        self.clicked.connect(self._on_click)
        rows: Any = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)  # else Qt measures every row
        rows.setDefaultSectionSize(round(1.7 * self.fontMetrics().lineSpacing()))
        columns: Any = self.horizontalHeader()
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        columns.setHighlightSections(False)
        columns.setSectionsClickable(False)
        columns.setSectionResizeMode(IMAGE, QHeaderView.ResizeMode.Stretch)
        columns.setSectionResizeMode(NOTE, QHeaderView.ResizeMode.Interactive)
        letter = self.fontMetrics().averageCharWidth()
        self.setColumnWidth(REGION, 20 * letter)
        self.setColumnWidth(NOTE, 48 * letter)

    def selected(self) -> list[int]:
        """Return the numbers of the rows that are selected, among all."""
        selection: Any = self.selectionModel()
        return [self._seen.mapToSource(index).row() for index in selection.selectedRows()]

    def _on_click(self, index: QModelIndex) -> None:
        if index.column() == REGION and index.flags() & Qt.ItemFlag.ItemIsEditable:
            self.edit(index)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the rows, or why there are none."""
        super().paintEvent(event)
        if self._seen.rowCount() == 0:
            viewport: Any = self.viewport()
            painter = QPainter(viewport)
            told = NONE_SEEN if self._images.rows else EMPTY
            painter.setPen(self.palette().color(self.foregroundRole()))
            painter.drawText(viewport.rect(), Qt.AlignmentFlag.AlignCenter, told)
            painter.end()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Tick with the space bar; open the regions with F2, wherever in the row one is."""
        if event is not None and event.key() == Qt.Key.Key_Space:
            self._toggle(self.selected())
        elif event is not None and event.key() == Qt.Key.Key_F2:
            index = self.currentIndex().siblingAtColumn(REGION)
            if index.isValid():
                self.setCurrentIndex(index)
                self.edit(index)
        else:
            super().keyPressEvent(event)

    def _toggle(self, numbers: Iterable[int]) -> None:
        possible = [n for n in numbers if not self._images.rows[n].refusal]
        all_ticked = all(self._images.rows[n].ticked for n in possible)
        self._images.tick(possible, not all_ticked)
