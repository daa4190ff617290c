"""Numba kernels of the search; `core/search/coarse_to_fine.py` says how they play together.

Points are (D, n) float32, one row per feature, so that the inner loops become SIMD code.
A cluster is a column of `centers` (D, K) float32 and a row of `totals` (K, 2 + D) float64:
how many points it has, their weight, their weighted sums. All sums are sequential, so the same
bits come out everywhere. Few functions and plain loops: every one more costs compile time.
"""

from __future__ import annotations

import numpy as np

from .jit import jit

BLOCK = 64  # points that share one list of candidate centers
MANY = 32  # candidate lists pay from here on
PATIENCE = 2.0  # a trial is given up when it lacks more than this many times its last gain
TURNS = 6  # passes of 2-means in a cut
HEIRS = 12  # centers that may inherit the points of a removed one


@jit
def merge(colors, counts, limit):
    """Merge runs of entries, as long as a run's inertia about its mean stays within the limit.

    Return the means, their weights, and the lengths of the runs.
    """
    n, D = colors.shape
    means = np.empty((n, D))  # far too long, but untouched memory costs nothing
    weights = np.empty(n)
    lengths = np.empty(n, np.int64)
    m = -1
    inertia = np.inf
    for i in range(n):
        w = counts[i]
        if m >= 0:
            part = w / (weights[m] + w)
            square = 0.0
            for d in range(D):
                u = colors[i, d] - means[m, d]
                square += u * u
            inertia += part * weights[m] * square
        if inertia <= limit:
            weights[m] += w
            lengths[m] += 1
            for d in range(D):
                means[m, d] += part * (colors[i, d] - means[m, d])
        else:
            m += 1
            inertia = 0.0
            weights[m] = w
            lengths[m] = 1
            for d in range(D):
                means[m, d] = colors[i, d]
    m += 1
    return means[:m], weights[:m], lengths[:m]


@jit
def _candidates(points, lo, hi, centers, near, low, high):
    """List the centers that can be nearest to a point in the bounding box of points lo..hi."""
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
def _nearest(points, lo, hi, centers, near, m, best, arg):
    """For points lo..hi: the nearest of m centers. Selects, not branches: SIMD code."""
    D = len(points)
    n = hi - lo
    x = points[0, lo:hi]
    y = points[1 % D, lo:hi]
    z = points[2 % D, lo:hi]
    distance = np.empty(BLOCK, np.float32)
    for i in range(n):
        best[i] = np.float32(np.inf)
        arg[i] = near[0]
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
                arg[i] = h if q < best[i] else arg[i]
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
            arg[i] = k if q < best[i] else arg[i]
            best[i] = q if q < best[i] else best[i]


@jit
def _sweep(points, weights, labels, centers, totals):
    """Label every point with its nearest center; the totals follow. Return how many moved."""
    D, n = points.shape
    K = len(totals)
    near = np.empty(K, np.int64)
    for k in range(K):
        near[k] = k
    low = np.empty(K, np.float32)
    high = np.empty(K, np.float32)
    best = np.empty(BLOCK, np.float32)
    arg = np.empty(BLOCK, np.int32)
    m = K
    moved = 0
    for lo in range(0, n, BLOCK):
        hi = min(lo + BLOCK, n)
        if K > MANY:
            m = _candidates(points, lo, hi, centers, near, low, high)
        _nearest(points, lo, hi, centers, near, m, best, arg)
        for i in range(lo, hi):
            a = labels[i]
            b = arg[i - lo]
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
def _explained(totals):
    """Return the sum of squares that the means explain; inertia = a constant - this."""
    explained = 0.0
    for k in range(len(totals)):
        if totals[k, 0] > 0.0:
            for e in range(2, totals.shape[1]):
                explained += totals[k, e] * (totals[k, e] / totals[k, 1])
    return explained


