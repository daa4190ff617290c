"""A ring around whatever has the focus."""

from __future__ import annotations

from typing import Any

from qtpy.compat import isalive
from qtpy.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, QTimer
from qtpy.QtGui import QColor, QPainter, QPaintEvent, QPen
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
        self._color = QColor("#808080")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setStyleSheet("background: transparent;")
        self.hide()
        content.installEventFilter(self)
        application: Any = QApplication.instance()
        application.focusChanged.connect(self.follow)

    def paint_in(self, color: str) -> None:
        """Paint it in another color."""
        self._color = QColor(color)
        self.update()

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
        self.show()
        self.raise_()

    def paintEvent(self, _: QPaintEvent | None) -> None:  # noqa: N802
        """Draw the line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._color, RING))
        inset = RING / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 3, 3)
        painter.end()
