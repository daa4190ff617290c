"""Second stage: from weighted colors to centers; RGB8, 3 MP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from napari_kmeans_quantizer.core.image import as_pixels
from napari_kmeans_quantizer.core.search.coarse_to_fine import search
from napari_kmeans_quantizer.core.search.efforts import EFFORTS
from napari_kmeans_quantizer.core.search.line import optimal_1d
from napari_kmeans_quantizer.core.sweeps.grid import Grid

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize("n_colors", [2, 16, 64, 256])
def test_search(
    benchmark: BenchmarkFixture, photograph: np.ndarray, n_colors: int, effort: str
) -> None:
    colors, counts, keys = Grid(as_pixels(photograph)).table(n_colors, np.random.default_rng(0))
    weights = counts.astype(np.float64)
    rng = np.random.default_rng(0)
    centers, _ = benchmark(search, colors, weights, n_colors, EFFORTS[effort], rng, keys)
    assert centers.shape == (n_colors, 3)


@pytest.mark.parametrize("n_clusters", [2, 16, 256, 16_384])
def test_optimum_on_a_line(benchmark: BenchmarkFixture, n_clusters: int) -> None:
    """Grey of 16 bits, all values."""
    values = np.arange(65_536.0)
    shares = np.exp(-(((values - 20_000) / 12_000) ** 2))
    weights = np.random.default_rng(0).poisson(100 * shares) + 1.0
    centers = benchmark(optimal_1d, values, weights, n_clusters)
    assert centers.shape == (n_clusters,)
