"""The plain Qt parts of the 3-D color view: the color bar, and how its controls are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtCore import QBuffer, QIODevice, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QImage, QLinearGradient, QPainter, QPalette
from qtpy.QtWidgets import (
    QComboBox,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)
from superqt import QFlowLayout

from napari_kmeans_quantizer.plugin.views.parts import describe, save_button

from .axes import SPACES, nice_ticks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from qtpy.QtGui import QPaintEvent

MARGIN = 16  # pixels
BAR_HEIGHT = 9
OWN, CLUSTER, DISTANCE = "own color", "cluster color", "distance to a color"
MOST_POINTS = 100_000
TICK = 4
LOWEST = 140  # pixels, of the canvas; where there is less, the view scrolls


class Controls(QFlowLayout):
    """The row of controls; it wraps in narrow docks.

    Attributes
    ----------
    space, color_by : QComboBox
    n_points : QSpinBox
    home, save : QPushButton
    """

    def __init__(self) -> None:
        super().__init__()
        self._make_choices()
        self._make_buttons()
        self.setHorizontalSpacing(8)
        self.setVerticalSpacing(4)
        for control in (self.space, self.color_by, self.n_points, self.home, self.save):
            self.addWidget(control)
        self.allow(False, False)

    def _make_choices(self) -> None:
        self.space = combo(SPACES, "Color space", "The space in which the colors are placed")
        self.color_by = combo(
            (OWN, CLUSTER, DISTANCE),
            "Color of the points",
            "Paint each point in its own color, in that of its cluster, or by its distance to a "
            "color: click a point to choose which",
        )
        self.n_points = QSpinBox()
        self.n_points.setRange(100, MOST_POINTS)
        self.n_points.setSingleStep(1000)
        self.n_points.setValue(3000)
        self.n_points.setGroupSeparatorShown(True)
        self.n_points.setKeyboardTracking(False)
        self.n_points.setSuffix(" points")
        describe(self.n_points, "Number of points", "How many of the image's pixels are drawn")

    def _make_buttons(self) -> None:
        self.home = QPushButton("Reset")
        describe(
            self.home,
            "Reset view",
            "Look at everything again. Drag to turn, scroll to zoom, Shift+drag to move; "
            "arrow keys, + and - do so too",
        )
        self.save = save_button("picture", "Save this view as a PNG, at twice its size on screen")

    def allow(self, shown: bool, spaces: bool) -> None:
        """Let only what does something be used.

        Parameters
        ----------
        shown : bool
            Whether there are colors to be seen.
        spaces : bool
            Whether these lie otherwise in Lab and Oklab than in RGB.
        """
        self.space.setEnabled(shown and spaces)
        for control in (self.color_by, self.n_points, self.home, self.save):
            control.setEnabled(shown)


class Place(QWidget):
    """Where the canvas lies, or what stands for it."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(200, LOWEST)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(2, 2, 2, 2)  # of the focus's ring

    def put(self, canvas: QWidget) -> None:
        """Put a canvas into the place."""
        self._column.addWidget(canvas)


class ColorBar(QWidget):
    """A gradient from 0 to the largest distance, with ticks and a label below.

    Parameters
    ----------
    table : (n, 4) ndarray
        Its colors, from left to right.
    """

    def __init__(self, table: NDArray[Any]) -> None:
        super().__init__()
        self._colors = [QColor.fromRgbF(*map(float, row)) for row in table]
        self.largest = 1.0
        self.label = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return room for the gradient, the ticks and two lines of text."""
        return QSize(200, 6 + BAR_HEIGHT + TICK + 2 * self.fontMetrics().height() + 4)

    def show_range(self, largest: float, label: str) -> None:
        """Tell what the colors mean."""
        if (largest, label) == (self.largest, self.label):
            return
        self.largest, self.label = largest, label
        describe(self, f"{label}, 0 to {largest:.3g}", "")
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw it on the window."""
        painter = QPainter(self)
        self.paint(painter)
        painter.end()

    def paint(self, painter: QPainter) -> None:
        """Draw it wherever the painter draws, as large as the widget is."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font())
        bar = QRectF(MARGIN, 6, self.width() - 2 * MARGIN, BAR_HEIGHT)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        for i in range(0, len(self._colors), 5):
            gradient.setColorAt(i / (len(self._colors) - 1), self._colors[i])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(gradient)
        painter.drawRoundedRect(bar, 2, 2)
        self._paint_texts(painter, bar)

    def _paint_texts(self, painter: QPainter, bar: QRectF) -> None:
        ink = self.palette().color(QPalette.ColorRole.WindowText)
        line = self.fontMetrics().height()
        center = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.setPen(ink)
        for value in nice_ticks(0, self.largest):
            x = bar.left() + bar.width() * value / self.largest
            painter.drawLine(int(x), int(bar.bottom()) + 1, int(x), int(bar.bottom()) + TICK)
            text = QRectF(x - 60, bar.bottom() + TICK, 120, line)
            painter.drawText(text, int(center), f"{value:g}")
        below = QRectF(0, bar.bottom() + TICK + line, self.width(), line)
        painter.drawText(below, int(center), self.label)


def combo(items: Iterable[str], name: str, tooltip: str) -> QComboBox:
    """Return a combo box that fits its items, and no more."""
    box = QComboBox()
    box.addItems(list(items))
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    describe(box, name, tooltip)
    return box


def theme_colors(widget: QWidget) -> list[NDArray[Any]]:
    """Return the background and the text color of a widget, (3,) each in 0..1."""
    roles = (QPalette.ColorRole.Window, QPalette.ColorRole.WindowText)
    return [np.array(widget.palette().color(role).getRgbF()[:3]) for role in roles]


def message(text: str) -> QLabel:
    """Return a text that stands where something else cannot."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label


def with_bar(pixels: NDArray[np.uint8], bar: ColorBar | None, width: int) -> QImage:
    """Return a rendered picture (h, w, 4), with the color bar below it.

    Parameters
    ----------
    pixels : (h, w, 4) ndarray of uint8
        The picture.
    bar : ColorBar or None
        None for the picture alone.
    width : int
        How wide the picture is on screen: the bar is enlarged as it is.
    """
    opaque = np.ascontiguousarray(pixels)
    opaque[..., 3] = 255  # smoothed edges leave holes in the background
    height, across = opaque.shape[:2]
    drawn = QImage(
        opaque.tobytes(), across, height, 4 * across, QImage.Format.Format_RGBA8888
    ).copy()  # the copy owns its pixels
    if bar is None:
        return drawn
    ratio = across / max(width, 1)
    picture = QImage(across, height + round(bar.height() * ratio), QImage.Format.Format_RGB32)
    picture.fill(bar.palette().color(QPalette.ColorRole.Window))
    painter = QPainter(picture)
    painter.drawImage(0, 0, drawn)
    painter.translate(0, height)
    painter.scale(ratio, ratio)
    bar.paint(painter)
    painter.end()
    return picture


def encoded(picture: QImage) -> bytes:
    """Return a picture as the content of a PNG file.

    Raises
    ------
    OSError
        If Qt cannot encode it.
    """
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not picture.save(buffer, "PNG"):
        raise OSError("Qt could not encode the picture as PNG.")
    return bytes(buffer.data().data())
