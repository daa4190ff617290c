"""Somebody in front of the list of images, and what is handed to the table."""

from __future__ import annotations

import numpy as np
import pytest
from qtpy.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from qtpy.QtGui import QDragEnterEvent, QDropEvent
from qtpy.QtWidgets import QApplication, QComboBox
from skimage import data

from napari_kmeans_quantizer.plugin.views.many.dialog import ManyDialog
from napari_kmeans_quantizer.plugin.views.many.model import IMAGE, REGION

LEFT = Qt.MouseButton.LeftButton
SLIDES = [data.coffee()[::8, ::8], data.chelsea()[::8, ::8], data.astronaut()[::16, ::16]]
SQUARE = np.array([[2, 3], [2, 20], [25, 20], [25, 3]])


def labels(viewer, name):
    return viewer.layers[f"{name} · clusters"].data


def inside(shape):
    mask = np.zeros(shape[:2], bool)
    mask[2:25, 3:20] = True
    return mask


class Asked:
    """Somebody in front of the dialog, whose clicks are counted."""

    def __init__(self, widget, qtbot):
        self._widget, self._qtbot, self.clicks = widget, qtbot, 0
        widget.native.window().show()
        self.click(widget.buttons.buttons["Many images"])
        self.dialog = widget.native.findChild(ManyDialog)
        qtbot.waitExposed(self.dialog)

    def click(self, widget, pos=None):
        self._qtbot.mouseClick(widget, LEFT, pos=pos or QPoint(9, widget.height() // 2))
        self.clicks += 1

    @property
    def names(self):
        """What is seen, and whether it is ticked."""
        seen = self.dialog.seen
        rows = [seen.index(row, IMAGE) for row in range(seen.rowCount())]
        checked = Qt.ItemDataRole.CheckStateRole
        return {x.data(): Qt.CheckState(x.data(checked)) == Qt.CheckState.Checked for x in rows}

    def place(self, name, column):
        seen = self.dialog.seen
        row = list(self.names).index(name)
        return seen.index(row, column)

    def tick(self, name):
        rect = self.dialog.table.visualRect(self.place(name, IMAGE))
        self.click(self.dialog.table.viewport(), QPoint(rect.left() + 10, rect.center().y()))

    def choose_region(self, name, region):
        index = self.place(name, REGION)
        table = self.dialog.table
        self.click(table.viewport(), table.visualRect(index).center())
        combo = table.findChild(QComboBox)
        self.pick(combo, region)
        QApplication.processEvents()
        assert index.data() == region

    def pick(self, combo, text):
        """Choose in a combo box whose list is open."""
        if not combo.view().isVisible():
            combo.showPopup()
        self._qtbot.waitUntil(combo.view().isVisible)
        view = combo.view()
        rect = view.visualRect(view.model().index(combo.findText(text), 0))
        self.click(view.viewport(), rect.center())

    def drop(self, *paths):
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        where, copy = QPoint(80, 80), Qt.DropAction.CopyAction
        keys = Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(where, copy, mime, LEFT, keys)
        QApplication.sendEvent(self.dialog, enter)
        assert enter.isAccepted()
        QApplication.sendEvent(self.dialog, QDropEvent(QPointF(where), copy, mime, LEFT, keys))

    def run(self):
        self.click(self.dialog.run)


class Measured:
    """What is handed to the table."""

    def __init__(self, widget):
        self.done = []
        widget._many.show_measured = self.done.append

    @property
    def table(self):
        [done] = self.done
        return {one.image: one for one in done.measured}


class InWindow:
    @pytest.fixture
    def viewer(self, make_napari_viewer):
        return make_napari_viewer()


# -- one palette over all
