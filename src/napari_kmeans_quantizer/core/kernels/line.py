"""Numba kernels of exact K-means on a line; `core/search/line.py` says how they play together."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from .jit import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@jit
def add_cluster(
    prefix: Array, cost: Array, floor: Array, cluster: int, new_cost: Array, cut: Array
) -> None:
    """Best cost of the first j values with one cluster more, and where its last run begins.

    The best cut moves right with j, and with the number of clusters. So the last cut of j, and the
    cuts of its neighbors in a coarser grid, bound it.

    IN `prefix` (n + 1, 3) float64: row j sums weights, moments and squares of the first j values;
    `cost` (n + 1,) float64: best costs with `cluster` clusters; `floor` (n + 1,) integer: the cuts
    that belong to them.
    OUT `new_cost` (n + 1,) float64.
    INOUT `cut` (n + 1,) integer: zeros that become the new cuts.
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
