"""Counts of 8-bit RGB colors, of images whose pixels are not at hand: figures as of `grid`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from napari_kmeans_quantizer.core.color_codes import colors_of, places_of
from napari_kmeans_quantizer.core.color_table import ColorTable
from napari_kmeans_quantizer.core.threads import map_chunks

from .grid import N_PARTS, choose_cells, exact_clusters, label_cells

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.color_counts import ColorCounts

    from .base import Canvas, Clusters
    from .rgb_pixels import Tree

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

N_CELLS, N_BOXES = 1 << 18, 1 << 12


class CountedCells:
    """What the colors of each cell sum to."""

    def __init__(self, counts: ColorCounts) -> None:
        from napari_kmeans_quantizer.core.kernels.color_counts import sum_cells

        self.counts = counts = counts.ready()
        self.totals = np.zeros((N_CELLS, 4), np.int64)
        """Counts and sums of r, g, b."""
        self.firsts = np.full(N_CELLS + 1, len(counts.counts), np.uint32)
        """Where the colors of each cell begin."""

        def some(part: int) -> int:
            boxes = part * N_BOXES // N_PARTS, (part + 1) * N_BOXES // N_PARTS
            return int(sum_cells(*boxes, *counts, self.firsts, self.totals))

        self.sum_squares = sum(map_chunks(some, N_PARTS))

    @property
    def occupied(self) -> NDArray[np.uint64]:
        """A word for each cell, 0 where it has no pixels; see `kernels.grid_count`."""
        return (self.totals[:, 0] > 0).astype(np.uint64)

    def of_labels(self, tree: Tree, n_labels: int) -> Iterator[Ints]:
        """Yield counts and sums (K, 4) of the pixels of labels, for one part after the other."""
        from napari_kmeans_quantizer.core.kernels.color_counts import add_cells

        _, places, counts = self.counts

        def some(part: int) -> Ints:
            totals = np.zeros((n_labels, 4), np.int64)
            cells = part * N_CELLS // N_PARTS, (part + 1) * N_CELLS // N_PARTS
            add_cells(*cells, self.firsts, places, counts, self.totals, *tree[:2], totals)
            return totals

        return map_chunks(some, N_PARTS)

    def table(self, bits: int) -> ColorTable:
        """Return the mean colors of cells, or of octants for 3 bits, as `Grid` does."""
        from napari_kmeans_quantizer.core.kernels.color_counts import list_cells

        n = min(int(np.count_nonzero(self.totals[:, 0])), N_CELLS >> bits)
        room = np.empty((5, n))  # in one piece: that is faster than many small ones
        colors, counts, keys = room[:3].reshape(n, 3), *room[3:].view(np.int64)
        n = list_cells(self.totals, bits, colors, counts, keys)
        return ColorTable(colors[:n], counts[:n], keys[:n])

    def colors(self, cells: ColorTable) -> ColorTable:
        """Return the distinct colors, as `Grid` does."""
        codes, counts = self.counts.distinct()
        places = places_of(codes)
        order = np.argsort(places)
        colors = colors_of(codes[order]).astype(np.float64)
        return ColorTable(colors, counts[order], places[order])

    def distinct(self, limit: int) -> ColorTable | None:
        """Return the distinct colors in lexicographic order, None if more than `limit`."""
        if self.counts.n_colors > limit:
            return None
        codes, counts = self.counts.distinct()
        colors = colors_of(codes).astype(np.float64)
        order = np.lexsort(colors.T[::-1])
        return ColorTable(colors[order], counts[order])


class CountedGrid:
    """Counts and sums of the cells; implements `Sweeper`, never paints.

    Its figures are those of `Grid` of an image of such pixels, bit for bit.
    """

    def __init__(self, counts: ColorCounts) -> None:
        self._cells = CountedCells(counts)
        self._occupied, self._entries = self._cells.occupied, np.empty(N_CELLS, np.uint32)

    def distinct(self, limit: int) -> ColorTable | None:
        """See `Sweeper`."""
        return self._cells.distinct(limit)

    def table(self, n_colors: int, rng: np.random.Generator) -> ColorTable:
        """See `Sweeper`."""
        return choose_cells(n_colors, self._cells.table, self._cells.colors)

    def sweep(self, centers: Floats, canvas: Canvas) -> Generator[None, None, Clusters]:
        """See `Sweeper`."""
        tree, _, ties = label_cells(self._occupied, self._entries, centers)
        totals = np.zeros((len(centers), 4), np.int64)
        for some in self._cells.of_labels(tree, len(centers)):
            totals += some
            yield
        return exact_clusters(totals, centers, self._cells.sum_squares, ties)
