"""Numba kernels of the search; `core/search/coarse_to_fine.py` says how they play together.

Points are (D, n) float32, one row per feature, so that the inner loops become SIMD code.
A cluster is a column of `centers` (D, K) float32 and a row of `totals` (K, 2 + D) float64:
how many points it has, their weight, their weighted sums. All sums are sequential, so the same
bits come out everywhere. Few functions and plain loops: every one more costs compile time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .jit import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

BLOCK = 64  # points that share one list of candidate centers
MOST_WITHOUT_LIST = 32  # centers; lists of candidates pay from there on
PATIENCE = 2.0  # a trial is given up when it lacks more than this many times its last gain
HEIRS = 12  # centers that may inherit the points of a removed one


@jit
def _candidates(
    points: Array, lo: int, hi: int, centers: Array, near: Array, low: Array, high: Array
) -> int:
    """List the centers that can be nearest to a point in the bounding box of points lo..hi.

    IN `points` (D, n) and `centers` (D, K) float32.
    OUT `near` (K,) integer: the list, `low` and `high` (K,) float32: bounds of the squared
    distances.
    Returns how many there are.
    """
    D, K = centers.shape
    zero = np.float32(0.0)
    for k in range(K):
        low[k] = zero
        high[k] = zero
    for d in range(D):
        row = points[d, lo:hi]
        least = row[0]
        greatest = row[0]
        for i in range(len(row)):
            least = row[i] if row[i] < least else least
            greatest = row[i] if row[i] > greatest else greatest
        middle = np.float32(0.5) * (least + greatest)
        half = greatest - middle
        for k in range(K):
            t = abs(centers[d, k] - middle)
            u = t - half if t > half else zero
            v = t + half
            low[k] += u * u
            high[k] += v * v
    bound = high[0]
    for k in range(K):
        bound = high[k] if high[k] < bound else bound
    bound *= np.float32(1.0001)  # rounding must not drop a center
    m = 0
    for k in range(K):
        near[m] = k
        m += low[k] <= bound
    return m


@jit
def _nearest(
    points: Array,
    lo: int,
    hi: int,
    centers: Array,
    near: Array,
    m: int,
    best: Array,
    nearest: Array,
) -> None:
    """Find the nearest of m centers for the points lo..hi. Selects, not branches: SIMD code.

    IN `points` (D, n) and `centers` (D, K) float32, `near` (K,) integer: the m centers come first.
    OUT `best` (BLOCK,) float32: squared distances, `nearest` (BLOCK,) int32.
    """
    D = len(points)
    n = hi - lo
    x = points[0, lo:hi]
    y = points[1 % D, lo:hi]
    z = points[2 % D, lo:hi]
    distance = np.empty(BLOCK, np.float32)
    for i in range(n):
        best[i] = np.float32(np.inf)
        nearest[i] = near[0]
    if D == 3:
        for j in range(0, m, 2):
            k = near[j]
            other = near[min(j + 1, m - 1)]
            a, b, c = centers[0, k], centers[1, k], centers[2, k]
            e, f, g = centers[0, other], centers[1, other], centers[2, other]
            for i in range(n):
                p = (x[i] - a) * (x[i] - a) + (y[i] - b) * (y[i] - b) + (z[i] - c) * (z[i] - c)
                q = (x[i] - e) * (x[i] - e) + (y[i] - f) * (y[i] - f) + (z[i] - g) * (z[i] - g)
                h = other if q < p else k
                q = q if q < p else p
                nearest[i] = h if q < best[i] else nearest[i]
                best[i] = q if q < best[i] else best[i]
        return
    for j in range(m):
        k = near[j]
        for i in range(n):
            distance[i] = np.float32(0.0)
        for d in range(D):
            row = points[d, lo:hi]
            a = centers[d, k]
            for i in range(n):
                distance[i] += (row[i] - a) * (row[i] - a)
        for i in range(n):
            q = distance[i]
            nearest[i] = k if q < best[i] else nearest[i]
            best[i] = q if q < best[i] else best[i]


@jit
def _assign(points: Array, weights: Array, centers: Array, labels: Array, totals: Array) -> int:
    """Give every point the label of its nearest center; the totals follow.

    IN `points` (D, n) and `centers` (D, K) float32, `weights` (n,) float64.
    INOUT `labels` (n,) int32, `totals` (K, 2 + D) float64.
    Returns how many labels changed.
    """
    D, n = points.shape
    K = len(totals)
    near = np.empty(K, np.int64)
    for k in range(K):
        near[k] = k
    low = np.empty(K, np.float32)
    high = np.empty(K, np.float32)
    best = np.empty(BLOCK, np.float32)
    nearest = np.empty(BLOCK, np.int32)
    m = K
    moved = 0
    for lo in range(0, n, BLOCK):
        hi = min(lo + BLOCK, n)
        if K > MOST_WITHOUT_LIST:
            m = _candidates(points, lo, hi, centers, near, low, high)
        _nearest(points, lo, hi, centers, near, m, best, nearest)
        for i in range(lo, hi):
            a = labels[i]
            b = nearest[i - lo]
            if a == b:
                continue
            moved += 1
            labels[i] = b
            w = weights[i]
            totals[a, 0] -= 1.0
            totals[b, 0] += 1.0
            totals[a, 1] -= w
            totals[b, 1] += w
            for d in range(D):
                totals[a, 2 + d] -= w * points[d, i]
                totals[b, 2 + d] += w * points[d, i]
    return moved


@jit
def _explained(totals: Array) -> float:
    """Sum of squares that the means explain; inertia = a constant - this.

    IN `totals` (K, 2 + D) float64.
    """
    explained = 0.0
    for k in range(len(totals)):
        if totals[k, 0] > 0.0:
            for e in range(2, totals.shape[1]):
                explained += totals[k, e] * (totals[k, e] / totals[k, 1])
    return explained


@jit
def converge(
    points: Array,
    weights: Array,
    n_sweeps: int,
    step: float,
    trial: bool,
    labels: Array,
    centers: Array,
    totals: Array,
) -> tuple[bool, int]:
    """Sweep until no label changes, and land on the means; give a poor trial up early.

    IN `points` (D, n) float32, `weights` (n,) float64, `step`: times the way to the mean.
    INOUT `labels` (n,) int32, `centers` (D, K) float32, `totals` (K, 2 + D) float64.
    Returns whether this explains more than the totals that came in, and the number of sweeps.
    """
    goal = _explained(totals) * (1.0 + 1e-9)
    last = now = -np.inf
    for it in range(1, n_sweeps + 1):
        moved = _assign(points, weights, centers, labels, totals)
        now = _explained(totals)
        done = moved == 0 or it == n_sweeps
        if trial and it > 1 and goal - now > PATIENCE * (now - last):
            done = True
        for k in range(len(totals)):
            if totals[k, 0] > 0.0:
                for d in range(len(centers)):
                    shift = totals[k, 2 + d] / totals[k, 1] - centers[d, k]
                    centers[d, k] += shift if done else step * shift
        if done:
            break
        last = now
    return now > goal, it


@jit
def _neighbors(centers: Array, k: int, n_near: int, near: Array) -> None:
    """Find the centers nearest to center k, without k.

    IN `centers` (D, K) float32. OUT `near` (K,) integer: the first `n_near`, nearest first.
    """
    D, K = centers.shape
    distance = np.empty(K)
    for j in range(K):
        distance[j] = 0.0
        for d in range(D):
            u = centers[d, j] - centers[d, k]
            distance[j] += u * u
    distance[k] = np.inf
    for m in range(n_near):
        best = 0
        for j in range(K):
            best = j if distance[j] < distance[best] else best
        near[m] = best
        distance[best] = np.inf


@jit
def _group(
    points: Array,
    weights: Array,
    labels: Array,
    totals: Array,
    grouped: Array,
    mass: Array,
    start: Array,
) -> None:
    """Sort points by label.

    IN `points` (D, n) float32, `weights` (n,) float64, `labels` (n,) int32, `totals` (K, 2 + D)
    float64.
    OUT `grouped` (D, n) float32 and `mass` (n,) float64: points and weights sorted by label.
    INOUT `start` (K + 1,) int64: where each cluster begins; the first is given, 0.
    """
    K = len(totals)
    fill = np.empty(K, np.int64)
    for k in range(K):
        fill[k] = start[k]
        start[k + 1] = start[k] + np.int64(totals[k, 0])
    for i in range(len(labels)):
        j = fill[labels[i]]
        fill[labels[i]] += 1
        mass[j] = weights[i]
        for d in range(len(points)):
            grouped[d, j] = points[d, i]


@jit
def losses(
    points: Array,
    weights: Array,
    labels: Array,
    centers: Array,
    totals: Array,
    loss: Array,
    grouped: Array,
    mass: Array,
    start: Array,
) -> None:
    """By how much the inertia rises without each cluster, to first order: its neighbors inherit.

    IN `points` (D, n) float32, `weights` (n,) float64, `labels` (n,) int32, `centers` (D, K)
    float32, `totals` (K, 2 + D) float64.
    OUT `loss` (K,) float64, `grouped` (D, n) float32 and `mass` (n,) float64: points and weights
    sorted by label.
    INOUT `start` (K + 1,) int64: where each cluster begins; the first is given, 0.
    """
    D, K = centers.shape
    count = min(HEIRS, K - 1)
    _group(points, weights, labels, totals, grouped, mass, start)
    near = np.empty(K, np.int64)
    best = np.empty(BLOCK, np.float32)
    nearest = np.empty(BLOCK, np.int32)
    heirs = np.zeros((K, 1 + D))
    for k in range(K):
        loss[k] = 0.0
        _neighbors(centers, k, count, near)
        for lo in range(start[k], start[k + 1], BLOCK):
            hi = min(lo + BLOCK, start[k + 1])
            _nearest(grouped, lo, hi, centers, near, count, best, nearest)
            for i in range(lo, hi):
                heirs[nearest[i - lo], 0] += mass[i]
                for d in range(D):
                    heirs[nearest[i - lo], 1 + d] += mass[i] * grouped[d, i]
        for j in range(count):
            c = near[j]
            w = heirs[c, 0]
            for d in range(D):
                if w > 0.0:
                    mean = heirs[c, 1 + d] / w
                    u = mean - centers[d, c]
                    v = mean - centers[d, k]
                    loss[k] += w * (totals[c, 1] / (totals[c, 1] + w) * u * u - v * v)
                heirs[c, 1 + d] = 0.0
            heirs[c, 0] = 0.0


@jit
def _list_neighborhood(
    centers: Array, removed: int, halved: int, n_near: int, clusters: Array, place: Array
) -> int:
    """List two clusters and those around them.

    IN `centers` (D, K) float32.
    OUT `clusters` (K,) int64: the list, `place` (K,) int64: where in it each cluster is, or -1.
    Returns how many there are.
    """
    K = len(place)
    near = np.empty(K, np.int64)
    for k in range(K):
        place[k] = -1
    place[removed] = 0
    place[halved] = 1
    clusters[0] = removed
    clusters[1] = halved
    m = 2
    for side in range(2):
        _neighbors(centers, clusters[side], n_near, near)
        for j in range(n_near):
            if place[near[j]] < 0:
                place[near[j]] = m
                clusters[m] = near[j]
                m += 1
    return m


@jit
def neighborhood(
    points: Array,
    weights: Array,
    labels: Array,
    centers: Array,
    totals: Array,
    removed: int,
    halved: int,
    n_near: int,
) -> tuple[Array, Array, tuple[Array, Array], tuple[Array, Array, Array]]:
    """Copy the neighborhoods of two clusters, which come first, as a small problem of its own.

    IN `points` (D, n) float32, `weights` (n,) float64, `labels` (n,) int32, `centers` (D, K)
    float32, `totals` (K, 2 + D) float64.
    Returns which clusters and which points these are, int64; then points and weights; then labels,
    centers and totals.
    """
    D, K = centers.shape
    clusters = np.empty(K, np.int64)
    place = np.empty(K, np.int64)
    m = _list_neighborhood(centers, removed, halved, min(n_near, K - 1), clusters, place)
    size = np.int64(0)
    small_centers = np.empty((D, m), np.float32)
    small_totals = np.empty((m, 2 + D))
    for a in range(m):
        size += np.int64(totals[clusters[a], 0])
        for d in range(D):
            small_centers[d, a] = centers[d, clusters[a]]
        for e in range(2 + D):
            small_totals[a, e] = totals[clusters[a], e]
    members = np.empty(size + 1, np.int64)
    j = 0
    for i in range(len(labels)):
        members[j] = i
        j += place[labels[i]] >= 0
    small_points = np.empty((D, size), np.float32)
    small_weights = np.empty(size)
    small_labels = np.empty(size, np.int32)
    for j in range(size):
        i = members[j]
        small_weights[j] = weights[i]
        small_labels[j] = place[labels[i]]
        for d in range(D):
            small_points[d, j] = points[d, i]
    small = small_labels, small_centers, small_totals
    return clusters[:m], members[:size], (small_points, small_weights), small
