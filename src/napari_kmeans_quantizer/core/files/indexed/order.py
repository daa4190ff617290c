"""Orders of a palette in which neighbors in the picture are neighbors in the palette.

Then indices differ by little, and what PNG's filters leave is small numbers. No order is the best
for all pictures: two are made, and the smaller file is taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .frames import PART

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Order = NDArray[np.intp]
    Counts = NDArray[np.int64]


def adjacency(indices: NDArray[np.uint8], n_entries: int) -> Counts:
    """Return how often two entries lie side by side or one above the other in (T, H, W).

    (n, n), symmetric, and 0 on the diagonal.
    """
    counts = np.zeros(n_entries * n_entries, np.int64)
    n_rows = max(PART // max(indices.shape[-1], 1), 1)
    for frame in indices:
        for start in range(0, len(frame), n_rows):
            rows = frame[start : start + n_rows + 1]  # with the first of the next ones
            first = rows.astype(np.int32) * n_entries
            across = first[:n_rows, :-1] + rows[:n_rows, 1:]
            for pairs in (across, first[:-1] + rows[1:]):
                counts += np.bincount(pairs.reshape(-1), minlength=len(counts))
    square = counts.reshape(n_entries, n_entries)
    square = square + square.T
    np.fill_diagonal(square, 0)
    return square


def by_pairs(counts: Counts) -> Order:
    """Return the order that joins the most frequent pairs first, end to end.

    S. Battiato et al., "An efficient re-indexing algorithm for color-mapped images", IEEE
    Transactions on Image Processing 13(11), 1419-1423, 2004.
    """
    n = len(counts)
    chains = {i: [i] for i in range(n)}
    chain_of = list(range(n))
    first, second = np.triu_indices(n, 1)
    for edge in np.argsort(-counts[first, second], kind="stable"):
        i, j = int(first[edge]), int(second[edge])
        one, other = chains[chain_of[i]], chains[chain_of[j]]
        if one is other or i not in (one[0], one[-1]) or j not in (other[0], other[-1]):
            continue
        joined = (one if one[-1] == i else one[::-1]) + (other if other[0] == j else other[::-1])
        for gone in (chain_of[i], chain_of[j]):
            del chains[gone]
        for entry in joined:
            chain_of[entry] = joined[0]
        chains[joined[0]] = joined
        if len(joined) == n:
            break
    return np.array(next(iter(chains.values())), np.intp)


def by_growing(counts: Counts) -> Order:
    """Return the order that grows from the most frequent pair, at either end.

    W. Zeng, J. Li and S. Lei, "An efficient color re-indexing scheme for palette-based
    compression", Proceedings of the IEEE International Conference on Image Processing 3, 476-479,
    2000; in the form of A. J. Pinho and A. J. R. Neves, IEEE Transactions on Image Processing
    13(11), 2004: the weights are the distances to the ends.
    """
    n = len(counts)
    order = [int(place) for place in np.unravel_index(counts.argmax(), counts.shape)][: min(n, 2)]
    if len(set(order)) < len(order):  # nothing lies beside anything else
        return np.arange(n)
    free = np.ones(n, bool)
    free[order] = False
    nearness = counts[order].sum(axis=0)
    while free.any():
        entry = int(np.where(free, nearness, -1).argmax())
        lean = np.arange(len(order) - 1, -len(order), -2) @ counts[entry, order]
        order.insert(0 if lean > 0 else len(order), entry)
        free[entry] = False
        nearness = nearness + counts[entry]
    return np.array(order, np.intp)
