"""Clusters cut in two by 2-means; `core/search/partition.py` says what for.

Nothing is allocated here: `local` (D + 1, n..) and `mass` (n..,) float64 and `cuts` (3, D) float64
are room to work in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .jit import inner, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

TURNS = 6  # passes of 2-means in a cut


@inner
def cut(n: int, k: int, local: Array, mass: Array, cuts: Array, halves: Array) -> float:
    """Cut n points in two by 2-means.

    The plane starts across the feature of the largest spread; a pass turns it as a power iteration
    does.

    INOUT `local` (D + 1, n..) float64: the points, which are moved to be about their mean; last,
    how far right of the plane each one is.
    IN `mass` (n..,) float64: their weights.
    OUT `halves` (K, 2, D) float64: in row k the means of the two sides.
    Returns by how much the inertia falls.
    """
    D = len(local) - 1
    total = 0.0
    for j in range(n):
        total += mass[j]
    widest = 0
    most = 0.0
    for d in range(D):
        start = local[d, 0]  # about one of them first: identical points give exact zeros
        mean = 0.0
        for j in range(n):
            local[d, j] -= start
            mean += mass[j] * local[d, j]
        mean /= total
        square = 0.0
        for j in range(n):
            local[d, j] -= mean
            square += mass[j] * local[d, j] * local[d, j]
        cuts[0, d] = start + mean
        cuts[2, d] = 0.0
        if square > most:
            most = square
            widest = d
    cuts[2, widest] = 1.0
    offset = 0.0
    gain = 0.0
    for _ in range(TURNS):
        right = 0.0
        for d in range(D):
            cuts[1, d] = 0.0
        for j in range(n):
            along = -offset
            for d in range(D):
                along += cuts[2, d] * local[d, j]
            local[D, j] = along
            if along > 0.0:
                right += mass[j]
                for d in range(D):
                    cuts[1, d] += mass[j] * local[d, j]
        left = total - right
        if right <= 0.0 or left <= 0.0:
            return 0.0
        gain = 0.0
        offset = 0.0
        for d in range(D):
            moment = cuts[1, d]
            gain += moment * moment * (1.0 / left + 1.0 / right)
            halves[k, 0, d] = cuts[0, d] - moment / left
            halves[k, 1, d] = cuts[0, d] + moment / right
            cuts[2, d] = moment
            offset += 0.5 * moment * (moment / right - moment / left)
    return gain


@jit
def cut_clusters(
    points: Array,
    weights: Array,
    order: Array,
    start: Array,
    gain: Array,
    halves: Array,
    local: Array,
    mass: Array,
    cuts: Array,
) -> int:
    """Cut the cluster that gains most in two, until there are K.

    IN `points` (D, n) float32, `weights` (n,) float64.
    INOUT `order` (n,) int64: from all points in any order to those of cluster 0, then 1 ...
    OUT `start` (3, K) int64: where in `order` each cluster begins, ends, and would be cut, `gain`
    (K,) and `halves` (K, 2, D) float64: by how much that lowers the inertia, and the means.
    Returns how many clusters there are: fewer than K if no cut gains.
    """
    D = len(points)
    start[0, 0] = 0
    start[1, 0] = len(order)
    n_clusters = 1
    old = new = 0
    while True:
        for k in range(old, new + 1, max(new - old, 1)):
            n = start[1, k] - start[0, k]
            for j in range(n):
                i = order[start[0, k] + j]
                mass[j] = weights[i]
                for d in range(D):
                    local[d, j] = points[d, i]
            gain[k] = cut(n, k, local, mass, cuts, halves)
            # Sort by the two sides; where the second begins is known when it is cut.
            i = 0
            j = n
            while i < j:
                if local[D, i] > 0.0:
                    j -= 1
                    a = start[0, k] + i
                    b = start[0, k] + j
                    order[a], order[b] = order[b], order[a]
                    local[D, i], local[D, j] = local[D, j], local[D, i]
                else:
                    i += 1
            start[2, k] = start[0, k] + i
        if n_clusters == len(gain):
            return n_clusters
        old = 0
        for k in range(n_clusters):
            old = k if gain[k] > gain[old] else old
        if gain[old] <= 0.0:
            return n_clusters
        new = n_clusters
        n_clusters += 1
        start[0, new] = start[2, old]
        start[1, new] = start[1, old]
        start[1, old] = start[0, new]
