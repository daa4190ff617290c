"""Open napari with the plugin docked and a photograph quantized; or save a screenshot of that."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

import napari
from qtpy.QtWidgets import QApplication
from skimage import data

if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, help="save a screenshot here and end")
    parser.add_argument("-s", "--sample", default="coffee", help="name in skimage.data")
    parser.add_argument("-k", "--n-colors", type=int, default=16)
    parser.add_argument("-t", "--theme", choices=["dark", "light"], default="dark")
    options = parser.parse_args()

    viewer = napari.Viewer(title="napari-kmeans-quantizer")
    viewer.theme = options.theme
    viewer.window.resize(1400, 900)
    viewer.add_image(getattr(data, options.sample)(), name=options.sample)
    _, widget = viewer.window.add_plugin_dock_widget("napari-kmeans-quantizer")
    widget.n_colors.value = options.n_colors
    widget.run()
    if options.output is None:
        napari.run()
        return
    process_events(lambda: len(viewer.layers) == 4, 120)
    process_events(lambda: False, 2)  # thumbnails, notifications
    viewer.window.screenshot(str(options.output), canvas_only=False, flash=False)
    viewer.close()


def process_events(done: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    main()
