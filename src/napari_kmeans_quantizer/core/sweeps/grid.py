"""8-bit RGB images: counted into a grid of cells, painted by a tree of labels.

The grid has 64 x 64 x 64 cells of 4 x 4 x 4 colors. In most cells all colors have the same nearest
center: their pixels are a look-up, and their sums are known from the count. Of the other cells the
label of each of their 64 colors is worked out once. All sums are integers, hence exact.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from napari_kmeans_quantizer.core.color_codes import codes_at, colors_of
from napari_kmeans_quantizer.core.color_table import ColorTable, distinct_colors
from napari_kmeans_quantizer.core.threads import map_chunks, share_chunks
from napari_kmeans_quantizer.core.units import to_dtype

from .base import Canvas, Clusters
from .rgb_pixels import RgbPixels, Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.image import Pixels

    Floats = NDArray[np.float64]
    Words = NDArray[np.uint32]

N_PARTS = 16
"""Cells are cut into so many parts, threads' tasks: boxes of 64 x 64 x 256 colors."""
FEW_COLORS = 32
ENTRIES = 960
"""So many weighted colors, times the square root of the number of centers, are enough: octants for
up to `FEW_COLORS` centers, else cells, else the colors themselves."""
MAX_CELLS = 1 << 15
"""The colors of more cells are not counted one by one: that takes 512 bytes a cell."""


def enough_entries(n_colors: int) -> float:
    """Return how many weighted colors are enough for a search."""
    return ENTRIES * math.sqrt(n_colors)


class _Counted(NamedTuple):
    """What a thread has counted."""

    packed: NDArray[np.uint64]
    spare: Words
    spills: NDArray[np.uint64]
    sum_squares: int


