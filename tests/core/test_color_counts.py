"""Counts of colors of parts of an image, and of all parts together, as naive NumPy has them."""

from __future__ import annotations

import pickle
from functools import reduce

import numpy as np
import pytest

from napari_kmeans_quantizer.core.color_counts import (
    FEW_PIXELS,
    Accumulated,
    ColorCounts,
    counted_colors,
    counted_pixels,
    no_colors,
    together,
)
from napari_kmeans_quantizer.core.image import as_pixels
from napari_kmeans_quantizer.core.kernels import color_counts as kernels

rng = np.random.default_rng(0)


def photo(n):
    walk = np.cumsum(rng.normal(0, 3, (n, 3)), 0) + rng.normal(0, 6, (n, 1))
    return (127 + 120 * np.sin(walk / 60)).astype(np.uint8)


def noise(n):
    return rng.integers(0, 256, (n, 3), dtype=np.uint8)


def flat(n):
    return np.full((n, 3), 77, np.uint8)


def few_colors(n):
    return rng.integers(100, 102, (n, 3), dtype=np.uint8)


def as_told(counts):
    """Colors in lexicographic order, and their pixels."""
    codes, totals = counts.distinct()
    entries = counts.codes
    colors = counts.colors[np.searchsorted(entries, codes)]
    order = np.lexsort(colors.T[::-1])
    return colors[order], totals[order]


def check(counts, pixels):
    colors, totals = np.unique(pixels, axis=0, return_counts=True)
    found, pixels_of = as_told(counts)
    assert np.array_equal(found, colors)
    assert np.array_equal(pixels_of, totals)
    assert counts.n_colors == len(colors)
    assert counts.n_pixels == len(pixels)
    assert (np.diff(counts.codes.astype(np.int64)) > 0).all()


def same(some, others):
    return all(np.array_equal(a, b) for a, b in zip(some, others, strict=True))


@pytest.mark.parametrize("make", [photo, noise, flat, few_colors])
@pytest.mark.parametrize("n", [1, 3, 4, 7, 4096, FEW_PIXELS, FEW_PIXELS + 1, 300_001])
def test_a_part(n, make):
    pixels = make(n)
    check(counted_colors(pixels), pixels)


@pytest.mark.parametrize("make", [photo, flat])
@pytest.mark.parametrize("n", [5, 4097, 100_002])
def test_what_takes_part(n, make):
    pixels, mask = make(n), np.repeat(rng.random(n) < 0.4, 2)[::2]
    rgba = np.concatenate([pixels, noise(n)[:, :1]], axis=1)
    for colors in (pixels, rgba):
        check(counted_colors(colors, mask), pixels[mask])
        check(counted_colors(colors), pixels)


@pytest.mark.parametrize("shape", [(7, 11), (300, 1001)])
def test_images_of_any_layout(shape):
    rgb, mask = photo(shape[0] * shape[1]).reshape(*shape, 3), rng.random(shape) < 0.4
    rgba = np.dstack([rgb, rng.integers(0, 2, shape).astype(np.uint8)])
    for image in (rgb, rgba, np.asfortranarray(rgb), rgb[::-1, ::-1], rgba[::-1]):
        for some in (None, mask):
            pixels = as_pixels(image, mask=some)
            used = image[..., :3].reshape(-1, 3) if pixels.mask is None else image[pixels.mask]
            check(counted_pixels(pixels), used[:, :3])
    check(counted_pixels(as_pixels(np.moveaxis(rgb, -1, 0), 0)), rgb.reshape(-1, 3))


def test_no_pixel():
    for counts in (
        no_colors(),
        counted_colors(noise(0)),
        counted_colors(noise(9), np.zeros(9, bool)),
    ):
        assert counts.n_pixels == counts.n_colors == 0
        assert same(counts, no_colors())
    assert same(Accumulated().result(), no_colors())


def test_every_color():
    codes = np.arange(1 << 24, dtype=np.uint32) * np.uint32(0x9E3779B1) & np.uint32(0xFFFFFF)
    counts = counted_colors(codes.view(np.uint8).reshape(-1, 4))
    assert (counts.counts == 1).all()
    assert np.array_equal(counts.codes, np.arange(1 << 24))
    everything = Accumulated()
    for part in (counts, counts):
        everything.add(part)
    found = everything.result()
    assert (found.counts == 2).all()
    assert same(found, together(counts, counts))


