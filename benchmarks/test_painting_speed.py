"""Last stage: every pixel to its nearest color; RGB8, 3 MP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from napari_kmeans_quantizer import quantize

if TYPE_CHECKING:
    import numpy as np
    from pytest_benchmark.fixture import BenchmarkFixture


@pytest.mark.parametrize("n_colors", [2, 16, 64, 256])
def test_given_palette(benchmark: BenchmarkFixture, photograph: np.ndarray, n_colors: int) -> None:
    palette = quantize(photograph, n_colors).palette
    result = benchmark(quantize, photograph, palette=palette)
    assert len(result.palette) == n_colors
