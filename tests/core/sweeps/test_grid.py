"""The grid of 8-bit RGB images: counts, sums, labels and pictures as naive NumPy has them."""

from __future__ import annotations

import numpy as np
import pytest

import reference
from napari_kmeans_quantizer import completed
from napari_kmeans_quantizer.core import threads
from napari_kmeans_quantizer.core.image import CHUNK_PIXELS, as_pixels
from napari_kmeans_quantizer.core.kernels import grid_count as kernels
from napari_kmeans_quantizer.core.kernels.grid_map import add_spills
from napari_kmeans_quantizer.core.kernels.grid_tree import label_tree
from napari_kmeans_quantizer.core.sweeps.base import Canvas
from napari_kmeans_quantizer.core.sweeps.grid import Grid


def sweep(image, centers, mask=None):
    """Count and paint an image."""
    pixels = as_pixels(image, -1 if image.shape[-1] == 3 else "auto", mask)
    grid = Grid(pixels)
    canvas = Canvas.blank(pixels, len(centers))
    return grid, canvas, completed(grid.sweep(centers, canvas))


def totals_of(pixels, labels, n):
    out = np.zeros((n, 4), np.int64)
    np.add.at(out[:, 0], labels, 1)
    for c in range(3):
        np.add.at(out[:, 1 + c], labels, pixels[:, c].astype(np.int64))
    return out


def codes_of(colors):
    return colors.astype(np.int64) @ [1 << 16, 1 << 8, 1]


def check_table(table, used, n_colors):
    """Octants for few colors, cells for many, and the colors themselves where these are too few."""
    sizes = [len(np.unique(codes_of(used >> bits))) for bits in (3, 2)]
    wanted = 960 * n_colors**0.5
    bits = 3 if sizes[0] >= wanted and n_colors <= 32 else 2 if sizes[1] >= wanted else 0
    cells, which = np.unique(codes_of(used >> bits), return_inverse=True)
    want = totals_of(used, which, len(cells))
    order = np.lexsort((np.floor(table.colors).astype(int) >> bits).T[::-1])
    assert np.array_equal(table.counts[order], want[:, 0])
    assert np.array_equal(table.colors[order], want[:, 1:] / want[:, :1])
    assert (np.diff(table.keys) > 0).all()


def check(image, centers, mask=None):
    centers = np.asarray(centers, np.float64)
    values = np.rint(centers.clip(0, 255)).astype(np.uint8)
    before = image.copy()
    grid, canvas, clusters = sweep(image, centers, mask)
    part = slice(None) if mask is None else mask
    used = image[part][:, :3]
    for n_colors in (2, 99):
        check_table(grid.table(n_colors, rng), used, n_colors)
    want = np.concatenate(
        [reference.nearest(used[i : i + 4096], centers) for i in range(0, len(used), 4096)]
    )
    assert np.array_equal(canvas.labels[part], want)
    expected = image.copy()
    expected[part, :3] = values[want]
    assert np.array_equal(canvas.image, expected)
    counts, sums = np.hsplit(totals_of(used, want, len(centers)), [1])
    assert np.array_equal(clusters.counts, counts[:, 0])
    assert np.array_equal(clusters.means, np.where(counts, sums / np.maximum(counts, 1), centers))
    off = used.astype(np.int64) - values[want]
    assert clusters.squared_error == (off**2).sum()
    assert np.array_equal(image, before)
    return canvas, clusters


rng = np.random.default_rng(0)


def photo(n, seed=0):
    r = np.random.default_rng(seed)
    walk = np.cumsum(r.normal(0, 3, (n, 3)), 0) + r.normal(0, 6, (n, 1))
    return (127 + 120 * np.sin(walk / 60)).astype(np.uint8)


@pytest.mark.parametrize("k", [1, 2, 3, 8, 16, 64, 255, 256, 257, 600])
@pytest.mark.parametrize("make", ["photo", "noise"])
def test_random(k, make):
    r = np.random.default_rng(k)
    pixels = photo(20011, k) if make == "photo" else r.integers(0, 256, (20011, 3), dtype=np.uint8)
    check(pixels, r.uniform(0, 255, (k, 3)))


