"""Clusters cut in two by 2-means; `core/search/partition.py` says what for.

Points are (D, n) float32, one row per feature, as in `kernels.search`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .jit import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

TURNS = 6  # passes of 2-means in a cut


@jit
def _about_mean(
    points: Array, weights: Array, order: Array, local: Array, mass: Array, mean: Array
) -> tuple[float, int]:
    """Copy the points `order` about their mean.

    IN `points` (D, n) float32, `weights` (n,) float64, `order` (m,) integer.
    OUT `local` (D.., m..) float64, `mass` (m..,) float64: their weights, `mean` (D,) float64.
    Returns the total weight, and the feature of the largest spread.
    """
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
def _sort_sides(order: Array, along: Array) -> int:
    """Move what is not right of the plane to the front.

    INOUT `order` (m,) integer, `along` (m,) float64: how far right each one is.
    Returns how many come first.
    """
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
def _cut(
    points: Array, weights: Array, order: Array, local: Array, mass: Array, halves: Array
) -> tuple[int, float]:
    """Cut the points `order` in two by 2-means.

    The plane starts across the feature of the largest spread; a pass turns it as a power iteration
    does.

    IN `points` (D, n) float32, `weights` (n,) float64.
    INOUT `order` (m,) integer: sorted by the two sides.
    OUT `local` (D + 1, m..) and `mass` (m..,) float64: room to work in, `halves` (2, D) float64:
    the two means.
    Returns how many points come first, and by how much the inertia falls.
    """
    D = len(points)
    n = len(order)
    mean = np.empty(D)
    moment = np.empty(D)
    axis = np.zeros(D)
    total, widest = _about_mean(points, weights, order, local, mass, mean)
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
    return _sort_sides(order, local[D]), gain


@jit
def cut_clusters(
    points: Array,
    weights: Array,
    n_known: int,
    order: Array,
    start: Array,
    stop: Array,
    gain: Array,
    cut: Array,
    halves: Array,
) -> int:
    """Find the best cut of each known cluster; cut, greatest gain first, until there are K.

    IN `points` (D, n) float32, `weights` (n,) float64.
    INOUT `order` (n,) integer, `start` and `stop` (K,) integer: cluster k is the points
    ``order[start[k] : stop[k]]``, sorted by the two sides of its cut.
    OUT `gain` (K,) float64: by how much a cut lowers the inertia, `cut` (K,) integer: how many
    points come before it, `halves` (K, 2, D) float64: the means of its sides.
    Returns how many clusters there are now: fewer than K if no cut gains.
    """
    D, n = points.shape
    local = np.empty((D + 1, n))
    mass = np.empty(n)
    for k in range(n_known):
        members = order[start[k] : stop[k]]
        if len(members) > 0:
            cut[k], gain[k] = _cut(points, weights, members, local, mass, halves[k])
    for new in range(n_known, len(gain)):
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
