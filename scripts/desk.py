"""A napari window with the widget docked, and what it takes to photograph it.

Needs a display of at least 1400 x 900, a virtual one will do; nothing is downloaded.
"""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Pictures must not depend on the preferences of whoever makes them, nor change them.
os.environ["NAPARI_CONFIG"] = str(Path(tempfile.mkdtemp()) / "settings.yaml")

import napari
import numpy as np
from napari.settings import get_plugin_settings
from PIL import Image
from qtpy.QtCore import QPoint, QRect, Qt
from qtpy.QtGui import QImage
from qtpy.QtWidgets import QApplication, QWidget

from napari_kmeans_quantizer import quantize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FOLDER = Path(__file__).parents[1] / "docs" / "images"
WIDTH, HEIGHT = 1400, 900
COLORS = 255  # of a picture; fewer make smaller files


class Desk:
    """A napari window with the widget docked, and what it takes to photograph it."""

    def __init__(self, theme: str = "dark") -> None:
        self.viewer = napari.Viewer(title="napari", show=True)
        self.viewer.theme = theme
        self.window = self.viewer.window._qt_window
        self.window.setGeometry(0, 0, WIDTH, HEIGHT)
        self.canvas = self.viewer.window._qt_viewer.canvas.native
        self.widget = self.viewer.window.add_plugin_dock_widget("napari-kmeans-quantizer")[1]
        self.panel = self.widget.native
        self.settle(1)
        wait_for(lambda: not self.widget.message)  # compiled

    def add(self, image: Any, **options: Any) -> Any:
        return self.viewer.add_image(image, **options)

    def run(self, n_colors: int, **controls: Any) -> None:
        for name, value in controls.items():
            getattr(self.widget, name).value = value
        self.widget.n_colors.value = n_colors
        self.widget.run()
        self.settle()

    def settle(self, seconds: float = 0.6) -> None:
        """Wait for the work, and for all that is drawn after it."""
        wait_for(lambda: not self.widget.running)
        rest(seconds)

    def fit(self, *names: str, area: QRect | None = None, share: float = 0.94) -> None:
        """Fill the canvas, or the part of it that lies in `area`, with some layers."""
        layers = [self.viewer.layers[name] for name in names] or list(self.viewer.layers)
        corners = np.array([layer.extent.world[:, -2:] for layer in layers])
        low, high = corners[:, 0].min(axis=0), corners[:, 1].max(axis=0)
        high[1] += 0.03 * (high[1] - low[1])  # of points, napari counts the centers only
        self.look_at((low + high) / 2, high - low, area, share)

    def look_at(
        self, center: Any, size: Any, area: QRect | None = None, share: float = 0.94
    ) -> None:
        canvas = place(self.canvas)
        area = canvas if area is None else area.intersected(canvas)
        zoom = share * min(area.height() / size[0], area.width() / size[1])
        off = area.center() - canvas.center()
        camera = self.viewer.scene.camera
        camera.zoom = zoom
        camera.center = (0, center[0] - off.y() / zoom, center[1] - off.x() / zoom)
        rest(0.5)

    def beside(self, *parts: QWidget) -> QRect:
        """Return where some parts of the panel lie, and the canvas beside them."""
        area = place(self.canvas)
        box = united(*parts)
        right = place(self.panel).right()
        return QRect(QPoint(area.left(), box.top()), QPoint(right, box.bottom() + 6))

    def view(self, title: str) -> Any:
        """Return what a dock holds."""
        return self.viewer.window.dock_widgets[title]

    def explore(self, first: int, last: int, arrangement: str) -> None:
        """Open the curve, and do as its controls say."""
        self.widget.open_explore()
        view: Any = self.view("Explore K")
        view.last.setValue(last)
        view.first.setValue(first)
        view.arrangement.setCurrentIndex(view.arrangement.findData(arrangement))
        view.compute.click()
        self.settle()

    def color_space(self, zoom: float) -> Any:
        """Open the 3-D view, and scroll in a little."""
        self.widget.open_color_space()
        rest(0.6)
        view: Any = self.view("Color space")
        view.scene.camera.scale_factor /= zoom
        return view

    def tall(self, dock_title: str, height: int) -> None:
        """Give a dock below the canvas this height."""
        found: Any = self.viewer.window._wrapped_dock_widgets[dock_title]
        self.window.resizeDocks([found], [height], Qt.Orientation.Vertical)
        rest(0.6)

    def take(self, name: str, area: QRect | None = None) -> None:
        """Save what is on the screen: the window, or a part of it."""
        rest(0.3)
        save(name, grab(self.window.geometry() if area is None else area))


def place(part: QWidget) -> QRect:
    """Return where a part of the window is on the screen."""
    return QRect(part.mapToGlobal(QPoint(0, 0)), part.size())


def united(*parts: QWidget) -> QRect:
    area = QRect()
    for part in parts:
        area = area.united(place(part))
    return area


@contextmanager
def desk(theme: str = "dark") -> Iterator[Desk]:
    get_plugin_settings("napari-kmeans-quantizer").start.remember = False
    made = Desk(theme)
    try:
        yield made
    finally:
        made.widget.cancel()
        made.viewer.close()
        rest(0.2)


def grab(area: QRect) -> np.ndarray:
    """Return a part of the screen, with menus and 3-D views as they are seen."""
    screen: Any = QApplication.primaryScreen()
    shot = screen.grabWindow(0, area.x(), area.y(), area.width(), area.height())
    image = shot.toImage().convertToFormat(QImage.Format.Format_RGB888)
    memory = image.bits().asarray(image.sizeInBytes())
    rows = np.array(memory, np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)


def save(name: str, pixels: np.ndarray) -> None:
    """Save with a palette of our own making."""
    q = quantize(pixels, COLORS, effort="best")
    picture = Image.fromarray(q.labels, "P")
    picture.putpalette(np.rint(q.palette.colors).astype(np.uint8).tobytes())
    path = FOLDER / f"{name}.png"
    picture.save(path, optimize=True)
    height, width = pixels.shape[:2]
    print(f"{path.name}: {width} x {height}, {path.stat().st_size / 1000:.0f} kB", flush=True)


def wait_for(done: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("The widget is still at work.")
        QApplication.processEvents()
        time.sleep(0.01)


def rest(seconds: float) -> None:
    end = time.monotonic() + seconds
    wait_for(lambda: time.monotonic() > end)
