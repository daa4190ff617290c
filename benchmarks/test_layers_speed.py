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
    from napari_kmeans_quantizer.plugin.layers.contents import state_contents
    from napari_kmeans_quantizer.plugin.layers.make import make_layers
    from napari_kmeans_quantizer.plugin.models.settings import Settings
    from napari_kmeans_quantizer.plugin.models.source import Source
    from napari_kmeans_quantizer.plugin.models.state import State

    source = Source((layers.Image(photograph, name="photograph"),))
    result = quantize(photograph, n_colors)
    state = State.of_fit(source, Settings(n_colors), photograph, result)
    _, labels, palette = benchmark(lambda: make_layers(state_contents(state)))
    assert labels.data.shape == photograph.shape[:2]
    assert len(palette.data) == n_colors
