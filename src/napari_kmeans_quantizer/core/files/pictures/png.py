"""PNG and APNG of full colors, as encoders of libraries do not write them.

Pillow writes no 16 bits of color, and joins frames that are alike; imagecodecs writes neither
profiles nor animations. Layout: https://www.w3.org/TR/png-3/.
"""

from __future__ import annotations

import struct
import zlib
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from .boxes import changed_box

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from .picture import Picture

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}
"""By number of channels: grey, grey and alpha, RGB, RGBA."""
INCH = 0.0254  # m
LEVEL = 6


def encode_png(picture: Picture, image: NDArray[Any]) -> bytes:
    """Return a painted image as a PNG file, or APNG with the times of `picture`."""
    frames = _channels_last(picture, image)
    n_bits = 1 if frames.dtype == np.bool_ else 8 * frames.dtype.itemsize
    _, height, width, n_channels = frames.shape
    parts = [
        SIGNATURE,
        chunk(
            b"IHDR",
            struct.pack(">IIBBBBB", width, height, n_bits, COLOR_TYPES[n_channels], 0, 0, 0),
        ),
        *_metadata(picture),
        *_pixel_chunks(picture, frames),
        chunk(b"IEND", b""),
    ]
    return b"".join(parts)


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return a chunk: its length, kind, content and checksum."""
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def _channels_last(picture: Picture, image: NDArray[Any]) -> NDArray[Any]:
    """Return frames ``(T, H, W, C)``, alpha of grey among the channels."""
    if picture.n_frames is None:
        image = image[np.newaxis]
    if picture.mode != "grey":
        return image
    if picture.alpha is None:
        return image[..., np.newaxis]
    both = np.stack([image, picture.alpha.reshape(image.shape)], axis=-1)
    return both * np.uint8(255) if both.dtype == np.bool_ else both


def _metadata(picture: Picture) -> Iterator[bytes]:
    if picture.icc_profile is not None:
        yield chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(picture.icc_profile))
    if picture.dpi is not None:
        per_meter = [min(round(dpi / INCH), 2**31 - 1) for dpi in picture.dpi]
        yield chunk(b"pHYs", struct.pack(">IIB", *per_meter, 1))


def _pixel_chunks(picture: Picture, frames: NDArray[Any]) -> Iterator[bytes]:
    if picture.durations is None:
        yield chunk(b"IDAT", _compressed(frames[0]))
        return
    yield chunk(b"acTL", struct.pack(">II", len(frames), picture.loop or 0))
    number = 0
    for index, frame in enumerate(frames):
        top, left, part = changed_box(frames[index - 1] if index else None, frame)
        control = struct.pack(">IIIII", number, part.shape[1], part.shape[0], left, top)
        replaces = struct.pack(">BB", 0, 0)  # stays until the next, which is not blended with it
        yield chunk(b"fcTL", control + _delay(picture.durations[index]) + replaces)
        pixels = _compressed(part)
        if index == 0:
            yield chunk(b"IDAT", pixels)
        else:
            yield chunk(b"fdAT", struct.pack(">I", number + 1) + pixels)
        number += 1 if index == 0 else 2


def _delay(milliseconds: float) -> bytes:
    seconds = min(max(milliseconds, 0) / 1000, 65535)
    share = Fraction(seconds).limit_denominator(65535 if seconds < 1 else int(65535 / seconds))
    return struct.pack(">HH", share.numerator, share.denominator)


def _compressed(pixels: NDArray[Any]) -> bytes:
    """Return pixels ``(H, W, C)``, each row after a 0: unfiltered, as suits few colors."""
    height = len(pixels)
    if pixels.dtype == np.bool_:
        rows = np.packbits(pixels[..., 0], axis=1)
    else:
        rows = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder(">"))
        rows = rows.view(np.uint8).reshape(height, -1)
    filtered = np.zeros((height, rows.shape[1] + 1), np.uint8)
    filtered[:, 1:] = rows
    return zlib.compress(filtered.data, LEVEL)
