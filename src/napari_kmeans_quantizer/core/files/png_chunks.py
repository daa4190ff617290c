"""The chunks that PNG files are made of, and those of animations (APNG).

Written by hand, for no library gives it all: 16 bits of color, profiles, filters and compressors
that make files small, and animations whose frames may be alike. The layout is that of
https://www.w3.org/TR/png-3/, sections 5.2 (chunks), 11 and 14 (animations).
"""

from __future__ import annotations

import itertools
import struct
import zlib
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .boxes import changed_box

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
METERS_PER_INCH = 0.0254
KEEP, REPLACE = 0, 0
"""Frames stay where the next one does not replace them, alpha included."""


def chunk(kind: bytes, content: bytes = b"") -> bytes:
    """Return a chunk: its length, kind, content and checksum."""
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def header(width: int, height: int, bits: int, color_type: int) -> bytes:
    """Return the first chunk."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, color_type, 0, 0, 0))


def metadata(icc_profile: bytes | None, dpi: tuple[float, float] | None) -> Iterator[bytes]:
    """Yield what is told of colors and size, before any colors."""
    if icc_profile is not None:
        yield chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(icc_profile, 9))
    if dpi is not None:
        per_meter = [min(round(dots / METERS_PER_INCH), 2**31 - 1) for dots in dpi]
        yield chunk(b"pHYs", struct.pack(">IIB", *per_meter, 1))


def animation(
    frames: NDArray[Any],
    durations: Sequence[float],
    loop: int,
    compressed: Callable[[NDArray[Any]], bytes],
) -> Iterator[bytes]:
    """Yield frames, each of which replaces what has changed of the one before.

    Parameters
    ----------
    frames : (T, H, W) or (T, H, W, C) ndarray
    durations : sequence of float
        Milliseconds of each.
    loop : int
        Times that all is shown; 0: for ever.
    compressed : callable
        Returns the data of (a part of) a frame.
    """
    yield chunk(b"acTL", struct.pack(">II", len(frames), loop))
    number = itertools.count()
    before = None
    for frame, duration in zip(frames, durations, strict=True):
        top, left, box = changed_box(before, frame)
        index = next(number)
        control = struct.pack(">5I", index, box.shape[1], box.shape[0], left, top)
        yield chunk(b"fcTL", control + _delay(duration) + struct.pack(">BB", KEEP, REPLACE))
        if before is None:
            yield chunk(b"IDAT", compressed(box))
        else:
            yield chunk(b"fdAT", struct.pack(">I", next(number)) + compressed(box))
        before = frame


def _delay(milliseconds: float) -> bytes:
    """Return a time as a fraction of a second of two 16-bit numbers."""
    seconds = min(max(milliseconds, 0) / 1000, 65535)
    share = Fraction(seconds).limit_denominator(65535 if seconds < 1 else int(65535 / seconds))
    return struct.pack(">HH", share.numerator, share.denominator)
