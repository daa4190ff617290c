"""Weighted colors: a few thousand colors that stand for all pixels of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .image import CHUNK_PIXELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .image import Pixels

GRID_BITS = 15
"""The grid of cells has at most 2 ** GRID_BITS cells."""


class ColorTable(NamedTuple):
    """Colors (n, C) float64 and how many pixels each stands for, (n,) int64."""

    colors: NDArray[np.float64]
    counts: NDArray[np.int64]

    @property
    def variance(self) -> float:
        """Mean variance of the channels."""
        mean = np.average(self.colors, axis=0, weights=self.counts)
        return float(np.average((self.colors - mean) ** 2, axis=0, weights=self.counts).mean())


def distinct_colors(pixels: Pixels, limit: int) -> ColorTable | None:
    """Return the distinct colors of an image in lexicographic order, None if more than `limit`."""
    found = np.empty((0, pixels.n_channels))
    counts = np.empty(0, np.int64)
    for index in range(pixels.n_chunks):
        chunk = pixels.chunk(index)
        # Most images show more than `limit` colors at once: look at a few pixels before sorting.
        few = chunk[:: max(1, len(chunk) // (4 * limit + 64))]
        if len(few) < len(chunk) and len(_unique_rows(few)[0]) > limit:
            return None
        colors, n = _unique_rows(chunk)
        colors = colors.astype(np.float64)
        found, inverse = np.unique(np.concatenate([found, colors]), axis=0, return_inverse=True)
        counts = np.bincount(inverse.reshape(-1), np.concatenate([counts, n]), len(found)).astype(
            np.int64
        )
        if len(found) > limit:
            return None
    return ColorTable(found, counts)


def _unique_rows(colors: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the distinct rows and their counts; rows of up to 8 bytes are sorted as integers."""
    row_bytes = colors.shape[1] * colors.itemsize
    if row_bytes > 8 or colors.dtype.kind == "f":
        rows, counts = np.unique(colors, axis=0, return_counts=True)
        return rows, counts
    keys = np.zeros((len(colors), 8), np.uint8)
    keys[:, :row_bytes] = colors.view(np.uint8).reshape(len(colors), row_bytes)
    _, first, counts = np.unique(keys.view(np.uint64)[:, 0], return_index=True, return_counts=True)
    return colors[first], counts


def sampled_pixels(
    pixels: Pixels, sample: float | None, rng: np.random.Generator
) -> list[NDArray[Any]]:
    """Return chunks of the pixels that take part, thinned out at random to `sample` of them."""
    chunks = range(pixels.n_chunks)
    if sample is None:
        return [chunk for index in chunks if len(chunk := pixels.chunk(index))]
    sizes = [len(pixels.chunk(index)) for index in chunks]
    total = sum(sizes)
    wanted = total * sample if isinstance(sample, float) else sample
    wanted = min(total, max(1, round(wanted)))
    # One pixel at random out of each of `wanted` equal runs: spread over the whole image.
    drawn = ((np.arange(wanted) + rng.random(wanted)) * (total / wanted)).astype(np.int64)
    drawn = np.minimum(drawn, total - 1)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    bounds = np.searchsorted(drawn, starts)
    return [
        pixels.chunk(index)[drawn[bounds[index] : bounds[index + 1]] - starts[index]]
        for index in chunks
        if bounds[index] < bounds[index + 1]
    ]


def grid_table(chunks: list[NDArray[Any]]) -> ColorTable:
    """Return the mean colors of the occupied cells of a grid over the color space."""
    n_channels = chunks[0].shape[1]
    bits = max(1, min(8, GRID_BITS // n_channels))
    if n_channels * bits > GRID_BITS:  # too many channels for a grid: pixels stand for themselves
        colors = np.concatenate(chunks).astype(np.float64)
        return ColorTable(colors[:CHUNK_PIXELS], np.ones(min(len(colors), CHUNK_PIXELS), np.int64))
    low = np.min([chunk.min(axis=0) for chunk in chunks], axis=0).astype(np.float64)
    high = np.max([chunk.max(axis=0) for chunk in chunks], axis=0).astype(np.float64)
    scale = (1 << bits) * (1 - 1e-9) / np.where(high > low, high - low, 1)
    n_cells = 1 << (bits * n_channels)
    counts = np.zeros(n_cells, np.int64)
    sums = np.zeros((n_channels, n_cells))
    for chunk in chunks:
        colors = chunk.astype(np.float64)
        steps = ((colors - low) * scale).astype(np.int64)
        cells = steps @ (1 << (bits * np.arange(n_channels)))
        counts += np.bincount(cells, minlength=n_cells)
        for channel in range(n_channels):
            sums[channel] += np.bincount(cells, colors[:, channel], n_cells)
    occupied = np.flatnonzero(counts)
    return ColorTable((sums[:, occupied] / counts[occupied]).T.copy(), counts[occupied])
