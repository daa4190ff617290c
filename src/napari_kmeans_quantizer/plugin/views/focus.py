"""A ring around whatever has the focus."""

from __future__ import annotations

from typing import Any

from qtpy.compat import isalive
from qtpy.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, QTimer
from qtpy.QtGui import QPainter, QPaintEvent, QPalette, QPen, QRegion
from qtpy.QtWidgets import QApplication, QWidget

RING = 2  # pixels


class FocusRing(QWidget):
    """A line around whatever has the focus: napari's style sheet takes the usual marks away.

    Parameters
    ----------
    content : QWidget
        Within which the focus is marked.
    """

    def __init__(self, content: QWidget) -> None:
        super().__init__(content)
        self._content = content
        self._marked: QWidget | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setStyleSheet("background: transparent;")
        self.hide()
        content.installEventFilter(self)
        application: Any = QApplication.instance()
        application.focusChanged.connect(self.follow)

    def follow(self, _: QWidget | None = None, now: QWidget | None = None) -> None:
        """Mark what has the focus now."""
        if not isalive(self):
            return
        if self._marked is not None and isalive(self._marked):
            self._marked.removeEventFilter(self)
        inside = now is not None and self._content.isAncestorOf(now)
        self._marked = now if inside else None
        if now is not None and inside:
            now.installEventFilter(self)
        self._place()

    def eventFilter(self, _: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """See places change, of the marked widget or of everything."""
        moves = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Hide, QEvent.Type.LayoutRequest)
        if self._marked is not None and event is not None and event.type() in moves:
            QTimer.singleShot(0, self._place)
        return False

    def _place(self) -> None:
        if not isalive(self):
            return
        marked = self._marked
        if marked is None or not isalive(marked) or not marked.isVisible():
            self.hide()
            return
        rect = QRect(marked.mapTo(self._content, QPoint()), marked.size())
        self.setGeometry(rect.adjusted(-RING, -RING, RING, RING))
        # What lies inside is left alone: a canvas would be drawn through this window each time.
        inner = self.rect().adjusted(2 * RING, 2 * RING, -2 * RING, -2 * RING)
        self.setMask(QRegion(self.rect()).subtracted(QRegion(inner)))
        self.show()
        self.raise_()

    def paintEvent(self, _: QPaintEvent | None) -> None:  # noqa: N802
        """Draw the line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = self._content.palette().color(QPalette.ColorRole.WindowText)  # the theme's
        painter.setPen(QPen(color, RING))
        inset = RING / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 3, 3)
        painter.end()
