"""The size of a WebP file, before its decoder makes room for it.

Layout: https://developers.google.com/speed/webp/docs/riff_container.
"""

from __future__ import annotations

from typing import IO

from .limits import check_pixels


def check_webp(stream: IO[bytes], max_pixels: int) -> None:
    """Refuse what is too large; of what is damaged, the decoder tells."""
    stream.seek(0)
    head = stream.read(30)
    numbers = int.from_bytes(head[24:30], "little")
    if head[12:16] == b"VP8X":
        width, height = (numbers & 0xFFFFFF) + 1, (numbers >> 24) + 1
    elif head[12:16] == b"VP8L":
        numbers = int.from_bytes(head[21:25], "little")
        width, height = (numbers & 0x3FFF) + 1, (numbers >> 14 & 0x3FFF) + 1
    else:
        numbers = int.from_bytes(head[26:30], "little")
        width, height = numbers & 0x3FFF, numbers >> 16 & 0x3FFF
    check_pixels(max(width, 1), max(height, 1), 1, max_pixels)
