"""Weighted colors: a few thousand colors that stand for all pixels of an image."""

from __future__ import annotations

import numbers
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .threads import chunks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .image import Pixels

MAX_SAMPLE = 1 << 17
"""At most so many pixels, drawn at random, stand for all."""
MAX_GREYS = 1 << 16
"""Up to so many distinct grey values the search is exact."""


class ColorTable(NamedTuple):
    """Weighted colors."""

    colors: NDArray[np.float64]
    """Colors, (n, C), in the units that the pixels are computed in."""
    counts: NDArray[np.int64]
    """How many pixels each stands for, (n,)."""
    keys: NDArray[np.int64] | None = None
    """Places of the colors on a space-filling curve, (n,), ascending; None if not known."""

    @property
    def variance(self) -> float:
        """Mean variance of the channels."""
        n = self.counts.sum()
        mean = square = np.zeros(self.colors.shape[1])
        for part in chunks(len(self.counts)):
            offsets = self.colors[part] - self.colors[0]  # small numbers, whatever their range
            weights = self.counts[part] / n
            mean = mean + weights @ offsets
            offsets *= offsets
            square = square + weights @ offsets
        return float((square - mean**2).mean())


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
        colors = pixels.numbers(colors)
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
    if colors.shape[1] == 1:
        values, counts = np.unique(colors, return_counts=True)
        return values[:, np.newaxis], counts
    if row_bytes > 8 or colors.dtype.kind == "f":
        rows, counts = np.unique(colors, axis=0, return_counts=True)
        return rows, counts
    keys = np.zeros((len(colors), 8), np.uint8)
    keys[:, :row_bytes] = colors.view(np.uint8).reshape(len(colors), row_bytes)
    _, first, counts = np.unique(keys.view(np.uint64)[:, 0], return_index=True, return_counts=True)
    return colors[first], counts


def matching_rows(rows: NDArray[Any], table: NDArray[Any]) -> NDArray[np.intp]:
    """Return which row of a table each row is; all are in the table, whose rows differ."""
    _, inverse = np.unique(np.concatenate([table, rows]), axis=0, return_inverse=True)
    inverse = inverse.reshape(-1)
    place = np.empty(len(table), np.intp)
    place[inverse[: len(table)]] = np.arange(len(table))
    return place[inverse[len(table) :]]


def sampled_colors(pixels: Pixels, sample: float, rng: np.random.Generator) -> ColorTable:
    """Return the colors of pixels drawn at random, at most `MAX_SAMPLE`.

    A center found on m pixels is off the mean of all by the cluster's spread over the square root
    of its share of m: far less than the sweeps over all pixels correct at once.
    """
    sizes = [pixels.chunk_size(index) for index in range(pixels.n_chunks)]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    total = int(starts[-1])
    wanted = sample if isinstance(sample, numbers.Integral) else total * float(sample)
    wanted = min(total, max(1, round(wanted)), MAX_SAMPLE)
    # One pixel at random out of each of `wanted` equal runs: spread over the whole image.
    drawn = ((np.arange(wanted) + rng.random(wanted)) * (total / wanted)).astype(np.int64)
    drawn = np.minimum(drawn, total - 1)
    bounds = np.searchsorted(drawn, starts)
    parts = [
        pixels.chunk(index)[drawn[bounds[index] : bounds[index + 1]] - starts[index]]
        for index in range(pixels.n_chunks)
        if bounds[index] < bounds[index + 1]
    ]
    colors = pixels.numbers(np.concatenate(parts))
    if pixels.n_channels > 1:  # repeated colors do no harm, and sorting rows takes long
        return ColorTable(colors, np.ones(len(colors), np.int64))
    return ColorTable(*_unique_rows(colors))
