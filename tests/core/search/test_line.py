"""The optimum on a line against all others, and against the search."""

from __future__ import annotations

import tracemalloc
from fractions import Fraction

import numpy as np
import pytest

from napari_kmeans_quantizer.core.kernels import line as kernels
from napari_kmeans_quantizer.core.search import line
from napari_kmeans_quantizer.core.search.coarse_to_fine import search
from napari_kmeans_quantizer.core.search.efforts import EFFORTS
from napari_kmeans_quantizer.core.search.line import optimal_1d
from weighted import inertia, within

FAR = [-9999.0, 1e6, 1e20, -3.4e38, 1e100, -1e140]
SCALES = {
    "even": lambda rng, n: np.arange(n) * 0.1,
    "integers": lambda rng, n: rng.integers(0, 3 * n, n),
    "no data": lambda rng, n: np.append(rng.random(n - 1), rng.choice(FAR)),
    "outliers": lambda rng, n: np.append(rng.random(n - 3), rng.choice(FAR, 3)),
    "heavy tails": lambda rng, n: rng.choice([-1, 1], n) * np.exp(rng.normal(size=n) * 20),
    "far from zero": lambda rng, n: 1e15 + rng.integers(0, 1000, n),
    "clusters of clusters": lambda rng, n: (
        rng.integers(0, 4, n) * 1e20 + rng.integers(0, 4, n) * 1e6 + rng.integers(0, 9, n)
    ),
    "powers of two": lambda rng, n: 2.0 ** np.arange(n),
    "mixed gaps": lambda rng, n: np.cumsum(rng.choice([1.0, 2.0, 1e8, 1e16], n)),
}
WEIGHTS = {
    "one": lambda rng, n: np.ones(n),
    "pixels": lambda rng, n: 10.0 ** rng.integers(0, 8, n),
    "huge": lambda rng, n: np.full(n, 1e15),
    "any": lambda rng, n: rng.random(n) * 10.0 ** rng.integers(-3, 12, n),
}


def exact_costs(values, weights):
    """Inertia of the run from i to j, [i, j]."""
    n = len(values)
    costs = np.full((n + 1, n + 1), None)
    x, w = [Fraction(float(v)) for v in values], [Fraction(float(v)) for v in weights]
    for i in range(n):
        total = moment = square = Fraction(0)
        for j in range(i, n):
            total, moment = total + w[j], moment + w[j] * x[j]
            square += w[j] * x[j] ** 2
            costs[i, j + 1] = square - moment**2 / total
    return costs


def exact_optima(costs):
    """Least inertia of 1, 2, 3 ... runs: the textbook's dynamic program."""
    n = len(costs) - 1
    best = [None, *costs[0, 1:]]
    yield best[n]
    for k in range(2, n + 1):
        best = [None] * k + [
            min(best[i] + costs[i, j] for i in range(k - 1, j)) for j in range(k, n + 1)
        ]
        yield best[n]


def cuts_of(values, weights, K):
    """Where runs start, from what `optimal_1d` averages."""
    found = []
    with pytest.MonkeyPatch.context() as patch:
        means = line._means
        patch.setattr(line, "_means", lambda x, w, cuts: found.append(cuts) or means(x, w, cuts))
        centers = optimal_1d(values, weights, K)
    assert len(centers) == K
    assert (np.diff(centers) > 0).all()
    return found[0] if found else np.arange(len(values) + 1)


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("scale", SCALES)
def test_the_optimum_is_exact(scale, weights):
    rng = np.random.default_rng(0)
    for n in (4, 7, 16):
        x = np.unique(SCALES[scale](rng, n).astype(float))
        w = WEIGHTS[weights](rng, len(x))
        costs = exact_costs(x, w)
        for K, best in enumerate(exact_optima(costs), 1):
            cuts = cuts_of(x, w, K)
            got = costs[cuts[:-1], cuts[1:]].sum()
            assert best <= got <= best * (1 + Fraction(1e-13))


