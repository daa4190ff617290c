"""Images of few distinct colors, of which a table is known: nothing else is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from napari_kmeans_quantizer.core.weighted_points import read_only

from .base import Clusters
from .labeling import nearest_telling_ties

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.color_space import ColorSpace
    from napari_kmeans_quantizer.core.color_table import ColorTable
    from napari_kmeans_quantizer.core.image import Pixels

    from .base import Canvas

    Floats = NDArray[np.float64]


class Tabled:
    """The distinct colors and their counts; implements `Sweeper`. Nothing is painted."""

    def __init__(self, table: ColorTable, pixels: Pixels, space: ColorSpace | None) -> None:
        self._table, self._pixels, self._space = table, pixels, space
        self._points = self._in_space(table.colors)

    def distinct(self, limit: int) -> ColorTable | None:
        """See `Sweeper`."""
        return self._table if len(self._table.colors) <= limit else None

    def table(self, n_colors: int, rng: np.random.Generator) -> ColorTable:
        """See `Sweeper`."""
        return self._table

    def sweep(self, centers: Floats, canvas: Canvas) -> Generator[None, None, Clusters]:
        """See `Sweeper`; the canvas stays blank."""
        yield
        colors, weights = self._table.colors, self._table.counts
        places = self._in_space(centers)
        nearest, ties = nearest_telling_ties(read_only(self._points), places)
        offsets = self._points - places[nearest]
        counts = np.bincount(nearest, weights, len(centers)).astype(np.int64)
        moves = [np.bincount(nearest, weights * column, len(centers)) for column in offsets.T]
        means = places + np.stack(moves, axis=1) / np.maximum(counts, 1)[:, np.newaxis]
        if self._space is not None:
            means = self._space.backward(means)
        painted = self._pixels.numbers(self._pixels.values(centers))[nearest]
        return Clusters(
            counts,
            np.where(counts[:, np.newaxis] > 0, means, centers),
            inertia=_weighted_squares(offsets, weights),
            squared_error=_weighted_squares(colors - painted, weights),
            ties=ties,
        )

    def _in_space(self, colors: Floats) -> Floats:
        return colors if self._space is None else self._space.forward(colors)


def _weighted_squares(offsets: Floats, weights: NDArray[np.int64] | Floats) -> float:
    return float(((offsets**2).sum(axis=1) * weights).sum())
