"""The blocks of a GIF file, walked through before it is read.

Layout (https://www.w3.org/Graphics/GIF/spec-gif89a.txt): 6 bytes, the screen (7 bytes), perhaps
colors; then extensions ("!", a label), frames (",", 9 bytes, perhaps colors, a byte), each followed
by blocks (their length, as many bytes) up to one of length 0; ";" is the end.
"""

from __future__ import annotations

import os
import struct
from typing import IO

from .limits import check_pixels
from .picture import UnreadableError


def check_gif(stream: IO[bytes], max_pixels: int) -> None:
    """Refuse what was cut off, or is too large, before Pillow looks at it.

    It takes what is left for all frames, and makes room for a frame of any size as soon as it sees
    one.
    """
    stream.seek(6)
    width, height, flags = _unpacked("<HHB2x", stream)
    stream.seek(3 * _n_colors(flags), os.SEEK_CUR)
    n_frames = 0
    while (kind := stream.read(1)) != b";":
        if not kind:
            raise UnreadableError("is cut off: its end is missing, and perhaps frames.")
        if kind == b"!":
            stream.seek(1, os.SEEK_CUR)
            _skip_blocks(stream)
        elif kind == b",":
            left, top, across, down, flags = _unpacked("<HHHHB", stream)
            n_frames += 1
            if n_frames == 1:  # may be larger than the screen, as all programs take it
                width, height = max(width, left + across), max(height, top + down)
            elif left + across > width or top + down > height:
                raise UnreadableError(f"is damaged: frame {n_frames} lies outside of the picture.")
            stream.seek(3 * _n_colors(flags) + 1, os.SEEK_CUR)
            _skip_blocks(stream)
    check_pixels(width, height, n_frames, max_pixels)


def _unpacked(layout: str, stream: IO[bytes]) -> tuple[int, ...]:
    content = stream.read(struct.calcsize(layout))
    if len(content) < struct.calcsize(layout):
        raise UnreadableError("is cut off: its end is missing, and perhaps frames.")
    return struct.unpack(layout, content)


def _n_colors(flags: int) -> int:
    """Return how many colors the flags of the screen, or of a frame, announce."""
    return 2 << (flags & 7) if flags & 128 else 0


def _skip_blocks(stream: IO[bytes]) -> None:
    while (length := stream.read(1)) not in (b"", b"\0"):
        stream.seek(length[0], os.SEEK_CUR)