@pytest.mark.parametrize("n", range(1, 14))
def test_tiny(n):
    check(rng.integers(0, 256, (n, 3), dtype=np.uint8), rng.uniform(0, 255, (5, 3)))


@pytest.mark.parametrize(
    "n", [511, 512, 513, 4095, 4097, CHUNK_PIXELS - 1, CHUNK_PIXELS + 1, 2 * CHUNK_PIXELS + 6]
)
def test_sizes(n):
    check(photo(n), rng.uniform(0, 255, (7, 3)))


@pytest.mark.parametrize("color", [(0, 0, 0), (255, 255, 255), (3, 252, 128), (1, 2, 3)])
@pytest.mark.parametrize("k", [1, 2, 300])
def test_one_color(color, k):
    check(np.full((70001, 3), color, np.uint8), rng.uniform(0, 255, (k, 3)))


def test_spills_of_one_color_have_room():
    """All but one pixel of a full word is moved: there are more spills than n / SPILL."""
    n = kernels.SPILL**2 * 3
    table = Grid(as_pixels(np.full((3, n // 3, 3), 77, np.uint8))).table(99, rng)
    assert table.counts.tolist() == [n]
    assert table.colors.tolist() == [[77, 77, 77]]


def test_two_colors():
    pixels = np.where(rng.random((50000, 1)) < 0.3, [[10, 20, 30]], [[11, 20, 30]]).astype(np.uint8)
    check(pixels, [[10, 20, 30], [11, 20, 30]])
    check(pixels, [[10.5, 20, 30], [10.5, 20, 30]])


@pytest.mark.parametrize("k", [2, 16, 256, 700])
def test_integer_centers_tie(k):
    """Centers on a lattice: a large share of all colors lies exactly between several."""
    centers = rng.integers(0, 32, (k, 3)) * 8.0
    pixels = (rng.integers(0, 64, (30000, 3)) * 4).astype(np.uint8)
    check(pixels, centers)
    lattice = np.stack(np.meshgrid(*[[64.0, 128, 192]] * 3), -1).reshape(-1, 3)
    check(pixels, rng.permutation(lattice))


def test_duplicates_go_to_the_lower_index():
    centers = rng.uniform(0, 255, (40, 3))
    canvas, clusters = check(photo(30000), np.concatenate([centers, centers[::-1]]))
    assert canvas.labels.max() < 40
    assert not clusters.counts[40:].any()
    check(photo(5000), np.concatenate([centers, centers + 1e-13, centers - 1e-13]))


@pytest.mark.parametrize("scale", [1e3, 1e6, 1e9, 1e15])
def test_centers_outside_the_gamut(scale):
    centers = rng.normal(0, 1, (20, 3)) * scale
    check(photo(5000), centers)
    centers[3] = 100, 100, 100
    check(photo(5000), centers)


def test_close_centers():
    base = np.array([[100.0, 120.0, 90.0]])
    for eps in (1e-3, 1e-6, 1e-9, 1e-12, 1e-14):
        check((photo(20000) // 8 + 100).astype(np.uint8), base + rng.normal(0, eps, (12, 3)))


def test_every_color():
    """All 2^24 colors once, in a scrambled order."""
    codes = np.arange(1 << 24, dtype=np.uint32) * np.uint32(0x9E3779B1) & np.uint32(0xFFFFFF)
    image = codes.view(np.uint8).reshape(-1, 4)[:, :3].copy()
    centers = rng.uniform(0, 255, (256, 3))
    grid, canvas, clusters = sweep(image, centers)
    table = grid.table(256, rng)
    assert len(table.counts) == 1 << 18
    assert (table.counts == 64).all()
    assert np.array_equal(clusters.counts, np.bincount(canvas.labels, minlength=256))
    some = rng.integers(0, len(image), 50_000)
    assert np.array_equal(canvas.labels[some], reference.nearest(image[some], centers))


def test_masks_and_alpha():
    n = 300_001
    rgb, centers = photo(n), rng.uniform(0, 255, (9, 3))
    check(rgb, centers, rng.random(n) < 0.4)
    check(rgb, rng.uniform(0, 255, (300, 3)), np.arange(n) == 77)
    alpha = rng.integers(0, 3, (n, 1), dtype=np.uint8)
    image = np.concatenate([rgb, alpha], axis=1)[np.newaxis]
    _, canvas, clusters = sweep(image, centers)
    seen = alpha[:, 0] > 0
    assert np.array_equal(canvas.labels[seen], reference.nearest(rgb[seen], centers))
    assert np.array_equal(canvas.image[..., 3], image[..., 3])
    assert np.array_equal(canvas.image[0, ~seen], image[0, ~seen])
    assert clusters.counts.sum() == seen.sum()


def test_channels_first():
    image = np.moveaxis(photo(30_000).reshape(100, 300, 3), -1, 0).copy()
    pixels = as_pixels(image, 0)
    canvas = Canvas.blank(pixels, 5)
    centers = rng.uniform(0, 255, (5, 3))
    completed(Grid(pixels).sweep(centers, canvas))
    want = reference.nearest(image.reshape(3, -1).T, centers)
    assert np.array_equal(canvas.labels, want)
    values = np.rint(centers).astype(np.uint8)
    assert np.array_equal(canvas.image, np.moveaxis(values[want.reshape(100, 300)], -1, 0))


def test_any_array_and_no_second_compilation():
    plain = photo(40_001)
    centers = rng.uniform(0, 255, (9, 3))
    canvas, _ = check(plain, centers)
    odd = np.empty(plain.size + 1, np.uint8)[1:].reshape(plain.shape)
    odd[...] = plain
    frozen = plain.copy()
    frozen.flags.writeable = False
    before = list(kernels.histogram.nopython_signatures)
    for image in (odd, frozen, np.asfortranarray(plain), plain[::-1].copy()[::-1]):
        assert np.array_equal(check(image, centers)[0].labels, canvas.labels)
    assert kernels.histogram.nopython_signatures == before


@pytest.mark.parametrize("n_threads", [2, 3, 16])
def test_threads(n_threads, monkeypatch):
    image = photo(5 * CHUNK_PIXELS + 11)
    image[: 3 * CHUNK_PIXELS : 2] = 77  # many spills, in every thread
    centers = rng.uniform(0, 255, (30, 3))
    one, first = check(image, centers)
    monkeypatch.setattr(threads, "n_threads", lambda: n_threads)
    many, second = check(image, centers)
    assert np.array_equal(one.labels, many.labels)
    assert np.array_equal(first.means, second.means)
    assert first.inertia == second.inertia


def test_adding_up_overflows_nothing():
    """Sixteen words just below SPILL, of the color with the highest low bits."""
    n = kernels.SPILL - 1
    word = np.uint64(n << 48 | 3 * n << 32 | 3 * n << 16 | 3 * n)
    packed, state = np.full(kernels.N_CELLS, word), np.zeros(2, np.int64)
    spills = np.empty((kernels.N_CELLS * 16, 2), np.uint64)
    other = packed.copy()
    for _ in range(15):
        kernels.add_packed(other, 0, kernels.N_CELLS, state, packed, spills)
    spills = spills[: state[0]]
    cells, octants = listed(packed, spills, 0), listed(packed, spills, 3)
    assert (cells[:, 0] == 16 * n).all()
    assert (octants[:, 0] == 128 * n).all()
    assert np.array_equal(cells.sum(0), octants.sum(0))
    assert cells[-1].tolist() == [16 * n] + [16 * n * 255] * 3
    used = np.empty((6, 64), np.int64)
    used[0, 0] = 0
    total, entries = np.zeros((1, 4), np.int64), np.empty(kernels.N_CELLS, np.uint32)
    centers, room = np.zeros((1, 3)), np.empty((2, 64))
    first = np.zeros(1, np.int64), 0, 64, 0, used, room, entries, np.empty(0, np.uint8), total
    label_tree(packed, centers, *first)
    add_spills(spills, entries, total)
    assert np.array_equal(total, cells.sum(0, keepdims=True))


def listed(packed, spills, bits):
    """Counts and sums of all cells or octants."""
    n = kernels.N_CELLS >> bits
    rows, totals = np.empty(kernels.N_CELLS, np.uint32), np.empty((n, 4), np.int64)
    table = np.empty((n, 3)), np.empty(n, np.int64), np.empty(n, np.int64)
    assert kernels.list_cells(packed, spills, bits, rows, totals, *table) == n
    return totals


@pytest.mark.parametrize("k", [5, 300])
@pytest.mark.parametrize("layout", ["plain", "frozen", "Fortran", "flipped", "unaligned"])
@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("shape", [(7, 11), (300, 500)])
def test_masks_of_any_layout(shape, channels, layout, k):
    """What does not take part stays as it was, and has label 0; alpha stays everywhere."""
    n = shape[0] * shape[1]
    image = photo(n * channels // 3 + 1).reshape(-1)[: n * channels].reshape(*shape, channels)
    if channels == 4:
        image[..., 3] = rng.integers(0, 3, shape)
    image = laid_out(image, layout)
    mask = rng.random(shape) < 0.6
    before = image.copy()
    pixels = as_pixels(image, mask=mask)
    centers = rng.uniform(0, 255, (k, 3))
    canvas = Canvas.blank(pixels, k)
    clusters = completed(Grid(pixels).sweep(centers, canvas))
    seen = mask & (image[..., 3] > 0) if channels == 4 else mask
    assert np.array_equal(pixels.mask, seen)
    want = reference.nearest(image[seen][:, :3], centers)
    labels = canvas.labels.reshape(shape)
    assert np.array_equal(labels[seen], want)
    assert not labels[~seen].any()
    painted = before.copy()
    painted[seen, :3] = np.rint(centers).astype(np.uint8)[want]
    assert np.array_equal(canvas.image, painted)
    assert np.array_equal(clusters.counts, np.bincount(want, minlength=k))
    assert np.array_equal(image, before)


def laid_out(image, layout):
    if layout == "Fortran":
        return np.asfortranarray(image)
    if layout == "flipped":
        return image[::-1, ::-1]
    if layout == "unaligned":
        odd = np.empty(image.size + 1, np.uint8)[1:].reshape(image.shape)
        odd[...] = image
        return odd
    image.flags.writeable = layout != "frozen"
    return image


def test_what_is_counted_of_masks():
    """A mask counts as if the image had only its pixels, whatever the layout."""
    image, mask = photo(200_000).reshape(400, 500, 3), rng.random((400, 500)) < 0.3
    rgba = np.dstack([image, np.uint8(255) * mask])
    few = Grid(as_pixels(image[mask].reshape(1, -1, 3)))
    for pixels in (as_pixels(image, mask=mask), as_pixels(rgba), as_pixels(rgba[::-1])):
        for n_colors in (2, 99):
            ours, want = Grid(pixels).table(n_colors, rng), few.table(n_colors, rng)
            assert all(np.array_equal(a, b) for a, b in zip(ours, want, strict=True))


@pytest.mark.parametrize("n_threads", [1, 3])
def test_large_images_of_one_color_have_room(n_threads, monkeypatch):
    monkeypatch.setattr(threads, "n_threads", lambda: n_threads)
    flat = np.broadcast_to(np.uint8([7, 7, 7]), (3000, 1500, 3))  # 4399 full words of 1023 pixels
    table = Grid(as_pixels(flat)).table(2, np.random.default_rng(0))
    assert table.counts.tolist() == [flat.size // 3]
    assert table.colors.tolist() == [[7, 7, 7]]
