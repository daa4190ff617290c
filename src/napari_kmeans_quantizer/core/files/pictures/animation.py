"""Animations: GIF, APNG, WebP and AVIF, their frames composed as they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .alpha import without_idle_alpha
from .limits import LONGEST, MOST_PLAYS
from .picture import Picture

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

ANIMATED = ("GIF", "PNG", "WEBP", "AVIF")
"""Where several frames are an animation, and not pictures of which one is meant."""


def frames_of(image: ImageFile) -> range:
    """Return the positions of the frames that are shown one after the other."""
    if image.format not in ANIMATED:
        return range(1)
    n_frames = getattr(image, "n_frames", 1)
    # What programs show that know no APNG is not part of the animation.
    has_cover = n_frames > 1 and getattr(image, "default_image", False)
    return range(int(has_cover), n_frames)


def read_frames(image: ImageFile, frames: range) -> Picture:
    """Return frames ``(T, H, W, 3)`` or, if any is transparent somewhere, ``(T, H, W, 4)``."""
    rgba = np.empty((len(frames), image.height, image.width, 4), np.uint8)
    durations = []
    for index, frame in enumerate(frames):
        image.seek(frame)
        image.load()
        rgba[index] = np.asarray(image.convert("RGBA"))
        durations.append(min(float(image.info.get("duration") or 0), LONGEST))
    array, mode = without_idle_alpha(rgba)
    return Picture(array, mode, "", 0, durations=tuple(durations), loop=_plays(image))


def _plays(image: ImageFile) -> int:
    """Return how often it is played, 0: without end. GIF counts how often it is repeated."""
    loop = image.info.get("loop")
    if image.format == "GIF":
        if loop is None:
            return 1
        return min(int(loop) + 1, MOST_PLAYS) if loop else 0
    return min(int(loop or 0), MOST_PLAYS)
