"""Nearest centers of points of up to three features, and whether a point has two equally near.

See `points`, of which this is a part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .jit import inner, jit
from .points import BLOCK, STRIDE, pad

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

POINTS = "c20ee439265c"
"""Digest of `points`, whose kernels are compiled into these; see the package's docstring."""


@inner
def _nearest_of_four(
    block: Array, centers: Array, k: int, nearest: Array, best: Array, shared: Array
) -> None:
    """Compare four centers at once with the nearest so far: everything stays in registers.

    INOUT `nearest` (n,) int64, `best` (n,) float64, `shared` (n,) float64: 1 where two centers
    have the least distance, else 0.
    """
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
        low, j = (b, k + 1) if b < a else (a, k)
        same = 1.0 if b == a else 0.0
        same = 0.0 if c < low else (1.0 if c == low else same)
        low, j = (c, k + 2) if c < low else (low, j)
        same = 0.0 if d < low else (1.0 if d == low else same)
        low, j = (d, k + 3) if d < low else (low, j)
        shared[i] = same if low < best[i] else (1.0 if low == best[i] else shared[i])
        nearest[i] = j if low < best[i] else nearest[i]
        best[i] = low if low < best[i] else best[i]


@jit
def assign_telling_ties(points: Array, centers: Array, labels: Array) -> bool:
    """Find every point's nearest center; ties go to the lower index.

    IN `points` (n, D) real, D at most 3, `centers` (K, D) float64.
    OUT `labels` (n,) int32.
    Returns whether some point has two equally near.
    """
    padded = pad(centers, len(centers) + 3, 3)
    block = np.zeros((3, STRIDE))
    best, shared = np.empty(BLOCK), np.zeros(BLOCK)
    nearest, ties = np.empty(BLOCK, np.int64), 0.0
    for start in range(0, len(points), BLOCK):
        n = min(start + BLOCK, len(points)) - start
        for d in range(points.shape[1]):
            for i in range(n):
                block[d, i] = points[start + i, d]
        best[:] = np.inf
        nearest[:] = 0
        for k in range(0, len(centers), 4):
            _nearest_of_four(block, padded, k, nearest, best, shared)
        for i in range(n):
            labels[start + i] = nearest[i]
            ties += shared[i]
    return ties > 0.0
