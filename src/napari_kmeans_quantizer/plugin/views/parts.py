"""Small things that several views use: pieces of color, and what a screen reader says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QRect, QRectF, Qt
from qtpy.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
from qtpy.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from superqt import QFlowLayout

from .focus import FocusRing

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)  # else a selected row would tint the color
    return icon


def describe(widget: QWidget, name: str, tooltip: str) -> None:
    """Tell what a widget is, to screen readers and on hovering."""
    widget.setAccessibleName(name)
    widget.setAccessibleDescription(tooltip)
    widget.setToolTip(tooltip)


def save_button(what: str, tooltip: str) -> QPushButton:
    """Return a button that saves a "table" or a "picture", once there is one."""
    button = QPushButton(f"Save {what} ...")
    describe(button, f"Save {what}", tooltip)
    button.setEnabled(False)
    return button


class Content(QWidget):
    """A column that is as high as its parts need in some width, and higher where there is room."""

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        """Return the least height: a scroll area would give it that which its parts like best."""
        layout = self.layout()
        return -1 if layout is None else layout.minimumHeightForWidth(width)


def in_flow(controls: Iterable[QWidget], gap: int = 8) -> QFlowLayout:
    """Return controls in a row that is broken where there is no room."""
    row = QFlowLayout()
    row.setHorizontalSpacing(gap)
    row.setVerticalSpacing(4)
    for control in controls:
        row.addWidget(control)
    return row


def together(*widgets: QWidget) -> QWidget:
    """Return a row of widgets that a wrapping layout does not part."""
    group = QWidget()
    row = QHBoxLayout(group)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    for widget in widgets:
        row.addWidget(widget)
    return group


def to_clipboard(text: str) -> None:
    """Copy a text."""
    clipboard: Any = QGuiApplication.clipboard()
    clipboard.setText(text)


def arrange(view: QWidget, head: QLayout, body: QWidget, *below: QWidget) -> None:
    """Put controls above what is shown, which takes all the room, and lines of text below.

    In docks that are too low for all of that, it scrolls.
    """
    # Else napari adds empty room below.
    view.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
    content = Content()
    layout = QVBoxLayout(content)
    layout.setContentsMargins(6, 4, 6, 4)
    layout.setSpacing(4)
    layout.addLayout(head)
    layout.addWidget(body, 1)
    for widget in below:
        layout.addWidget(widget)
    scrolled = QScrollArea()
    scrolled.setFrameShape(QFrame.Shape.NoFrame)
    scrolled.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keys are for what it holds
    scrolled.setWidgetResizable(True)
    scrolled.setWidget(content)
    FocusRing(content)
    around = QVBoxLayout(view)
    around.setContentsMargins(0, 0, 0, 0)
    around.addWidget(scrolled)
