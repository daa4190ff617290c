"""Distinct rows, found by hashing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .jit import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

# An odd number without pattern; multiplying by it spreads the bits.
SPREAD = np.uint64(0x9E3779B97F4A7C15)
HALF = np.uint64(32)


@jit
def distinct_rows(words: Array, weights: Array, slots: Array, first: Array, counts: Array) -> int:
    """Find the distinct rows, in the order of their first appearance.

    IN `words` (n, W) uint64, `weights` (n,) int64.
    OUT `first` (m,) int64: where each distinct row first is, `counts` (m,) int64: its weight.
    INOUT `slots`, int64, a power of two above m: -1 everywhere, then used as a hash table.
    Returns how many there are, and stops at once when there are more than m.
    """
    n_found = 0
    mask = np.uint64(len(slots) - 1)
    for i in range(len(words)):
        key = np.uint64(0)
        for w in range(words.shape[1]):
            key = (key ^ words[i, w]) * SPREAD
            key ^= key >> HALF
        slot = key & mask
        while True:
            j = slots[slot]
            if j < 0:
                if n_found == len(first):
                    return n_found + 1
                slots[slot] = n_found
                first[n_found] = i
                counts[n_found] = weights[i]
                n_found += 1
                break
            same = True
            for w in range(words.shape[1]):
                same = same and words[first[j], w] == words[i, w]
            if same:
                counts[j] += weights[i]
                break
            slot = (slot + np.uint64(1)) & mask
    return n_found
