"""RIFF palette (.pal) of Windows: 8 bits, no names; read only.

Layout, little-endian, after Microsoft's "Multimedia Programming Interface and Data Specifications
1.0" (1991), palette file format::

    "RIFF"  u32 bytes that follow  "PAL "
    chunks:  4 letters  u32 bytes that follow, an odd one is filled up  the bytes
      "data":  u16 0x0300  u16 number of colors  each: red, green, blue, flags

Other chunks are skipped.
"""

from __future__ import annotations

import numpy as np

from .binary import Cursor
from .swatches import Swatches

VERSION = 0x0300


def read(content: bytes) -> Swatches:
    """Return the colors of the first chunk of data."""
    cursor = Cursor(content, "<")
    _, _, form = cursor.take("4sI4s", "the header")
    if form != b"PAL ":
        raise ValueError(f"byte 8: a RIFF palette is of the form b'PAL ', this file of {form!r}.")
    while cursor.left:
        kind, length = cursor.take("4sI", "a chunk")
        if kind == b"data":
            return _colors(cursor)
        cursor.part(length, "a chunk")
        cursor.part(min(length % 2, cursor.left), "a byte to fill up")
    raise ValueError(f"byte {cursor.at}: the RIFF palette ends without a chunk of data.")


def _colors(cursor: Cursor) -> Swatches:
    at = cursor.at
    version, n_colors = cursor.take("HH", "the header of the data")
    if version != VERSION:
        raise ValueError(f"byte {at}: the version must be 0x0300, got {version:#06x}.")
    entries = cursor.take_bytes(4 * n_colors, f"{n_colors:,} colors")
    return Swatches(np.frombuffer(entries, np.uint8).reshape(-1, 4)[:, :3])
