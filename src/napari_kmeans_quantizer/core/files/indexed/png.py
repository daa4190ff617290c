"""Indexed PNG, and APNG of stacks.

Written by hand, for no library gives both the filters and the compressor that make files small. The
layout is that of https://www.w3.org/TR/png-3/, sections 5.2 (chunks), 11 and 14 (animations).
"""

from __future__ import annotations

import struct
import zlib
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from .compressing import compressed, smallest_layout
from .packing import bits_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .extras import Extras
    from .frames import Frames

SIGNATURE = b"\x89PNG\r\n\x1a\n"
INDEXED = 3
"""The color type."""
METERS_PER_INCH = 0.0254


def encode_png(frames: Frames, extras: Extras, keep_order: bool) -> bytes:
    """Return a PNG file; a stack becomes an animation."""
    layout = smallest_layout(frames, keep_order)
    placed = frames.reordered(layout.order)
    n_entries = len(placed.colors)
    data = [compressed(frame, n_entries, layout) for frame in placed.indices]
    parts = [*_header(placed), *_metadata(extras), *_palette(placed)]
    if frames.is_stack:
        parts += _animation(placed, extras, data)
    else:
        parts.append(_chunk(b"IDAT", data[0]))
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


def _animation(frames: Frames, extras: Extras, data: list[bytes]) -> Iterator[bytes]:
    """Yield whole frames, each of which replaces the one before."""
    _, height, width = frames.indices.shape
    yield _chunk(b"acTL", struct.pack(">II", len(data), extras.loop))
    number = 0
    for index, (duration, content) in enumerate(zip(extras.durations, data, strict=True)):
        delay = _delay(duration)
        control = struct.pack(">5I2H2B", number, width, height, 0, 0, *delay, 0, 0)
        yield _chunk(b"fcTL", control)
        number += 1
        if index == 0:
            yield _chunk(b"IDAT", content)
        else:
            yield _chunk(b"fdAT", struct.pack(">I", number) + content)
            number += 1


def _delay(duration: float) -> tuple[int, int]:
    """Return milliseconds as a fraction of a second of two 16-bit numbers."""
    delay = Fraction(duration / 1000).limit_denominator(1000)
    return delay.numerator, delay.denominator
