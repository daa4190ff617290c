"""Points and centers of any dimension: nearest centers, sums, seeds, distances.

They compute in float64 whatever the points' dtype. One rule for callers: pass `points` and
`weights` read-only (`array.flags.writeable = False`), because numba compiles again for every mix of
read-only and writable arrays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .jit import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

# Points are transposed in blocks, so that the inner loops run over points and become SIMD code,
# and so that a block of a few features stays in the first-level cache.
BLOCK = 256
# Rows of 35 cache lines: a stride of 2 or 4 KiB would map all features to the same cache sets.
STRIDE = BLOCK + 24
# Far above the rounding of any sum of squares, far below any gap worth using.
MARGIN = 1e-9


@jit
def _load(points: Array, block: Array) -> None:
    for d in range(points.shape[1]):
        row = block[d]
        for i in range(points.shape[0]):
            row[i] = points[i, d]


@jit
def _start(x: Array, a: float, distances: Array) -> None:
    for i in range(distances.size):
        distances[i] = (x[i] - a) * (x[i] - a)


@jit
def _add(x: Array, a: float, distances: Array) -> None:
    for i in range(distances.size):
        distances[i] += (x[i] - a) * (x[i] - a)


@jit
def _add_three(
    x: Array, y: Array, z: Array, center: tuple[float, float, float], distances: Array
) -> None:
    a, b, c = center
    for i in range(distances.size):
        s = distances[i] + (x[i] - a) * (x[i] - a)
        s += (y[i] - b) * (y[i] - b)
        distances[i] = s + (z[i] - c) * (z[i] - c)


@jit
def _distances(block: Array, n_features: int, center: Array, distances: Array) -> None:
    """Sum the first `n_features` squared differences, strictly from left to right."""
    if n_features == 0:
        distances[:] = 0.0
        return
    _start(block[0], center[0], distances)
    head = 1 + (n_features - 1) % 3
    for d in range(1, head):
        _add(block[d], center[d], distances)
    for d in range(head, n_features, 3):
        three = center[d], center[d + 1], center[d + 2]
        _add_three(block[d], block[d + 1], block[d + 2], three, distances)


@jit
def _nearest_of_four(block: Array, centers: Array, k: int, nearest: Array, best: Array) -> None:
    """Up to three features, four centers at once: everything stays in registers."""
    x, y, z = block[0], block[1], block[2]
    a0, a1, a2 = centers[k, 0], centers[k, 1], centers[k, 2]
    b0, b1, b2 = centers[k + 1, 0], centers[k + 1, 1], centers[k + 1, 2]
    c0, c1, c2 = centers[k + 2, 0], centers[k + 2, 1], centers[k + 2, 2]
    d0, d1, d2 = centers[k + 3, 0], centers[k + 3, 1], centers[k + 3, 2]
    for i in range(best.size):
        a = (x[i] - a0) * (x[i] - a0) + (y[i] - a1) * (y[i] - a1) + (z[i] - a2) * (z[i] - a2)
        b = (x[i] - b0) * (x[i] - b0) + (y[i] - b1) * (y[i] - b1) + (z[i] - b2) * (z[i] - b2)
        c = (x[i] - c0) * (x[i] - c0) + (y[i] - c1) * (y[i] - c1) + (z[i] - c2) * (z[i] - c2)
        d = (x[i] - d0) * (x[i] - d0) + (y[i] - d1) * (y[i] - d1) + (z[i] - d2) * (z[i] - d2)
        # Conditional expressions become SIMD selects; a branch would stop the vectorizer.
        low, j = (b, k + 1) if b < a else (a, k)
        low, j = (c, k + 2) if c < low else (low, j)
        low, j = (d, k + 3) if d < low else (low, j)
        nearest[i] = j if low < best[i] else nearest[i]
        best[i] = low if low < best[i] else best[i]


@jit
def _nearer(
    block: Array, d: int, center: Array, k: int, distances: Array, nearest: Array, best: Array
) -> None:
    """Add the last three features, from `d` on, and keep the center if it is nearer."""
    x, y, z = block[d], block[d + 1], block[d + 2]
    a, b, c = center[d], center[d + 1], center[d + 2]
    for i in range(best.size):
        s = distances[i] + (x[i] - a) * (x[i] - a)
        s += (y[i] - b) * (y[i] - b)
        s += (z[i] - c) * (z[i] - c)
        nearest[i] = k if s < best[i] else nearest[i]
        best[i] = s if s < best[i] else best[i]


@jit
def _keep_two(
    first: Array, other: Array, k: int, nearest: Array, best: Array, second: Array
) -> None:
    """Merge the distances to centers k and k + 1 into the two smallest so far."""
    for i in range(best.size):
        low, j = (other[i], k + 1) if other[i] < first[i] else (first[i], k)
        high = first[i] if other[i] < first[i] else other[i]
        loser = low if low > best[i] else best[i]
        loser = high if high < loser else loser
        second[i] = loser if loser < second[i] else second[i]
        nearest[i] = j if low < best[i] else nearest[i]
        best[i] = low if low < best[i] else best[i]


@jit
def _store(nearest: Array, best: Array, labels: Array, distances: Array) -> int:
    changed = 0
    for i in range(labels.size):
        changed += labels[i] != nearest[i]
        labels[i] = nearest[i]
    for i in range(labels.size):
        distances[i] = best[i]
    return changed


@jit
def _pad(centers: Array, n_rows: int, n_columns: int) -> Array:
    """Add centers at infinity, which win nothing, and features of 0, which add nothing.

    In loops, because assigning to a slice of a matrix takes numba three seconds to compile.
    """
    padded = np.empty((n_rows, n_columns))
    for k in range(n_rows):
        for d in range(n_columns):
            padded[k, d] = np.inf if k >= len(centers) else 0.0
            if k < len(centers) and d < centers.shape[1]:
                padded[k, d] = centers[k, d]
    return padded


@jit
def assign(points: Array, centers: Array, labels: Array, distances: Array) -> int:
    """Find every point's nearest center; ties go to the lower index.

    IN `points` (n, D) real, `centers` (K, D) float64.
    OUT `labels` (n,) integer, `distances` (n,) float64: squared, bit for bit what
    ``((x0 - c0)**2 + (x1 - c1)**2) + ...`` gives in NumPy.
    Returns how many entries of `labels` changed.
    """
    n_clusters, n_features = centers.shape
    padded = _pad(centers, n_clusters + 3, max(n_features, 3))
    block = np.zeros((max(n_features, 3), STRIDE))
    best, one = np.empty(BLOCK), np.empty(BLOCK)
    nearest = np.empty(BLOCK, np.int64)
    changed = 0
    for start in range(0, len(points), BLOCK):
        stop = min(start + BLOCK, len(points))
        _load(points[start:stop], block)
        best[:] = np.inf
        nearest[:] = 0
        if n_features <= 3:
            for k in range(0, n_clusters, 4):
                _nearest_of_four(block, padded, k, nearest, best)
        else:
            for k in range(n_clusters):
                _distances(block, n_features - 3, centers[k], one)
                _nearer(block, n_features - 3, centers[k], k, one, nearest, best)
        changed += _store(nearest, best, labels[start:stop], distances[start:stop])
    return changed


@jit
def _load_rows(points: Array, rows: Array, block: Array) -> None:
    for d in range(points.shape[1]):
        for i in range(rows.size):
            block[d, i] = points[rows[i], d]


@jit
def _keep(
    rows: Array, nearest: Array, best: Array, second: Array, labels: Array, gaps: Array
) -> int:
    changed = 0
    for i in range(rows.size):
        changed += labels[rows[i]] != nearest[i]
        labels[rows[i]] = nearest[i]
        gaps[rows[i]] = np.sqrt(second[i]) * (1 - MARGIN) - np.sqrt(best[i]) * (1 + MARGIN)
    return changed


@jit
def reassign(points: Array, centers: Array, moved: Array, labels: Array, gaps: Array) -> int:
    """Do what `assign` does to the labels, passing over points that cannot have changed.

    A point is safe while its nearest center was nearer than the second one by more than what
    both can have moved since (the triangle inequality; one bound, simpler than Hamerly's two).

    IN `points` (n, D) real, `centers` (K, D) float64, `moved` (K,) float64: how far center k has
    moved since the last call plus the farthest that any other has moved, rounded up.
    INOUT `labels` (n,) integer, `gaps` (n,) float64: how much nearer the nearest center is than
    the second one, at least; start with labels of 0 and gaps of -1.
    Returns how many labels changed.
    """
    n_clusters, n_features = centers.shape
    padded = _pad(centers, n_clusters + 1, n_features)
    block = np.zeros((n_features, STRIDE))
    one, other = np.empty(BLOCK), np.empty(BLOCK)
    best, second = np.empty(BLOCK), np.empty(BLOCK)
    nearest, rows = np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64)
    changed, n_rows, last = 0, 0, len(points) - 1
    for i in range(len(points)):
        gaps[i] -= moved[labels[i]]
        rows[n_rows] = i
        n_rows += gaps[i] <= 0.0
        if n_rows == BLOCK or (i == last and n_rows > 0):
            _load_rows(points, rows[:n_rows], block)
            best[:] = np.inf
            second[:] = np.inf
            nearest[:] = 0
            for k in range(0, n_clusters, 2):
                _distances(block, n_features, padded[k], one)
                _distances(block, n_features, padded[k + 1], other)
                _keep_two(one, other, k, nearest, best, second)
            changed += _keep(rows[:n_rows], nearest, best, second, labels, gaps)
            n_rows = 0
    return changed


@jit
def accumulate(points: Array, weights: Array, labels: Array, sums: Array, totals: Array) -> None:
    """Add every point, times its weight, to the sums of its cluster.

    IN `points` (n, D) real, `weights` (n,) float64, `labels` (n,) integer.
    INOUT `sums` (K, D) float64, `totals` (K,) float64: the weights per cluster.
    """
    for i in range(len(points)):
        k = labels[i]
        totals[k] += weights[i]
        for d in range(points.shape[1]):
            sums[k, d] += weights[i] * points[i, d]


@jit
def potentials(
    points: Array, weights: Array, closest: Array, candidates: Array, totals: Array
) -> None:
    """Weighted sum of squared distances if a candidate were added to the centers.

    IN `points` (n, D) real, `weights` (n,) and `closest` (n,) float64: squared distance to the
    nearest center so far; `candidates` (T, D) float64.
    OUT `totals` (T,) float64.
    """
    n_candidates, n_features = candidates.shape
    block = np.zeros((n_features, STRIDE))
    one = np.empty(BLOCK)
    # One running sum per place in the block: SIMD code, and the same bits on every machine.
    lanes = np.zeros((n_candidates, BLOCK))
    for start in range(0, len(points), BLOCK):
        stop = min(start + BLOCK, len(points))
        _load(points[start:stop], block)
        for t in range(n_candidates):
            _distances(block, n_features, candidates[t], one)
            _add_potential(one, weights[start:stop], closest[start:stop], lanes[t])
    for t in range(n_candidates):
        totals[t] = lanes[t].sum()


@jit
def _add_potential(distances: Array, weights: Array, closest: Array, lanes: Array) -> None:
    for i in range(closest.size):
        nearer = distances[i] if distances[i] < closest[i] else closest[i]
        lanes[i] += weights[i] * nearer


@jit
def approach(points: Array, center: Array, closest: Array) -> None:
    """Lower the squared distances to the nearest center, now that `center` is one of them.

    IN `points` (n, D) real, `center` (D,) float64. INOUT `closest` (n,) float64.
    """
    block = np.zeros((points.shape[1], STRIDE))
    one = np.empty(BLOCK)
    for start in range(0, len(points), BLOCK):
        stop = min(start + BLOCK, len(points))
        _load(points[start:stop], block)
        _distances(block, len(center), center, one)
        for i in range(start, stop):
            closest[i] = min(closest[i], one[i - start])


@jit
def pairwise_distances(a: Array, b: Array, out: Array) -> None:
    """Euclidean distances of all pairs, without the expansion that cancels digits.

    IN `a` (n, D) real, `b` (m, D) float64. OUT `out` (n, m) float.
    """
    columns = np.ascontiguousarray(b.T)
    row = np.empty(len(b))
    for i in range(len(a)):
        row[:] = 0.0
        for d in range(a.shape[1]):
            _add(columns[d], np.float64(a[i, d]), row)
        for j in range(len(b)):
            out[i, j] = np.sqrt(row[j])


@jit
def tally(
    points: Array, colors: Array, labels: Array, places: Array, values: Array, totals: Array
) -> float:
    """Sum up the clusters of a chunk.

    IN `points` and `colors` (n, D) float64: pixels in the color space and in the image's units,
    `labels` (n,) integer, `places` and `values` (K, D) float64: centers and what is painted.
    INOUT `totals` (K, 1 + D) float64: counts, and sums of the points' offsets from their centers
    (of values, a million sixty thousands would lose digits).
    Returns the sum of squared differences between colors and values.
    """
    error = 0.0
    for i in range(len(points)):
        k = labels[i]
        totals[k, 0] += 1.0
        for d in range(points.shape[1]):
            totals[k, 1 + d] += points[i, d] - places[k, d]
            off = colors[i, d] - values[k, d]
            error += off * off
    return error


@jit
def relabel(new_labels: Array, labels: Array) -> None:
    """Replace every label by its new one. IN `new_labels` (K,), INOUT `labels` (n,)."""
    for i in range(len(labels)):
        labels[i] = new_labels[labels[i]]
