"""From a result to napari layers, without a viewer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from napari_kmeans_quantizer import quantize

if TYPE_CHECKING:
    import numpy as np
    from pytest_benchmark.fixture import BenchmarkFixture


@pytest.mark.parametrize("n_colors", [16, 256])
def test_result_layers(benchmark: BenchmarkFixture, photograph: np.ndarray, n_colors: int) -> None:
    layers = pytest.importorskip("napari.layers")
    from napari_kmeans_quantizer.plugin.layers.make import result_layers

    source = layers.Image(photograph, name="photograph")
    result = quantize(photograph, n_colors)
    _, labels, palette = benchmark(result_layers, source, result)
    assert labels.data.shape == photograph.shape[:2]
    assert len(palette.data) == n_colors
