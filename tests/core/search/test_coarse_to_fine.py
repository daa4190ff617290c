"""The search for centers against naive references."""

from __future__ import annotations

import numpy as np
import pytest

from napari_kmeans_quantizer.core.search.coarse_to_fine import search as find
from napari_kmeans_quantizer.core.search.efforts import EFFORTS
from weighted import blobs, inertia, nearest, within


def search(colors, counts, n_clusters, effort="balanced", number=0, keys=None):
    return find(colors, counts, n_clusters, EFFORTS[effort], np.random.default_rng(number), keys)


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
    if EFFORTS[effort].starts < 3:  # draws nothing
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
