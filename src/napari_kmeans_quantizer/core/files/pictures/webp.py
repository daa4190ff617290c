"""Lossless WebP of painted pictures, and animations.

libwebp compresses the frames; its writer of animations joins those that are alike, so they are put
together here. Layout: https://developers.google.com/speed/webp/docs/riff_container.
"""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.core.files.boxes import changed_box

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from .picture import Picture

HAS_PROFILE, HAS_ALPHA, IS_ANIMATION = 0x20, 0x10, 0x02
REPLACE = 0x02
"""A frame is not blended with what it covers."""
LONGEST = 2**24 - 1  # ms


def encode_webp(picture: Picture, image: NDArray[Any]) -> bytes:
    """Return a painted image as a lossless WebP file; with times, as an animation."""
    if picture.mode == "grey":
        image = np.repeat(image[..., np.newaxis], 3, axis=-1)
    if picture.alpha is not None:
        image = np.concatenate([image, picture.alpha[..., np.newaxis]], axis=-1)
    if picture.durations is None:
        return _compressed(image, picture.icc_profile)
    height, width, n_channels = image.shape[1:]
    flags = IS_ANIMATION | HAS_PROFILE * bool(picture.icc_profile) | HAS_ALPHA * (n_channels == 4)
    parts = [_chunk(b"VP8X", struct.pack("<I", flags) + _uint24(width - 1, height - 1))]
    if picture.icc_profile:
        parts.append(_chunk(b"ICCP", picture.icc_profile))
    parts.append(_chunk(b"ANIM", struct.pack("<IH", 0, picture.loop or 0)))
    parts += _frames(image, picture.durations)
    content = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(content)) + content


def _frames(image: NDArray[Any], durations: tuple[float, ...]) -> Iterator[bytes]:
    for index, (frame, duration) in enumerate(zip(image, durations, strict=True)):
        top, left, box = changed_box(image[index - 1] if index else None, frame)
        bottom, right = top + box.shape[0], left + box.shape[1]
        top, left = top - top % 2, left - left % 2  # the file tells the half of these
        box = frame[top:bottom, left:right]
        numbers = (left // 2, top // 2, right - left - 1, bottom - top - 1)
        head = _uint24(*numbers, min(round(duration), LONGEST)) + bytes([REPLACE])
        yield _chunk(b"ANMF", head + _bitstream(_compressed(box, None)))


def _compressed(image: NDArray[Any], profile: bytes | None) -> bytes:
    from PIL import Image

    stream = io.BytesIO()
    options = {"lossless": True, "exact": True, "icc_profile": profile}
    Image.fromarray(np.ascontiguousarray(image)).save(stream, "WEBP", **options)
    return stream.getvalue()


def _bitstream(file: bytes) -> bytes:
    """Return the chunk VP8L of a file; each chunk is told by its name and length."""
    at = 12
    while True:
        (length,) = struct.unpack_from("<I", file, at + 4)
        end = at + 8 + length + length % 2
        if file[at : at + 4] == b"VP8L":
            return file[at:end]
        at = end


def _chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def _uint24(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(3, "little") for number in numbers)
