"""Images of any dtype and number of channels: every pixel is compared with every center."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from napari_kmeans_quantizer.core.color_table import (
    MAX_GREYS,
    MAX_SAMPLE,
    distinct_colors,
    sampled_colors,
)
from napari_kmeans_quantizer.core.threads import map_chunks

from .base import Canvas, Clusters

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.color_space import ColorSpace
    from napari_kmeans_quantizer.core.color_table import ColorTable
    from napari_kmeans_quantizer.core.image import Pixels

    Floats = NDArray[np.float64]


class Points:
    """Pixels as points; implements `Sweeper`."""

    def __init__(self, pixels: Pixels, space: ColorSpace | None = None) -> None:
        self._pixels, self._space = pixels, space

    def distinct(self, limit: int) -> ColorTable | None:
        """See `Sweeper`."""
        return distinct_colors(self._pixels, limit)

    def table(self, n_colors: int, rng: np.random.Generator) -> ColorTable:
        """See `Sweeper`."""
        if self._pixels.n_channels == 1:
            greys = distinct_colors(self._pixels, MAX_GREYS)
            if greys is not None:
                return greys
        # In more dimensions there is more to know: more pixels save sweeps over all.
        sample = MAX_SAMPLE if self._pixels.n_channels > 3 else MAX_SAMPLE // 2
        return sampled_colors(self._pixels, sample, rng)

    def sweep(self, centers: Floats, canvas: Canvas) -> Generator[None, None, Clusters]:
        """See `Sweeper`."""
        places = centers if self._space is None else self._space.forward(centers)
        totals, inertia, squared_error = np.zeros((len(places), 1 + places.shape[1])), 0.0, 0.0
        for some_totals, some_inertia, some_error in map_chunks(
            lambda index: self._paint(index, centers, places, canvas), self._pixels.n_chunks
        ):
            totals += some_totals
            inertia += some_inertia
            squared_error += some_error
            yield
        counts = totals[:, 0].astype(np.int64)
        means = places + totals[:, 1:] / np.maximum(totals[:, :1], 1)
        if self._space is not None:
            means = self._space.backward(means)
        means[counts == 0] = centers[counts == 0]
        return Clusters(counts, means, inertia, squared_error)

    def _paint(
        self, index: int, centers: Floats, places: Floats, canvas: Canvas
    ) -> tuple[Floats, float, float]:
        """Paint a chunk; return counts and offsets (K, 1 + D), inertia and squared error."""
        from napari_kmeans_quantizer.core.kernels.points import assign, tally

        pixels, space = self._pixels, self._space
        values = pixels.values(centers)
        colors = pixels.numbers(pixels.chunk(index))
        points = colors if space is None else space.forward(colors)
        nearest, distances = np.zeros(len(points), np.int32), np.empty(len(points))
        assign(points, places, nearest, distances)
        pixels.write(canvas.image, index, np.take(values, nearest, axis=0, mode="clip"))
        pixels.write_labels(canvas.labels, index, nearest)
        totals = np.zeros((len(places), 1 + places.shape[1]))
        error = tally(points, colors, nearest, places, pixels.numbers(values), totals)
        return totals, float(distances.sum()), error
