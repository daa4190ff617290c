"""Take the pictures of the docs' pages of the widget, and the README's, from a real napari window.

Needs a display of at least 1400 x 900, a virtual one will do; nothing is downloaded.
"""

from __future__ import annotations

import os
import sys
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
from skimage import color, data

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin.panel.folding import Fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FOLDER = Path(__file__).parents[1] / "docs" / "images"
WIDTH, HEIGHT = 1400, 900
COLORS = 255  # of a picture; fewer make smaller files


# -- a window


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


# -- the pictures


def window() -> None:
    """The README's: a photograph, its palette, its colors in space, the curve one tab away."""
    with desk() as d:
        d.add(data.coffee(), name="coffee")
        d.run(12)
        d.explore(2, 16, "stack")
        d.viewer.window._qt_viewer.dockLayerControls.hide()
        d.color_space(zoom=0.95)
        docks = d.viewer.window._wrapped_dock_widgets
        d.window.splitDockWidget(
            docks["Explore K"], docks["Color space"], Qt.Orientation.Horizontal
        )
        d.tall("Color space", 320)
        d.fit()
        d.take("napari")


def panel() -> None:
    """The panel alone, in both themes."""
    shots = []
    for theme in ("dark", "light"):
        with desk(theme) as d:
            d.add(data.coffee(), name="coffee")
            d.run(16, live=True)
            d.widget.palette_view.select(-1)
            rest(0.5)
            shots.append(grab(place(d.panel)))
    save("widget-panel", np.concatenate(shots, axis=1))


def edit() -> None:
    """The red saucer made blue; colors locked, one menu open."""
    with desk() as d:
        d.add(data.coffee(), name="coffee")
        d.run(16)
        red, green, _ = d.widget.result.palette.rgb.T
        for index in np.flatnonzero((red > 2.2 * green + 0.05) & (red > 0.3)).tolist():
            d.widget.recolor(index, tuple(d.widget.result.palette.colors[index][::-1]))
            d.widget.lock(index)
        view = d.widget.palette_view
        view.select(1)
        area = d.beside(d.widget._busy.status.native, d.widget.buttons)
        d.fit(area=area)
        rows = view._list
        below = rows.visualRect(rows.model().index(1, 0)).center()
        view._popup_menu([1], rows.viewport().mapToGlobal(below))
        d.take("widget-edit", area)


def explore() -> None:
    """Nine numbers of colors on one sheet, and the curve."""
    with desk() as d:
        d.add(data.astronaut(), name="astronaut")
        d.run(6)
        d.explore(2, 10, "grid")
        d.fit("astronaut · 2 to 10 colors", share=0.9)
        d.take("widget-explore")


def color_space() -> None:
    """Pixels and stars of one picture, torn off: in RGB as they are, in CIELAB by distance."""
    with desk() as d:
        d.add(data.astronaut(), name="astronaut")
        d.run(16, color_space="lab")
        view = d.color_space(zoom=1.0)
        dock = view.parent()
        dock.setFloating(True)
        dock.setGeometry(0, 0, 560, 520)
        rest(1)
        shots = [grab(place(view))]
        view.space.setCurrentText("Lab")
        view.color_by.setCurrentText("distance to a color")
        orange = d.widget.result.palette.colors[:, 0] - d.widget.result.palette.colors[:, 2]
        view.set_reference(d.widget.result.palette.colors[orange.argmax()])
        rest(1)
        shots.append(grab(place(view)))
        save("widget-color-space", np.concatenate(shots, axis=1))


def region() -> None:
    """Tissue quantized inside a polygon only."""
    with desk() as d:
        tissue = d.add(data.immunohistochemistry(), name="tissue")
        angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
        radius = 170 + 16 * np.sin(3 * angle)
        outline = np.column_stack([250 + radius * np.sin(angle), 265 + radius * np.cos(angle)])
        drawn = d.viewer.add_shapes(
            [outline],
            name="gland",
            shape_type="polygon",
            edge_width=5,
            edge_color="#ffcc00",
            face_color="transparent",
        )
        d.run(4, image=tissue, region=drawn)
        d.viewer.layers.move(d.viewer.layers.index(drawn), -1)
        d.panel.findChildren(Fold)[0].setChecked(True)
        rest(0.5)
        area = d.beside(d.panel)
        area.setHeight(590)
        d.fit("tissue", "tissue · palette", area=area)
        d.take("widget-region", area)


