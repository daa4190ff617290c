"""How long people wait: live preview, recoloring and exploring at 1 megapixel, in a real window.

Run under a display: ``xvfb-run -a -s "-screen 0 1400x900x24" python benchmarks/live_latency.py``.
Live changes of the number of colors take turns with napari alone being given other data for the
same layers, so that both see the same load of the machine.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

import napari
import numpy as np
from qtpy.QtWidgets import QApplication
from skimage import data

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.plugin.layers.contents import state_contents
from napari_kmeans_quantizer.plugin.models.settings import Settings
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.models.state import State

if TYPE_CHECKING:
    from collections.abc import Callable

TURNS = 30


def main() -> None:
    viewer = napari.Viewer()
    viewer.window.resize(1400, 900)
    photo = np.ascontiguousarray(np.tile(data.astronaut(), (2, 2, 1)))
    source = viewer.add_image(photo, name="photo")
    _, widget = viewer.window.add_plugin_dock_widget("napari-kmeans-quantizer")
    handle_events(1)
    widget.run()
    wait(widget)
    widget.live.value = True
    wait(widget)
    layers = [viewer.layers[f"photo · {role}"] for role in ("quantized", "clusters", "palette")]
    live, all_three, pictures = [], [], []
    random = np.random.default_rng(0)
    for turn in range(-4, TURNS):
        n_colors = int(np.clip(widget.n_colors.value + random.choice([-3, -2, -1, 1, 2]), 4, 60))
        n_colors += n_colors == widget.n_colors.value
        other = quantize(photo, n_colors + 1)
        contents = state_contents(State.of_fit(Source((source,)), Settings(), photo, other))
        times = [
            timed(partial(slide, widget, n_colors)),
            timed(partial(set_all, layers, contents)),
            timed(partial(set_pictures, layers, contents)),
        ]
        if turn >= 0:
            for seconds, kept in zip(times, (live, all_three, pictures), strict=True):
                kept.append(seconds)
    tell("live: from the change to drawn layers", live)
    tell("napari alone, the same data of the three layers", all_three)
    tell("napari alone, data of image and labels", pictures)
    widget.live.value = False
    tell("recolor", [timed(partial(widget.recolor, 1, (9 * k, 200, k))) for k in range(9)])
    tell("explore K = 2..10", [timed(lambda: (widget.explore(), wait(widget))) for _ in range(3)])
    viewer.close()


def slide(widget: Any, n_colors: int) -> None:
    widget._form.slider.value = n_colors
    wait(widget)


def set_all(layers: list, contents: Any) -> None:
    set_pictures(layers, contents)
    layers[1].colormap = contents.labels["colormap"]
    layers[1].features = contents.labels["features"]
    for name in ("data", "features", "face_color"):
        setattr(layers[2], name, contents.palette[name])


def set_pictures(layers: list, contents: Any) -> None:
    layers[0].data = contents.image["data"][::-1].copy()
    layers[1].data = contents.labels["data"].copy()


def timed(act: Callable[[], object]) -> float:
    """Return how long it takes until it is drawn."""
    start = time.perf_counter()
    act()
    QApplication.processEvents()
    QApplication.processEvents()
    seconds = time.perf_counter() - start
    handle_events(0.1)
    return seconds


def wait(widget: Any) -> None:
    while widget.running:
        QApplication.processEvents()
        time.sleep(0.0005)


def handle_events(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        QApplication.processEvents()
        time.sleep(0.002)


def tell(what: str, seconds: list[float]) -> None:
    median, most = 1000 * np.median(seconds), 1000 * np.quantile(seconds, 0.95)
    print(f"{what:50}  median {median:5.0f} ms   95 % {most:5.0f} ms")


if __name__ == "__main__":
    main()
