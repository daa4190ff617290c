"""Numba kernels of the search: sweeps over weighted points until their centers rest.

`core/search/coarse_to_fine.py` says how they play together with those of `moves`. Points are (D, n)
float32, one row per feature; blocks of them are copied, so that the inner loops become SIMD code. A
cluster is a column of `centers` (D, K) float32 and a row of `totals` (K, 2 + D) float64: how many
points it has, their weight, their weighted sums. All sums are sequential, so the same bits come out
everywhere. Plain loops, and nothing allocated here: whatever else costs compile time.

Room to work in: `block` (D, BLOCK) and `best` (2, BLOCK) float32,
`nearest` (BLOCK,) int32, `near` (K,) int64, `bounds` (2, K) float32, `far` (K,) float64.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .jit import inner, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

BLOCK = 64  # points that share one list of candidate centers
MOST_WITHOUT_LIST = 32  # centers; lists of candidates pay from there on
PATIENCE = 2.0  # a trial is given up when it lacks more than this many times its last gain


@inner
def candidates(
    block: Array, size: int, centers: Array, n_clusters: int, near: Array, bounds: Array
) -> int:
    """List the centers that can be nearest to a point in the bounding box of a block.

    IN `block` (D, size..) and `centers` (D, K) float32.
    OUT `near` (K,) int64: the list, `bounds` (2, K) float32: of the squared distances.
    Returns how many there are.
    """
    zero = np.float32(0.0)
    for k in range(n_clusters):
        bounds[0, k] = zero
        bounds[1, k] = zero
    for d in range(len(block)):
        least = block[d, 0]
        greatest = block[d, 0]
        for i in range(size):
            least = block[d, i] if block[d, i] < least else least
            greatest = block[d, i] if block[d, i] > greatest else greatest
        middle = np.float32(0.5) * (least + greatest)
        half = greatest - middle
        for k in range(n_clusters):
            t = abs(centers[d, k] - middle)
            u = t - half if t > half else zero
            v = t + half
            bounds[0, k] += u * u
            bounds[1, k] += v * v
    bound = bounds[1, 0]
    for k in range(n_clusters):
        bound = bounds[1, k] if bounds[1, k] < bound else bound
    bound *= np.float32(1.0001)  # rounding must not drop a center
    m = 0
    for k in range(n_clusters):
        near[m] = k
        m += bounds[0, k] <= bound
    return m


@inner
def label_nearest(
    block: Array, size: int, centers: Array, near: Array, m: int, best: Array, nearest: Array
) -> None:
    """Find the nearest of m centers for the points of a block. Selects, not branches: SIMD code.

    IN `block` (D, size..) and `centers` (D, K) float32, `near` (K,) int64: the m centers come
    first.
    OUT `best` (2, size..) float32: squared distances, and room to work in; `nearest` (size..,)
    int32.
    """
    D = len(block)
    for i in range(size):
        best[0, i] = np.float32(np.inf)
        nearest[i] = near[0]
    if D == 3:
        for j in range(0, m, 2):
            k = near[j]
            other = near[min(j + 1, m - 1)]
            a, b, c = centers[0, k], centers[1, k], centers[2, k]
            e, f, g = centers[0, other], centers[1, other], centers[2, other]
            for i in range(size):
                x, y, z = block[0, i], block[1, i], block[2, i]
                p = (x - a) * (x - a) + (y - b) * (y - b) + (z - c) * (z - c)
                q = (x - e) * (x - e) + (y - f) * (y - f) + (z - g) * (z - g)
                h = other if q < p else k
                q = q if q < p else p
                nearest[i] = h if q < best[0, i] else nearest[i]
                best[0, i] = q if q < best[0, i] else best[0, i]
        return
    for j in range(m):
        k = near[j]
        for i in range(size):
            best[1, i] = np.float32(0.0)
        for d in range(D):
            a = centers[d, k]
            for i in range(size):
                best[1, i] += (block[d, i] - a) * (block[d, i] - a)
        for i in range(size):
            q = best[1, i]
            nearest[i] = k if q < best[0, i] else nearest[i]
            best[0, i] = q if q < best[0, i] else best[0, i]


@inner
def explained(totals: Array, n_clusters: int) -> float:
    """Sum of squares that the means explain; inertia = a constant - this.

    IN `totals` (K, 2 + D) float64.
    """
    explained = 0.0
    for k in range(n_clusters):
        if totals[k, 0] > 0.0:
            for e in range(2, totals.shape[1]):
                explained += totals[k, e] * (totals[k, e] / totals[k, 1])
    return explained


@inner
def take(
    block: Array,
    size: int,
    lo: int,
    weights: Array,
    nearest: Array,
    labels: Array,
    totals: Array,
) -> int:
    """Give the points of a block their new labels; the totals follow.

    IN `block` (D, size..) float32, `weights` (n,) float64, `nearest` (size..,) int32.
    INOUT `labels` (n,) int32: from `lo` on, `totals` (K, 2 + D) float64.
    Returns how many labels changed.
    """
    moved = 0
    for i in range(size):
        a = labels[lo + i]
        b = nearest[i]
        if a == b:
            continue
        moved += 1
        labels[lo + i] = b
        w = weights[lo + i]
        totals[a, 0] -= 1.0
        totals[b, 0] += 1.0
        totals[a, 1] -= w
        totals[b, 1] += w
        for d in range(len(block)):
            totals[a, 2 + d] -= w * block[d, i]
            totals[b, 2 + d] += w * block[d, i]
    return moved


@inner
def take_step(step: float, n_clusters: int, totals: Array, centers: Array) -> None:
    """Move the centers to their means, or farther; an empty cluster's stays.

    IN `step`: times the way, `totals` (K, 2 + D) float64. INOUT `centers` (D, K) float32.
    """
    for k in range(n_clusters):
        if totals[k, 0] > 0.0:
            for d in range(len(centers)):
                centers[d, k] += step * (totals[k, 2 + d] / totals[k, 1] - centers[d, k])


@jit
def converge(
    points: Array,
    weights: Array,
    n_points: int,
    n_clusters: int,
    n_sweeps: int,
    step: float,
    goal: float,
    labels: Array,
    centers: Array,
    totals: Array,
    block: Array,
    best: Array,
    nearest: Array,
    near: Array,
    bounds: Array,
) -> tuple[bool, int]:
    """Sweep until no label changes, and land on the means; give up early far from the goal.

    IN `points` (D, n..) float32, `weights` (n..,) float64, `step`: times the way to the mean,
    `goal`: what the totals should explain in the end.
    INOUT `labels` (n..,) int32, `centers` (D, K..) float32, `totals` (K.., 2 + D) float64.
    Returns whether they do, and the number of sweeps.
    """
    last = now = -np.inf
    m = n_clusters
    for k in range(n_clusters):
        near[k] = k
    for it in range(1, n_sweeps + 1):
        moved = 0
        for lo in range(0, n_points, BLOCK):
            size = min(BLOCK, n_points - lo)
            for d in range(len(points)):
                for i in range(size):
                    block[d, i] = points[d, lo + i]
            if n_clusters > MOST_WITHOUT_LIST:
                m = candidates(block, size, centers, n_clusters, near, bounds)
            label_nearest(block, size, centers, near, m, best, nearest)
            moved += take(block, size, lo, weights, nearest, labels, totals)
        now = explained(totals, n_clusters)
        if moved == 0 or it == n_sweeps or (it > 1 and goal - now > PATIENCE * (now - last)):
            break
        take_step(step, n_clusters, totals, centers)
        last = now
    take_step(1.0, n_clusters, totals, centers)
    return now > goal, it
