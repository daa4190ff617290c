"""GIF of painted pictures: exactly their colors, frames and times.

Pillow's own writer of animations makes palettes anew and joins frames that are alike; of it, only
what compresses the frames is used. Layout: https://www.w3.org/Graphics/GIF/spec-gif89a.txt.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.core.files.boxes import changed_box
from napari_kmeans_quantizer.core.files.gif_loops import repetitions

from .alpha import largest

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

    from .picture import Picture

MOST_COLORS = 256
KEEP, CLEAR = 1, 2
"""Disposal: the next frame is drawn over this one, or over nothing."""


def encode_gif(picture: Picture, image: NDArray[Any]) -> bytes:
    """Return a painted image as a GIF file; with the times of `picture` if they are frames."""
    from PIL.GifImagePlugin import getdata

    frames = _rgba(picture, image)
    is_see_through = not frames[..., 3].all()
    parts = [b"GIF89a", struct.pack("<HHBBB", frames.shape[2], frames.shape[1], 0, 0, 0)]
    parts.append(b"" if picture.loop is None else repetitions(picture.loop))
    for index, frame in enumerate(frames):
        before = None if is_see_through or not index else frames[index - 1]
        top, left, box = changed_box(before, frame)
        indexed, transparency = _indexed(box)
        options: dict[str, Any] = {"disposal": CLEAR if is_see_through else KEEP}
        if transparency is not None:
            options["transparency"] = transparency
        if picture.durations is not None:
            options["duration"] = 10 * round(picture.durations[index] / 10)
        parts += getdata(indexed, (left, top), include_color_table=True, **options)
    return b"".join([*parts, b";"])


def _rgba(picture: Picture, image: NDArray[Any]) -> NDArray[np.uint8]:
    """Return frames ``(T, H, W, 4)``; nothing is left of the colors where they are transparent."""
    alpha = image[..., 3] if picture.mode == "RGBA" else picture.alpha
    if alpha is not None and not np.isin(alpha, (0, largest(alpha.dtype))).all():
        raise ValueError("GIF cannot hold what is half transparent. Choose .png, .webp or .tif.")
    colors = image[..., np.newaxis] if picture.mode == "grey" else image[..., :3]
    rgba = np.full((*image.shape[: colors.ndim - 1], 4), 255, np.uint8)
    rgba[..., :3] = colors * np.uint8(255) if colors.dtype == np.bool_ else colors
    if alpha is not None:
        rgba[alpha == 0] = 0
    return rgba if picture.n_frames is not None else rgba[np.newaxis]


def _indexed(rgba: NDArray[np.uint8]) -> tuple[Image, int | None]:
    """Return a frame ``(H, W, 4)`` as an image of Pillow's mode P, and its transparent index."""
    from PIL import Image

    words = np.ascontiguousarray(rgba).view("<u4")[..., 0]
    used, indices = np.unique(words, return_inverse=True)
    if len(used) > MOST_COLORS:
        raise ValueError(
            f"GIF holds {MOST_COLORS} colors a frame, one of them transparent, and a frame has "
            f"{len(used)}. Choose .png or .webp, or fewer colors."
        )
    image = Image.fromarray(indices.reshape(words.shape).astype(np.uint8), "L")
    colors = used.astype("<u4").view(np.uint8).reshape(-1, 4)
    image.putpalette(colors[:, :3].tobytes())
    return image, 0 if colors[0, 3] == 0 else None
