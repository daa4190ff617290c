"""Numba kernels of the search: centers that move one by one to where they are needed most.

Arrays are as in `convergence`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .convergence import BLOCK, converge, explained, label_nearest, take, take_step
from .cutting import cut
from .jit import inner, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

CONVERGENCE = "3acad7371b39"
CUTTING = "5352a2098308"
"""Digests of the modules whose kernels are compiled into these; see the package's docstring."""


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
        label_nearest(block, size, centers, near, n_near, best, nearest)
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
        label_nearest(block, n, centers, near, min(3, m) if a > 1 else m, best, nearest)
        take(block, n, lo, weights, nearest, labels, totals)
        lo += n
    return explained(totals, m)


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
        goal = explained(part_totals, m) * (1.0 + 1e-9)
        now = _first_sweep(
            part_points, part_weights, size, m, part_labels, part_centers, part_totals,
            block, best, nearest, near,
        )  # fmt: skip
        better = False
        if goal - now <= hopeless * gain[halved]:
            take_step(step, m, part_totals, part_centers)
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
