"""Weighted colors for tests of the search, and naive figures of them."""

from __future__ import annotations

import numpy as np


def nearest(colors, centers):
    return ((colors[:, None] - centers) ** 2).sum(2).argmin(1)


def inertia(colors, counts, centers):
    return (counts * ((colors[:, None] - centers) ** 2).sum(2).min(1)).sum()


def within(colors, counts, labels):
    """Inertia about the means of labeled colors."""
    total = 0.0
    for k in np.unique(labels):
        x, w = colors[labels == k], counts[labels == k]
        total += (w * ((x - np.average(x, axis=0, weights=w)) ** 2).sum(1)).sum()
    return total


def blobs(n, D, seed=0, skew=3.0):
    rng = np.random.default_rng(seed)
    colors = rng.normal(size=(n, D)) * 10 + rng.integers(0, 5, (n, 1)) * 40
    return colors, np.ceil(np.exp(rng.normal(size=n) * skew))
