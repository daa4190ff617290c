"""Weighted colors: a few thousand colors that stand for all pixels of an image."""

from __future__ import annotations

import numbers
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from .image import Pixels

MAX_SAMPLE = 1 << 17
"""At most so many pixels, drawn at random, stand for all."""
PART_VALUES = 1 << 16
"""Values that are looked at together."""
MOST_VALUES = 1 << 21
"""Values that are sorted out together."""
MAX_GREYS = 1 << 16
"""Up to so many distinct grey values the search is exact."""


class ColorTable(NamedTuple):
    """Weighted colors."""

    colors: NDArray[np.float64]
    """Colors, (n, C), in the units that the pixels are computed in."""
    counts: NDArray[np.int64] | NDArray[np.float64]
    """How many pixels each stands for, (n,)."""
    keys: NDArray[np.int64] | None = None
    """Places of the colors on a space-filling curve, (n,), ascending; None if not known."""

    @property
    def variance(self) -> float:
        """Mean variance of the channels."""
        weights, size = self.counts / self.counts.sum(), max(1, PART_VALUES // self.colors.shape[1])
        sums = squares = np.zeros(self.colors.shape[1])
        for start in range(0, len(weights), size):
            part = slice(start, start + size)
            offsets = self.colors[part] - self.colors[0]  # small numbers, whatever their range
            weighted = weights[part, np.newaxis] * offsets
            sums, squares = sums + weighted.sum(axis=0), squares + (weighted * offsets).sum(axis=0)
        return float((squares - sums**2).mean())


def distinct_colors(pixels: Pixels, limit: int) -> ColorTable | None:
    """Return the distinct colors of an image in lexicographic order, None if more than `limit`."""
    found = distinct_values(pixels, limit)
    return None if found is None else found.in_order(pixels)


class Distinct(NamedTuple):
    """Distinct colors as they are in an image, (n, C), in any order, and their counts."""

    rows: NDArray[Any]
    counts: NDArray[np.int64]

    def in_order(self, pixels: Pixels) -> ColorTable:
        """Return them in lexicographic order, in the units of some pixels."""
        order = np.lexsort(self.rows.T[::-1])
        return ColorTable(pixels.numbers(self.rows[order]), self.counts[order])

    def joined(self, other: Distinct, limit: int) -> Distinct | None:
        """Return those of two parts of an image together, None if more than `limit`."""
        rows, counts = map(np.concatenate, zip(self, other, strict=True))
        found = _distinct_rows(rows, counts, limit)
        return None if found is None else Distinct(*found)


def distinct_values(pixels: Pixels, limit: int) -> Distinct | None:
    """Return the distinct colors of an image, None if there are more than `limit`."""
    found = np.empty((0, pixels.n_channels), pixels.image.dtype.newbyteorder("="))
    counts = np.empty(0, np.int64)
    for colors in _parts(pixels, limit):
        # Most images show more than `limit` colors at once: look at a few pixels first.
        few = colors[:: max(1, len(colors) // (4 * limit + 64))]
        if _distinct_rows(few, np.ones(len(few), np.int64), limit) is None:
            return None
        rows = np.concatenate([found, colors])
        counts = np.concatenate([counts, np.ones(len(colors), np.int64)])
        distinct = _distinct_rows(rows, counts, limit)
        if distinct is None:
            return None
        found, counts = distinct
    return Distinct(found, counts)


def _parts(pixels: Pixels, limit: int) -> Iterator[NDArray[Any]]:
    """Yield the pixels in parts; none much larger than `limit` pixels of many channels."""
    size = max(MOST_VALUES // pixels.n_channels, limit)
    for index in range(pixels.n_chunks):
        colors = pixels.chunk(index)
        for start in range(0, len(colors), size):
            yield colors[start : start + size]


def _distinct_rows(
    rows: NDArray[Any], weights: NDArray[np.int64], limit: int
) -> tuple[NDArray[Any], NDArray[np.int64]] | None:
    """Return the distinct rows and their weights, None if there are more than `limit`."""
    from .kernels.rows import distinct_rows

    room = min(limit, len(rows))
    first, counts = np.empty(room, np.int64), np.empty(room, np.int64)
    slots = np.full(1 << (2 * room).bit_length(), -1)
    n = distinct_rows(_words(rows), weights, slots, first, counts)
    return None if n > room else (rows[first[:n]], counts[:n])


def _words(rows: NDArray[Any]) -> NDArray[np.uint64]:
    """Return the bits of rows, the same for the same colors: -0.0 is 0.0."""
    if rows.dtype.kind == "f":
        # Of longer floats some bits mean nothing.
        rows = rows.astype(np.float64) if rows.itemsize > 8 else rows
        rows = rows + rows.dtype.type(0)
    n_bytes = rows.shape[1] * rows.itemsize
    padded = np.zeros((len(rows), -(-n_bytes // 8) * 8), np.uint8)
    padded[:, :n_bytes] = rows.view(np.uint8)
    return padded.view(np.uint64)


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
    wanted = sample if isinstance(sample, numbers.Integral) else pixels.n_seen * float(sample)
    wanted = min(pixels.n_seen, max(1, round(wanted)), MAX_SAMPLE)
    colors = pixels.numbers(pixels.draw(wanted, rng))
    if pixels.n_channels > 1:  # repeated colors do no harm, and sorting rows takes long
        return ColorTable(colors, np.ones(len(colors), np.int64))
    values, counts = np.unique(colors, return_counts=True)
    return ColorTable(values[:, np.newaxis], counts)
