"""Paint.NET palette (.txt): text, 8 bits, no names; read only.

Layout, as the comment says that Paint.NET puts into each file: lines of ``aarrggbb``, comments
after ";". Alpha is left out, and may be missing.
"""

from __future__ import annotations

import re

from .swatches import Swatches
from .text import numbered_lines, wrong

COLOR = re.compile(r"(?:[0-9A-Fa-f]{2})?([0-9A-Fa-f]{6})")


def read(content: bytes) -> Swatches:
    """Return the colors."""
    levels: list[tuple[int, ...]] = []
    for number, line in numbered_lines(content):
        text = line.partition(";")[0].strip()
        match = COLOR.fullmatch(text)
        if match is not None:
            levels.append(tuple(bytes.fromhex(match[1])))
        elif text:
            raise wrong(number, "a color as aarrggbb, or a comment after ';'", line)
    return Swatches(levels)
