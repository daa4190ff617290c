"""Other colors in a picture that is painted already: nothing is fitted again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .image import CHUNK_PIXELS
from .palette import Palette
from .threads import map_chunks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .image import Pixels

    Labels = NDArray[np.uint8] | NDArray[np.uint16]


def repaint(pixels: Pixels, labels: Labels, palette: Palette) -> NDArray[Any]:
    """Return a picture of the labels; what takes no part is as in `pixels`."""
    painted, values, flat = pixels.blank(), palette.values, labels.reshape(-1)

    def one(index: int) -> None:
        chunk = flat[index * CHUNK_PIXELS : (index + 1) * CHUNK_PIXELS]
        selected = pixels.selected(index)
        chunk = chunk if selected is None else chunk[selected]
        pixels.write(painted, index, np.take(values, chunk, axis=0, mode="clip"))

    for _ in map_chunks(one, pixels.n_chunks):
        pass
    return painted


def merge(palette: Palette, index: int, into: int) -> tuple[Palette, NDArray[np.intp]]:
    """Return the palette without a color that joins another one, and the colors' new indices."""
    counts = palette.counts.copy()
    counts[into] += counts[index]
    order = np.argsort(-counts, kind="stable")
    order = order[order != index]
    names = np.empty(len(palette), np.intp)
    names[order] = np.arange(len(order))
    names[index] = names[into]
    return (
        Palette(palette.colors[order], counts[order], palette.dtype, palette.value_range),
        names,
    )


def rename(pixels: Pixels, labels: Labels, names: NDArray[np.intp]) -> Labels:
    """Return labels by their new names; 0 where a pixel takes no part."""
    dtype = np.uint8 if names.max() < 256 else np.uint16
    names_, flat = names.astype(dtype), labels.reshape(-1)
    renamed: NDArray[Any] = np.empty(len(flat), dtype)

    def one(index: int) -> None:
        part = slice(index * CHUNK_PIXELS, (index + 1) * CHUNK_PIXELS)
        np.take(names_, flat[part], mode="clip", out=renamed[part])
        if pixels.mask is not None:
            renamed[part][~pixels.chunk_mask(index)] = 0

    for _ in map_chunks(one, pixels.n_chunks):
        pass
    shaped: Labels = renamed.reshape(labels.shape)
    return shaped
