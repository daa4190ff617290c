"""Distinct and sampled colors."""

from __future__ import annotations

import numpy as np
import pytest

from napari_kmeans_quantizer.core import color_table
from napari_kmeans_quantizer.core.color_table import ColorTable, distinct_colors, sampled_colors
from napari_kmeans_quantizer.core.image import CHUNK_PIXELS, as_pixels

RNG = np.random.default_rng(3)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int16", "uint64", "float16", "float32", "f8"])
@pytest.mark.parametrize("n_channels", [1, 3, 5, 17])
@pytest.mark.parametrize("most_values", [1, color_table.MOST_VALUES])
def test_distinct_colors(dtype, n_channels, most_values, monkeypatch):
    monkeypatch.setattr(color_table, "MOST_VALUES", most_values)
    colors = (RNG.integers(0, 2, (90, n_channels)) * 3).astype(dtype)
    image = colors[RNG.integers(0, 90, (50, 60))]
    want, counts = np.unique(image.reshape(-1, n_channels), axis=0, return_counts=True)
    table = distinct_colors(as_pixels(image, -1), len(want))
    assert np.array_equal(table.colors, want.astype(float))
    assert np.array_equal(table.counts, counts)
    assert distinct_colors(as_pixels(image, -1), len(want) - 1) is None


def test_distinct_colors_of_several_chunks_and_zeros_of_both_signs():
    image = np.where(np.arange(2 * CHUNK_PIXELS + 9) % 5 == 0, -0.0, 0.0)
    image[-1] = 2.5
    table = distinct_colors(as_pixels(image, None), 2)
    assert table.colors.tolist() == [[0.0], [2.5]]
    assert table.counts.tolist() == [len(image) - 1, 1]


def test_all_pixels_are_a_sample_too():
    image = RNG.random((30, 40, 5)).astype(np.float32)
    table = sampled_colors(as_pixels(image, -1), 1 << 17, RNG)
    assert np.array_equal(table.colors, image.reshape(-1, 5))
    some = sampled_colors(as_pixels(image, -1), 100, RNG)
    assert len(some.colors) == some.counts.sum() == 100


def test_variance(monkeypatch):
    monkeypatch.setattr(color_table, "PART_VALUES", 64)
    colors, counts = 1e7 + RNG.random((90, 5)), RNG.integers(1, 9, 90)
    want = np.repeat(colors - 1e7, counts, axis=0).var(axis=0).mean()
    assert ColorTable(colors, counts).variance == pytest.approx(want)
