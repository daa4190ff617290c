"""Images of any dtype and number of channels: every pixel is compared with every center."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .color_table import ColorTable, cell_means, distinct_colors, pixel_chunks
from .image import CHUNK_PIXELS
from .palette import to_dtype
from .sweep import Canvas, Clusters
from .threads import map_chunks

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from .image import Pixels

    Floats = NDArray[np.float64]

MAX_GREYS = 1 << 16
"""Up to so many distinct grey values the search is exact."""


class Points:
    """Pixels as points; implements `Sweeper`."""

    def __init__(self, pixels: Pixels) -> None:
        self._pixels = pixels

    def distinct(self, limit: int) -> ColorTable | None:
        """See `Sweeper`."""
        return distinct_colors(self._pixels, limit)

    def table(self, n_colors: int) -> ColorTable:
        """See `Sweeper`."""
        if self._pixels.n_channels == 1:
            greys = distinct_colors(self._pixels, MAX_GREYS)
            if greys is not None:
                return greys
        return cell_means(pixel_chunks(self._pixels), n_colors)

    def sweep(self, centers: Floats, canvas: Canvas) -> Generator[None, None, Clusters]:
        """See `Sweeper`."""
        from .kernels.points import assign

        pixels = self._pixels
        values = to_dtype(centers, pixels.image.dtype)

        def one(index: int) -> tuple[NDArray[np.int64], Floats, float]:
            points = pixels.chunk(index).astype(np.float64)
            nearest, distances = np.zeros(len(points), np.int32), np.empty(len(points))
            assign(points, centers, nearest, distances)
            pixels.write(canvas.image, index, values[nearest])
            write_labels(pixels, index, nearest, canvas)
            return *_totals(points, nearest, centers), float(distances.sum())

        counts, offsets, inertia = np.zeros(len(centers), np.int64), np.zeros_like(centers), 0.0
        for some_counts, some_offsets, some_inertia in map_chunks(one, pixels.n_chunks):
            counts += some_counts
            offsets += some_offsets
            inertia += some_inertia
            yield
        return Clusters(counts, offsets, inertia)


def write_labels(pixels: Pixels, index: int, labels: NDArray[Any], canvas: Canvas) -> None:
    """Put the labels of one chunk's pixels, those that take part, where they belong."""
    chunk = canvas.labels[index * CHUNK_PIXELS : (index + 1) * CHUNK_PIXELS]
    chunk[... if pixels.mask is None else pixels.chunk_mask(index)] = labels


def _totals(
    points: Floats, nearest: NDArray[np.int32], centers: Floats
) -> tuple[NDArray[np.int64], Floats]:
    K = len(centers)
    # Offsets, not values: the sum of a million values of 60,000 would lose digits.
    offsets = [np.bincount(nearest, column, K) for column in (points - centers[nearest]).T]
    return np.bincount(nearest, minlength=K), np.stack(offsets, axis=1).astype(np.float64)
