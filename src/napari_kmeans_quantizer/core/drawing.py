"""Pixels drawn at random, whichever way an image is cut: see `kernels.drawing`."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .threads import map_chunks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .image import Pixels

    Keys = NDArray[np.uint64]

LARGEST_KEY = (1 << 64) - 1


class Drawn(NamedTuple):
    """Some pixels, and the keys by which they were drawn."""

    keys: Keys
    """(n,)"""
    colors: NDArray[Any]
    """(n, C), as in the image."""
    seed: int

    def least(self, n: int) -> Drawn:
        """Return those with the n least keys, in the same order."""
        if len(self.keys) <= n:
            return self
        chosen = np.flatnonzero(self.keys <= np.partition(self.keys, n - 1)[n - 1])
        return Drawn(self.keys[chosen], self.colors[chosen], self.seed)

    def in_order(self) -> NDArray[Any]:
        """Return the colors in the order in which the pixels lie in the image."""
        places = places_of(self.keys, self.seed)
        if (places[1:] > places[:-1]).all():
            return self.colors
        return self.colors[np.argsort(places)]

    def joined(self, *others: Drawn) -> Drawn:
        """Return all of several parts of an image."""
        parts = self, *others
        keys, colors = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
        return Drawn(keys, colors, self.seed)


NONE_DRAWN = Drawn(np.empty(0, np.uint64), np.empty((0, 1)), 0)


def draw_in_part(
    pixels: Pixels, index: int, seed: int, limit: int, starts: NDArray[np.int64] | None = None
) -> Drawn:
    """Return the pixels of one chunk that take part and whose keys are at most a limit.

    Parameters
    ----------
    pixels : Pixels
        An image, or a block of one.
    index : int
        Of the chunk.
    seed, limit : int
        Of 64 bits.
    starts : (rows,) ndarray of int64, optional
        Of a block: where each of its rows, along the last axis, begins in the run of pixels of the
        whole image.
    """
    from .kernels.drawing import draw

    span, mask = pixels.span(index), np.empty(0, np.uint8)
    if pixels.mask is not None:
        mask = np.ascontiguousarray(pixels.chunk_mask(index)).view(np.uint8)
    width = pixels.size if starts is None else pixels.shape[-1]
    starts = np.zeros(1, np.int64) if starts is None else starts
    n = span.stop - span.start
    keys, found = np.empty(n, np.uint64), np.empty(n, np.int64)
    n = draw(starts, width, span.start, mask, np.uint64(seed), np.uint64(limit), keys, found)
    return Drawn(keys[:n].copy(), pixels.block(span)[found[:n]], seed)


def drawn(pixels: Pixels, wanted: int, seed: int) -> Drawn:
    """Return some of the pixels that take part: those with the least keys, or all."""
    limit = limit_for(wanted, pixels.n_seen)
    while True:
        one = partial(draw_in_part, pixels, seed=seed, limit=limit)
        first, *others = map_chunks(one, pixels.n_chunks)
        found = first.joined(*others)
        if len(found.keys) >= min(wanted, pixels.n_seen):
            return found.least(wanted)
        limit = min(2 * limit + 1, LARGEST_KEY)


def seed_of(rng: np.random.Generator) -> int:
    """Return a seed; the generator goes on by one."""
    return int(rng.integers(1 << 63))


def limit_for(wanted: int, n: int) -> int:
    """Return the key up to which most likely `wanted` of n pixels are found."""
    likely = wanted + 8 * math.sqrt(wanted) + 64
    return LARGEST_KEY if likely >= n else int(likely / n * LARGEST_KEY)


def places_of(keys: Keys, seed: int) -> NDArray[np.uint64]:
    """Return the places in the image of pixels with some keys: what makes keys, backwards."""
    from .kernels.drawing import GAMMA, ONE, OTHER

    def divided(z: Keys, factor: int) -> Keys:
        product: Keys = z * np.uint64(pow(factor, -1, 1 << 64))
        return product

    def unmixed(z: Keys, shift: int) -> Keys:
        before: Keys = z ^ (z >> np.uint64(shift)) ^ (z >> np.uint64(2 * shift))
        return before

    z = divided(unmixed(keys, 31), OTHER)
    z = divided(unmixed(z, 27), ONE)
    places: NDArray[np.uint64] = divided(unmixed(z, 30) - np.uint64(seed), GAMMA)
    return places
