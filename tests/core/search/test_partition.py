"""Partitions of weighted colors, and what makes them better."""

from __future__ import annotations

import numpy as np
import pytest

from napari_kmeans_quantizer.core import threads
from napari_kmeans_quantizer.core.search.efforts import EFFORTS
from napari_kmeans_quantizer.core.search.partition import (
    Partition,
    converge,
    explained,
    move_in_halves,
    move_single_centers,
    partition_of,
    seed_labels,
)
from napari_kmeans_quantizer.core.search.pyramid import pyramid, scaled
from weighted import blobs, nearest, within


def scaled_colors(colors, counts):
    return scaled(pyramid(colors, counts, len(counts), np.inf))[0]


@pytest.mark.parametrize("D", [1, 2, 3, 4, 16])
@pytest.mark.parametrize("K", [1, 5, 40])
def test_one_sweep_finds_the_nearest_and_totals_follow(D, K):
    data = scaled_colors(*blobs(1000, D))
    labels = np.random.default_rng(1).integers(0, K, 1000).astype(np.int32)
    partition = partition_of(data, labels, K)
    x = data.points.T.astype(float)
    distances = ((x[:, None] - partition.centers.T) ** 2).sum(2)
    assert converge(data, partition, 1) == 1
    np.testing.assert_allclose(distances[np.arange(1000), labels], distances.min(1), rtol=1e-4)
    again = partition_of(data, labels, K)
    np.testing.assert_array_equal(partition.totals[:, 0], again.totals[:, 0])
    np.testing.assert_allclose(partition.totals, again.totals, rtol=1e-9, atol=1e-6)
    used = again.totals[:, 0] > 0
    np.testing.assert_allclose(partition.centers[:, used], again.centers[:, used], atol=1e-6)


def test_loss_and_gain():
    data = scaled_colors(*blobs(300, 3, skew=1.0))
    x, counts, K = data.points.T.astype(float), data.weights, 6
    labels = np.random.default_rng(0).integers(0, K, 300).astype(np.int32)
    partition = partition_of(data, labels, K)
    converge(data, partition, 100)
    loss, gain, halves = move_single_centers(data, partition, EFFORTS["best"], 0)
    centers = partition.centers.T.astype(float)
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
    data = scaled_colors(*blobs(300, 3, skew=1.0))
    assert np.unique(seed_labels(data, 50)).tolist() == list(range(50))
    assert np.bincount(seed_labels(data, 300)).tolist() == [1] * 300


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize(("D", "K"), [(1, 2), (2, 7), (3, 40), (5, 40)])
def test_moves_raise_what_is_explained_and_the_partition_stays_true(D, K, effort):
    data = scaled_colors(*blobs(800, D))
    labels = np.random.default_rng(1).integers(0, K, 800).astype(np.int32)
    partition = partition_of(data, labels, K)
    converge(data, partition, 30)
    before = explained(partition)
    move_single_centers(data, partition, EFFORTS[effort], 60)
    assert explained(partition) >= before * (1 - 1e-9)
    again = partition_of(data, partition.labels, K)
    np.testing.assert_array_equal(partition.totals[:, 0], again.totals[:, 0])
    np.testing.assert_allclose(partition.totals, again.totals, rtol=1e-9, atol=1e-6)


def test_a_center_moves_to_where_it_is_missed():
    x = np.array([0.0, 0.1, 0.2, 5.0, 5.1, 9.0, 9.1])
    data = scaled_colors(np.stack([x, x], axis=1), np.ones(7))
    labels = np.array([0, 0, 1, 2, 2, 2, 2], np.int32)  # the optimum parts the last four
    partition = partition_of(data, labels, 3)
    converge(data, partition, 10)
    move_single_centers(data, partition, EFFORTS["fast"], 3)
    parts = [set(np.flatnonzero(partition.labels == k)) for k in range(3)]
    assert sorted(map(sorted, parts)) == [[0, 1, 2], [3, 4], [5, 6]]


@pytest.mark.parametrize(("D", "K"), [(1, 2), (2, 7), (3, 40)])
def test_halves_are_moved_alike_on_any_number_of_threads(D, K, monkeypatch):
    data = scaled_colors(*blobs(800, D))
    labels = np.random.default_rng(1).integers(0, K, 800).astype(np.int32)
    start = partition_of(data, labels, K)
    converge(data, start, 30)
    found = []
    for n_threads in (1, 3):
        monkeypatch.setattr(threads, "n_threads", lambda n=n_threads: n)
        found.append(Partition(*(array.copy() for array in start)))
        move_in_halves(data, found[-1], EFFORTS["balanced"], 60)
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)
    assert explained(found[0]) >= explained(start) * (1 - 1e-9)
    again = partition_of(data, found[0].labels, K)
    np.testing.assert_array_equal(found[0].totals[:, 0], again.totals[:, 0])
    np.testing.assert_allclose(found[0].totals, again.totals, rtol=1e-9, atol=1e-6)
