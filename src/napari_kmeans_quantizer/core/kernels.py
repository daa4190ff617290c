"""Every numba function: inputs, then outputs; no checks. Nothing else imports numba."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(nogil=True, cache=True)
def assign(points, centers, labels, distances):
    """Nearest center of each point and its squared distance; ties go to the lower index."""
    for i in range(points.shape[0]):
        nearest, least = 0, np.inf
        for k in range(centers.shape[0]):
            distance = 0.0
            for j in range(points.shape[1]):
                difference = points[i, j] - centers[k, j]
                distance += difference * difference
            if distance < least:
                nearest, least = k, distance
        labels[i] = nearest
        distances[i] = least
