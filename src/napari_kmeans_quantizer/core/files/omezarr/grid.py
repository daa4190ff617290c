"""How results are cut: into chunks that are stored, and regions that are worked at.

A region holds whole chunks of the source, so that none is read twice, and whole chunks (or shards:
files) of the results, so that no two tasks ever write to one.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Shape = tuple[int, ...]

MOST = 1 << 22
"""Pixels of a chunk, unless it is better to keep the source's."""
NARROW = 256
"""How much longer than wide chunks may be."""
MOST_OF_SHARD = 1 << 24
REGION_BYTES = 1 << 24
"""Of the source that a task reads, unless one chunk is more."""
FEW_REGIONS = 256
"""Up to here a task each is no burden, and as little as may be is done twice if one fails."""


@dataclass(frozen=True)
class Grid:
    """How one level is cut; all of it without channels."""

    shape: Shape
    chunks: Shape
    shards: Shape | None
    region: Shape

    @property
    def counts(self) -> Shape:
        """Number of regions along each axis."""
        return tuple(-(-n // r) for n, r in zip(self.shape, self.region, strict=True))

    @property
    def regions(self) -> Iterator[Shape]:
        """All regions, by their place among them."""
        return itertools.product(*map(range, self.counts))

    def slices(self, region: Shape) -> tuple[slice, ...]:
        """Return which pixels a region holds."""
        return tuple(
            slice(i * r, min((i + 1) * r, n))
            for i, r, n in zip(region, self.region, self.shape, strict=True)
        )

    def files(self, region: Shape) -> Iterator[Shape]:
        """Yield the chunks, or shards, of a region, by their place among all."""
        sizes = self.shards or self.chunks
        ranges = [
            range(part.start // size, -(-part.stop // size))
            for part, size in zip(self.slices(region), sizes, strict=True)
        ]
        return itertools.product(*ranges)


def finest(shape: Shape, chunks: Shape | None, shards: Shape | None, pixel_bytes: int) -> Grid:
    """Return how results are cut that have the shape of the source.

    Parameters
    ----------
    shape : tuple of int
        Of the source, without channels.
    chunks, shards : tuple of int or None
        Of the source.
    pixel_bytes : int
        Bytes of a pixel of it, all channels.
    """
    read = _at_most(shape if chunks is None else chunks, shape)
    stored = _not_narrow(_not_large(read, shape, MOST), shape)
    files = None
    if shards is not None:
        read_at_once = _not_large(shards, shape, MOST_OF_SHARD, least=read)
        if all(s % c == 0 for s, c in zip(read_at_once, stored, strict=True)):
            files, read = read_at_once, read_at_once
    whole = tuple(
        n if r >= n else math.lcm(r, s)
        for n, r, s in zip(shape, read, files or stored, strict=True)
    )
    return Grid(shape, stored, files, _grown(whole, shape, pixel_bytes))


def coarser(grid: Grid, shape: Shape, steps: Sequence[int], pixel_bytes: int) -> Grid:
    """Return how a level is cut that holds every so many pixels of the one above."""
    chunks = _at_most(grid.chunks, shape)
    fits = grid.shards is not None and chunks == grid.chunks
    shards = grid.shards if fits else None
    whole = _at_most(shards or chunks, shape)
    return Grid(shape, chunks, shards, _grown(whole, shape, pixel_bytes * math.prod(steps)))


def _at_most(sizes: Shape, shape: Shape) -> Shape:
    return tuple(min(size, n) for size, n in zip(sizes, shape, strict=True))


def _not_large(sizes: Shape, shape: Shape, most: int, least: Shape | None = None) -> Shape:
    """Return sizes that are halved, the longest first, until there are few enough pixels.

    A half fits where a whole did; along an axis that is read as a whole anything does.
    """
    found, is_whole = list(sizes), [s >= n for s, n in zip(sizes, shape, strict=True)]
    steps = [2 * size for size in least] if least is not None else [2] * len(found)
    while math.prod(found) > most:
        halves = [
            i for i, size in enumerate(found)
            if size % steps[i] == 0 or (is_whole[i] and size > 1 and least is None)
        ]  # fmt: skip
        if not halves:
            break
        longest = max(halves, key=found.__getitem__)
        found[longest] = -(-found[longest] // 2)
    return tuple(found)


def _not_narrow(sizes: Shape, shape: Shape) -> Shape:
    """Return sizes without strips, such as single rows, of which a view would need very many."""
    found = list(sizes)
    while True:
        short, long = sorted((len(found) - 2, len(found) - 1), key=found.__getitem__)
        is_strip = found[long] > NARROW * found[short] and found[short] < shape[short]
        if not is_strip or 2 * math.prod(found) > MOST:
            return tuple(found)
        found[short] = min(2 * found[short], shape[short])


def _grown(sizes: Shape, shape: Shape, pixel_bytes: int) -> Shape:
    """Return sizes that are doubled, rows and columns first, as long as a task can hold them.

    If there are few, they stay.
    """
    found = list(_at_most(sizes, shape))
    while _n_parts(found, shape) > FEW_REGIONS:
        short = [i for i in range(len(found)) if found[i] < shape[i]]
        planar = [i for i in short if i >= len(found) - 2] or short[-1:]
        shortest = min(planar, key=found.__getitem__)
        if 2 * math.prod(found) * pixel_bytes > REGION_BYTES:
            break
        found[shortest] = min(2 * found[shortest], shape[shortest])
    return tuple(found)


def _n_parts(sizes: Sequence[int], shape: Shape) -> int:
    return math.prod(-(-n // size) for n, size in zip(shape, sizes, strict=True))
