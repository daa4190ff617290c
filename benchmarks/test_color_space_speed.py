"""Conversion of colors, and quantize() in other color spaces on an RGB8 photograph of 3 MP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from napari_kmeans_quantizer import convert_colors, quantize

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture


@pytest.mark.parametrize("color_space", ["lab", "oklab"])
def test_convert_colors(benchmark: BenchmarkFixture, color_space: str) -> None:
    colors = np.random.default_rng(0).random((1_000_000, 3))
    assert benchmark(convert_colors, colors, color_space).shape == colors.shape


@pytest.mark.parametrize("color_space", ["rgb", "lab", "oklab"])
@pytest.mark.parametrize("n_colors", [16, 64, 256])
def test_quantize(
    benchmark: BenchmarkFixture, photograph: np.ndarray, n_colors: int, color_space: str
) -> None:
    result = benchmark(quantize, photograph, n_colors, color_space=color_space)
    assert len(result.palette) == n_colors
