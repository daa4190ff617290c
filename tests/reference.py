"""Naive NumPy versions of what the kernels compute, to be right rather than quick."""

from __future__ import annotations

import math

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


def assign(points, centers):
    """Nearest center of every point, and its squared distance."""
    distances = squared_distances(points, centers)
    return distances.argmin(axis=1), distances.min(axis=1)


def sums(points, weights, labels, n_clusters):
    """Exactly rounded weighted sums and weights per cluster."""
    points, picked = np.asarray(points, float), [labels == k for k in range(n_clusters)]
    columns = range(points.shape[1])
    totals = [[math.fsum(weights[p] * points[p, d]) for d in columns] for p in picked]
    return np.array(totals), np.array([math.fsum(weights[p]) for p in picked])


def cluster_means(points, labels, n_clusters):
    """Mean of the points of every cluster, (K, C)."""
    points = np.asarray(points, float)
    return np.stack([points[labels == k].mean(axis=0) for k in range(n_clusters)])
