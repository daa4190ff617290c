"""euclidean_distances(): every pair of two sets of points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from napari_kmeans_quantizer import euclidean_distances

if TYPE_CHECKING:
    import numpy as np
    from pytest_benchmark.fixture import BenchmarkFixture


@pytest.mark.parametrize("n_centers", [16, 256])
@pytest.mark.parametrize("n_features", [3, 5])
def test_distances(
    benchmark: BenchmarkFixture, points: np.ndarray, n_centers: int, n_features: int
) -> None:
    some = points[:20_000, :n_features]
    distances = benchmark(euclidean_distances, some, some[:n_centers])
    assert distances.shape == (len(some), n_centers)
