"""quantize(), the whole way, on an RGB8 photograph of 3 MP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import quantizers

from napari_kmeans_quantizer import quantize

if TYPE_CHECKING:
    import numpy as np
    from pytest_benchmark.fixture import BenchmarkFixture


@pytest.mark.parametrize("n_colors", [2, 16, 64, 256])
def test_number_of_colors(
    benchmark: BenchmarkFixture, photograph: np.ndarray, n_colors: int
) -> None:
    result = benchmark(quantize, photograph, n_colors)
    assert len(result.palette) == n_colors


@pytest.mark.parametrize("effort", quantizers.our_efforts())
def test_effort(benchmark: BenchmarkFixture, photograph: np.ndarray, effort: str) -> None:
    result = benchmark(quantize, photograph, 16, effort=effort)
    benchmark.extra_info["mse"] = result.mse
