"""Images of any dtype and number of channels: pixels are compared with centers one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.core.color_table import (
    MAX_GREYS,
    MAX_SAMPLE,
    distinct_colors,
    sampled_colors,
)
from napari_kmeans_quantizer.core.settling import Tally
from napari_kmeans_quantizer.core.threads import map_chunks

from .base import Canvas, Clusters
from .labeling import Labeling, blank_totals

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.color_space import ColorSpace
    from napari_kmeans_quantizer.core.color_table import ColorTable
    from napari_kmeans_quantizer.core.image import Pixels

    Floats = NDArray[np.float64]

FEWEST, PER_COLOR = 1 << 16, 512
"""Pixels that stand for all, and for each color if that is more."""
MOST_VALUES = 1 << 24
"""Of those pixels, in all channels."""


def table_size(n_channels: int, n_colors: int) -> int:
    """Return how many pixels stand for all in a search."""
    sample = min(max(FEWEST, PER_COLOR * n_colors), MAX_SAMPLE)
    return min(sample, max(MOST_VALUES // n_channels, 8 * n_colors))


class Points:
    """Pixels as points; implements `Sweeper`."""

    def __init__(self, pixels: Pixels, space: ColorSpace | None = None) -> None:
        self._pixels, self._space = pixels, space
        self._labeling = Labeling(pixels, space)

    def distinct(self, limit: int) -> ColorTable | None:
        """See `Sweeper`."""
        return distinct_colors(self._pixels, limit)

    def table(self, n_colors: int, rng: np.random.Generator) -> ColorTable:
        """See `Sweeper`."""
        if self._pixels.n_channels == 1:
            greys = distinct_colors(self._pixels, MAX_GREYS)
            if greys is not None:
                return greys
        return sampled_colors(self._pixels, table_size(self._pixels.n_channels, n_colors), rng)

    def tally(self, centers: Floats, canvas: Canvas) -> Generator[None, None, Tally]:
        """See `Follower`."""
        yield from self._labeling.follow(self._places(centers), canvas.labels)
        counts, means = self._counts_and_means(centers)
        error = np.inf if self._space is not None else self._labeling.squared_error() or 0.0
        return Tally(counts, means, error / max(int(counts.sum()), 1))

    def reorder(self, order: NDArray[np.intp]) -> None:
        """See `Follower`."""
        self._labeling.reorder(order)

    def sweep(self, centers: Floats, canvas: Canvas) -> Generator[None, None, Clusters]:
        """See `Sweeper`."""
        labeling, places = self._labeling, self._places(centers)
        yield from labeling.follow(places, canvas.labels)
        values = self._pixels.values(centers)

        def paint(index: int) -> None:
            labels, run = labeling.labels(index, canvas.labels), self._run(canvas.image, index)
            painted = np.take(values, labels, axis=0, mode="clip", out=run)
            if run is None:
                self._pixels.write(canvas.image, index, painted)

        for _ in map_chunks(paint, self._pixels.n_chunks):
            yield
        inertia, error = labeling.squared_error(), None
        if self._space is None:
            error = labeling.squared_error(self._pixels.numbers(values))
        if inertia is None or error is None:
            inertia, error = yield from self._errors(places, self._pixels.numbers(values), canvas)
        return Clusters(*self._counts_and_means(centers), inertia, error)

    def _run(self, image: NDArray[Any], index: int) -> NDArray[Any] | None:
        """Return the pixels of a chunk as a part of the image, if they lie there as one run."""
        pixels, whole = self._pixels, image.flags.c_contiguous and image.dtype.isnative
        if not whole or pixels.mask is not None or image.size != pixels.size * pixels.n_channels:
            return None
        if pixels.channel_axis not in (None, image.ndim - 1):
            return None
        return image.reshape(-1, pixels.n_channels)[pixels.span(index)]

    def _places(self, centers: Floats) -> Floats:
        return centers if self._space is None else self._space.forward(centers)

    def _counts_and_means(self, centers: Floats) -> tuple[NDArray[np.int64], Floats]:
        counts, means = self._labeling.counts_and_means()
        if self._space is not None:
            means = np.where(counts[:, np.newaxis] > 0, self._space.backward(means), centers)
        return counts, means

    def _errors(
        self, places: Floats, painted: Floats, canvas: Canvas
    ) -> Generator[None, None, tuple[float, float]]:
        """Return inertia and squared error of what is painted, pixel by pixel."""
        from napari_kmeans_quantizer.core.kernels.points import tally

        def one(index: int) -> tuple[float, float]:
            colors, labels = self._pixels.chunk(index), self._labeling.labels(index, canvas.labels)
            about_places, about_painted = blank_totals(places), blank_totals(painted)
            for part in self._labeling.parts(len(colors)):
                nearest = labels[part].astype(np.int32)
                tally(self._labeling.points(colors[part]), nearest, places, 1.0, about_places)
                values = self._pixels.numbers(colors[part])
                values.flags.writeable = False
                tally(values, nearest, painted, 1.0, about_painted)
            return float(about_places[:, 1].sum()), float(about_painted[:, 1].sum())

        inertia = error = 0.0
        for some_inertia, some_error in map_chunks(one, self._pixels.n_chunks):
            inertia, error = inertia + some_inertia, error + some_error
            yield
        return inertia, error
