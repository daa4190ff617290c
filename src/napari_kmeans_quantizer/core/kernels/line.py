"""Numba kernels of exact K-means on a line; `core/search/line.py` says how they play together."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from .jit import inner, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@jit
def summarize(x: Array, weights: Array, table: Array) -> None:
    """Sum up values from the middle of every block outwards, for blocks of 2, 4, 8 ... values.

    Distances from the middle are added up, never subtracted: no digits are lost, whatever the
    scales that meet.

    IN `x` (n,) float64 ascending, `weights` (n,) float64.
    OUT `table` (levels, n, 3) float64: weight, mean distance from the middle, and inertia of the
    values between the middle of a block of 2 ** (level + 1) values and this one.
    """
    n = len(x)
    for level in range(len(table)):
        half = 1 << level
        for middle in range(half, n, 2 * half):
            for side in range(-1, 2, 2):
                total = moment = inertia = mean = 0.0
                p = middle if side > 0 else middle - 1
                for _ in range(min(half, n - middle) if side > 0 else half):
                    distance = side * (x[p] - x[middle])
                    before = total
                    total += weights[p]
                    share = 1.0 / total
                    off = distance - mean
                    inertia += weights[p] * (before * share) * (off * off)
                    moment += weights[p] * distance
                    mean = moment * share
                    table[level, p, 0] = total
                    table[level, p, 1] = mean
                    table[level, p, 2] = inertia
                    p += side


@inner
def _inertia(table: Array, level: Array, start: int, stop: int) -> float:
    """Inertia of the values start..stop-1 about their mean, from two halves of a block."""
    last = stop - 1
    if start == last:
        return 0.0
    h = level[start ^ last]
    left = table[h, start, 0]
    right = table[h, last, 0]
    apart = table[h, start, 1] + table[h, last, 1]
    both = left / (left + right) * right * (apart * apart)
    return table[h, start, 2] + table[h, last, 2] + both


@inner
def _gains(table: Array, level: Array, old: int, new: int, stop: int, limit: float) -> float:
    """How much less the inertia up to `stop` is of a run that starts at `new`, behind `old`."""
    worse = _inertia(table, level, old, stop)
    # beyond the limit rounding errors may be larger than what is compared
    return worse - _inertia(table, level, new, stop) if worse <= limit else inf


@jit
def cut_at_price(
    table: Array,
    level: Array,
    marks: Array,
    price: float,
    limit: float,
    cost: Array,
    count: Array,
    cut: Array,
    queue: Array,
    reign: Array,
    path: Array,
) -> None:
    """Cut the line where inertia + price * number of runs is least.

    A later start of the last run that is better for one stop is better for all stops to come. So
    the starts that are best for any stop form a queue, each reigning until the next one's reign.

    IN `table`, `level`: see `_inertia`; `marks` (m + 1,) int64 ascending: where cuts may be, from 0
    to n; `limit`: no run of a larger inertia is part of the optimum.
    OUT (m + 1,) each: `cost` float64: inertia up to every mark; int64 `count`: its number of runs;
    `cut`: where the last one starts; `queue`, `reign`: scratch; `path`: where the runs of the whole
    line start, then m.
    """
    m = len(marks) - 1
    cost[0] = 0.0
    count[0] = 0
    head = 0
    tail = -1
    for j in range(m):
        new = marks[j]
        low = high = j + 1
        old = 0
        lead = 0.0
        while tail >= head:
            i = queue[tail]
            old = marks[i]
            lead = (cost[j] - cost[i]) + (count[j] - count[i]) * price
            low = max(reign[tail], j + 1)
            if _gains(table, level, old, new, marks[low], limit) <= lead:
                break
            tail -= 1
        if tail >= head:  # gallop, then halve: mostly it is near
            high = low + 1
            while high <= m and _gains(table, level, old, new, marks[high], limit) <= lead:
                low, high = high, 3 * high - 2 * low
            high = min(high, m + 1)
            while high - low > 1:
                middle = (low + high) // 2
                if _gains(table, level, old, new, marks[middle], limit) <= lead:
                    low = middle
                else:
                    high = middle
        if high <= m:
            tail += 1
            queue[tail] = j
            reign[tail] = high
        while head < tail and reign[head + 1] <= j + 1:
            head += 1
        i = queue[head]
        cut[j + 1] = i
        cost[j + 1] = cost[i] + _inertia(table, level, marks[i], marks[j + 1])
        count[j + 1] = count[i] + 1
    j = m
    for k in range(count[m], -1, -1):
        path[k] = j
        j = cut[j] if k > 0 else 0
