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

    from .color_space import ColorSpace
    from .image import Pixels

    Floats = NDArray[np.float64]

MAX_GREYS = 1 << 16
"""Up to so many distinct grey values the search is exact."""


class Points:
    """Pixels as points; implements `Sweeper`."""

    def __init__(self, pixels: Pixels, space: ColorSpace | None = None) -> None:
        self._pixels, self._space = pixels, space

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

        pixels, space = self._pixels, self._space
        values = to_dtype(centers, pixels.image.dtype)
        places = centers if space is None else space.forward(centers)

        def one(index: int) -> tuple[NDArray[np.int64], Floats, float, float]:
            colors = pixels.chunk(index).astype(np.float64)
            points = colors if space is None else space.forward(colors)
            nearest, distances = np.zeros(len(points), np.int32), np.empty(len(points))
            assign(points, places, nearest, distances)
            painted = values[nearest]
            pixels.write(canvas.image, index, painted)
            write_labels(pixels, index, nearest, canvas)
            error = float(((colors - painted) ** 2).sum())
            return *_totals(points, nearest, places), float(distances.sum()), error

        counts, offsets = np.zeros(len(centers), np.int64), np.zeros_like(centers)
        inertia = squared_error = 0.0
        for some_counts, some_offsets, some_inertia, some_error in map_chunks(one, pixels.n_chunks):
            counts += some_counts
            offsets += some_offsets
            inertia += some_inertia
            squared_error += some_error
            yield
        means = places + offsets / np.maximum(counts, 1)[:, np.newaxis]
        means = np.where(
            counts[:, np.newaxis] > 0, means if space is None else space.backward(means), centers
        )
        return Clusters(counts, means, inertia, squared_error)


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