@jit
def converge(points, weights, labels, centers, totals, sweeps, step, trial):
    """Sweep until no label changes, and land on the means; give a poor trial up early.

    Return whether this explains more than the totals that came in, and the number of sweeps.
    """
    goal = _explained(totals) * (1.0 + 1e-9)
    last = now = -np.inf
    for it in range(1, sweeps + 1):
        moved = _sweep(points, weights, labels, centers, totals)
        now = _explained(totals)
        done = moved == 0 or it == sweeps
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
def _gather(points, weights, order, local, mass, mean):
    """Copy the points `order` about their mean; return the total weight and the widest feature."""
    D = len(points)
    total = 0.0
    for d in range(D):
        mean[d] = 0.0
    for j in range(len(order)):
        mass[j] = weights[order[j]]
        total += mass[j]
        for d in range(D):  # about one of them first: identical points give exact zeros
            mean[d] += mass[j] * (points[d, order[j]] - points[d, order[0]])
    widest = 0
    most = 0.0
    for d in range(D):
        mean[d] = points[d, order[0]] + mean[d] / total
        square = 0.0
        for j in range(len(order)):
            u = points[d, order[j]] - mean[d]
            local[d, j] = u
            square += mass[j] * u * u
        if square > most:
            most = square
            widest = d
    return total, widest


@jit
def _part(order, along):
    """Move what is not right of the plane to the front of `order`; return how many that are."""
    i = 0
    j = len(order)
    while i < j:
        if along[i] > 0.0:
            j -= 1
            order[i], order[j] = order[j], order[i]
            along[i], along[j] = along[j], along[i]
        else:
            i += 1
    return i


@jit
def _cut(points, weights, order, local, mass, halves):
    """Part the points `order` by 2-means; `halves` become the two means.

    Return how many points come first in the now sorted `order`, and by how much the inertia
    falls. The plane starts across the widest feature; a pass turns it as a power iteration does.
    """
    D = len(points)
    n = len(order)
    mean = np.empty(D)
    moment = np.empty(D)
    axis = np.zeros(D)
    total, widest = _gather(points, weights, order, local, mass, mean)
    axis[widest] = 1.0
    offset = 0.0
    gain = 0.0
    for _ in range(TURNS):
        right = 0.0
        for d in range(D):
            moment[d] = 0.0
        for j in range(n):
            along = -offset
            for d in range(D):
                along += axis[d] * local[d, j]
            if along > 0.0:
                right += mass[j]
                for d in range(D):
                    moment[d] += mass[j] * local[d, j]
            local[D, j] = along
        left = total - right
        if right <= 0.0 or left <= 0.0:
            return 0, 0.0
        gain = 0.0
        offset = 0.0
        for d in range(D):
            gain += moment[d] * moment[d] * (1.0 / left + 1.0 / right)
            halves[0, d] = mean[d] - moment[d] / left
            halves[1, d] = mean[d] + moment[d] / right
            axis[d] = moment[d]
            offset += 0.5 * axis[d] * (moment[d] / right - moment[d] / left)
    return _part(order, local[D]), gain


@jit
def split(points, weights, order, start, stop, known, gain, cut, halves):
    """Appraise a cut in two of the `known` clusters; cut on, greatest gain first, to fill `gain`.

    Cluster k is order[start[k] : stop[k]], sorted by the two sides of its cut; cut[k] points
    come first. Return how many clusters there are now: fewer than asked if no cut gains.
    """
    D, n = points.shape
    local = np.empty((D + 1, n))
    mass = np.empty(n)
    for k in range(known):
        members = order[start[k] : stop[k]]
        if len(members) > 0:
            cut[k], gain[k] = _cut(points, weights, members, local, mass, halves[k])
    for new in range(known, len(gain)):
        old = 0
        for k in range(new):
            old = k if gain[k] > gain[old] else old
        if gain[old] <= 0.0:
            return new
        start[new] = start[old] + cut[old]
        stop[new] = stop[old]
        stop[old] = start[new]
        for k in (old, new):
            members = order[start[k] : stop[k]]
            cut[k], gain[k] = _cut(points, weights, members, local, mass, halves[k])
    return len(gain)


