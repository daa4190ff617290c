"""Coarser tables of weighted colors; `core/search/pyramid.py` says what for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .jit import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@jit
def merge_runs(
    colors: Array, counts: Array, limit: float, means: Array, weights: Array, lengths: Array
) -> int:
    """Merge runs of entries, as long as a run's inertia about its mean stays within the limit.

    IN `colors` (n, D) and `counts` (n,) float64, along a curve that keeps neighbors together.
    OUT `means` (n.., D) float64, `weights` (n..,) float64, `lengths` (n..,) int64: of the runs.
    Returns how many runs there are.
    """
    D = colors.shape[1]
    m = -1
    inertia = np.inf
    for i in range(len(counts)):
        w = counts[i]
        part = 0.0
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
    return m + 1


@jit
def interleave(
    colors: Array, low: Array, scale: float, bits: int, n_channels: int, keys: Array
) -> None:
    """Interleave the bits of the coordinates in the cells of a grid, the first channel's first.

    IN `colors` (n, D) and `low` (D,) float64, `scale`: cells a unit, `bits`: of a coordinate.
    OUT `keys` (n,) int64.
    """
    for i in range(len(keys)):
        keys[i] = 0
        for d in range(n_channels):
            cell = np.int64((colors[i, d] - low[d]) * scale)
            for bit in range(bits):
                keys[i] |= (cell >> bit & 1) << (bit * n_channels + n_channels - 1 - d)
