"""Adobe Color (.aco), Photoshop's swatches: 16 bits a channel, names from version 2 on.

Layout, 16-bit numbers, big-endian, after Adobe's "Photoshop File Formats Specification" (Color
Swatches) and ``aco.ksy`` of anypalette.js (CC0-1.0)::

    1  number of colors  colors                   version 1: without names
    2  number of colors  colors, each with name   version 2: follows it, or stands alone
    color:  model  four values, of which some models ignore the last
      0 RGB    0..65535
      1 HSB    0..65535: hue once around
      2 CMYK   0..65535: 0 is full ink
      7 Lab    L 0..10000, signed a and b in -12800..12700
      8 grey   0..10000: 0 is white, as in files that Photoshop has written
    name:   u32 units, with the zero at the end  UTF-16 units

Other models are inks of some maker, whose colors no file tells. What follows version 2, the
groups of newer Photoshops, is not read. Written as RGB in both versions, one after the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .binary import Cursor, check_within
from .conversion import to_levels
from .swatches import Swatches, levels_of, names_of

if TYPE_CHECKING:
    from napari_kmeans_quantizer.core.palette import Palette

COLOR = 10
NAMED = COLOR + 4
PER_LEVEL = 257
"""Steps of 16 bits from one level of 8 bits to the next."""
INKS = {3: "Pantone", 4: "Focoltone", 5: "Trumatch", 6: "Toyo", 10: "HKS"}
OTHER_MODELS = "RGB, HSB, CMYK, Lab and grey are read"


def read(content: bytes) -> Swatches:
    """Return colors, and names if the file has version 2."""
    cursor = Cursor(content, ">")
    version, n_colors = cursor.take("HH", "the header")
    if version not in (1, 2):
        raise ValueError(f"byte 0: Adobe Color begins with version 1 or 2, not with {version}.")
    swatches = _section(cursor, version, n_colors)
    if version == 1 and content[cursor.at : cursor.at + 2] == b"\0\2":
        return _section(cursor, *cursor.take("HH", "the header of version 2"))
    return swatches


def _section(cursor: Cursor, version: int, n_colors: int) -> Swatches:
    cursor.need(n_colors * (NAMED if version == 2 else COLOR), f"{n_colors:,} colors")
    models: list[str] = []
    values: list[tuple[float, ...]] = []
    names: list[str] = []
    for _ in range(n_colors):
        model, numbers = _color(cursor)
        models.append(model)
        values.append(numbers)
        if version == 2:
            (n_units,) = cursor.take("I", "the length of a name")
            names.append(cursor.take_name(n_units))
    return Swatches(to_levels(models, values), names or None)


def _color(cursor: Cursor) -> tuple[str, tuple[float, ...]]:
    at = cursor.at
    kind, *words = cursor.take("H4H", "a color")
    if kind in (0, 1):
        return ("RGB", "HSB")[kind], tuple(word / 65535 for word in words[:3])
    if kind == 2:
        return "CMYK", tuple(1 - word / 65535 for word in words)
    if kind == 7:
        a, b = (word - 65536 * (word >= 32768) for word in words[1:3])
        check_within(at, (words[0],), 0, 10000, "L")
        check_within(at, (a, b), -12800, 12800, "a and b")
        return "Lab", (words[0] / 100, a / 100, b / 100)
    if kind == 8:
        check_within(at, (words[0],), 0, 10000, "grey")
        return "grey", (1 - words[0] / 10000,)
    raise ValueError(
        f"byte {at}: color model {kind} ({INKS.get(kind, 'unknown')}) cannot be read; "
        f"{OTHER_MODELS}."
    )


def write(palette: Palette, title: str) -> bytes:
    """Return the file: version 1, then version 2."""
    del title
    words = np.zeros((len(palette), 5), ">u2")
    words[:, 1:4] = np.rint(levels_of(palette) * PER_LEVEL)
    colors = [row.tobytes() for row in words]
    named = [color + _name(name) for color, name in zip(colors, names_of(palette), strict=True)]
    return _written(1, colors) + _written(2, named)


def _written(version: int, colors: list[bytes]) -> bytes:
    return np.array([version, len(colors)], ">u2").tobytes() + b"".join(colors)


def _name(name: str) -> bytes:
    text = (name + "\0").encode("utf-16-be")
    return np.array(len(text) // 2, ">u4").tobytes() + text
