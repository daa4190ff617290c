"""Orders of a palette in which what lies side by side in the picture does so in the palette."""

from __future__ import annotations

import numpy as np
import pytest

from napari_kmeans_quantizer.core.files.indexed.frames import PART
from napari_kmeans_quantizer.core.files.indexed.order import adjacency, by_growing, by_pairs


def test_adjacency_by_hand():
    indices = np.array([[[0, 0, 1], [2, 0, 1]]], np.uint8)
    # Side by side: 0-0 (not told), 0-1, 2-0, 0-1. Above: 0-2, 0-0 and 1-1 (not told).
    assert adjacency(indices, 3).tolist() == [[0, 2, 2], [2, 0, 0], [2, 0, 0]]


def test_adjacency_of_every_frame_and_none_across():
    frames = np.array([[[0, 1]], [[1, 2]], [[2, 0]]], np.uint8)
    assert adjacency(frames, 3).tolist() == [[0, 1, 1], [1, 0, 1], [1, 1, 0]]


@pytest.mark.parametrize("width", [1, 1000, PART + 1])
def test_adjacency_of_a_large_picture(width):
    indices = np.random.default_rng(0).integers(0, 3, (1, PART // width + 3, width), np.uint8)
    naive = np.zeros((3, 3), int)
    for one, other in ((indices[0, :, :-1], indices[0, :, 1:]), (indices[0, :-1], indices[0, 1:])):
        for i, j in ((0, 1), (0, 2), (1, 2)):
            n_times = np.count_nonzero(((one == i) & (other == j)) | ((one == j) & (other == i)))
            naive[i, j] += n_times
            naive[j, i] += n_times
    assert adjacency(indices, 3).tolist() == naive.tolist()


@pytest.mark.parametrize("order_of", [by_pairs, by_growing])
def test_a_ramp_that_was_shuffled_comes_back(order_of):
    shuffled = np.random.default_rng(0).permutation(30).astype(np.uint8)
    order = order_of(adjacency(shuffled[np.newaxis, np.newaxis], 30)).tolist()
    assert order in (shuffled.tolist(), shuffled[::-1].tolist())


@pytest.mark.parametrize("order_of", [by_pairs, by_growing])
@pytest.mark.parametrize("n_entries", [1, 2, 3, 17, 256])
@pytest.mark.parametrize("most", [1, 2, 1000])
def test_every_entry_has_one_place(order_of, n_entries, most):
    counts = np.random.default_rng(0).integers(0, most, (n_entries, n_entries))
    counts = counts + counts.T
    np.fill_diagonal(counts, 0)
    order = order_of(counts)
    assert sorted(order.tolist()) == list(range(n_entries))
    assert np.array_equal(order, order_of(counts))
