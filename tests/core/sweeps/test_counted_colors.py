"""Counted 8-bit RGB in other color spaces: the same bits as of the pixels."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest

from napari_kmeans_quantizer import completed
from napari_kmeans_quantizer.core.color_counts import counted_colors, together
from napari_kmeans_quantizer.core.color_space import ColorSpace
from napari_kmeans_quantizer.core.image import as_pixels
from napari_kmeans_quantizer.core.sweeps.base import Canvas, Follower
from napari_kmeans_quantizer.core.sweeps.colors import Colors
from napari_kmeans_quantizer.core.sweeps.counted_colors import CountedColors
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
}
SPACES = {name: ColorSpace(name, np.dtype(np.uint8)) for name in ("lab", "oklab")}


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
@pytest.mark.parametrize("space", SPACES.values(), ids=SPACES)
def test_same_bits(space, name, masked):
    image, mask = PICTURES[name], rng.random(N) < 0.3 if masked else None
    pixels = as_pixels(image, -1, mask)
    counted, colors = CountedColors(counted_colors(image, mask), space), Colors(pixels, space)
    assert isinstance(counted, Follower)
    for k in (1, 2, 16, 40, 300):
        assert same(counted.table(k, rng), colors.table(k, rng))
        centers, canvas = rng.uniform(0, 255, (k, 3)), Canvas.blank(pixels, k)
        expected = completed(colors.tally(centers, canvas))
        assert same(completed(counted.tally(centers, NOWHERE)), expected)
        expected = completed(colors.sweep(centers, canvas))
        assert same(completed(counted.sweep(centers, NOWHERE)), expected)


@pytest.mark.parametrize("name", PICTURES)
def test_distinct_colors_are_those_of_the_grid(name):
    image = PICTURES[name]
    counted, grid = CountedColors(counted_colors(image), SPACES["lab"]), Grid(as_pixels(image, -1))
    for limit in (0, 1, 63, 64, 1000, 1 << 18):
        assert same(counted.distinct(limit), grid.distinct(limit))


@pytest.mark.parametrize("space", SPACES.values(), ids=SPACES)
def test_a_million_million_pixels(space):
    """As many as 2**24 times an image; a color of very many has several entries."""
    image = np.concatenate([PICTURES["photo"][:59_000], np.full((1000, 3), 7, np.uint8)])
    once = counted_colors(image)
    often = reduce(lambda counts, _: together(counts, counts), range(24), once)
    assert len(often.counts) > len(once.counts)
    counted, few = CountedColors(often, space), CountedColors(once, space)
    centers = rng.uniform(0, 255, (40, 3))
    found, expected = (completed(grid.sweep(centers, NOWHERE)) for grid in (counted, few))
    assert np.array_equal(found.counts, expected.counts << 24)
    assert np.array_equal(found.means, expected.means)  # weights of a power of two more
    assert found.inertia == expected.inertia * 2**24
    assert found.squared_error == expected.squared_error * 2**24
    for k in (2, 40):
        assert np.array_equal(counted.table(k, rng).colors, few.table(k, rng).colors)
