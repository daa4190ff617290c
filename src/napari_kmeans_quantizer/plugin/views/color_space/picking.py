"""What the mouse and the keys mean in the 3-D color view: which star, which point, which turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .scene import POINT_SIZE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .scene import ColorSpaceScene

REACH = 8.0  # pixels between a click and the point that it means
DRAG = 3.0  # pixels; a press and release closer together is a click
TURNS = {"Left": (5, 0), "Right": (-5, 0), "Up": (0, 5), "Down": (0, -5)}  # degrees
ZOOMS = {"+": 1 / 1.1, "=": 1 / 1.1, "-": 1.1}


def is_click(event: Any) -> bool:
    """Return whether a release of the mouse ends a plain click: not a turn of the view."""
    press = event.press_event
    if event.button != 1 or press is None or event.modifiers:
        return False
    return bool(np.hypot(*(event.pos - press.pos)) <= DRAG)


def star_at(
    scene: ColorSpaceScene, places: NDArray[Any], sizes: NDArray[Any], pos: NDArray[Any]
) -> int | None:
    """Return the star that a position on the canvas means."""
    if not len(places):
        return None
    away, _ = _seen_from(scene, places, pos)
    nearest = int(np.argmin(away))
    return nearest if away[nearest] <= max(REACH, sizes[nearest] / 2) else None


def point_at(scene: ColorSpaceScene, places: NDArray[Any], pos: NDArray[Any]) -> int | None:
    """Return the point that a position on the canvas means."""
    away, depth = _seen_from(scene, places, pos)
    below = away <= POINT_SIZE / 2
    if below.any():  # several points lie below the cursor: the user sees the nearest one
        return int(np.argmin(np.where(below, depth, np.inf)))
    return None if away.min(initial=np.inf) > REACH else int(np.argmin(away))


def _seen_from(
    scene: ColorSpaceScene, places: NDArray[Any], pos: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return how far from a position places are seen, in pixels, and their depths."""
    seen, depth = scene.project(places)
    return np.nan_to_num(np.hypot(*(seen - pos[:2]).T), nan=np.inf), depth


def turn_by_key(camera: Any, key: str) -> bool:
    """Turn or zoom as a key says; return whether it says anything."""
    if key in TURNS:
        camera.orbit(*TURNS[key])
    elif key in ZOOMS:
        camera.scale_factor *= ZOOMS[key]
    return key in TURNS or key in ZOOMS
