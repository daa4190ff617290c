"""8-bit RGB images of few pixels: every distinct color is compared with every center."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from napari_kmeans_quantizer.core.color_table import ColorTable
from napari_kmeans_quantizer.core.units import to_dtype
from napari_kmeans_quantizer.core.weighted_points import read_only

from .grid import FEW_COLORS, Grid, enough_entries, exact_clusters

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.image import Pixels

    from .base import Canvas, Clusters

    Floats = NDArray[np.float64]

MAX_PIXELS = 1 << 13
"""With so many pixels, a grid of 262,144 cells is as fast."""
_digits = np.arange(256)
PLACES = np.sum([(_digits >> bit & 1) << 3 * bit for bit in range(8)], axis=0)
"""The bits of a channel, two zeros between each."""


class Few:
    """The distinct colors of an image; implements `Sweeper`."""

    @staticmethod
    def suits(pixels: Pixels) -> bool:
        """Tell whether an image is of this kind."""
        return Grid.suits(pixels) and pixels.size <= MAX_PIXELS

    def __init__(self, pixels: Pixels) -> None:
        self._pixels = pixels
        colors = pixels.chunk(0)
        red, green, blue = PLACES[colors].T
        self._keys, first, self._color_of, self._counts = np.unique(
            blue << 2 | red << 1 | green, return_index=True, return_inverse=True, return_counts=True
        )
        self._colors = read_only(colors[first].astype(np.float64))
        weights = self._counts[:, np.newaxis]
        self._totals = np.hstack([weights, weights * colors[first].astype(np.int64)])
        self._sum_squares = int((colors.astype(np.int64) ** 2).sum())

    def distinct(self, limit: int) -> ColorTable | None:
        """See `Sweeper`."""
        if len(self._keys) > limit:
            return None
        order = np.lexsort(self._colors.T[::-1])
        return ColorTable(self._colors[order], self._counts[order])

    def table(self, n_colors: int, rng: np.random.Generator) -> ColorTable:
        """See `Sweeper`."""
        wanted = enough_entries(n_colors)
        for bits in (9, 6, 0) if n_colors <= FEW_COLORS else (6, 0):  # the same cells as of `Grid`
            keys = self._keys >> bits
            first = np.flatnonzero(np.diff(keys, prepend=-1))
            if len(first) >= wanted:
                break
        totals = np.add.reduceat(self._totals, first)
        counts = np.ascontiguousarray(totals[:, 0])
        return ColorTable(totals[:, 1:] / totals[:, :1], counts, keys[first])

    def sweep(self, centers: Floats, canvas: Canvas) -> Generator[None, None, Clusters]:
        """See `Sweeper`."""
        from napari_kmeans_quantizer.core.kernels.points import assign

        nearest = np.zeros(len(self._colors), np.int32)
        assign(self._colors, centers, nearest, np.empty(len(nearest)))
        labels = nearest[self._color_of]
        self._pixels.write(canvas.image, 0, to_dtype(centers, np.dtype(np.uint8))[labels])
        self._pixels.write_labels(canvas.labels, 0, labels)
        yield
        totals = np.zeros((len(centers), 4), np.int64)
        np.add.at(totals, nearest, self._totals)
        return exact_clusters(totals, centers, self._sum_squares, ties=True)
