"""The optimum on a line against all others, and against the search."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from napari_kmeans_quantizer.core.search.coarse_to_fine import search
from napari_kmeans_quantizer.core.search.efforts import EFFORTS
from napari_kmeans_quantizer.core.search.line import optimal_1d
from weighted import inertia, within


def brute_force(values, weights, K):
    best = np.inf
    for cuts in itertools.combinations(range(1, len(values)), K - 1):
        labels = np.searchsorted(cuts, np.arange(len(values)), side="right")
        best = min(best, within(values[:, None], weights, labels))
    return best


@pytest.mark.parametrize("number", range(40))
def test_optimal_1d(number):
    rng = np.random.default_rng(number)
    n = rng.integers(1, 12)
    values = np.sort(rng.choice(60, n, replace=False)) + rng.choice([0.0, 1e6])
    weights = rng.integers(1, 10 ** rng.integers(1, 8), n)
    for K in range(1, n + 1):
        centers = optimal_1d(values, weights, K)
        assert len(centers) == K
        assert (np.diff(centers) > 0).all()
        got = inertia(values[:, None], weights, centers[:, None])
        assert got == pytest.approx(
            brute_force(values, weights, K), rel=1e-9, abs=1e-9 * weights.sum()
        )


def test_optimal_1d_against_the_textbook_program():
    rng = np.random.default_rng(0)
    values, weights = np.sort(rng.permutation(1000)[:150]).astype(float), rng.integers(1, 99, 150)
    cost = np.full(151, np.inf)
    cost[0] = 0.0
    runs = [
        [within(values[i:j, None], weights[i:j], np.zeros(j - i)) for i in range(j)]
        for j in range(151)
    ]
    for K in range(1, 30):
        cost = np.array(
            [min((cost[i] + c for i, c in enumerate(row)), default=np.inf) for row in runs]
        )
        got = inertia(values[:, None], weights, optimal_1d(values, weights, K)[:, None])
        assert got == pytest.approx(cost[150], rel=1e-9)


def test_optimal_1d_beats_search():
    values = np.arange(4096.0)
    weights = np.ceil(1000 * np.exp(-((values - 1200) ** 2) / 4e5) + values % 50)
    exact = optimal_1d(values, weights, 16)[:, None]
    close, _ = search(values[:, None], weights, 16, EFFORTS["best"], np.random.default_rng(0))
    low, near = (inertia(values[:, None], weights, c) for c in (exact, close))
    assert low <= near <= 1.01 * low
