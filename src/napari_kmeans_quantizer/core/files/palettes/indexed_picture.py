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
BMP_HEADER = 14
"""Byte of a BMP that tells the length of its header."""
OLD_HEADER = 12
"""Bytes, of OS/2."""
MOST = 256


def read(content: bytes) -> Swatches:
    """Return the palette as it is stored, with colors that no pixel has."""
    kind, picture = opened(content)
    with picture:
        levels = palette_of(picture, kind)
        if levels is None and picture.mode in ("1", "L"):
            levels = _greys(kind, content)
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


def _greys(kind: str, content: bytes) -> np.ndarray | None:
    """Return the palette that Pillow leaves out: greys from black up, one by one, or black, white.

    It takes such pictures for grey ones.
    """
    n_colors = 0
    if kind == "GIF" and content[GIF_FLAGS] & 0x80:
        n_colors = 2 << (content[GIF_FLAGS] & 7)
    elif kind == "BMP":
        header = content[BMP_HEADER:]
        is_old = int.from_bytes(header[:4], "little") == OLD_HEADER
        bits = int.from_bytes(header[10:12] if is_old else header[14:16], "little")
        used = 0 if is_old else int.from_bytes(header[32:36], "little")
        n_colors = used or 1 << min(bits, 16)
    if not 0 < n_colors <= MOST:
        return None
    greys = np.arange(n_colors) if kind == "GIF" or n_colors > 2 else np.array([0, 255])
    return greys.astype(np.uint8).repeat(3).reshape(-1, 3)
