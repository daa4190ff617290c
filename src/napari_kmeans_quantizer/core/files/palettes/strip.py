"""Strip of swatches (.png), a picture to look at that is a palette: 8 bits, no names.

Written as squares in a row, one a color: up to 256 colors as an indexed picture whose palette is
the palette, more as RGB with squares of one pixel.

Read: the palette of an indexed picture; of another one the colors of its squares, if it is a row
of them, each of one color, as Lospec offers them. A photograph is no palette.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from . import indexed_picture
from .damage import blamed_on_the_file
from .swatches import MOST_COLORS, Swatches, bytes_of

if TYPE_CHECKING:
    from PIL.Image import Image

    from napari_kmeans_quantizer.core.palette import Palette

MOST_INDEXED = 256
SQUARE = 32
"""Pixels."""
MODES = ("1", "L", "LA", "RGB", "RGBA")
MOST_PIXELS = 1 << 24


def read(content: bytes) -> Swatches:
    """Return the palette, or the colors of the squares."""
    if not content.startswith(indexed_picture.PNG):
        raise ValueError("byte 0: is no PNG picture.")
    kind, picture = indexed_picture.opened(content)
    with picture:
        levels = indexed_picture.palette_of(picture, kind)
        if levels is None:
            levels = _squares(picture)
    if levels is None:
        raise ValueError(
            f"is a picture ({picture.mode}, {picture.width} x {picture.height}), no palette: it is "
            "neither indexed nor a row of squares of one color each. To take its colors, "
            "quantize it."
        )
    return Swatches(levels)


def _squares(picture: Image) -> np.ndarray | None:
    """Return the colors of a row of squares (K, 3), None if it is not one."""
    width, side = picture.size
    n_colors, rest = divmod(width, side)
    is_row = not rest and n_colors <= MOST_COLORS and width * side <= MOST_PIXELS
    if picture.mode not in MODES or not is_row:
        return None
    with blamed_on_the_file("a PNG picture"):
        pixels = np.asarray(picture.convert("RGB"))
    colors = pixels[0, ::side]
    alike = pixels.reshape(side, n_colors, side, 3) == colors[:, np.newaxis]
    return colors if alike.all() else None


def write(palette: Palette, title: str) -> bytes:
    """Return the file."""
    del title
    from PIL import Image

    colors = bytes_of(palette)
    if len(colors) <= MOST_INDEXED:
        squares = np.arange(len(colors), dtype=np.uint8).repeat(SQUARE)
        picture = Image.fromarray(np.tile(squares, (SQUARE, 1))).convert("P")
        picture.putpalette(colors.tobytes())
    else:
        picture = Image.fromarray(colors[np.newaxis])
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=False)
    return file.getvalue()
