"""Hex list (.hex) of Lospec: six digits a line, 8 bits, no names.

Layout, after https://lospec.com/palette-list: ``rrggbb``, one line a color. Also read: "#" in
front, three digits, and eight, of which the last two are alpha and left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .swatches import Swatches
from .text import numbered_lines, of_hex, wrong

if TYPE_CHECKING:
    from napari_kmeans_quantizer.core.palette import Palette


def read(content: bytes) -> Swatches:
    """Return the colors."""
    levels = []
    for number, line in numbered_lines(content):
        color = of_hex(line)
        if color is None:
            raise wrong(number, "a color as rrggbb", line)
        levels.append(color)
    return Swatches(levels)


def write(palette: Palette, title: str) -> bytes:
    """Return the file."""
    del title
    return (as_hex(palette).replace("#", "") + "\n").encode()


def as_hex(palette: Palette) -> str:
    r"""Return the colors as text, ``#rrggbb`` on a line each.

    Examples
    --------
    >>> from napari_kmeans_quantizer import Palette
    >>> as_hex(Palette([[255, 0, 0], [0, 0, 255]]))
    '#ff0000\n#0000ff'
    """
    return "\n".join(palette.hex)