class Grid:
    """Counts and sums of the cells; implements `Sweeper`. Of its sweeps one is done at a time."""

    @staticmethod
    def suits(pixels: Pixels) -> bool:
        """Tell whether an image is of this kind."""
        return RgbPixels.suits(pixels)

    def __init__(self, pixels: Pixels) -> None:
        self._pixels, self._rgb = pixels, RgbPixels(pixels)
        first, *others = share_chunks(self._count, pixels.n_chunks)
        self._packed, self._entries = first.packed, first.spare
        merged = map_chunks(lambda part: self._merge(part, others), N_PARTS) if others else ()
        self._spills = np.concatenate([c.spills for c in (first, *others)] + [*merged])
        self._sum_squares = sum(counted.sum_squares for counted in (first, *others))

    def _count(self, indices: Iterator[int]) -> _Counted:
        """Count the chunks that one thread takes."""
        from napari_kmeans_quantizer.core.kernels import grid_count as kernels

        # NumPy asks for huge pages from 4 MB on: that is faster than many small ones.
        room = np.zeros((2, kernels.N_CELLS), np.uint64)
        packed, spare = room[0], room[1].view(np.uint32)[: kernels.N_CELLS]
        spills = self._room_for_spills()
        state = np.zeros(2, np.int64)
        scratch = np.empty((2, kernels.BLOCK), np.uint32)
        for index in indices:
            words, n, mask = self._rgb.words(index)
            kernels.histogram(words, self._rgb.step, n, mask, state, packed, spills, *scratch)
        return _Counted(packed, spare, spills[: state[0]], int(state[1]))

    def _room_for_spills(self) -> NDArray[np.uint64]:
        """Return room for a spill per full word; what is not used costs nothing.

        A pixel of each stays in its cell.
        """
        from napari_kmeans_quantizer.core.kernels import grid_count as kernels

        return np.empty((self._pixels.size // (kernels.SPILL - 1) + 1, 2), np.uint64)

    def _merge(self, part: int, others: list[_Counted]) -> NDArray[np.uint64]:
        """Add up what the threads have counted in one part of the cells; return the spills."""
        from napari_kmeans_quantizer.core.kernels import grid_count as kernels

        size = kernels.N_CELLS // N_PARTS
        spills, state = self._room_for_spills(), np.zeros(2, np.int64)
        for other in others:
            kernels.add_packed(
                other.packed, part * size, (part + 1) * size, state, self._packed, spills
            )
        return spills[: state[0]]

    def distinct(self, limit: int) -> ColorTable | None:
        """See `Sweeper`."""
        if np.count_nonzero(self._packed) > limit:
            return None
        return distinct_colors(self._pixels, limit)

    def table(self, n_colors: int, rng: np.random.Generator) -> ColorTable:
        """See `Sweeper`."""
        return choose_cells(n_colors, self._cells, self._colors_of)

    def _cells(self, bits: int) -> ColorTable:
        """Return the mean colors of cells, or of octants for 3 bits; a cell's entry is its row."""
        from napari_kmeans_quantizer.core.kernels import grid_count as kernels

        n = min(int(np.count_nonzero(self._packed)), kernels.N_CELLS >> bits)
        room = np.empty((9, n))  # in one piece: see `_count`
        totals = room[5:].view(np.int64).reshape(n, 4)
        colors, counts, keys = room[:3].reshape(n, 3), *room[3:5].view(np.int64)
        n = kernels.list_cells(
            self._packed, self._spills, bits, self._entries, totals, colors, counts, keys
        )
        return ColorTable(colors[:n], counts[:n], keys[:n])

    def _colors_of(self, cells: ColorTable) -> ColorTable:
        """Return the distinct colors of cells; the cells' entries are their rows."""
        from napari_kmeans_quantizer.core.kernels import grid_count
        from napari_kmeans_quantizer.core.kernels.cell_colors import count_colors

        assert cells.keys is not None

        def count(indices: Iterator[int]) -> Words:
            counts = np.zeros(64 * len(cells.colors), np.uint32)
            room = np.empty((2, grid_count.BLOCK), np.uint32)
            for index in indices:
                words, n, mask = self._rgb.words(index)
                count_colors(words, self._rgb.step, n, mask, self._entries, counts, *room)
            return counts

        counts, *others = share_chunks(count, self._pixels.n_chunks)
        for more in others:
            counts += more
        counts = counts.reshape(-1, 64)[:, grid_count.IN_ORDER].reshape(-1)
        found = np.flatnonzero(counts)
        places = cells.keys[found >> 6] << 6 | found & 63
        colors = colors_of(codes_at(places, 24)).astype(np.float64)
        return ColorTable(colors, counts[found].astype(np.int64), places)

    def sweep(self, centers: Floats, canvas: Canvas) -> Generator[None, None, Clusters]:
        """See `Sweeper`."""
        from napari_kmeans_quantizer.core.kernels.grid_map import add_spills

        tree, totals, ties = label_cells(self._packed, self._entries, centers)
        add_spills(self._spills, tree.entries, totals)

        def one(index: int) -> NDArray[np.int64]:
            return self._rgb.paint(index, tree, canvas)

        for some in map_chunks(one, self._pixels.n_chunks):
            totals += some
            yield
        return exact_clusters(totals, centers, self._sum_squares, ties)


def choose_cells(
    n_colors: int,
    cells_of: Callable[[int], ColorTable],
    colors_of: Callable[[ColorTable], ColorTable],
) -> ColorTable:
    """Return octants, `cells_of(3)`, cells, `cells_of(0)`, or their colors: see `ENTRIES`."""
    wanted = enough_entries(n_colors)
    if n_colors <= FEW_COLORS:
        octants = cells_of(3)
        if len(octants.colors) >= wanted:
            return octants
    cells = cells_of(0)
    enough = len(cells.colors) >= wanted or len(cells.colors) > MAX_CELLS
    return cells if enough else colors_of(cells)


def label_cells(
    packed: NDArray[np.uint64], entries: Words, centers: Floats
) -> tuple[Tree, NDArray[np.int64], bool]:
    """Return the tree of labels, made of the room for entries, and what is known with it.

    That is counts and sums (K, 4) over the words of cells of one label, and whether some color may
    have two centers equally near.
    """
    from napari_kmeans_quantizer.core.kernels.grid_tree import label_tree

    palette = to_dtype(centers, np.dtype(np.uint8)).astype(np.uint32)
    words = palette @ np.array([1, 1 << 8, 1 << 16], np.uint32)
    # Of equal centers the first gets all pixels; the kernel wants no two alike.
    index = np.sort(np.unique(centers, axis=0, return_index=True)[1])
    rows = np.ascontiguousarray(centers[index])
    per_cell = 64 if len(centers) <= 256 else 128
    occupied = np.count_nonzero(packed.reshape(N_PARTS, -1), axis=1)
    ends = per_cell * np.cumsum(occupied)
    # Room for all cells: what is never written takes no memory.
    tree = Tree(entries, np.empty(ends[-1], np.uint8), words)

    def grow(part: int) -> tuple[bool, NDArray[np.int64]]:
        near = np.empty((6, max(len(rows) + 1, 64)), np.int64)
        near[0, : len(rows)] = np.arange(len(rows))
        room = np.empty((2, max(len(rows), 64)))
        totals = np.zeros((len(centers), 4), np.int64)
        blocks = part * 64 // N_PARTS, (part + 1) * 64 // N_PARTS
        start = int(ends[part] - per_cell * occupied[part])
        ties = label_tree(packed, rows, index, *blocks, start, near, room, *tree[:2], totals)
        return bool(ties), totals

    totals, ties = np.zeros((len(centers), 4), np.int64), len(index) < len(centers)
    for some_ties, some in map_chunks(grow, N_PARTS):
        totals += some
        ties |= some_ties
    return tree, totals, ties


def exact_clusters(
    totals: NDArray[np.int64], centers: Floats, sum_squares: int, ties: bool
) -> Clusters:
    """Return the figures of clusters from counts and sums (K, 4), and the sum of all squares."""
    counts, sums = totals[:, :1], totals[:, 1:]
    means = np.where(counts > 0, sums / np.maximum(counts, 1), centers)
    # The squares of all pixels less what the centers explain; `fsum` because that is most of it.
    explained = (2 * sums - counts * centers) * centers
    inertia = math.fsum([sum_squares, *(-explained).reshape(-1)])
    values = to_dtype(centers, np.dtype(np.uint8)).astype(np.int64)
    error = sum_squares - int(((2 * sums - counts * values) * values).sum())
    return Clusters(totals[:, 0], means, max(0.0, inertia), float(error), ties)
