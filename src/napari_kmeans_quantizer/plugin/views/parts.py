"""Small things that several views use: pieces of color, and what a screen reader says."""

from __future__ import annotations

from qtpy.QtCore import QRect, QRectF, Qt
from qtpy.QtGui import QColor, QIcon, QPainter, QPixmap
from qtpy.QtWidgets import QLayout, QSizePolicy, QVBoxLayout, QWidget

SCALE = 4  # pixels of an icon per pixel of its size: no screen is finer


def draw_swatch(
    painter: QPainter, rect: QRect, color: QColor, line: QColor, radius: float = 2
) -> None:
    """Fill a rectangle, and outline it."""
    painter.setPen(line)
    painter.setBrush(color)
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def swatch_icon(color: QColor | str, size: int) -> QIcon:
    """Return a square as an icon; its outline is grey, which suits every theme."""
    pixmap = QPixmap(SCALE * size, SCALE * size)
    pixmap.setDevicePixelRatio(SCALE)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_swatch(painter, QRect(0, 0, size, size), QColor(color), QColor("#808080"), radius=1)
    painter.end()
    return QIcon(pixmap)


def describe(widget: QWidget, name: str, tooltip: str) -> None:
    """Tell what a widget is, to screen readers and on hovering."""
    widget.setAccessibleName(name)
    widget.setAccessibleDescription(tooltip)
    widget.setToolTip(tooltip)


def arrange(view: QWidget, head: QLayout, body: QWidget, status: QWidget) -> None:
    """Put controls above what is shown, which takes all the room, and a line of text below."""
    # Else napari adds empty room below.
    view.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
    layout = QVBoxLayout(view)
    layout.setContentsMargins(6, 4, 6, 4)
    layout.setSpacing(4)
    layout.addLayout(head)
    layout.addWidget(body, 1)
    layout.addWidget(status)
