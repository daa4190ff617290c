"""GIMP palette (.gpl): text, with names; also of Inkscape, Krita, Aseprite and Lospec.

Layout, after GIMP's ``app/core/gimppalette-load.c``; Pillow has a reader, but it takes neither
names nor more than 256 colors::

    GIMP Palette
    Name: Autumn
    Columns: 8
    # a comment
    120  40   0	Rust

The lines with a key may be missing, and others be there. Between numbers and name are blanks or a
tab. Encoded in UTF-8, old files in Latin-1. Aseprite writes ``Channels: RGBA`` and a fourth
number, alpha, which is left out. Holds 8 bits a channel.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .swatches import Swatches, bytes_of, check_number, clean, names_of
from .text import check_levels, numbered_lines, wrong

if TYPE_CHECKING:
    from napari_kmeans_quantizer.core.palette import Palette

HEADER = "GIMP Palette"
KEY = re.compile(r"([A-Za-z]+)\s*:\s*(.*)")
COLOR = re.compile(r"([0-9]{1,9})\s+([0-9]{1,9})\s+([0-9]{1,9})(?:\s+(.*))?")
ALPHA = re.compile(r"[0-9]{1,9}(?:\s+|$)")


def read(content: bytes) -> Swatches:
    """Return colors and names."""
    lines = numbered_lines(content)
    number, first = next(lines, (1, ""))
    if number != 1 or first != HEADER:
        raise wrong(number, f"{HEADER!r}", first)
    levels: list[tuple[int, ...]] = []
    names: list[str] = []
    has_alpha = False
    for number, line in lines:
        key = None if levels else KEY.fullmatch(line)
        if key is not None:
            has_alpha |= key[1].lower() == "channels" and key[2].strip().upper() == "RGBA"
        elif not line.startswith("#"):
            color, name = _color(number, line)
            levels.append(color)
            names.append(ALPHA.sub("", name, count=1) if has_alpha else name)
    check_number(len(levels))
    return Swatches(levels, names)


def _color(number: int, line: str) -> tuple[tuple[int, ...], str]:
    match = COLOR.fullmatch(line)
    if match is None:
        raise wrong(number, "red, green, blue and perhaps a name", line)
    levels = tuple(map(int, match.groups()[:3]))
    check_levels(number, line, levels)
    return levels, match[4] or ""


def write(palette: Palette, title: str) -> bytes:
    """Return the file: as in GIMP, numbers in columns and a tab before the name."""
    rows = (
        "{:3d} {:3d} {:3d}".format(*row) + (f"\t{name}" if name else "")
        for row, name in zip(bytes_of(palette).tolist(), names_of(palette), strict=True)
    )
    return "\n".join([HEADER, f"Name: {clean(title)}", "Columns: 0", "#", *rows, ""]).encode()
