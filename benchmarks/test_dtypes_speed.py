"""quantize() on images that are not RGB8, 1 MP each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pictures
import pytest

from napari_kmeans_quantizer import quantize

if TYPE_CHECKING:
    import numpy as np
    from pytest_benchmark.fixture import BenchmarkFixture


@pytest.fixture(scope="module")
def images(photograph: np.ndarray) -> dict[str, np.ndarray]:
    return pictures.other_images(photograph)


@pytest.mark.parametrize("kind", pictures.OTHER_KINDS)
def test_dtype(benchmark: BenchmarkFixture, images: dict[str, np.ndarray], kind: str) -> None:
    image = images[kind]
    channel_axis = -1 if image.ndim == 3 else None
    result = benchmark(quantize, image, 16, channel_axis=channel_axis)
    assert len(result.palette) == 16
