"""Naive NumPy versions of what the kernels compute, to be right rather than quick."""

from __future__ import annotations

import numpy as np


def squared_distances(points, centers):
    """All pairs, (n, K), summed channel by channel as the kernels do."""
    points, centers = np.asarray(points, float), np.asarray(centers, float)
    total = np.zeros((len(points), len(centers)))
    for channel in range(points.shape[1]):
        total += (points[:, channel, np.newaxis] - centers[:, channel]) ** 2
    return total


def nearest(points, centers):
    """Index of the nearest center of every point; ties go to the lower index."""
    return squared_distances(points, centers).argmin(axis=1)


def cluster_means(points, labels, n_clusters):
    """Mean of the points of every cluster, (K, C)."""
    points = np.asarray(points, float)
    return np.stack([points[labels == k].mean(axis=0) for k in range(n_clusters)])
