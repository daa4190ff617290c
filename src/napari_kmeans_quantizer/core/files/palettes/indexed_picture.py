"""The palette of an indexed picture (.png, .gif, .bmp, .tif), by Pillow; read only.

Only the head of a picture is read, no pixel: so size is no matter. Transparency is left out. Of
an animation the palette is that of the whole, or of its first frame.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from .damage import blamed_on_the_file
from .swatches import Swatches

if TYPE_CHECKING:
    from PIL.Image import Image

PNG, GIF, BMP = b"\x89PNG\r\n\x1a\n", (b"GIF87a", b"GIF89a"), b"BM"
TIFF = (b"II*\0", b"MM\0*")
GIF_FLAGS = 10
"""Byte of a GIF that tells whether there is a palette, and of how many colors."""


def read(content: bytes) -> Swatches:
    """Return the palette as it is stored, with colors that no pixel has."""
    kind, picture = opened(content)
    with picture:
        levels = palette_of(picture, kind)
        if levels is None and kind == "GIF" and picture.mode == "L":
            levels = _grey_ramp(content)
        if levels is None:
            raise ValueError(
                f"is a {kind} picture without a palette ({picture.mode}, {picture.width} x "
                f"{picture.height}). To take its colors, quantize it."
            )
    return Swatches(levels)


def opened(content: bytes) -> tuple[str, Image]:
    """Return the kind of a picture, and the picture with none but its head read."""
    from PIL import BmpImagePlugin, GifImagePlugin, PngImagePlugin, TiffImagePlugin

    file = io.BytesIO(content)
    if content.startswith(PNG):
        with blamed_on_the_file("a PNG picture"):
            return "PNG", PngImagePlugin.PngImageFile(file)
    if content.startswith(GIF):
        with blamed_on_the_file("a GIF picture"):
            return "GIF", GifImagePlugin.GifImageFile(file)
    if content.startswith(BMP):
        with blamed_on_the_file("a BMP picture"):
            return "BMP", BmpImagePlugin.BmpImageFile(file)
    if content.startswith(TIFF):
        with blamed_on_the_file("a TIFF picture"):
            return "TIFF", TiffImagePlugin.TiffImageFile(file)
    raise ValueError("byte 0: is no PNG, GIF, BMP or TIFF picture.")


def palette_of(picture: Image, kind: str) -> np.ndarray | None:
    """Return the colors of a palette (K, 3), None if there is none."""
    from PIL import Image

    if picture.mode not in ("P", "PA") or picture.palette is None:
        return None
    with blamed_on_the_file(f"a {kind} picture"):
        mode, stored = picture.palette.getdata()
        one = Image.new("P", (1, 1))  # so no pixel has to be decoded
        one.putpalette(stored, mode)
        levels = one.getpalette("RGB") or []
    return np.array(levels, np.uint8).reshape(-1, 3)


def _grey_ramp(content: bytes) -> np.ndarray | None:
    """Return the palette that Pillow leaves out: color i of it is the grey i."""
    flags = content[GIF_FLAGS]
    if not flags & 0x80:
        return None
    return np.repeat(np.arange(2 << (flags & 7), dtype=np.uint8), 3).reshape(-1, 3)
