"""First stage: from pixels to weighted colors; RGB8, 3 MP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from napari_kmeans_quantizer import completed
from napari_kmeans_quantizer.core.color_counts import counted_pixels, together
from napari_kmeans_quantizer.core.image import as_pixels
from napari_kmeans_quantizer.core.sweeps.base import Canvas
from napari_kmeans_quantizer.core.sweeps.counted_grid import CountedGrid
from napari_kmeans_quantizer.core.sweeps.grid import Grid

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture


def test_count(benchmark: BenchmarkFixture, photograph: np.ndarray) -> None:
    benchmark(Grid, as_pixels(photograph))


def test_count_every_color(benchmark: BenchmarkFixture, photograph: np.ndarray) -> None:
    counts = benchmark(counted_pixels, as_pixels(photograph))
    assert counts.n_pixels == photograph[..., 0].size


def test_merge(benchmark: BenchmarkFixture, photograph: np.ndarray) -> None:
    parts = [counted_pixels(as_pixels(half)) for half in np.array_split(photograph, 2)]
    benchmark(together, *parts)


@pytest.mark.parametrize("n_colors", [16, 256])
def test_sweep_of_counts(
    benchmark: BenchmarkFixture, photograph: np.ndarray, n_colors: int
) -> None:
    grid, nowhere = CountedGrid(counted_pixels(as_pixels(photograph))), Canvas(*np.empty((2, 0)))
    centers = np.random.default_rng(0).uniform(0, 255, (n_colors, 3))
    clusters = benchmark(lambda: completed(grid.sweep(centers, nowhere)))
    assert clusters.counts.sum() == photograph[..., 0].size


@pytest.mark.parametrize("n_colors", [16, 256])
def test_table(benchmark: BenchmarkFixture, photograph: np.ndarray, n_colors: int) -> None:
    grid = Grid(as_pixels(photograph))
    table = benchmark(grid.table, n_colors, np.random.default_rng(0))
    assert table.counts.sum() == photograph[..., 0].size
