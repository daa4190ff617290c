"""Weighted colors: a few thousand colors that stand for all pixels of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from .image import Pixels

GRID_BITS = 15
"""The grid of cells has 2 ** GRID_BITS cells for few colors, more for many."""
MAX_PIXELS = 1 << 15
"""So many pixels stand for all where there are too many channels for a grid."""


class ColorTable(NamedTuple):
    """Weighted colors."""

    colors: NDArray[np.float64]
    """Colors, (n, C)."""
    counts: NDArray[np.int64]
    """How many pixels each stands for, (n,)."""
    keys: NDArray[np.int64] | None = None
    """Places of the colors on a space-filling curve, (n,), ascending; None if not known."""

    @property
    def variance(self) -> float:
        """Mean variance of the channels."""
        offsets = self.colors - self.colors[0]  # small numbers, whatever the colors' range
        weights = self.counts / self.counts.sum()
        return float((weights @ offsets**2 - (weights @ offsets) ** 2).mean())


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


def pixel_chunks(pixels: Pixels) -> Iterator[NDArray[Any]]:
    """Yield the pixels that take part, chunk by chunk."""
    for index in range(pixels.n_chunks):
        if len(chunk := pixels.chunk(index)):
            yield chunk


def sampled_pixels(pixels: Pixels, sample: float, rng: np.random.Generator) -> NDArray[Any]:
    """Return some of the pixels that take part, drawn at random."""
    sizes = [len(pixels.chunk(index)) for index in range(pixels.n_chunks)]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    total = int(starts[-1])
    wanted = total * sample if isinstance(sample, float) else sample
    wanted = min(total, max(1, round(wanted)))
    # One pixel at random out of each of `wanted` equal runs: spread over the whole image.
    drawn = ((np.arange(wanted) + rng.random(wanted)) * (total / wanted)).astype(np.int64)
    drawn = np.minimum(drawn, total - 1)
    bounds = np.searchsorted(drawn, starts)
    parts = [
        pixels.chunk(index)[drawn[bounds[index] : bounds[index + 1]] - starts[index]]
        for index in range(pixels.n_chunks)
        if bounds[index] < bounds[index + 1]
    ]
    return np.concatenate(parts)


def cell_means(chunks: Iterable[NDArray[Any]], n_colors: int) -> ColorTable:
    """Return the mean colors of the occupied cells of a grid over the color space.

    With many channels a grid has too many cells: a run of pixels then stands for all.
    """
    from .kernels.points import count_cells

    chunks = list(chunks)
    n_channels = chunks[0].shape[1]
    wanted_bits = GRID_BITS + max(0, (n_colors // 32).bit_length())
    bits = max(1, min(16, wanted_bits // n_channels))
    if n_channels * bits > wanted_bits:
        return _spread_pixels(chunks)
    low = np.min([chunk.min(axis=0) for chunk in chunks], axis=0).astype(np.float64)
    high = np.max([chunk.max(axis=0) for chunk in chunks], axis=0).astype(np.float64)
    scale = (1 << bits) * (1 - 1e-9) / np.where(high > low, high - low, 1)
    counts = np.zeros(1 << (bits * n_channels), np.int64)
    sums = np.zeros((len(counts), n_channels))
    for chunk in chunks:
        count_cells(chunk.astype(np.float64), low, scale, bits, counts, sums)
    occupied = np.flatnonzero(counts)
    # Sums are relative to `low`: they lose no digits to it.
    colors = low + sums[occupied] / counts[occupied, np.newaxis]
    return ColorTable(colors, counts[occupied])


def _spread_pixels(chunks: list[NDArray[Any]]) -> ColorTable:
    """Return every n-th pixel, at most `MAX_PIXELS` of them."""
    total = sum(map(len, chunks))
    step = -(-total // MAX_PIXELS)
    colors = np.concatenate([chunk[::step] for chunk in chunks]).astype(np.float64)
    return ColorTable(colors, np.ones(len(colors), np.int64))
