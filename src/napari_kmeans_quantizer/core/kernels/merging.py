"""Coarser tables of weighted colors; `core/search/pyramid.py` says what for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .jit import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@jit
def merge_runs(colors: Array, counts: Array, limit: float) -> tuple[Array, Array, Array]:
    """Merge runs of entries, as long as a run's inertia about its mean stays within the limit.

    IN `colors` (n, D) and `counts` (n,) float64, along a curve that keeps neighbors together.
    Returns the means (m, D) float64, their weights (m,) float64, the lengths of the runs (m,)
    int64.
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
