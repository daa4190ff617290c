"""Pixels drawn at random: those whose keys are the least.

The key of a pixel is a number without pattern, made of its place in the image: so which pixels are
drawn depends neither on how an image is cut nor on who looks at it first. Keys are those of
SplitMix64 (G. L. Steele et al., "Fast splittable pseudorandom number generators", 2014), no two
alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .jit import inner, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

GAMMA, ONE, OTHER = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_GAMMA, _ONE, _OTHER = np.uint64(GAMMA), np.uint64(ONE), np.uint64(OTHER)
_30, _27, _31 = np.uint64(30), np.uint64(27), np.uint64(31)


@inner
def _mixed(z: np.uint64) -> np.uint64:
    z = (z ^ (z >> _30)) * _ONE
    z = (z ^ (z >> _27)) * _OTHER
    return z ^ (z >> _31)


@jit
def draw(
    starts: Array, width: int, first: int, mask: Array, seed: np.uint64, limit: np.uint64,
    keys: Array, found: Array,
) -> int:  # fmt: skip
    """List the pixels whose keys are at most a limit.

    IN `starts` (rows,) int64: the place in the image of the first pixel of each row, `width`: of a
    row, `first`: pixels before this part, `mask` (n or 0,) uint8: which of its pixels take part.
    OUT `keys` (n,) uint64, `found` (n,) int64: which of the n pixels.
    Returns how many there are.
    """
    n: Any = 0  # whatever is counted is `int` to mypy
    row, column = first // width, first % width
    state = seed + np.uint64(starts[row] + column) * _GAMMA
    for i in range(len(keys)):
        if column == width:
            row, column = row + 1, 0
            state = seed + np.uint64(starts[row]) * _GAMMA
        key = _mixed(state)
        keys[n], found[n] = key, i
        n += key <= limit and (len(mask) == 0 or mask[i] != 0)
        state += _GAMMA
        column += 1
    return n
