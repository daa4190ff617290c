"""PNG and APNG of full colors: 16 bits, profiles, and all frames as they are."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.core.files.png_chunks import (
    SIGNATURE,
    animation,
    chunk,
    header,
    metadata,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from .picture import Picture

COLOR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}
"""By number of channels: grey, grey and alpha, RGB, RGBA."""
LEVEL = 6


def encode_png(picture: Picture, image: NDArray[Any]) -> bytes:
    """Return a painted image as a PNG file, or APNG with the times of `picture`."""
    frames = _channels_last(picture, image)
    n_bits = 1 if frames.dtype == np.bool_ else 8 * frames.dtype.itemsize
    _, height, width, n_channels = frames.shape
    parts = [
        SIGNATURE,
        header(width, height, n_bits, COLOR_TYPES[n_channels]),
        *metadata(picture.icc_profile, picture.dpi),
        *_pixel_chunks(picture, frames),
        chunk(b"IEND"),
    ]
    return b"".join(parts)


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


def _pixel_chunks(picture: Picture, frames: NDArray[Any]) -> Iterator[bytes]:
    if picture.durations is None:
        yield chunk(b"IDAT", _compressed(frames[0]))
    else:
        yield from animation(frames, picture.durations, picture.loop or 0, _compressed)


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
