"""First stage: from pixels to weighted colors; RGB8, 3 MP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from napari_kmeans_quantizer.core.image import as_pixels
from napari_kmeans_quantizer.core.sweeps.grid import Grid

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture


def test_count(benchmark: BenchmarkFixture, photograph: np.ndarray) -> None:
    benchmark(Grid, as_pixels(photograph))


@pytest.mark.parametrize("n_colors", [16, 256])
def test_table(benchmark: BenchmarkFixture, photograph: np.ndarray, n_colors: int) -> None:
    grid = Grid(as_pixels(photograph))
    table = benchmark(grid.table, n_colors, np.random.default_rng(0))
    assert table.counts.sum() == photograph[..., 0].size
