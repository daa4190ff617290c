"""The canvas of the shares: a plot with a cursor that moves without drawing the plot again.

Importing this module imports matplotlib, as `views.plot` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Qt, Signal  # type: ignore[attr-defined]
from qtpy.QtGui import QColor, QPainter
from qtpy.QtWidgets import QWidget

from napari_kmeans_quantizer.plugin.views.plot import PlotCanvas

if TYPE_CHECKING:
    from matplotlib.backend_bases import Event
    from qtpy.QtGui import QKeyEvent, QPaintEvent

WIDTH = 3  # pixels: a light line between dark ones is seen on any color
STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
FAR = 1 << 30  # more steps than there are frames
STEPS |= {Qt.Key.Key_Home: -FAR, Qt.Key.Key_End: FAR}


class Cursor(QWidget):
    """A vertical line over a canvas."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def paintEvent(self, _: QPaintEvent | None) -> None:  # noqa: N802
        """Draw the line."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#000000"))
        painter.fillRect(self.rect().adjusted(1, 0, -1, 0), QColor("#ffffff"))
        painter.end()


class SharesCanvas(PlotCanvas):
    """A canvas with a cursor, which keys move.

    Parameters
    ----------
    parent : QWidget
        What the canvas belongs to.

    Attributes
    ----------
    stepped : Signal(int)
        The cursor is wanted so many frames to the right.
    cursor : Cursor
        The line.
    """

    stepped = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.cursor_line = Cursor(self)
        self._x: float | None = None
        self.mpl_connect("draw_event", self._place)

    def point_at(self, x: float | None) -> None:
        """Put the cursor at a place of the horizontal axis, None: nowhere."""
        self._x = x
        self._place()

    def _place(self, _: Event | None = None) -> None:
        """Put it where its place is drawn now: sizes have changed, or other things are drawn."""
        if self._x is None or not self.figure.axes:
            self.cursor_line.hide()
            return
        axes, scale = self.figure.axes[0], self.device_pixel_ratio
        left = float(axes.transData.transform((self._x, 0.0))[0]) / scale
        box = axes.bbox
        top = self.height() - box.y1 / scale
        self.cursor_line.setGeometry(
            round(left - WIDTH / 2), round(top), WIDTH, round(box.height / scale)
        )
        self.cursor_line.show()

    def x_at(self, event: Any) -> float:
        """Return the place on the horizontal axis under a mouse event, also beside the axes."""
        x = self.figure.axes[0].transData.inverted().transform((event.x, event.y))[0]
        left, right = self.figure.axes[0].get_xlim()
        return min(max(float(x), left), right)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Step with the arrows; leave all other keys to napari."""
        if event is None:
            return
        step = STEPS.get(Qt.Key(event.key()))
        if step is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            event.ignore()
        else:
            self.stepped.emit(step)
