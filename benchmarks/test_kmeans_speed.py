"""KMeans on points of any dimension."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from napari_kmeans_quantizer import KMeans

if TYPE_CHECKING:
    import numpy as np
    from pytest_benchmark.fixture import BenchmarkFixture


@pytest.mark.parametrize("n_clusters", [2, 16, 64])
def test_fit(benchmark: BenchmarkFixture, points: np.ndarray, n_clusters: int) -> None:
    kmeans = benchmark(KMeans(n_clusters, random_state=0).fit, points)
    benchmark.extra_info["n_iter"] = kmeans.n_iter_


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_predict(benchmark: BenchmarkFixture, points: np.ndarray, dtype: str) -> None:
    kmeans = KMeans(16, random_state=0).fit(points)
    labels = benchmark(kmeans.predict, points.astype(dtype))
    assert len(labels) == len(points)
