"""Indexed GIF, animations of stacks included."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from napari_kmeans_quantizer.core.files.boxes import changed_box
from napari_kmeans_quantizer.core.files.gif_loops import repetitions

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
    before = None
    for frame, duration in zip(frames.indices, extras.durations, strict=True):
        top, left, box = changed_box(before, frame)
        timing = {"duration": 10 * round(duration / 10)} if frames.is_stack else {}
        parts += _frame(box, (left, top), options | timing)
        before = frame if frames.is_opaque else None
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
    loops = repetitions(extras.loop) if frames.is_stack else b""
    return screen + colors.tobytes() + loops


def _frame(frame: Bytes, offset: tuple[int, int], options: dict[str, int]) -> list[bytes]:
    from PIL import GifImagePlugin, Image

    return list(GifImagePlugin.getdata(Image.fromarray(frame), offset, **options))
