"""8-bit RGB images measured in another color space: by their distinct colors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from napari_kmeans_quantizer.core.threads import chunks, map_chunks
from napari_kmeans_quantizer.core.units import to_dtype

from .base import Canvas, Clusters
from .grid import Grid

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.color_space import ColorSpace
    from napari_kmeans_quantizer.core.color_table import ColorTable
    from napari_kmeans_quantizer.core.image import Pixels

    Floats = NDArray[np.float64]

N_COLORS = 1 << 24


class Colors:
    """The distinct colors of an 8-bit RGB image in a color space; implements `Sweeper`."""

    def __init__(self, pixels: Pixels, space: ColorSpace) -> None:
        from napari_kmeans_quantizer.core.kernels import colors as kernels

        self._pixels, self._space = pixels, space
        self._grid = Grid(pixels)
        counts = np.zeros(N_COLORS, np.uint32)
        for index in range(pixels.n_chunks):
            kernels.count_colors(_writeable(pixels.chunk(index)), counts)
        n = kernels.n_counted(counts)
        self._colors, self._weights = np.empty((n, 3), np.uint8), np.empty(n)
        kernels.list_colors(counts, self._colors, self._weights)
        parts = chunks(n)
        self._points = np.concatenate(
            list(map_chunks(lambda i: space.forward(self._colors[parts[i]]), len(parts)))
        )

    def distinct(self, limit: int) -> ColorTable | None:
        """See `Sweeper`."""
        return self._grid.distinct(limit)

    def table(self, n_colors: int, rng: np.random.Generator) -> ColorTable:
        """See `Sweeper`."""
        return self._grid.table(n_colors, rng)

    def sweep(self, centers: Floats, canvas: Canvas) -> Generator[None, None, Clusters]:
        """See `Sweeper`."""
        from napari_kmeans_quantizer.core.kernels import colors as kernels

        places = self._space.forward(centers)
        nearest, inertia = self._assign(places)
        yield
        label_of = np.empty(N_COLORS, canvas.labels.dtype)
        kernels.spread_labels(self._colors, nearest, label_of)
        values = to_dtype(centers, np.dtype(np.uint8))

        def one(index: int) -> None:
            chunk = _writeable(self._pixels.chunk(index))
            labels, painted = np.empty(len(chunk), label_of.dtype), np.empty_like(chunk)
            kernels.paint_colors(chunk, label_of, values, labels, painted)
            self._pixels.write_labels(canvas.labels, index, labels)
            self._pixels.write(canvas.image, index, painted)

        for _ in map_chunks(one, self._pixels.n_chunks):
            yield
        counts, means = self._means(nearest, centers)
        error = kernels.painted_error(self._colors, self._weights, nearest, values)
        return Clusters(counts, means, inertia, error)

    def _assign(self, places: Floats) -> tuple[NDArray[np.int32], float]:
        from napari_kmeans_quantizer.core.kernels.points import assign

        nearest = np.zeros(len(self._colors), np.int32)
        parts = chunks(len(nearest))

        def one(i: int) -> float:
            part = parts[i]
            distances = np.empty(part.stop - part.start)
            assign(self._points[part], places, nearest[part], distances)
            return float((self._weights[part] * distances).sum())

        return nearest, sum(map_chunks(one, len(parts)))

    def _means(
        self, nearest: NDArray[np.int32], centers: Floats
    ) -> tuple[NDArray[np.int64], Floats]:
        from napari_kmeans_quantizer.core.kernels.points import accumulate

        sums, counts = np.zeros_like(centers), np.zeros(len(centers))
        accumulate(self._points, self._weights, nearest, sums, counts)
        filled = counts > 0
        means = centers.copy()
        means[filled] = self._space.backward(sums[filled] / counts[filled, np.newaxis])
        return counts.astype(np.int64), means


def _writeable(chunk: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a chunk that numba need not compile again for."""
    return chunk if chunk.flags.writeable else chunk.copy()
