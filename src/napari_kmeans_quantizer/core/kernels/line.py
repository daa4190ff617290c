"""Numba kernels of exact K-means on a line; `core/search/line.py` says how they play together."""

from __future__ import annotations

from math import inf

from .jit import jit


@jit
def add_cluster(prefix, cost, floor, cluster, new_cost, cut):
    """Best cost of the first j values with one cluster more, and where its last run begins.

    Row j of `prefix` sums weights, moments and squares of the first j values. The best cut moves
    right with j, and with the number of clusters, for which `floor` holds the last cuts. So the
    neighbors of j in a coarser grid bound its cut.
    """
    n = len(cost) - 1
    step = 1
    while 2 * step <= n:
        step *= 2
    while step > 0:
        for j in range(step, n + 1, 2 * step):
            if j <= cluster:
                continue
            low = max(cut[j - step], floor[j], cluster)
            high = min(cut[j + step], j - 1) if j + step <= n else j - 1
            a, b, c = prefix[j, 0], prefix[j, 1], prefix[j, 2]
            best = inf
            for i in range(low, max(low, high) + 1):  # at least one, whatever the rounding
                m = b - prefix[i, 1]
                inertia = c - prefix[i, 2] - m * (m / (a - prefix[i, 0]))
                total = cost[i] + (inertia if inertia > 0.0 else 0.0)
                if total < best:
                    best = total
                    low = i
            new_cost[j] = best
            cut[j] = low
        step //= 2
