"""Indexed GIF, animations of stacks included."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from .frames import WHOLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .extras import Extras
    from .frames import Frames

    Bytes = NDArray[np.uint8]

TO_BACKGROUND = 2
"""Before the next frame, this one's place becomes transparent again."""


def check_gif(frames: Frames) -> None:
    """Refuse what is half transparent, or larger than the format can tell."""
    _, height, width = frames.indices.shape
    if not np.isin(frames.alpha, (0, 255)).all():
        raise ValueError(
            "GIF holds pixels that are transparent or opaque, got alpha in between. Write a PNG."
        )
    if max(height, width) > 65535:
        raise ValueError(
            f"GIF holds at most 65535 rows and columns, got {height} x {width}. Write a PNG."
        )


def encode_gif(frames: Frames, extras: Extras) -> bytes:
    """Return a GIF file.

    Not by ``save_all`` of Pillow: that drops frames that are like the one before.
    """
    clear = np.flatnonzero(frames.alpha == 0)
    options: dict[str, int] = {"transparency": int(clear[0])} if len(clear) else {}
    if frames.is_stack and len(clear):
        options["disposal"] = TO_BACKGROUND
    parts = [_header(frames, extras)]
    places = frames.changes() if frames.is_opaque else [WHOLE] * len(frames.indices)
    for frame, (rows, columns), duration in zip(
        frames.indices, places, extras.durations, strict=True
    ):
        timing = {"duration": 10 * round(duration / 10)} if frames.is_stack else {}
        parts += _frame(frame[rows, columns], (columns.start, rows.start), options | timing)
    return b"".join([*parts, b";"])


def _header(frames: Frames, extras: Extras) -> bytes:
    """Return signature, screen, colors and loop, as GIF89a lays them out in sections 17 to 19.

    https://www.w3.org/Graphics/GIF/spec-gif89a.txt
    """
    _, height, width = frames.indices.shape
    bits = max(1, (len(frames.colors) - 1).bit_length())
    colors = np.zeros((1 << bits, 3), np.uint8)
    colors[: len(frames.colors)] = frames.colors
    screen = struct.pack("<6s2H3B", b"GIF89a", width, height, 0xF0 | (bits - 1), 0, 0)
    if not frames.is_stack or extras.loop == 1:
        return screen + colors.tobytes()
    again = 0 if extras.loop == 0 else extras.loop - 1  # the file tells how often more
    return (
        screen + colors.tobytes() + b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", again, 0)
    )


def _frame(frame: Bytes, offset: tuple[int, int], options: dict[str, int]) -> list[bytes]:
    from PIL import GifImagePlugin, Image

    return list(GifImagePlugin.getdata(Image.fromarray(frame), offset, **options))
