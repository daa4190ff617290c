"""Make the animation of the README: the layers follow the slider, a color is changed.

Needs a display of at least 1200 x 640, a virtual one will do; nothing is downloaded.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from desk import FOLDER, Desk, desk, grab, rest
from PIL import Image
from skimage import data

from napari_kmeans_quantizer import quantize

WIDTH, HEIGHT = 1200, 640
SEEN = (200, 415), (400, 850)  # of the world: center and size of the picture and its palette
N_COLORS = (2, 3, 4, 5, 6, 8, 10, 12, 16)
COLORS = 96
STEP, HOLD = 700, 1600  # milliseconds


def main() -> None:
    shots, times = [], []
    for shot, time in moments():
        shots.append(shot)
        times.append(time)
    save(np.stack(shots), times)


def moments() -> Any:
    """Yield what is on the screen, and for how long."""
    with desk() as d:
        d.window.setGeometry(0, 0, WIDTH, HEIGHT)
        d.viewer.window._qt_viewer.dockLayerControls.hide()
        d.add(data.coffee(), name="coffee")
        rest(0.5)
        d.look_at(*SEEN)
        yield grab(d.window.geometry()), HOLD
        for n_colors in N_COLORS:
            d.run(n_colors, live=True)
            d.look_at(*SEEN)
            yield grab(d.window.geometry()), STEP
        for index in reds(d):
            d.widget.recolor(index, tuple(d.widget.result.palette.colors[index][::-1]))
        d.settle()
        yield grab(d.window.geometry()), HOLD


def reds(d: Desk) -> list[int]:
    """Return the colors of the saucer."""
    red, green, _ = d.widget.result.palette.rgb.T
    return np.flatnonzero((red > 2.2 * green + 0.05) & (red > 0.3)).tolist()


def save(frames: np.ndarray, times: list[int]) -> None:
    """Save with one palette of our own making, so that what stays the same costs nothing."""
    q = quantize(frames, COLORS, effort="best")
    entries = np.rint(q.palette.colors).astype(np.uint8).tobytes()
    pictures = [Image.fromarray(labels, "P") for labels in q.labels]
    for picture in pictures:
        picture.putpalette(entries)
    path = FOLDER / "live.gif"
    pictures[0].save(
        path, save_all=True, append_images=pictures[1:], duration=times, loop=0, optimize=True
    )
    print(f"{path.name}: {len(pictures)} pictures, {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
