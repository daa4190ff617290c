"""Points and centers of any dimension: nearest centers, sums, seeds, distances.

They compute in float64 whatever the points' dtype. One rule for callers: pass `points` and
`weights` read-only (`array.flags.writeable = False`), because numba compiles again for every mix of
read-only and writable arrays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .jit import inner, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

# Points are transposed in blocks, so that the inner loops run over points and become SIMD code,
# and so that a block of a few features stays in the first-level cache.
BLOCK = 256
# Rows of 35 cache lines: a stride of 2 or 4 KiB would map all features to the same cache sets.
STRIDE = BLOCK + 24
# Values of a block that stay in the second-level cache.
CACHED = 1 << 15
# Centers; lists of candidates pay from there on.
MOST_WITHOUT_LIST = 32
# Far above the rounding of any sum of squares, far below any gap worth using.
MARGIN = 1e-9


@inner
def _load(points: Array, block: Array) -> None:
    for d in range(points.shape[1]):
        row = block[d]
        for i in range(points.shape[0]):
            row[i] = points[i, d]


@inner
def _start(x: Array, a: float, distances: Array) -> None:
    for i in range(distances.size):
        distances[i] = (x[i] - a) * (x[i] - a)


@inner
def _add(x: Array, a: float, distances: Array) -> None:
    for i in range(distances.size):
        distances[i] += (x[i] - a) * (x[i] - a)


@inner
def _add_three(
    x: Array, y: Array, z: Array, center: tuple[float, float, float], distances: Array
) -> None:
    a, b, c = center
    for i in range(distances.size):
        s = distances[i] + (x[i] - a) * (x[i] - a)
        s += (y[i] - b) * (y[i] - b)
        distances[i] = s + (z[i] - c) * (z[i] - c)


@inner
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


@inner
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


@inner
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


@inner
def _add_to_two(
    block: Array, n: int, d: int, centers: Array, k: int, m: int, one: Array, other: Array
) -> None:
    """Add four features, from `d` on, to the squared distances to centers k and m."""
    a, b, c, e = centers[k, d], centers[k, d + 1], centers[k, d + 2], centers[k, d + 3]
    f, g, h, j = centers[m, d], centers[m, d + 1], centers[m, d + 2], centers[m, d + 3]
    for i in range(n):
        x, y, z, w = block[d, i], block[d + 1, i], block[d + 2, i], block[d + 3, i]
        p = one[i] + (x - a) * (x - a)
        p += (y - b) * (y - b)
        p += (z - c) * (z - c)
        one[i] = p + (w - e) * (w - e)
        q = other[i] + (x - f) * (x - f)
        q += (y - g) * (y - g)
        q += (z - h) * (z - h)
        other[i] = q + (w - j) * (w - j)


@inner
def _keep_two(
    block: Array,
    n: int,
    d: int,
    centers: Array,
    k: int,
    m: int,
    one: Array,
    other: Array,
    nearest: Array,
    best: Array,
    second: Array,
) -> None:
    """Add the last three features, and merge both distances into the two smallest so far."""
    a, b, c = centers[k, d], centers[k, d + 1], centers[k, d + 2]
    e, f, g = centers[m, d], centers[m, d + 1], centers[m, d + 2]
    for i in range(n):
        x, y, z = block[d, i], block[d + 1, i], block[d + 2, i]
        p = one[i] + (x - a) * (x - a)
        p += (y - b) * (y - b)
        p += (z - c) * (z - c)
        q = other[i] + (x - e) * (x - e)
        q += (y - f) * (y - f)
        q += (z - g) * (z - g)
        low, j = (q, m) if q < p else (p, k)
        high = p if q < p else q
        loser = low if low > best[i] else best[i]
        loser = high if high < loser else loser
        second[i] = loser if loser < second[i] else second[i]
        nearest[i] = j if low < best[i] else nearest[i]
        best[i] = low if low < best[i] else best[i]


@inner
def _candidates(
    block: Array, n: int, centers: Array, near: Array, low: Array, high: Array, fold: Array
) -> tuple[int, float]:
    """List the centers that can be nearest to a point in the bounding box of a block.

    IN `block`: n points, a power of two, one per column; `centers`: as `_pad` makes them.
    OUT `near`: the list, in order, of even length: a center at infinity is the last if need be;
    `low`, `high` and `fold`: for own use.
    Returns the length of the list, and the least squared distance that the others have.
    """
    n_clusters = low.size
    for k in range(n_clusters):
        low[k] = 0.0
        high[k] = 0.0
    for d in range(centers.shape[1]):
        half = n // 2
        for i in range(half):
            a, b = block[d, i], block[d, i + half]
            fold[0, i] = a if a < b else b
            fold[1, i] = b if a < b else a
        while half > 1:
            half //= 2
            for i in range(half):
                a, b = fold[0, i], fold[0, i + half]
                fold[0, i] = a if a < b else b
                a, b = fold[1, i], fold[1, i + half]
                fold[1, i] = b if a < b else a
        least, most = fold[0, 0], fold[1, 0]
        for k in range(n_clusters):
            below, above = centers[k, d] - least, most - centers[k, d]
            far, close = (above, below) if below < above else (below, above)
            high[k] += far * far
            low[k] += close * close if close < 0.0 else 0.0
    bound = high[0]
    for k in range(n_clusters):
        bound = high[k] if high[k] < bound else bound
    bound *= 1 + MARGIN  # rounding must not drop a center
    m, floor = 0, np.inf
    for k in range(n_clusters):
        if low[k] <= bound:
            near[m] = k
            m += 1
        else:
            floor = low[k] if low[k] < floor else floor
    near[m] = n_clusters
    return m + m % 2, floor


@inner
def _store(nearest: Array, best: Array, labels: Array, distances: Array) -> int:
    changed = 0
    for i in range(labels.size):
        changed += labels[i] != nearest[i]
        labels[i] = nearest[i]
    for i in range(labels.size):
        distances[i] = best[i]
    return changed


@inner
def pad(centers: Array, n_rows: int, n_columns: int) -> Array:
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


@inner
def find_nearest(
    block: Array, centers: Array, padded: Array, one: Array, nearest: Array, best: Array
) -> None:
    """Find the nearest centers of the points of a block; ties go to the lower index.

    IN `block` (max(D, 3), STRIDE) and `centers` (K, D) float64, `padded`: the centers, `pad` to
    K + 3 rows and at least three columns.
    OUT `one` (BLOCK,) float64: room to work in, `nearest` (BLOCK,) int64, `best` (BLOCK,) float64:
    squared distances.
    """
    n_clusters, n_features = centers.shape
    best[:] = np.inf
    nearest[:] = 0
    if n_features <= 3:
        for k in range(0, n_clusters, 4):
            _nearest_of_four(block, padded, k, nearest, best)
    else:
        for k in range(n_clusters):
            _distances(block, n_features - 3, centers[k], one)
            _nearer(block, n_features - 3, centers[k], k, one, nearest, best)


@jit
def assign(points: Array, centers: Array, labels: Array, distances: Array) -> int:
    """Find every point's nearest center; ties go to the lower index.

    IN `points` (n, D) real, `centers` (K, D) float64.
    OUT `labels` (n,) integer, `distances` (n,) float64: squared, bit for bit what
    ``((x0 - c0)**2 + (x1 - c1)**2) + ...`` gives in NumPy.
    Returns how many entries of `labels` changed.
    """
    n_clusters, n_features = centers.shape
    padded = pad(centers, n_clusters + 3, max(n_features, 3))
    block = np.zeros((max(n_features, 3), STRIDE))
    best, one = np.empty(BLOCK), np.empty(BLOCK)
    nearest = np.empty(BLOCK, np.int64)
    changed = 0
    for start in range(0, len(points), BLOCK):
        stop = min(start + BLOCK, len(points))
        _load(points[start:stop], block)
        find_nearest(block, centers, padded, one, nearest, best)
        changed += _store(nearest, best, labels[start:stop], distances[start:stop])
    return changed


@inner
def _load_rows(points: Array, rows: Array, n: int, block: Array) -> None:
    """Transpose some points into a block of n; what is left of it repeats the last one."""
    for d in range(points.shape[1]):
        for i in range(n):
            block[d, i] = points[rows[i], d]


@inner
def _keep(
    rows: Array, n: int, nearest: Array, best: Array, second: Array, labels: Array, gaps: Array
) -> int:
    """Write labels and gaps of the first n rows; IN/OUT `second`: squared distances, gaps."""
    for i in range(BLOCK):  # a loop of its own becomes SIMD code
        second[i] = np.sqrt(second[i]) * (1 - MARGIN) - np.sqrt(best[i]) * (1 + MARGIN)
    changed = 0
    for i in range(n):
        changed += labels[rows[i]] != nearest[i]
        labels[rows[i]] = nearest[i]
        gaps[rows[i]] = second[i]
    return changed


@jit
def reassign(points: Array, centers: Array, moved: Array, labels: Array, gaps: Array) -> int:
    """Do what `assign` does to the labels, passing over points that cannot have changed.

    A point is safe while its nearest center was nearer than the second one by more than what
    both can have moved since (the triangle inequality; one bound, simpler than Hamerly's two).
    The others are compared, block by block, with the centers that can be nearest in the block's
    bounding box: few, where points that follow each other are alike.

    IN `points` (n, D) real, `centers` (K, D) float64, `moved` (K,) float64: how far center k has
    moved since the last call plus the farthest that any other has moved, rounded up.
    INOUT `labels` (n,) integer, `gaps` (n,) float64: how much nearer the nearest center is than
    the second one, at least; start with labels of 0 and gaps of -1.
    Returns how many labels changed.
    """
    n_clusters, n_features = len(centers), max(centers.shape[1], 3)
    size = BLOCK
    while size > 32 and size * n_features > CACHED:
        size //= 2
    padded = pad(centers, n_clusters + 1, n_features)
    block = np.zeros((n_features, size + 24))
    fold = np.empty((2, BLOCK))
    one, other = np.empty(BLOCK), np.empty(BLOCK)
    best, second = np.zeros(BLOCK), np.zeros(BLOCK)
    nearest, rows = np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64)
    near = np.arange(n_clusters + 2)
    low, high = np.empty(n_clusters), np.empty(n_clusters)
    m, floor = n_clusters + n_clusters % 2, np.inf
    head = (n_features - 3) % 4
    changed, n_rows, last = 0, 0, len(points) - 1
    for i in range(len(points)):
        gaps[i] -= moved[labels[i]]
        rows[n_rows] = i
        n_rows += gaps[i] <= 0.0
        if n_rows < size and (i < last or n_rows == 0):
            continue
        for r in range(n_rows, size):
            rows[r] = i
        _load_rows(points, rows, size, block)
        if n_clusters > MOST_WITHOUT_LIST:
            m, floor = _candidates(block, size, padded, near, low, high, fold)
        for r in range(size):
            best[r] = np.inf
            second[r] = floor
            nearest[r] = 0
        for j in range(0, m, 2):
            _start_two(block, size, head, padded, near[j], near[j + 1], one, other)
            for d in range(head, n_features - 3, 4):
                _add_to_two(block, size, d, padded, near[j], near[j + 1], one, other)
            d = n_features - 3
            _keep_two(
                block, size, d, padded, near[j], near[j + 1], one, other, nearest, best, second
            )
        changed += _keep(rows, n_rows, nearest, best, second, labels, gaps)
        n_rows = 0
    return changed


@inner
def _start_two(
    block: Array, n: int, head: int, centers: Array, k: int, m: int, one: Array, other: Array
) -> None:
    """Sum the first `head` squared differences to centers k and m."""
    for i in range(n):
        one[i] = 0.0
        other[i] = 0.0
    for d in range(head):
        a, b = centers[k, d], centers[m, d]
        for i in range(n):
            one[i] += (block[d, i] - a) * (block[d, i] - a)
            other[i] += (block[d, i] - b) * (block[d, i] - b)


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


@inner
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
def tally(points: Array, labels: Array, places: Array, sign: float, totals: Array) -> None:
    """Add points to their clusters, or take them away.

    IN `points` (n, D) real, `labels` (n,) integer, `places` (K, D) float64, `sign`: 1 or -1.
    INOUT `totals` (K, 2 + D) float64: counts, squared distances from the places, and offsets
    (of values, a million sixty thousands would lose digits).
    """
    for i in range(np.uint64(len(points))):  # unsigned: none counts from the end
        k = np.uint64(labels[i])
        squares = 0.0
        for d in range(points.shape[1]):
            off = points[i, d] - places[k, d]
            totals[k, 2 + d] += sign * off
            squares += off * off
        totals[k, 0] += sign
        totals[k, 1] += sign * squares


@jit
def relabel(new_labels: Array, labels: Array) -> None:
    """Replace every label by its new one. IN `new_labels` (K,), INOUT `labels` (n,)."""
    for i in range(len(labels)):
        labels[i] = new_labels[labels[i]]


@jit
def sort_by_cell(
    points: Array,
    features: Array,
    low: Array,
    scales: Array,
    bits_of: Array,
    starts: Array,
    keys: Array,
    order: Array,
    along: Array,
) -> None:
    """Sort points by the cells of a grid in some of their features, by counting.

    IN `points` (n, D) float64, `features` (F,) int64, `low` and `scales` (F,) float64: where cells
    begin, and cells per unit, `bits_of` (F, cells) int64: bits of a key.
    OUT `keys` and `order` (n,) int64, `along` (n, D) float64: the points in that order.
    INOUT `starts` (keys + 1,) int64: zeros.
    """
    last = bits_of.shape[1] - 1
    for i in range(len(points)):
        key = 0
        for f in range(len(features)):
            x = (points[i, features[f]] - low[f]) * scales[f]
            x = x if x > 0.0 else 0.0
            key |= bits_of[f, np.int64(x) if x < last else last]
        keys[i] = key
        starts[key + 1] += 1
    for key in range(len(starts) - 1):
        starts[key + 1] += starts[key]
    for i in range(len(points)):
        j = starts[keys[i]]
        starts[keys[i]] += 1
        order[j] = i
        for d in range(points.shape[1]):
            along[j, d] = points[i, d]


@jit
def project(points: Array, axes: Array, out: Array) -> None:
    """Add the points' components along some axes, feature by feature.

    IN `points` (n, D) and `axes` (D, A) float64. INOUT `out` (n, A) float64.
    """
    for i in range(len(points)):
        for d in range(points.shape[1]):
            x = points[i, d]
            for a in range(axes.shape[1]):
                out[i, a] += x * axes[d, a]
