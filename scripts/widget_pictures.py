"""Take the pictures of the docs' pages of the widget, and the README's, from a real napari window.

Needs a display of at least 1400 x 900, a virtual one will do; nothing is downloaded.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from desk import FOLDER, WIDTH, Desk, desk, grab, place, rest, save
from qtpy.QtCore import Qt
from skimage import color, data

from napari_kmeans_quantizer.plugin.panel.folding import Fold


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
