"""The blocks of a GIF file, walked through to see whether its end is there.

Layout (https://www.w3.org/Graphics/GIF/spec-gif89a.txt): 6 bytes, the screen (7 bytes), perhaps
colors; then extensions ("!", a label), frames (",", 9 bytes, perhaps colors, a byte), each followed
by blocks (their length, as many bytes) up to one of length 0; ";" is the end.
"""

from __future__ import annotations

import os
from typing import IO

from .picture import UnreadableError


def check_gif_whole(stream: IO[bytes]) -> None:
    """Refuse what was cut off: Pillow takes what is left for all frames."""
    stream.seek(10)
    n_colors = _n_colors(stream.read(1))
    stream.seek(2 + 3 * n_colors, os.SEEK_CUR)
    while (kind := stream.read(1)) != b";":
        if not kind:
            raise UnreadableError("is cut off: its end is missing, and perhaps frames.")
        if kind == b"!":
            stream.seek(1, os.SEEK_CUR)
            _skip_blocks(stream)
        elif kind == b",":
            stream.seek(8, os.SEEK_CUR)
            n_colors = _n_colors(stream.read(1))
            stream.seek(3 * n_colors + 1, os.SEEK_CUR)
            _skip_blocks(stream)


def _n_colors(flags: bytes) -> int:
    """Return how many colors the flags of the screen, or of a frame, announce."""
    return 2 << (flags[0] & 7) if flags and flags[0] & 128 else 0


def _skip_blocks(stream: IO[bytes]) -> None:
    while (length := stream.read(1)) not in (b"", b"\0"):
        stream.seek(length[0], os.SEEK_CUR)
