"""Indexed PNG, and APNG of stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from napari_kmeans_quantizer.core.files.png_chunks import (
    SIGNATURE,
    animation,
    chunk,
    header,
    metadata,
)

from .compressing import compressed, quick_layout, smallest_layout
from .packing import bits_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from .extras import Extras
    from .frames import Frames

INDEXED = 3
"""The color type."""


def encode_png(frames: Frames, extras: Extras, keep_order: bool, quick: bool = False) -> bytes:
    """Return a PNG file; a stack becomes an animation."""
    layout = quick_layout(frames) if quick else smallest_layout(frames, keep_order)
    placed = frames.reordered(layout.order)
    n_entries, (_, height, width) = len(placed.colors), placed.indices.shape

    def data(frame: NDArray[np.uint8]) -> bytes:
        return compressed(frame, n_entries, layout)

    parts = [header(width, height, bits_of(n_entries), INDEXED)]
    parts += [*metadata(extras.icc_profile, extras.dpi), *_palette(placed)]
    if frames.is_stack:
        parts += animation(placed.indices, extras.durations, extras.loop, data)
    else:
        parts.append(chunk(b"IDAT", data(placed.indices[0])))
    return b"".join([SIGNATURE, *parts, chunk(b"IEND")])


def _palette(frames: Frames) -> Iterator[bytes]:
    yield chunk(b"PLTE", frames.colors.tobytes())
    if not frames.is_opaque:  # entries after the last that is not are opaque by default
        last = int(np.flatnonzero(frames.alpha < 255)[-1])
        yield chunk(b"tRNS", frames.alpha[: last + 1].tobytes())
