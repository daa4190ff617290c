"""The search for centers against naive references."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from napari_kmeans_quantizer.core.kernels import search as kernels
from napari_kmeans_quantizer.core.search.coarse_to_fine import (
    EFFORTS,
    add_up,
    appraise,
    seed,
    sweep,
    tables,
    to_points,
)
from napari_kmeans_quantizer.core.search.coarse_to_fine import search as find
from napari_kmeans_quantizer.core.search.line import optimal_1d


def search(colors, counts, n_clusters, effort="balanced", number=0, keys=None):
    return find(colors, counts, n_clusters, effort, np.random.default_rng(number), keys)


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


def as_points(colors, counts):
    return to_points(tables(colors, counts, len(counts), np.inf))[0]


@pytest.mark.parametrize("D", [1, 2, 3, 4, 16])
@pytest.mark.parametrize("K", [1, 5, 40])
def test_one_sweep_finds_the_nearest_and_totals_follow(D, K):
    data = as_points(*blobs(1000, D))
    labels = np.random.default_rng(1).integers(0, K, 1000).astype(np.int32)
    clusters = add_up(data, labels, K)
    x = data.points.T.astype(float)
    distances = ((x[:, None] - clusters.centers.T) ** 2).sum(2)
    assert sweep(data, clusters, 1) == 1
    np.testing.assert_allclose(distances[np.arange(1000), labels], distances.min(1), rtol=1e-4)
    again = add_up(data, labels, K)
    np.testing.assert_array_equal(clusters.totals[:, 0], again.totals[:, 0])
    np.testing.assert_allclose(clusters.totals, again.totals, rtol=1e-9, atol=1e-6)
    used = again.totals[:, 0] > 0
    np.testing.assert_allclose(clusters.centers[:, used], again.centers[:, used], atol=1e-6)


@pytest.mark.parametrize("D", [1, 3, 5])
def test_merge(D):
    colors, counts = blobs(3000, D)
    for limit in (0.0, 1e2, 1e5, 1e12):
        means, weights, lengths = kernels.merge(colors, counts, limit)
        runs = np.repeat(np.arange(len(lengths)), lengths)
        assert len(runs) == 3000
        np.testing.assert_allclose(weights, np.bincount(runs, counts))
        for d in range(D):
            np.testing.assert_allclose(
                means[:, d], np.bincount(runs, counts * colors[:, d]) / weights, rtol=1e-9
            )
        spread = np.bincount(runs, counts * ((colors - means[runs]) ** 2).sum(1))
        assert spread.max() <= limit * (1 + 1e-9) + 1e-9


def test_tables_shrink_fourfold_and_keep_the_weight():
    colors, counts = blobs(40000, 3)
    made = tables(colors, counts, 16, np.inf)
    sizes = [len(table.counts) for table in made]
    assert sizes[-1] == 40000
    assert 512 <= sizes[0] <= 2048
    for coarse, fine in itertools.pairwise(made):
        assert 2 < len(fine.counts) / len(coarse.counts) < 8
        assert coarse.lengths.sum() == len(fine.counts)
        assert coarse.counts.sum() == pytest.approx(counts.sum())


@pytest.mark.parametrize("D", [1, 3, 5, 16])
@pytest.mark.parametrize("effort", EFFORTS)
def test_centers_are_nearly_means_of_their_points(D, effort):
    colors, counts = blobs(1500, D)
    centers, n_iter = search(colors, counts, 12, effort)
    assert centers.dtype == np.float64
    assert centers.shape == (12, D)
    assert n_iter > 0
    labels = nearest(colors, centers)
    assert len(np.unique(labels)) == 12
    assert inertia(colors, counts, centers) <= 1.03 * within(colors, counts, labels)


def test_loss_and_gain():
    data = as_points(*blobs(300, 3, skew=1.0))
    x, counts, K = data.points.T.astype(float), data.weights, 6
    labels = np.random.default_rng(0).integers(0, K, 300).astype(np.int32)
    clusters = add_up(data, labels, K)
    sweep(data, clusters, 100)
    loss, gain, halves = appraise(data, clusters)
    centers = clusters.centers.T.astype(float)
    before = within(x, counts, labels)
    for k in range(K):
        others = np.delete(np.arange(K), k)
        without = np.where(labels == k, others[nearest(x, centers[others])], labels)
        assert loss[k] == pytest.approx(within(x, counts, without) - before, rel=1e-3)
        own = labels == k
        side = nearest(x[own], halves[k])
        gained = within(x[own], counts[own], labels[own]) - within(x[own], counts[own], side)
        assert gain[k] == pytest.approx(gained, rel=0.1)


def test_seeds_part_every_cluster_once():
    data = as_points(*blobs(300, 3, skew=1.0))
    assert np.unique(seed(data, 50)).tolist() == list(range(50))
    assert np.bincount(seed(data, 300)).tolist() == [1] * 300


SIZES = [(1, 1), (2, 1), (2, 2), (7, 7), (64, 64), (65, 64), (300, 299), (999, 1000), (700, 256)]


@pytest.mark.parametrize(("n", "K"), SIZES)
@pytest.mark.parametrize("D", [1, 3])
def test_no_empty_cluster(n, K, D):
    rng = np.random.default_rng(n)
    colors = rng.permutation(4 * n)[:n, None] * np.ones(D) + (rng.random((n, D)) if D > 1 else 0)
    counts = 10.0 ** rng.integers(0, 9, n)
    centers, _ = search(colors, counts, K)
    assert len(np.unique(centers, axis=0)) == min(n, K)
    assert len(np.unique(nearest(colors, centers))) == min(n, K)
    if n <= K:
        assert inertia(colors, counts, centers) == 0


def test_duplicates_and_skewed_weights():
    rng = np.random.default_rng(0)
    colors = rng.integers(0, 5, (5000, 3)).astype(float)  # at most 125 distinct
    counts = np.where(rng.random(5000) < 0.001, 1e9, 1.0)
    K = len(np.unique(colors, axis=0))
    centers, _ = search(colors, counts, K)
    assert len(np.unique(centers.round(9), axis=0)) == K
    np.testing.assert_allclose(inertia(colors, counts, centers), 0, atol=1e-6)


@pytest.mark.parametrize(("shift", "scale"), [(0, 1), (1e6, 1), (0, 1e-9), (-5, 1e12)])
def test_units_do_not_matter(shift, scale):
    colors, counts = blobs(3000, 3, skew=1)
    a, _ = search(colors, counts, 10)
    b, _ = search(colors * scale + shift, counts, 10)
    far = inertia(colors, counts, (b - shift) / scale)
    assert far == pytest.approx(inertia(colors, counts, a), rel=2e-3)


@pytest.mark.parametrize("effort", EFFORTS)
def test_same_bits(effort):
    colors, counts = blobs(6000, 3)
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    inputs = colors.copy(), counts.copy()
    first = search(colors, counts, 20, effort, 3)[0]
    for _ in range(2):
        np.testing.assert_array_equal(search(colors, counts, 20, effort, 3)[0], first)
    if effort != "best":  # draws nothing
        np.testing.assert_array_equal(search(colors, counts, 20, effort, 4)[0], first)
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002
    np.testing.assert_array_equal(inputs[0], colors)
    np.testing.assert_array_equal(inputs[1], counts)


def test_read_only_input_and_keys():
    colors, counts = blobs(3000, 3)
    keys = np.random.default_rng(0).permutation(3000)
    first = search(colors, counts, 7, keys=keys)[0]
    order = np.argsort(keys)
    arrays = colors[order], counts[order], keys[order]
    for array in arrays:
        array.flags.writeable = False
    np.testing.assert_array_equal(search(arrays[0], arrays[1], 7, keys=arrays[2])[0], first)


def test_finds_separated_clusters():
    rng = np.random.default_rng(0)
    grid = np.stack(np.meshgrid([0, 1, 2, 3], [0, 1, 2, 3], [0, 1, 2, 3]), -1).reshape(-1, 3)
    true = rng.permutation(grid) * 50.0
    colors = (true[:, None] + rng.normal(size=(64, 60, 3))).reshape(-1, 3)
    counts = 10.0 ** rng.integers(0, 3, len(colors))
    centers, _ = search(colors, counts, 64)
    assert inertia(colors, counts, centers) <= 1.02 * inertia(colors, counts, true)


def test_many_clusters():
    colors, counts = blobs(5000, 3)
    centers, _ = search(colors, counts, 3000)
    assert len(np.unique(centers, axis=0)) == 3000


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
    close, _ = search(values[:, None], weights, 16, "best")
    low, near = (inertia(values[:, None], weights, c) for c in (exact, close))
    assert low <= near <= 1.01 * low
