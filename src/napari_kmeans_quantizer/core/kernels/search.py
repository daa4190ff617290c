"""Numba kernels of the search: sweeps, and centers that move one by one.

`core/search/coarse_to_fine.py` says how they play together. Points are (D, n) float32, one row per
feature; blocks of them are copied, so that the inner loops become SIMD code. A cluster is a column
of `centers` (D, K) float32 and a row of `totals` (K, 2 + D) float64: how many points it has, their
weight, their weighted sums. All sums are sequential, so the same bits come out everywhere. Plain
loops, and nothing allocated here: whatever else costs compile time.

Room to work in: `block` (D, BLOCK) and `best` (2, BLOCK) float32,
`nearest` (BLOCK,) int32, `near` (K,) int64, `bounds` (2, K) float32, `far` (K,) float64.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .cutting import cut
from .jit import inner, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

CUTTING = "5352a2098308"
"""Digest of `cutting`, whose kernels are compiled into these; see the package's docstring."""

BLOCK = 64  # points that share one list of candidate centers
MOST_WITHOUT_LIST = 32  # centers; lists of candidates pay from there on
PATIENCE = 2.0  # a trial is given up when it lacks more than this many times its last gain


@inner
def _candidates(
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
def _nearest(
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
def _explained(totals: Array, n_clusters: int) -> float:
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
def _take(
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
def _step(step: float, n_clusters: int, totals: Array, centers: Array) -> None:
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
                m = _candidates(block, size, centers, n_clusters, near, bounds)
            _nearest(block, size, centers, near, m, best, nearest)
            moved += _take(block, size, lo, weights, nearest, labels, totals)
        now = _explained(totals, n_clusters)
        if moved == 0 or it == n_sweeps or (it > 1 and goal - now > PATIENCE * (now - last)):
            break
        _step(step, n_clusters, totals, centers)
        last = now
    _step(1.0, n_clusters, totals, centers)
    return now > goal, it


@inner
def _neighbors(
    centers: Array, n_clusters: int, k: int, n_near: int, near: Array, far: Array
) -> None:
    """Find the centers nearest to center k, without k.

    IN `centers` (D, K) float32.
    OUT `near` (K,) int64: the first `n_near`, nearest first; `far` (K,) float64: how far.
    """
    count = 0
    for j in range(n_clusters):
        square = 0.0
        for d in range(len(centers)):
            u = centers[d, j] - centers[d, k]
            square += u * u
        if j == k or (count == n_near and not square < far[n_near - 1]):
            continue
        place = count if count < n_near else n_near - 1
        count = place + 1
        while place > 0 and far[place - 1] > square:
            near[place] = near[place - 1]
            far[place] = far[place - 1]
            place -= 1
        near[place] = j
        far[place] = square


@inner
def _rate(
    points: Array,
    weights: Array,
    first: Array,
    following: Array,
    centers: Array,
    totals: Array,
    k: int,
    n_near: int,
    block: Array,
    best: Array,
    nearest: Array,
    near: Array,
    far: Array,
    local: Array,
    mass: Array,
    heirs: Array,
    cuts: Array,
    loss: Array,
    gain: Array,
    halves: Array,
) -> None:
    """By how much the inertia rises without a cluster, and falls if it is cut in two.

    To first order: the neighbors inherit its points, and move to their new means.

    IN `points` (D, n) float32, `weights` (n,) float64, `first` (K,) and `following` (n,) int64:
    the points of a cluster, up to a -1; `centers` (D, K) float32, `totals` (K, 2 + D) float64.
    OUT `loss` and `gain` (K,) float64, `halves` (K, 2, D) float64: the means of the two halves.
    INOUT `heirs` (K, 1 + D) float64: zeros.
    """
    D, K = centers.shape
    n = 0
    i = first[k]
    while i >= 0:
        mass[n] = weights[i]
        for d in range(D):
            local[d, n] = points[d, i]
        n += 1
        i = following[i]
    loss[k] = 0.0
    gain[k] = 0.0
    if n == 0:
        return
    _neighbors(centers, K, k, n_near, near, far)
    for lo in range(0, n, BLOCK):
        size = min(BLOCK, n - lo)
        for d in range(D):
            for i in range(size):
                block[d, i] = local[d, lo + i]
        _nearest(block, size, centers, near, n_near, best, nearest)
        for i in range(size):
            heirs[nearest[i], 0] += mass[lo + i]
            for d in range(D):
                heirs[nearest[i], 1 + d] += mass[lo + i] * local[d, lo + i]
    for j in range(n_near):
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
    gain[k] = cut(n, k, local, mass, cuts, halves)


@inner
def _gather(
    points: Array,
    weights: Array,
    first: Array,
    following: Array,
    centers: Array,
    totals: Array,
    clusters: Array,
    m: int,
    members: Array,
    part_points: Array,
    part_weights: Array,
    part_labels: Array,
    part_centers: Array,
    part_totals: Array,
) -> int:
    """Copy some clusters as a small problem of its own.

    IN as for `_rate`, `clusters` (m..,) int64: which ones.
    OUT `members` (n..,) int64: which points these are, then what `converge` takes.
    Returns how many points there are.
    """
    D = len(points)
    size = 0
    for a in range(m):
        c = clusters[a]
        for d in range(D):
            part_centers[d, a] = centers[d, c]
        for e in range(2 + D):
            part_totals[a, e] = totals[c, e]
        i = first[c]
        while i >= 0:
            members[size] = i
            part_labels[size] = a
            part_weights[size] = weights[i]
            for d in range(D):
                part_points[d, size] = points[d, i]
            size += 1
            i = following[i]
    return size


@inner
def _first_sweep(
    points: Array,
    weights: Array,
    size: int,
    m: int,
    labels: Array,
    centers: Array,
    totals: Array,
    block: Array,
    best: Array,
    nearest: Array,
    near: Array,
) -> float:
    """Sweep once after the first two of m centers have moved: points of others know their own.

    IN and INOUT as for `converge`; points of equal labels lie together.
    Returns what the totals explain now.
    """
    lo = size - size  # 0; see the package's docstring on literals
    while lo < size:
        a = labels[lo]
        n = 0
        while n < BLOCK and lo + n < size and labels[lo + n] == a:
            for d in range(len(points)):
                block[d, n] = points[d, lo + n]
            n += 1
        for j in range(m):
            near[j] = j
        if a > 1:
            near[2] = a
        _nearest(block, n, centers, near, min(3, m) if a > 1 else m, best, nearest)
        _take(block, n, lo, weights, nearest, labels, totals)
        lo += n
    return _explained(totals, m)


@jit
def move_centers(
    points: Array,
    weights: Array,
    n_trials: int,
    n_near: int,
    n_sweeps: int,
    step: float,
    hopeless: float,
    labels: Array,
    centers: Array,
    totals: Array,
    loss: Array,
    gain: Array,
    halves: Array,
    first: Array,
    following: Array,
    members: Array,
    clusters: Array,
    place: Array,
    part_points: Array,
    part_weights: Array,
    part_labels: Array,
    part_centers: Array,
    part_totals: Array,
    block: Array,
    best: Array,
    nearest: Array,
    near: Array,
    bounds: Array,
    far: Array,
    heirs: Array,
    local: Array,
    mass: Array,
    cuts: Array,
) -> int:
    """Move centers one by one from where they are least missed to where they are most needed.

    Only the neighborhoods of the two places are swept again; what lowers the inertia stays.

    IN `points` (D, n) float32, `weights` (n,) float64, `n_trials`: at most, `n_near`: neighbors of
    either place; `n_sweeps` and `step`: as of `converge`; `hopeless`: a trial is given up that
    lacks so many times the hoped-for gain after one sweep.
    INOUT `labels` (n,) int32, `centers` (D, K) float32, `totals` (K, 2 + D) float64.
    OUT `loss` and `gain` (K,), `halves` (K, 2, D): see `_rate`. All others are room to work in.
    Returns how many centers have moved.
    """
    D, K = centers.shape
    _link(labels, first, following)
    m = K
    for k in range(K):
        clusters[k] = k
        place[k] = -1
    n_moved = 0
    for trial in range(n_trials + 1):
        for a in range(m):  # what has changed: at first all clusters
            _rate(
                points, weights, first, following, centers, totals, clusters[a], n_near,
                block, best, nearest, near, far, local, mass, heirs, cuts, loss, gain, halves,
            )  # fmt: skip
        removed = _least(loss)
        halved = _greatest_other(gain, removed)
        if gain[halved] <= 0.0 or trial == n_trials:
            break
        m = _around(centers, removed, halved, n_near, clusters, place, near, far)
        size = _gather(
            points, weights, first, following, centers, totals, clusters, m, members,
            part_points, part_weights, part_labels, part_centers, part_totals,
        )  # fmt: skip
        for d in range(D):
            part_centers[d, 0] = halves[halved, 0, d]
            part_centers[d, 1] = halves[halved, 1, d]
        goal = _explained(part_totals, m) * (1.0 + 1e-9)
        now = _first_sweep(
            part_points, part_weights, size, m, part_labels, part_centers, part_totals,
            block, best, nearest, near,
        )  # fmt: skip
        better = False
        if goal - now <= hopeless * gain[halved]:
            _step(step, m, part_totals, part_centers)
            better = converge(
                part_points, part_weights, size, m, n_sweeps, step, goal, part_labels,
                part_centers, part_totals, block, best, nearest, near, bounds,
            )[0]  # fmt: skip
        if better:
            n_moved += 1
            m = _put_back(
                m, size, members, part_labels, part_centers, part_totals, clusters, place,
                first, following, labels, centers, totals,
            )  # fmt: skip
        else:  # let other pairs come first
            loss[removed] *= 1.1
            gain[halved] *= 0.9
            m = 0
    return n_moved


@inner
def _link(labels: Array, first: Array, following: Array) -> None:
    """List the points of each cluster.

    IN `labels` (n,) int32. OUT `first` (K,) and `following` (n,) int64: see `_rate`.
    """
    for k in range(len(first)):
        first[k] = -1
    for j in range(len(labels)):
        i = len(labels) - 1 - j
        following[i] = first[labels[i]]
        first[labels[i]] = i


@inner
def _least(values: Array) -> int:
    """Index of the least value."""
    least = 0
    for k in range(len(values)):
        least = k if values[k] < values[least] else least
    return least


@inner
def _greatest_other(values: Array, k: int) -> int:
    """Index of the greatest value but for the k-th."""
    greatest = (k + 1) % len(values)
    for j in range(len(values)):
        greatest = j if j != k and values[j] > values[greatest] else greatest
    return greatest


@inner
def _around(
    centers: Array,
    removed: int,
    halved: int,
    n_near: int,
    clusters: Array,
    place: Array,
    near: Array,
    far: Array,
) -> int:
    """List two clusters and those around them.

    IN `centers` (D, K) float32.
    OUT `clusters` (K,) int64: the list. INOUT `place` (K,) int64: -1.
    Returns how many there are.
    """
    clusters[0] = removed
    clusters[1] = halved
    place[removed] = 0
    place[halved] = 0
    m = 2 + n_near - n_near  # see the package's docstring on literals
    for side in range(2):
        _neighbors(centers, len(place), clusters[side], n_near, near, far)
        for j in range(n_near):
            if place[near[j]] < 0:
                place[near[j]] = 0
                clusters[m] = near[j]
                m += 1
    for a in range(m):
        place[clusters[a]] = -1
    return m


@inner
def _put_back(
    m: int,
    size: int,
    members: Array,
    part_labels: Array,
    part_centers: Array,
    part_totals: Array,
    clusters: Array,
    place: Array,
    first: Array,
    following: Array,
    labels: Array,
    centers: Array,
    totals: Array,
) -> int:
    """Write a part, m clusters and their members, back into the whole.

    IN as from `_gather`. OUT `clusters` (K,) int64: those whose points are others now.
    INOUT `place` (K,) int64: -1, and all that `_gather` reads.
    Returns how many of these there are.
    """
    for a in range(m):
        c = clusters[a]
        first[c] = -1
        for d in range(len(centers)):
            centers[d, c] = part_centers[d, a]
        for e in range(totals.shape[1]):
            totals[c, e] = part_totals[a, e]
    for back in range(size):
        j = size - 1 - back
        c = clusters[part_labels[j]]
        i = members[j]
        if labels[i] != c:
            place[labels[i]] = 0
            place[c] = 0
            labels[i] = c
        following[i] = first[c]
        first[c] = i
    n_changed = 0
    for a in range(m):
        c = clusters[a]
        clusters[n_changed] = c
        n_changed += place[c] + 1
        place[c] = -1
    return n_changed