@pytest.mark.parametrize("scale", ["even", "integers", "outliers"])
def test_optimal_1d_against_the_textbook_program(scale):
    rng = np.random.default_rng(0)
    values = np.unique(SCALES[scale](rng, 80).astype(float))
    n, weights = len(values), rng.integers(1, 99, len(values))
    costs = np.full((n + 1, n + 1), np.inf)
    for j in range(1, n + 1):
        for i in range(j):
            labels = np.zeros(j - i)
            costs[i, j] = within(values[i:j, None] - values[i], weights[i:j], labels)
    best = costs[0]
    for K in range(2, n):
        best = (best[:, None] + costs).min(axis=0)
        cuts = cuts_of(values, weights, K)
        assert costs[cuts[:-1], cuts[1:]].sum() == pytest.approx(best[n], rel=1e-12)


@pytest.mark.parametrize("K", [2, 3, 100, 4096, 16_384, 30_000, 65_534, 65_535])
@pytest.mark.parametrize("weight", [1, 1e12])
def test_evenly_spaced_values_make_runs_of_two_lengths(K, weight):
    n = 65_536
    lengths = np.diff(cuts_of(np.arange(n) * 3.0, np.full(n, weight), K))
    assert set(lengths.tolist()) <= {n // K, -(-n // K)}


def test_a_number_that_is_jumped_over_is_joined_from_both_sides():
    """Pairs: at one price all are split or none is."""
    values = (np.arange(500)[:, None] * 100.0 + [0, 1]).ravel()
    for K in (501, 700, 999):
        lengths = np.diff(cuts_of(values, np.ones(1000), K))
        assert np.bincount(lengths).tolist() == [0, 2 * (K - 500), 1000 - K]


@pytest.mark.parametrize(
    "values",
    [
        np.arange(40) * 5e-324,
        np.arange(-20, 20) * 8e306,
        10.0 ** -np.arange(320.0),
        np.append(np.arange(40) * 5e-324, 1e308),
        1 + np.arange(40) * 2.0**-52,
    ],
    ids=["least floats", "largest floats", "all scales", "both", "neighbors"],
)
def test_no_finite_values_are_too_small_or_too_large(values):
    x = np.unique(values)
    for K in range(1, len(x) + 2):
        centers = optimal_1d(x, np.ones(len(x)), K)
        assert len(centers) == min(K, len(x))
        assert (np.diff(centers) > 0).all()
        assert centers[0] >= x[0]
        assert centers[-1] <= x[-1]


def test_the_means_of_runs():
    values, weights = np.array([1e15, 1e15 + 1, 1e15 + 4, 2e15]), np.array([1, 3, 4, 5])
    assert optimal_1d(values, weights, 3).tolist() == [1e15 + 0.75, 1e15 + 4, 2e15]
    assert optimal_1d(values, weights, 2).tolist() == [1e15 + 2.375, 2e15]
    assert optimal_1d(values[:3], weights[:3], 9).tolist() == values[:3].tolist()


def test_memory_does_not_grow_with_the_number_of_clusters():
    values, weights = np.arange(65_536.0), np.arange(65_536) % 1000 + 1
    optimal_1d(values[:9], weights[:9], 3)  # compiles
    tracemalloc.start()
    try:
        optimal_1d(values, weights, 16_384)
        assert tracemalloc.get_traced_memory()[1] < 40e6
    finally:
        tracemalloc.stop()


def test_inertia_of_every_run():
    rng = np.random.default_rng(0)
    x, w = np.sort(rng.normal(size=21)), rng.random(21)
    runs = line._Line(x, w)
    for i in range(21):
        for j in range(i + 1, 22):
            got = kernels._inertia.py_func(runs._table, runs._level, i, j)
            assert got == pytest.approx(within(x[i:j, None], w[i:j], np.zeros(j - i)), abs=1e-14)


def test_input_is_left_alone():
    values, weights = np.arange(50.0), np.arange(1, 51)
    values.flags.writeable = weights.flags.writeable = False
    kept = values.copy()
    optimal_1d(values, weights, 60)[0] = -1  # not a view either
    assert optimal_1d(values, weights, 7).tolist() == optimal_1d(kept, weights, 7).tolist()
    assert (values == kept).all()


def test_optimal_1d_beats_search():
    values = np.arange(4096.0)
    weights = np.ceil(1000 * np.exp(-((values - 1200) ** 2) / 4e5) + values % 50)
    exact = optimal_1d(values, weights, 16)[:, None]
    close, _ = search(values[:, None], weights, 16, EFFORTS["best"], np.random.default_rng(0))
    low, near = (inertia(values[:, None], weights, c) for c in (exact, close))
    assert low <= near <= 1.01 * low
