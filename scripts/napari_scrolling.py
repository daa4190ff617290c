"""Open an OME-Zarr in napari, go in to its pixels and scroll; tell the longest stall of the window.

With ``--output`` a screenshot is saved, and napari is closed.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import napari
import numpy as np
from qtpy.QtWidgets import QApplication

N_STEPS = 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("image", type=Path, help="an OME-Zarr")
    parser.add_argument("-o", "--output", type=Path, help="save a screenshot here and end")
    options = parser.parse_args()

    viewer = napari.Viewer(title=f"{options.image.name}: napari-kmeans-quantizer")
    viewer.window.resize(1400, 900)
    layers = viewer.open(options.image, plugin="napari-ome-zarr")
    look(0.5)
    print(scrolled(viewer, layers[0]))
    if options.output is None:
        napari.run()
        return
    look(1.0)
    viewer.window.screenshot(str(options.output), canvas_only=False, flash=False)
    viewer.close()


def scrolled(viewer: napari.Viewer, layer: napari.layers.Layer) -> str:
    """Zoom in to the finest level, then go across the image; return what that was like."""
    low, high = (np.array(corner)[-2:] for corner in layer.extent.world)
    stalls, levels = [], set()
    finest = 1 / layer.scale[-1]  # one pixel of the image is one of the screen
    camera = viewer.scene.camera
    zooms = np.geomspace(camera.zoom, finest, N_STEPS // 2)
    path = [*zip([0.3] * len(zooms), zooms, strict=True)]
    path += [(share, finest) for share in np.linspace(0.3, 0.32, N_STEPS)]
    for share, zoom in path:
        start = time.monotonic()
        camera.center = (0, *(low + share * (high - low)))
        camera.zoom = zoom
        QApplication.processEvents()
        stalls.append(time.monotonic() - start)
        levels.add(getattr(layer, "data_level", 0))
    typical, longest = 1e3 * np.median(stalls), 1e3 * max(stalls)
    return (
        f"napari: {len(stalls)} steps of zooming and scrolling over levels {sorted(levels)}: "
        f"{typical:.0f} ms each (median), longest stall {longest:.0f} ms."
    )


def look(seconds: float) -> None:
    """Let the window draw what there is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()


if __name__ == "__main__":
    main()
