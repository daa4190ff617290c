"""Keeps napari's canvas from crashing when layers are removed; see docs/napari-crash.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtOpenGLWidgets import QOpenGLWidget
from qtpy.QtWidgets import QMainWindow

if TYPE_CHECKING:
    from qtpy.QtWidgets import QWidget


def make_canvas_current(panel: QWidget) -> None:
    """Make the OpenGL context of the canvas beside a dock the current one, if there is a canvas.

    When a layer is removed napari deletes its textures and buffers at once, in whatever context is
    current: that of the window, or of another canvas such as the color space's. Mesa's drivers
    crash when the canvas is drawn the next time.
    """
    window: Any = panel
    while window is not None and not isinstance(window, QMainWindow):
        window = window.parentWidget()
    central = None if window is None else window.centralWidget()
    canvas = None if central is None else central.findChild(QOpenGLWidget)
    if canvas is not None and canvas.isValid():
        canvas.makeCurrent()