@jit
def _neighbors(centers, k, near, count):
    """Write the `count` centers nearest to center k, without k, into `near`."""
    D, K = centers.shape
    distance = np.empty(K)
    for j in range(K):
        distance[j] = 0.0
        for d in range(D):
            u = centers[d, j] - centers[d, k]
            distance[j] += u * u
    distance[k] = np.inf
    for m in range(count):
        best = 0
        for j in range(K):
            best = j if distance[j] < distance[best] else best
        near[m] = best
        distance[best] = np.inf


@jit
def _group(points, weights, labels, totals, grouped, mass, start):
    """Order points by label."""
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
def losses(points, weights, labels, centers, totals, loss, grouped, mass, start):
    """By how much the inertia rises without cluster k, to first order: its neighbors inherit.

    `grouped` and `mass` become the points and weights ordered by label; cluster k begins at
    start[k].
    """
    D, K = centers.shape
    count = min(HEIRS, K - 1)
    _group(points, weights, labels, totals, grouped, mass, start)
    near = np.empty(K, np.int64)
    best = np.empty(BLOCK, np.float32)
    arg = np.empty(BLOCK, np.int32)
    heirs = np.zeros((K, 1 + D))
    for k in range(K):
        loss[k] = 0.0
        _neighbors(centers, k, near, count)
        for lo in range(start[k], start[k + 1], BLOCK):
            hi = min(lo + BLOCK, start[k + 1])
            _nearest(grouped, lo, hi, centers, near, count, best, arg)
            for i in range(lo, hi):
                heirs[arg[i - lo], 0] += mass[i]
                for d in range(D):
                    heirs[arg[i - lo], 1 + d] += mass[i] * grouped[d, i]
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
def _neighborhood(centers, removed, parted, reach, names, slot):
    """List two clusters and those around them; slot[k] is their place in it, or -1."""
    K = len(slot)
    near = np.empty(K, np.int64)
    for k in range(K):
        slot[k] = -1
    slot[removed] = 0
    slot[parted] = 1
    names[0] = removed
    names[1] = parted
    m = 2
    for side in range(2):
        _neighbors(centers, names[side], near, reach)
        for j in range(reach):
            if slot[near[j]] < 0:
                slot[near[j]] = m
                names[m] = near[j]
                m += 1
    return m


@jit
def extract(points, weights, labels, centers, totals, removed, parted, reach):
    """Copy the neighborhoods of two clusters, which come first, as a small problem of its own.

    Return the names of its clusters and points in the large one, then its five arrays.
    """
    D, K = centers.shape
    names = np.empty(K, np.int64)
    slot = np.empty(K, np.int64)
    m = _neighborhood(centers, removed, parted, min(reach, K - 1), names, slot)
    size = 0
    small_centers = np.empty((D, m), np.float32)
    small_totals = np.empty((m, 2 + D))
    for a in range(m):
        size += np.int64(totals[names[a], 0])
        for d in range(D):
            small_centers[d, a] = centers[d, names[a]]
        for e in range(2 + D):
            small_totals[a, e] = totals[names[a], e]
    members = np.empty(size + 1, np.int64)
    j = 0
    for i in range(len(labels)):
        members[j] = i
        j += slot[labels[i]] >= 0
    small_points = np.empty((D, size), np.float32)
    small_weights = np.empty(size)
    small_labels = np.empty(size, np.int32)
    for j in range(size):
        i = members[j]
        small_weights[j] = weights[i]
        small_labels[j] = slot[labels[i]]
        for d in range(D):
            small_points[d, j] = points[d, i]
    small = small_labels, small_centers, small_totals
    return names[:m], members[:size], (small_points, small_weights), small
