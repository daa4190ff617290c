"""Counted 8-bit RGB: the same bits as of the pixels."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest

from napari_kmeans_quantizer import completed
from napari_kmeans_quantizer.core import threads
from napari_kmeans_quantizer.core.color_counts import counted_colors, together
from napari_kmeans_quantizer.core.image import as_pixels
from napari_kmeans_quantizer.core.sweeps.base import Canvas
from napari_kmeans_quantizer.core.sweeps.counted_grid import CountedGrid
from napari_kmeans_quantizer.core.sweeps.grid import Grid

rng = np.random.default_rng(0)
N = 70_001
NOWHERE = Canvas(np.empty(0), np.empty(0))


def photo(n):
    walk = np.cumsum(rng.normal(0, 3, (n, 3)), 0) + rng.normal(0, 6, (n, 1))
    return (127 + 120 * np.sin(walk / 60)).astype(np.uint8)


PICTURES = {
    "photo": photo(N),
    "noise": rng.integers(0, 256, (N, 3), dtype=np.uint8),
    "few colors": rng.integers(100, 104, (N, 3), dtype=np.uint8),
    "one color": np.full((N, 3), 77, np.uint8),
    "lattice": (rng.integers(0, 64, (N, 3)) * 4).astype(np.uint8),
}


def same(found, expected):
    """Whether two tables or figures are the same, bit for bit."""
    if found is None or expected is None:
        return found is expected
    return all(
        a is b if a is None else np.array_equal(a, b) and np.asarray(a).dtype == np.asarray(b).dtype
        for a, b in zip(found, expected, strict=True)
    )


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("name", PICTURES)
def test_same_tables(name, masked):
    image, mask = PICTURES[name], rng.random(N) < 0.3 if masked else None
    counted, grid = CountedGrid(counted_colors(image, mask)), Grid(as_pixels(image, -1, mask))
    for n_colors in (1, 2, 16, 40, 300, 5000):
        assert same(counted.table(n_colors, rng), grid.table(n_colors, rng))
    for limit in (0, 1, 5, 63, 64, 1000, 1 << 18):
        assert same(counted.distinct(limit), grid.distinct(limit))


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("k", [1, 2, 16, 40, 300])
def test_same_sweeps(k, name, masked):
    image, mask = PICTURES[name], rng.random(N) < 0.3 if masked else None
    pixels = as_pixels(image, -1, mask)
    counted, grid = CountedGrid(counted_colors(image, mask)), Grid(pixels)
    for centers in (rng.uniform(0, 255, (k, 3)), rng.integers(0, 32, (k, 3)) * 8.0):
        expected = completed(grid.sweep(centers, Canvas.blank(pixels, k)))
        assert same(completed(counted.sweep(centers, NOWHERE)), expected)


@pytest.mark.parametrize("n_threads", [1, 3])
def test_threads(n_threads, monkeypatch):
    centers = rng.uniform(0, 255, (30, 3))
    counts = counted_colors(PICTURES["photo"])
    expected = completed(CountedGrid(counts).sweep(centers, NOWHERE))
    monkeypatch.setattr(threads, "n_threads", lambda: n_threads)
    assert same(completed(CountedGrid(counts).sweep(centers, NOWHERE)), expected)


def test_equal_centers_tie():
    counted = CountedGrid(counted_colors(PICTURES["photo"]))
    clusters = completed(counted.sweep(np.full((3, 3), 9.0), NOWHERE))
    assert clusters.ties
    assert clusters.counts.tolist() == [N, 0, 0]


def test_a_million_million_pixels():
    """As many as 2**24 times an image: figures are as of it, times 2**24."""
    image = PICTURES["photo"][:60_000]
    once = counted_colors(image)
    often = reduce(lambda counts, _: together(counts, counts), range(24), once)
    assert often.n_pixels == 60_000 << 24
    counted, few = CountedGrid(often), CountedGrid(once)
    for n_colors in (2, 40, 5000):
        found, expected = counted.table(n_colors, rng), few.table(n_colors, rng)
        assert np.array_equal(found.colors, expected.colors)
        assert np.array_equal(found.counts, expected.counts << 24)
    centers = rng.uniform(0, 255, (40, 3))
    found, expected = (completed(grid.sweep(centers, NOWHERE)) for grid in (counted, few))
    assert np.array_equal(found.counts, expected.counts << 24)
    assert np.array_equal(found.means, expected.means)
    assert found.inertia == pytest.approx(expected.inertia * 2**24, rel=1e-9)
    assert found.squared_error == expected.squared_error * 2**24
    assert found.ties == expected.ties
