"""Coarser tables of weighted colors."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from napari_kmeans_quantizer.core.kernels.merging import interleave, merge_runs
from napari_kmeans_quantizer.core.search.pyramid import pyramid
from weighted import blobs


@pytest.mark.parametrize("D", [1, 3, 5])
def test_runs_merge_within_the_limit(D):
    colors, counts = blobs(3000, D)
    for limit in (0.0, 1e2, 1e5, 1e12):
        found = np.empty_like(colors), np.empty_like(counts), np.empty(3000, np.int64)
        m = merge_runs(colors, counts, limit, *found)
        means, weights, lengths = (array[:m] for array in found)
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
    tables = pyramid(colors, counts, 16, np.inf)
    sizes = [len(table.counts) for table in tables]
    assert sizes[-1] == 40000
    assert 512 <= sizes[0] <= 2048
    for coarse, fine in itertools.pairwise(tables):
        assert 2 < len(fine.counts) / len(coarse.counts) < 8
        assert coarse.lengths.sum() == len(fine.counts)
        assert coarse.counts.sum() == pytest.approx(counts.sum())


@pytest.mark.parametrize(("D", "bits"), [(1, 20), (3, 20), (3, 2), (7, 8), (62, 1)])
def test_keys_interleave_the_bits_of_coordinates(D, bits):
    cells = np.random.default_rng(0).integers(0, 2**bits, (50, D))
    keys = np.empty(50, np.int64)
    interleave(cells / 4.0 - 3, np.full(D, -3.0), 4.0, bits, D, keys)
    for cell, key in zip(cells, keys, strict=True):
        digits = [f"{x:0{bits}b}" for x in cell]
        assert key == int("".join(x[i] for i in range(bits) for x in digits), 2)
