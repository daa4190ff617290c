"""Procreate palette (.swatches): colors as hue, saturation and brightness; read only.

Layout, as files of Procreate 4 and 5 show: a zip that holds ``Swatches.json``, a palette or a list
of them::

    [{"name": "Modern", "swatches": [
        {"hue": 0.98, "saturation": 0.37, "brightness": 0.97, "alpha": 1, "colorSpace": 0}, null]}]

All are in 0..1; null is a place without a color. Of several palettes all colors are read.
"""

from __future__ import annotations

import json
from typing import Any

from .conversion import to_levels
from .damage import blamed_on_the_file
from .swatches import Swatches, check_number
from .zip_member import member_of

MEMBER = "Swatches.json"
KIND = "a Procreate palette"
HSB = ("hue", "saturation", "brightness")


def read(content: bytes) -> Swatches:
    """Return the colors; places without one are left out."""
    text = member_of(content, MEMBER, KIND)
    try:
        with blamed_on_the_file(KIND):
            found = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{MEMBER}, line {error.lineno}: is no JSON: {error.msg}.") from error
    colors = [color for palette in _palettes(found) for color in palette if color is not None]
    check_number(len(colors))
    values = [_values(place, color) for place, color in enumerate(colors, 1)]
    return Swatches(to_levels(["HSB"] * len(values), values))


def _palettes(found: Any) -> list[list[Any]]:
    palettes = found if isinstance(found, list) else [found]
    listed = [item.get("swatches") if isinstance(item, dict) else None for item in palettes]
    if not listed or not all(isinstance(colors, list) for colors in listed):
        raise ValueError(f'{MEMBER} must hold palettes with a list "swatches".')
    return listed  # type: ignore[return-value]


def _values(place: int, color: Any) -> tuple[float, ...]:
    values = [color.get(key) if isinstance(color, dict) else None for key in HSB]
    if not all(isinstance(value, int | float) and 0 <= value <= 1 for value in values):
        raise ValueError(f"{MEMBER}, color {place}: {', '.join(HSB)} must be numbers in 0..1.")
    return tuple(map(float, values))  # type: ignore[arg-type]