def channels() -> None:
    """Two stains as channels of one image."""
    with desk() as d:
        stains = color.rgb2hed(data.immunohistochemistry()).astype(np.float32)
        for index, name, colormap in ((0, "hematoxylin", "cyan"), (2, "DAB", "magenta")):
            stain = stains[..., index]
            d.add(
                stain,
                name=name,
                colormap=colormap,
                blending="additive",
                contrast_limits=np.percentile(stain, (5, 99.5)).tolist(),
            )
        stained = set(d.viewer.layers)
        d.viewer.layers.selection = stained
        d.run(6, channels=True)
        d.viewer.layers.selection = stained
        d.viewer.window._qt_viewer.dockLayerControls.hide()
        d.panel.findChildren(Fold)[0].setChecked(True)
        rest(0.5)
        area = d.window.geometry()
        area.setHeight(660)
        d.fit(area=area)
        d.take("widget-channels", area)


def shares() -> None:
    """A time series that grows dark, its shares frame by frame."""
    with desk("light") as d:
        light = 0.15 + 0.85 * np.cos(np.linspace(0, 1.5, 24)) ** 2
        frames = data.coffee()[::2, ::2] * light[:, None, None, None]
        d.add(frames.astype(np.uint8), name="dusk", rgb=True, axis_labels=("time", "y", "x"))
        d.run(10)
        d.widget.open_shares()
        d.settle()
        d.viewer.window._qt_viewer.dockLayerControls.hide()
        d.viewer.dims.set_current_step(0, 8)
        d.fit()
        d.take("widget-shares")


SCALE = {"scale": (0.5, 0.5), "units": ("um", "um")}


def _regions(d: Desk, outlines: list[Any]) -> Any:
    """Draw regions in micrometers."""
    look = {"edge_width": 2, "edge_color": "#ffcc00", "face_color": "transparent"}
    units = SCALE["units"]
    return d.viewer.add_shapes(
        [np.asarray(outline) for outline in outlines],
        shape_type="polygon", name="regions", units=units, **look,
    )  # fmt: skip


def _blob(row: float, column: float, radius: float) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    wavy = radius * (1 + 0.12 * np.sin(3 * angle))
    return np.column_stack([row + wavy * np.sin(angle), column + wavy * np.cos(angle)])


def measure() -> None:
    """Named stains in two regions of tissue."""
    with desk() as d:
        tissue = d.add(data.immunohistochemistry(), name="tissue", **SCALE)
        d.run(4, image=tissue)
        drawn = _regions(d, [_blob(150, 165, 70), _blob(40, 60, 34)])
        d.widget.region.value = drawn
        d.run(4)
        _named(d, ["glass", "nuclei", "weak DAB", "DAB"])
        d.widget.open_measure()
        d.viewer.window._qt_viewer.dockLayerControls.hide()
        d.viewer.layers.move(d.viewer.layers.index(drawn), -1)
        d.tall("Measure", 270)
        d.fit("tissue", "tissue · palette")
        d.take("widget-measure")


def _named(d: Desk, names: list[str]) -> None:
    """Name the clusters of the chosen image from light to dark; the lightest is background."""
    order = np.argsort(-d.widget.state.shown.sum(axis=1)).tolist()
    for index, name in zip(order, names, strict=True):
        d.widget.rename(index, name)
    d.widget.set_background({order[0]})
    d.settle()


def slides() -> None:
    """Three slides side by side, one palette, the table of all; and how that was asked for."""
    with desk() as d:
        whole = data.immunohistochemistry()
        for index, (top, left) in enumerate(((0, 0), (0, 256), (256, 128))):
            part = whole[top : top + 256, left : left + 240]
            at = {"translate": (0, 132 * index)}
            d.add(part, name=f"slide {index + 1}", **SCALE, **at)
        blobs = [_blob(60, 45, 28), _blob(95, 190, 26), _blob(45, 220, 20), _blob(70, 325, 40)]
        _regions(d, blobs)
        d.viewer.layers.selection.active = d.viewer.layers["slide 1"]
        d.widget.n_colors.value = 3
        asked = d.widget.open_many()
        rest(0.5)
        asked.drawn.click()
        rest(0.5)
        save("measuring-many", grab(place(asked)))
        asked.run.click()
        d.settle()
        _named(d, ["glass", "weak DAB", "DAB"])
        d.viewer.window._qt_viewer.dockLayerControls.hide()
        d.viewer.layers.move(d.viewer.layers.index(d.viewer.layers["regions"]), -1)
        d.tall("Measure", 300)
        d.fit("slide 1", "slide 3", "slide 3 · palette")
        d.take("measuring-slides")


def compare() -> None:
    """Original and result with one camera."""
    with desk() as d:
        d.add(data.astronaut(), name="astronaut")
        d.run(16, color_space="lab")
        d.viewer.window._qt_viewer.dockLayerControls.hide()
        d.window.resize(WIDTH, 620)
        rest(0.5)
        d.widget.compare()
        rest(0.5)
        d.take("widget-compare", place(d.canvas))


MADE = (
    window, panel, edit, measure, slides, explore, color_space, region, channels, shares, compare,
)  # fmt: skip
PICTURES = {made.__name__: made for made in MADE}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or PICTURES:
        PICTURES[name]()


if __name__ == "__main__":
    main()
