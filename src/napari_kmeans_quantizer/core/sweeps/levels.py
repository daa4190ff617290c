"""Grey images of at most 65,536 possible values: counted once, then painted by look-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.core.color_table import ColorTable
from napari_kmeans_quantizer.core.threads import map_chunks
from napari_kmeans_quantizer.core.units import to_dtype
from napari_kmeans_quantizer.core.weighted_points import read_only

from .base import Canvas, Clusters

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.image import Pixels

    Floats = NDArray[np.float64]


class Levels:
    """Counts of the grey levels; implements `Sweeper`."""

    @staticmethod
    def suits(pixels: Pixels) -> bool:
        """Tell whether an image is of this kind."""
        dtype = pixels.image.dtype
        return pixels.n_channels == 1 and dtype.kind in "bui" and dtype.itemsize <= 2

    def __init__(self, pixels: Pixels) -> None:
        self._pixels = pixels
        n_levels, lowest = range_of(pixels.image.dtype)
        self._counts = np.zeros(n_levels, np.int64)
        for counts in map_chunks(lambda i: _counts_in(pixels, i), pixels.n_chunks):
            self._counts += counts
        self._table = level_table(self._counts, lowest)

    def distinct(self, limit: int) -> ColorTable | None:
        """See `Sweeper`."""
        return self._table if len(self._table.colors) <= limit else None

    def table(self, n_colors: int, rng: np.random.Generator) -> ColorTable:
        """See `Sweeper`."""
        return self._table

    def sweep(self, centers: Floats, canvas: Canvas) -> Generator[None, None, Clusters]:
        """See `Sweeper`."""
        values = to_dtype(centers, self._pixels.image.dtype)
        nearest, clusters = nearest_levels(self._table, centers, values)
        label_of = np.zeros(len(self._counts), canvas.labels.dtype)
        label_of[np.flatnonzero(self._counts)] = nearest
        value_of = values[label_of]

        def one(index: int) -> None:
            levels = _levels(
                self._pixels, index
            )  # converted once, because two look-ups would do it twice
            self._pixels.write_labels(canvas.labels, index, label_of.take(levels, mode="clip"))
            self._pixels.write(canvas.image, index, value_of.take(levels, axis=0, mode="clip"))

        for _ in map_chunks(one, self._pixels.n_chunks):
            yield
        return clusters


def level_counts(pixels: Pixels) -> NDArray[np.int64]:
    """Return how many pixels have each level of the dtype, from the lowest, (n,); in one thread."""
    counts = np.zeros(range_of(pixels.image.dtype)[0], np.int64)
    for index in range(pixels.n_chunks):
        counts += _counts_in(pixels, index)
    return counts


def _counts_in(pixels: Pixels, index: int) -> NDArray[np.int64]:
    n_levels, _ = range_of(pixels.image.dtype)
    return np.bincount(_levels(pixels, index), minlength=n_levels)


def _levels(pixels: Pixels, index: int) -> NDArray[np.intp]:
    """Return the levels of one chunk's pixels that take part, the lowest one being 0."""
    levels = pixels.chunk(index)[:, 0].astype(np.intp)
    _, lowest = range_of(pixels.image.dtype)
    if lowest:
        levels -= lowest
    return levels


def range_of(dtype: np.dtype[Any]) -> tuple[int, int]:
    """Return how many levels a dtype has, and the lowest one."""
    n_levels = 2 if dtype.kind == "b" else 1 << (8 * dtype.itemsize)
    return n_levels, int(np.iinfo(dtype).min) if dtype.kind == "i" else 0


def level_table(counts: NDArray[np.int64], lowest: int) -> ColorTable:
    """Return the levels that have pixels, of the counts of all from the lowest one."""
    found = np.flatnonzero(counts)
    return ColorTable((found + lowest).astype(np.float64)[:, np.newaxis], counts[found])


def nearest_levels(
    table: ColorTable, centers: Floats, values: NDArray[Any]
) -> tuple[NDArray[np.int32], Clusters]:
    """Return the nearest center of each level, and the figures if they are painted in `values`."""
    nearest, distances, ties = _nearest(table.colors, centers)
    off = (table.colors - values[nearest].astype(np.float64))[:, 0]
    return nearest, Clusters(
        *_counts_and_means(table, nearest, centers),
        inertia=float((table.counts * distances).sum()),
        squared_error=float((table.counts * off**2).sum()),
        ties=ties,
    )


def _nearest(colors: Floats, centers: Floats) -> tuple[NDArray[np.int32], Floats, bool]:
    """Return the nearest centers, their squared distances, and whether there may be a tie."""
    from napari_kmeans_quantizer.core.kernels.points import reassign

    nearest, gaps = np.zeros(len(colors), np.int32), np.full(len(colors), -1.0)
    reassign(read_only(colors), centers, np.zeros(len(centers)), nearest, gaps)
    return nearest, (colors - centers[nearest])[:, 0] ** 2, bool((gaps <= 0).any())


def _counts_and_means(
    table: ColorTable, nearest: NDArray[np.int32], centers: Floats
) -> tuple[NDArray[np.int64], Floats]:
    """Return pixels and mean color of each cluster; of an empty one its center."""
    K = len(centers)
    n_pixels = np.bincount(nearest, table.counts, K).astype(np.int64)
    # Offsets, not values: sums of small numbers lose no digits.
    offsets = np.bincount(nearest, table.counts * (table.colors - centers[nearest])[:, 0], K)
    return n_pixels, centers + (offsets / np.maximum(n_pixels, 1))[:, np.newaxis]
