"""Counts of grey levels, of images whose pixels are not at hand: figures as of `levels`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from napari_kmeans_quantizer.core.units import to_dtype

from .levels import level_table, nearest_levels, range_of

if TYPE_CHECKING:
    from collections.abc import Generator

    import numpy as np
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.color_table import ColorTable

    from .base import Canvas, Clusters

    Floats = NDArray[np.float64]


class CountedLevels:
    """Counts of all levels of a dtype, (n,), from the lowest; implements `Sweeper`, never paints.

    Its figures are those of `Levels` of an image of such pixels, bit for bit.
    """

    def __init__(self, counts: NDArray[np.int64], dtype: np.dtype[Any]) -> None:
        _, lowest = range_of(dtype)
        self._table, self._dtype = level_table(counts, lowest), dtype

    def distinct(self, limit: int) -> ColorTable | None:
        """See `Sweeper`."""
        return self._table if len(self._table.colors) <= limit else None

    def table(self, n_colors: int, rng: np.random.Generator) -> ColorTable:
        """See `Sweeper`."""
        return self._table

    def sweep(self, centers: Floats, canvas: Canvas) -> Generator[None, None, Clusters]:
        """See `Sweeper`."""
        yield
        return nearest_levels(self._table, centers, to_dtype(centers, self._dtype))[1]
