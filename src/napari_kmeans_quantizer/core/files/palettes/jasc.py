"""JASC palette (.pal) of Paint Shop Pro: text, 8 bits, no names.

Layout, as Paint Shop Pro writes it, with lines that end in CR LF::

    JASC-PAL
    0100
    number of colors
    red green blue     one line a color

Some programs add a fourth number, alpha, which is left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .swatches import MOST_COLORS, Swatches, bytes_of
from .text import check_levels, numbered_lines, wrong

if TYPE_CHECKING:
    from napari_kmeans_quantizer.core.palette import Palette

HEADER = "JASC-PAL"
COUNT = re.compile(r"[0-9]{1,9}")
COLOR = re.compile(r"([0-9]{1,9})\s+([0-9]{1,9})\s+([0-9]{1,9})(?:\s+[0-9]{1,9})?")


def read(content: bytes) -> Swatches:
    """Return the colors, if there are as many as the file says."""
    lines = list(numbered_lines(content))
    texts = [text for _, text in lines[:3]] + [""] * 3
    last = lines[-1][0] if lines else 1
    for i, known in enumerate([HEADER, "0100"]):
        if texts[i] != known:
            raise wrong(lines[i][0] if i < len(lines) else last, repr(known), texts[i])
    if not COUNT.fullmatch(texts[2]) or not 1 <= int(texts[2]) <= MOST_COLORS:
        where = lines[2][0] if len(lines) > 2 else last
        raise wrong(where, f"a number of colors in 1..{MOST_COLORS}", texts[2])
    count, colors = int(texts[2]), lines[3:]
    if len(colors) != count:
        raise ValueError(f"line {last}: {count:,} colors are announced, {len(colors):,} are there.")
    return Swatches([_color(number, line) for number, line in colors])


def _color(number: int, line: str) -> tuple[int, ...]:
    match = COLOR.fullmatch(line)
    if match is None:
        raise wrong(number, "red, green and blue", line)
    levels = tuple(map(int, match.groups()))
    check_levels(number, line, levels)
    return levels


def write(palette: Palette, title: str) -> bytes:
    """Return the file."""
    del title
    rows = ("{} {} {}".format(*row) for row in bytes_of(palette).tolist())
    return "\r\n".join([HEADER, "0100", str(len(palette)), *rows, ""]).encode()