def test_colors_that_are_near_are_together():
    """A cell is 4 x 4 x 4 colors, one behind the other; a box 16 x 16 x 16."""
    every = np.stack(np.meshgrid(*[np.arange(32, dtype=np.uint8)] * 3), -1).reshape(-1, 3)
    colors = counted_colors(every).colors
    for size in (4, 16):
        cells = (colors // size).reshape(-1, size**3, 3)
        assert (cells == cells[:, :1]).all()


@pytest.mark.parametrize("layout", ["frozen", "unaligned", "strided", "Fortran"])
@pytest.mark.parametrize("n", [1001, 50_001])
def test_any_array_and_no_second_compilation(n, layout):
    pixels = photo(n)
    check(counted_colors(pixels), pixels)
    made = signatures()
    check(counted_colors(laid_out(pixels, layout)), pixels)
    assert signatures() == made


def laid_out(pixels, layout):
    if layout == "unaligned":
        odd = np.empty(pixels.size + 1, np.uint8)[1:].reshape(pixels.shape)
        odd[...] = pixels
        return odd
    if layout == "strided":
        return np.repeat(pixels, 2, axis=0)[::2]
    pixels = np.asfortranarray(pixels) if layout == "Fortran" else pixels
    pixels.flags.writeable = False
    return pixels


def signatures():
    ours = kernels.count_colors, kernels.encode_colors, kernels.merge, kernels.add_list
    return [list(kernel.nopython_signatures) for kernel in ours]


def test_parts_in_any_order_and_any_tree():
    parts = [make(n) for make in (photo, noise, flat, few_colors) for n in (999, 40_000)]
    counts = [counted_colors(part) for part in parts]
    expected = reduce(together, counts)
    check(expected, np.concatenate(parts))
    for _ in range(3):
        order = rng.permutation(len(counts))
        mixed = [counts[i] for i in order]
        assert same(reduce(together, mixed), expected)
        assert same(together(reduce(together, mixed[:3]), reduce(together, mixed[3:])), expected)
        everything = Accumulated()
        for part in mixed:
            everything.add(part)
        assert same(everything.result(), expected)


def test_they_travel():
    counts = counted_colors(photo(100_000))
    told = pickle.dumps(counts, 5)
    assert len(told) < 6 * len(counts.counts) + 20_000
    buffers = []
    told = pickle.dumps(counts, 5, buffer_callback=buffers.append)
    arrived = pickle.loads(told, buffers=[bytes(b.raw()) for b in buffers])  # read-only
    assert same(arrived, counts)
    everything, made = Accumulated(), signatures()
    everything.add(arrived)
    assert same(together(arrived, arrived), together(counts, counts))
    assert same(everything.result(), counts)
    assert signatures() == made


def times(counts, n):
    """As many pixels `n` times."""
    result, power = no_colors(), counts
    while n:
        if n & 1:
            result = together(result, power)
        n, power = n >> 1, together(power, power)
    return result


def test_more_pixels_than_32_bits_count():
    pixels = np.repeat(np.uint8([[7, 7, 7], [7, 7, 8], [255, 0, 3]]), [1, 2, 1000], axis=0)
    n = 1_000_000_007
    found = times(counted_colors(pixels), n)
    assert found.n_pixels == n * len(pixels)
    assert found.n_colors == 3
    assert found.distinct()[1].tolist() == sorted([n, 2 * n, 1000 * n])
    assert len(found.counts) == 2 + 1000 * n // (2**32 - 1) + 1


def test_a_part_may_have_more_pixels_than_32_bits_count():
    """17 million spills of one color, 255 pixels each, as if so many had been counted."""
    table, touched = np.zeros(1 << 24, np.uint8), np.zeros(1 << 12, np.bool_)
    code, n_spills = 0x123456, 2**32 // 255 + 1000
    table[[code, code + 1]], touched[code >> 12] = (9, 2), True
    found = np.empty(4097, np.uint32), np.empty(9, np.uint16), np.empty(9, np.uint32)
    spills = np.full(n_spills, code, np.uint32)
    n = kernels.list_table(table.view(np.uint64), touched, spills, *found)
    counts = ColorCounts(found[0], found[1][:n], found[2][:n])
    assert counts.counts.tolist() == [2**32 - 1, 9 + 255 * n_spills - (2**32 - 1), 2]
    assert counts.codes.tolist() == [code, code, code + 1]
    assert not table.any()
    assert not touched.any()


@pytest.mark.parametrize("n", [2**32 - 2, 2**32 - 1, 2**32, 2**33 - 2, 2**33 - 1, 2**33])
def test_counts_about_full_entries_are_the_same_in_any_order(n):
    one = counted_colors(np.uint8([[7, 7, 7], [9, 9, 9]]))
    expected = times(one, n)
    assert expected.distinct()[1].tolist() == [n, n]
    for part in (1, n // 3, n // 2, n - 2):
        some, others = times(one, part), times(one, n - part)
        assert same(together(some, others), expected)
        assert same(together(others, some), expected)
        everything = Accumulated()
        for counts in (some, no_colors(), others):
            everything.add(counts)
        assert same(everything.result(), expected)


def test_an_accumulator_begins_anew():
    everything = Accumulated()
    for pixels in (noise(5000), photo(5000)):
        everything.add(counted_colors(pixels))
        check(everything.result(), pixels)
