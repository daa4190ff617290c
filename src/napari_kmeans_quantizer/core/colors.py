"""8-bit RGB images measured in another color space: by their distinct colors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .grid import Grid
from .palette import to_dtype
from .points import write_labels
from .sweep import Canvas, Clusters
from .threads import chunks, map_chunks

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from .color_space import ColorSpace
    from .color_table import ColorTable
    from .image import Pixels

    Floats = NDArray[np.float64]

N_COLORS = 1 << 24


class Colors:
    """The distinct colors of an 8-bit RGB image in a color space; implements `Sweeper`."""

    def __init__(self, pixels: Pixels, space: ColorSpace) -> None:
        from .kernels.points import count_codes

        self._pixels, self._space = pixels, space
        self._grid = Grid(pixels)
        counts = np.zeros(N_COLORS, np.uint32)
        for index in range(pixels.n_chunks):
            count_codes(self._codes(index), counts)
        self._distinct = np.flatnonzero(counts).astype(np.uint32)
        self._counts = counts[self._distinct].astype(np.int64)
        parts = chunks(len(self._distinct))
        self._points = np.concatenate(
            list(map_chunks(lambda i: space.forward(self._rgb(parts[i])), len(parts)))
        )

    def distinct(self, limit: int) -> ColorTable | None:
        """See `Sweeper`."""
        return self._grid.distinct(limit)

    def table(self, n_colors: int, rng: np.random.Generator) -> ColorTable:
        """See `Sweeper`."""
        return self._grid.table(n_colors, rng)

    def sweep(self, centers: Floats, canvas: Canvas) -> Generator[None, None, Clusters]:
        """See `Sweeper`."""
        nearest, inertia = self._assign(self._space.forward(centers))
        yield
        label_of = np.empty(N_COLORS, canvas.labels.dtype)
        label_of[self._distinct] = nearest
        values = to_dtype(centers, np.dtype(np.uint8))

        def one(index: int) -> None:
            labels = label_of[self._codes(index)]
            write_labels(self._pixels, index, labels, canvas)
            self._pixels.write(canvas.image, index, values[labels])

        for _ in map_chunks(one, self._pixels.n_chunks):
            yield
        return self._clusters(nearest, inertia, centers, values)

    def _assign(self, centers: Floats) -> tuple[NDArray[np.int32], float]:
        from .kernels.points import assign

        nearest = np.zeros(len(self._distinct), np.int32)
        parts = chunks(len(nearest))

        def one(i: int) -> float:
            part = parts[i]
            distances = np.empty(part.stop - part.start)
            assign(self._points[part], centers, nearest[part], distances)
            return float((self._counts[part] * distances).sum())

        return nearest, sum(map_chunks(one, len(parts)))

    def _clusters(
        self, nearest: NDArray[np.int32], inertia: float, centers: Floats, values: NDArray[Any]
    ) -> Clusters:
        K = len(centers)
        counts = np.bincount(nearest, self._counts, K).astype(np.int64)
        sums = [np.bincount(nearest, self._counts * column, K) for column in self._points.T]
        filled = np.stack(sums, axis=1)[counts > 0] / counts[counts > 0, np.newaxis]
        means = centers.copy()
        means[counts > 0] = self._space.backward(filled)
        error = 0.0
        for part in chunks(len(nearest)):
            off = self._rgb(part).astype(np.float64) - values[nearest[part]]
            error += float((self._counts[part] * (off**2).sum(axis=1)).sum())
        return Clusters(counts, means, inertia, error)

    def _codes(self, index: int) -> NDArray[np.uint32]:
        red, green, blue = self._pixels.chunk(index).astype(np.uint32).T
        codes: NDArray[np.uint32] = red << np.uint32(16) | green << np.uint32(8) | blue
        return codes

    def _rgb(self, part: slice) -> NDArray[np.uint8]:
        """Return distinct colors, (n, 3) uint8."""
        codes = self._distinct[part, np.newaxis]
        return (codes >> np.array([16, 8, 0], np.uint32)).astype(np.uint8)
