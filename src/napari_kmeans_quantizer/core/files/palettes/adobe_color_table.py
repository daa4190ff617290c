"""Adobe color table (.act), the palette of an indexed picture in Photoshop: 8 bits, no names.

Layout, after Adobe's "Photoshop File Formats Specification" (Color Table)::

    256 times red, green, blue   bytes; 768 in all
    u16 number of colors         may be missing: then there are 256
    u16 index of the transparent color, 0xFFFF for none   may be missing

Big-endian. The transparent color is read as any other. Written with both numbers. Holds at most
256 colors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .swatches import Swatches, bytes_of

if TYPE_CHECKING:
    from napari_kmeans_quantizer.core.palette import Palette

MOST = 256
TABLE = 3 * MOST
SIZES = (TABLE, TABLE + 2, TABLE + 4)
NONE = 0xFFFF


def read(content: bytes) -> Swatches:
    """Return as many colors as the file counts."""
    if len(content) not in SIZES:
        raise ValueError(
            f"byte {min(len(content), TABLE)}: an Adobe color table has {TABLE}, {TABLE + 2} or "
            f"{TABLE + 4} bytes, this file has {len(content):,}."
        )
    n_colors = int.from_bytes(content[TABLE : TABLE + 2], "big") or MOST
    if n_colors > MOST:
        raise ValueError(f"byte {TABLE}: the number of colors must be 0..{MOST}, got {n_colors}.")
    return Swatches(np.frombuffer(content, np.uint8, 3 * n_colors).reshape(-1, 3))


def write(palette: Palette, title: str) -> bytes:
    """Return the file, filled up with black."""
    del title
    if len(palette) > MOST:
        raise ValueError(
            f"an Adobe color table (.act) holds {MOST} colors, the palette has {len(palette):,}. "
            "Save it as .ase, .aco or .gpl, or quantize to fewer colors."
        )
    table = bytes_of(palette).tobytes().ljust(TABLE, b"\0")
    return table + np.array([len(palette), NONE], ">u2").tobytes()
