"""Corel palette (.pal) of CorelDRAW 4 and 5: text, inks with names; read only.

Layout, as in files of CorelDRAW: a name in quotes, then cyan, magenta, yellow and black in
percent::

    "Deep Blue"  100   84    0    0
"""

from __future__ import annotations

import re

from .conversion import to_levels
from .swatches import Swatches
from .text import check_levels, numbered_lines, wrong

COLOR = re.compile(r'"(.*)"\s+([0-9]{1,9})\s+([0-9]{1,9})\s+([0-9]{1,9})\s+([0-9]{1,9})')


def read(content: bytes) -> Swatches:
    """Return colors and names."""
    names: list[str] = []
    inks: list[tuple[float, ...]] = []
    for number, line in numbered_lines(content):
        match = COLOR.fullmatch(line)
        if match is None:
            raise wrong(number, "a name in quotes and four inks in percent", line)
        percent = tuple(map(int, match.groups()[1:]))
        check_levels(number, line, percent, largest=100)
        names.append(match[1])
        inks.append(tuple(ink / 100 for ink in percent))
    return Swatches(to_levels(["CMYK"] * len(inks), inks), names)
