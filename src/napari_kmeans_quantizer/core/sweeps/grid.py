"""8-bit RGB images: counted into a grid of cells, painted by a tree of labels.

The grid has 64 x 64 x 64 cells of 4 x 4 x 4 colors. In most cells all colors have the same nearest
center: their pixels are a look-up, and their sums are known from the count. Of the other cells the
label of each of their 64 colors is worked out once. All sums are integers, hence exact.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_kmeans_quantizer.core.color_table import ColorTable, distinct_colors
from napari_kmeans_quantizer.core.threads import map_chunks, share_chunks
from napari_kmeans_quantizer.core.units import to_dtype

from .base import Canvas, Clusters

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.image import Pixels

    Floats = NDArray[np.float64]
    Words = NDArray[np.uint32]

BLOCKS_PER_PART = 4
"""The tree has 64 blocks; so many of them are one thread's task."""
FEW_COLORS = 32
"""Up to so many centers are searched on 32 x 32 x 32 cells, more on the whole grid."""


class _Tree(NamedTuple):
    """The nearest center of every color of every cell that has pixels; see `kernels.grid_tree`."""

    entries: Words
    positions: Words
    cell_labels: NDArray[Any]
    shown: Words
    palette: Words


class Grid:
    """Counts and sums of the cells; implements `Sweeper`."""

    @staticmethod
    def suits(pixels: Pixels) -> bool:
        """Tell whether an image is of this kind."""
        return pixels.n_channels == 3 and pixels.image.dtype == np.uint8

    def __init__(self, pixels: Pixels) -> None:
        from napari_kmeans_quantizer.core.kernels import grid_count as kernels

        self._pixels = pixels
        (self._packed, spills, self._sum_squares), *others = share_chunks(
            self._count, pixels.n_chunks
        )
        n_spills = len(spills)
        # Merging spills at most as often as there are full words: see kernels.SPILL.
        self._spills = np.empty((pixels.size // kernels.SPILL + 1, 2), np.uint64)
        self._spills[:n_spills] = spills
        for packed, spills, sum_squares in others:
            self._spills[n_spills : n_spills + len(spills)] = spills
            n_spills += len(spills)
            n_spills = kernels.add_packed(packed, n_spills, self._packed, self._spills)
            self._sum_squares += sum_squares
        self._spills = self._spills[:n_spills]
        self._octants = np.zeros((kernels.N_CELLS // 8, 4), np.int64)
        kernels.octant_totals(self._packed, self._spills, self._octants)

    def _count(self, indices: Iterator[int]) -> tuple[NDArray[np.uint64], NDArray[np.uint64], int]:
        """Count the chunks that one thread takes: packed cells, spills, sum of squares."""
        from napari_kmeans_quantizer.core.kernels import grid_count as kernels

        packed = np.zeros(kernels.N_CELLS, np.uint64)
        spills = np.empty((self._pixels.size // kernels.SPILL + 1, 2), np.uint64)
        n_spills = sum_squares = 0
        for index in indices:
            chunk = self._pixels.chunk(index)
            n_spills, squares = kernels.histogram(
                _as_words(chunk), len(chunk), n_spills, packed, spills
            )
            sum_squares += int(squares)
        return packed, spills[:n_spills], sum_squares

    def distinct(self, limit: int) -> ColorTable | None:
        """See `Sweeper`."""
        if np.count_nonzero(self._packed) > limit:
            return None
        return distinct_colors(self._pixels, limit)

    def table(self, n_colors: int, rng: np.random.Generator) -> ColorTable:
        """See `Sweeper`."""
        from napari_kmeans_quantizer.core.kernels import grid_count as kernels

        if n_colors <= FEW_COLORS:
            order = _morton_order(len(self._octants))
            keys = np.flatnonzero(self._octants[order, 0])
            totals = self._octants[order[keys]]
        else:
            order = _morton_order(kernels.N_CELLS)
            keys = np.flatnonzero(self._packed[order])
            totals = np.zeros((len(keys), 4), np.int64)
            kernels.cell_totals(self._packed, self._spills, order[keys], totals)
        counts = np.ascontiguousarray(totals[:, 0])
        return ColorTable(totals[:, 1:] / totals[:, :1], counts, keys)

    def sweep(self, centers: Floats, canvas: Canvas) -> Generator[None, None, Clusters]:
        """See `Sweeper`."""
        tree, ties = self._tree(centers)
        totals = self._whole_cells(tree)

        def one(index: int) -> NDArray[np.int64]:
            return self._paint(index, tree, canvas)

        for some in map_chunks(one, self._pixels.n_chunks):
            totals += some
            yield
        return _clusters(totals, centers, self._sum_squares, ties)

    def _tree(self, centers: Floats) -> tuple[_Tree, bool]:
        """Return the tree, and whether some color may have two centers equally near."""
        from napari_kmeans_quantizer.core.kernels import grid_tree as kernels

        index = np.arange(len(centers), dtype=np.uint32)
        palette = to_dtype(centers, np.dtype(np.uint8)).astype(np.uint32)
        words = palette @ np.array([1, 1 << 8, 1 << 16], np.uint32)
        wide = len(centers) > 256
        shown = index << np.uint32(8) if wide else index << np.uint32(24) | words
        # Of equal centers the first gets all pixels; the kernel wants no two alike.
        first = np.sort(np.unique(centers, axis=0, return_index=True)[1])
        rows = np.column_stack([centers[first], first.astype(np.float64)])
        tree = self._blank_tree(shown, words)
        starts = self._first_labels()

        def grow(part: int) -> bool:
            blocks = part * BLOCKS_PER_PART, (part + 1) * BLOCKS_PER_PART
            return bool(
                kernels.label_tree(self._packed, rows, shown, *blocks, starts[part], *tree[:3])
            )

        ties = any(list(map_chunks(grow, len(starts))))
        return tree, ties or len(first) < len(centers)

    def _blank_tree(self, shown: Words, palette: Words) -> _Tree:
        from napari_kmeans_quantizer.core.kernels import grid_count as kernels

        entries, positions = np.empty((2, kernels.N_CELLS), np.uint32)
        # Room for all cells: what is never written takes no memory.
        dtype = np.uint8 if len(shown) <= 256 else np.uint16
        cell_labels = np.empty(64 * np.count_nonzero(self._packed), dtype)
        return _Tree(entries, positions, cell_labels, shown, palette)

    def _first_labels(self) -> list[int]:
        """Return where in `cell_labels` the labels of each part of the tree begin."""
        occupied = np.count_nonzero(self._packed.reshape(64 // BLOCKS_PER_PART, -1), axis=1)
        return [0, *(64 * np.cumsum(occupied[:-1])).tolist()]

    def _whole_cells(self, tree: _Tree) -> NDArray[np.int64]:
        """Return counts and sums (K, 4) over the cells whose colors have one label."""
        from napari_kmeans_quantizer.core.kernels import grid_map as kernels

        totals = np.zeros((len(tree.shown), 4), np.int64)
        shift = np.uint32(8 if len(tree.shown) > 256 else 24)
        kernels.add_whole_cells(
            self._packed, self._spills, self._octants, tree.entries, tree.shown, shift, totals
        )
        return totals

    def _paint(self, index: int, tree: _Tree, canvas: Canvas) -> NDArray[np.int64]:
        """Paint a chunk; return counts and sums (K, 4) of its pixels in the other cells."""
        from napari_kmeans_quantizer.core.kernels import grid_map as kernels

        pixels = self._pixels
        chunk = pixels.chunk(index)
        words = _as_words(chunk)
        totals = np.zeros((len(tree.shown), 4), np.int64)
        place = pixels.span(index)
        flat = canvas.image.reshape(-1)
        direct = pixels.mask is None and pixels.image.shape[-1:] == (3,) and len(chunk) % 4 == 0
        direct = direct and pixels.channel_axis == pixels.image.ndim - 1
        if direct:
            painted = flat[3 * place.start : 3 * place.stop].view(np.uint32)
            labels = canvas.labels[place]
        else:
            painted = np.empty(len(words), np.uint32)
            labels = np.empty(len(chunk), canvas.labels.dtype)
        kernels.map_pixels(words, len(chunk), *tree, labels, painted, totals)
        if not direct:
            colors = painted.view(np.uint8)[: 3 * len(chunk)].reshape(-1, 3)
            pixels.write(canvas.image, index, colors)
            pixels.write_labels(canvas.labels, index, labels)
        return totals


def _as_words(chunk: NDArray[np.uint8]) -> Words:
    """Return pixels (n, 3) as 32-bit words, groups of four pixels, zeros behind the last.

    Whatever is not writeable and aligned is copied: numba would compile again for it.
    """
    flat = chunk.reshape(-1)
    if len(chunk) % 4 == 0 and flat.flags.carray and flat.ctypes.data % 4 == 0:
        return flat.view(np.uint32)
    padded = np.zeros(-(-len(chunk) // 4) * 12, np.uint8)
    padded[: flat.size] = flat
    return padded.view(np.uint32)


def _morton_order(n_cells: int) -> NDArray[np.intp]:
    """Return the cells, or octants, in the order of their interleaved bits.

    The kernels interleave pairs of bits, b b r r g g; single bits make every prefix of a cell's
    place a box, of which no side is longer than twice another.
    """
    place = np.arange(64)
    digits = [(place >> bit & 1) << to for bit, to in enumerate((0, 3, 1, 4, 2, 5))]
    pairs = np.argsort(np.sum(digits, axis=0))
    lowest = pairs if n_cells == 1 << 18 else np.arange(8)
    order = (pairs[:, np.newaxis] << 6 | pairs).reshape(-1, 1)
    order = order * len(lowest) + lowest
    return order.reshape(-1)


def _clusters(totals: NDArray[np.int64], centers: Floats, sum_squares: int, ties: bool) -> Clusters:
    counts, sums = totals[:, :1], totals[:, 1:]
    means = np.where(counts > 0, sums / np.maximum(counts, 1), centers)
    # The squares of all pixels less what the centers explain; `fsum` because that is most of it.
    explained = (2 * sums - counts * centers) * centers
    inertia = math.fsum([sum_squares, *(-explained).reshape(-1)])
    values = to_dtype(centers, np.dtype(np.uint8)).astype(np.int64)
    error = sum_squares - int(((2 * sums - counts * values) * values).sum())
    return Clusters(totals[:, 0], means, max(0.0, inertia), float(error), ties)
