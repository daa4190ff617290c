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


def mean_gap(centers):
    """Mean distance of the centers to the nearest other one."""
    squares = squared_distances(centers, centers)
    squares[squares == 0] = np.inf
    return math.fsum(np.sqrt(squares.min(axis=1))) / len(centers)


def floyd_steinberg(points, centers, strength=1.0, mask=None):
    """Labels of one plane, (rows, columns, D): serpentine; what a pixel gets is limited."""
    rows, columns, n_channels = points.shape
    limit = 2 * mean_gap(centers)
    labels, errors = np.zeros((rows, columns), int), np.zeros((rows + 1, columns + 2, n_channels))
    for y in range(rows):
        step = -1 if y % 2 else 1
        for x in range(columns)[::step]:
            if mask is not None and not mask[y, x]:
                continue
            value = points[y, x] + np.clip(errors[y, x + 1], -limit, limit)
            labels[y, x] = nearest(value[np.newaxis], centers)[0]
            error = value - centers[labels[y, x]]
            errors[y, x + 1 + step] += strength * 7 / 16 * error
            errors[y + 1, x + 1 - step] += strength * 3 / 16 * error
            errors[y + 1, x + 1] += strength * 5 / 16 * error
            errors[y + 1, x + 1 + step] += strength / 16 * error
    return labels


def mixed(points, centers, thresholds, brightness, strength=1.0):
    """Labels of one plane, (rows, columns, D): thresholds choose one of two colors."""
    rows, columns, n_channels = points.shape
    flat = points.reshape(-1, n_channels)
    one = nearest(flat, centers)
    error = flat - centers[one]
    distances = np.sqrt(squared_distances(flat, centers).min(axis=1))
    times = np.full(len(flat), 3.0)
    np.divide(mean_gap(centers), distances, out=times, where=distances > 0)
    other = nearest(centers[one] + np.maximum(times, 3)[:, np.newaxis] * error, centers)
    way = centers[other] - centers[one]
    y, x = np.divmod(np.arange(rows * columns), columns)
    level = thresholds[y % len(thresholds), x % len(thresholds)]
    ranks = np.argsort(np.argsort(brightness, kind="stable"), kind="stable")
    level = np.where(ranks[other] < ranks[one], level, 1 - level)
    along, squares = np.zeros(len(flat)), np.zeros(len(flat))
    for channel in range(n_channels):
        along += error[:, channel] * way[:, channel]
        squares += way[:, channel] ** 2
    return np.where(level * squares < strength * along, other, one).reshape(rows, columns)


def none_lost(labels, before):
    """Labels, but colors of which none are left get the first pixel back that they had before."""
    labels, before = labels.copy(), before.reshape(labels.shape)
    while lost := set(before.flat) - set(labels.flat):
        for color in lost:
            labels.flat[np.flatnonzero(before == color)[0]] = color
    return labels
