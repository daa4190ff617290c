"""Palette files: one format a file, and one table that knows them all, `formats`.

Each format's module tells its layout and where that is written down. Files are not to be trusted:
they are read up to a size, numbers of colors are held against the bytes that are there, and
whatever comes is a palette or a `ValueError` that tells the place.
"""

from .formats import READABLE, WRITABLE
from .hex_list import as_hex
from .python_literal import as_python
from .read_write import read_palette, write_palette
from .style_sheet import as_css

__all__ = [
    "READABLE",
    "WRITABLE",
    "as_css",
    "as_hex",
    "as_python",
    "read_palette",
    "write_palette",
]
