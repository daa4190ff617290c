"""Indexed PNG, and APNG of stacks.

Written by hand, for no library gives both the filters and the compressor that make files small. The
layout is that of https://www.w3.org/TR/png-3/, sections 5.2 (chunks), 11 and 14 (animations).
"""

from __future__ import annotations

import itertools
import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np

from .compressing import compressed, smallest_layout
from .packing import bits_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .compressing import Layout
    from .extras import Extras
    from .frames import Frames

SIGNATURE = b"\x89PNG\r\n\x1a\n"
INDEXED = 3
"""The color type."""
METERS_PER_INCH = 0.0254
KEEP, REPLACE = 0, 0
"""Frames stay where the next one does not replace them, alpha included."""


def encode_png(frames: Frames, extras: Extras, keep_order: bool) -> bytes:
    """Return a PNG file; a stack becomes an animation."""
    layout = smallest_layout(frames, keep_order)
    placed = frames.reordered(layout.order)
    parts = [*_header(placed), *_metadata(extras), *_palette(placed)]
    if frames.is_stack:
        parts += _animation(placed, extras, layout)
    else:
        parts.append(_chunk(b"IDAT", compressed(placed.indices[0], len(placed.colors), layout)))
    return b"".join([SIGNATURE, *parts, _chunk(b"IEND")])


def _chunk(name: bytes, content: bytes = b"") -> bytes:
    check = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)


def _header(frames: Frames) -> Iterator[bytes]:
    _, height, width = frames.indices.shape
    bits = bits_of(len(frames.colors))
    yield _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, INDEXED, 0, 0, 0))


def _metadata(extras: Extras) -> Iterator[bytes]:
    if extras.icc_profile is not None:
        profile = zlib.compress(extras.icc_profile, 9)
        yield _chunk(b"iCCP", b"ICC Profile\0\0" + profile)
    if extras.dpi is not None:
        x, y = (round(dots / METERS_PER_INCH) for dots in extras.dpi)
        yield _chunk(b"pHYs", struct.pack(">IIB", x, y, 1))


def _palette(frames: Frames) -> Iterator[bytes]:
    yield _chunk(b"PLTE", frames.colors.tobytes())
    if not frames.is_opaque:  # entries after the last that is not are opaque by default
        last = int(np.flatnonzero(frames.alpha < 255)[-1])
        yield _chunk(b"tRNS", frames.alpha[: last + 1].tobytes())


def _animation(frames: Frames, extras: Extras, layout: Layout) -> Iterator[bytes]:
    """Yield frames, each of which replaces what has changed of the one before."""
    yield _chunk(b"acTL", struct.pack(">II", len(frames.indices), extras.loop))
    number = itertools.count()
    for frame, place, duration in zip(
        frames.indices, frames.changes(), extras.durations, strict=True
    ):
        (height, width), (top, left) = frame[place].shape, (axis.start for axis in place)
        index = next(number)
        control = struct.pack(">5I", index, width, height, left, top)
        yield _chunk(b"fcTL", control + struct.pack(">2H2B", *_delay(duration), KEEP, REPLACE))
        data = compressed(frame[place], len(frames.colors), layout)
        if index == 0:
            yield _chunk(b"IDAT", data)
        else:
            yield _chunk(b"fdAT", struct.pack(">I", next(number)) + data)


def _delay(duration: float) -> tuple[int, int]:
    """Return milliseconds as a fraction of a second of two 16-bit numbers."""
    per_second = 1000 if duration <= 65535 else 100
    return round(duration * per_second / 1000), per_second
