"""Counts of 8-bit RGB colors, measured in another color space.

They are converted whenever they are needed, which takes less time than to fetch what was kept. What
the colors of an octant sum to is kept: most octants lie wholly in one cluster.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_kmeans_quantizer.core.color_codes import codes_at
from napari_kmeans_quantizer.core.color_space import linear_bytes
from napari_kmeans_quantizer.core.settling import Tally
from napari_kmeans_quantizer.core.threads import map_chunks
from napari_kmeans_quantizer.core.units import to_dtype

from .counted_grid import N_BOXES, N_CELLS, CountedCells
from .grid import N_PARTS, choose_cells, exact_clusters
from .rgb_pixels import Tree

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.color_counts import ColorCounts
    from napari_kmeans_quantizer.core.color_space import ColorSpace
    from napari_kmeans_quantizer.core.color_table import ColorTable

    from .base import Canvas, Clusters

    Floats = NDArray[np.float64]

N_OCTANTS, N_BLOCKS = 1 << 15, 1 << 6


class _Counted(NamedTuple):
    """The colors' counts, and how to convert them; see `kernels.colors`."""

    firsts: NDArray[np.uint32]
    places: NDArray[np.uint16]
    counts: NDArray[np.uint32]
    curve: Floats
    space: Floats


class _Measured(NamedTuple):
    """Bounds of octants, boxes and blocks, and sums of the octants; see `kernels.colors`."""

    octants: Floats
    boxes: Floats
    blocks: Floats
    sums: Floats


class _Seen(NamedTuple):
    """The last centers, and what a look at them has found."""

    centers: Floats
    tree: Tree
    clusters: Clusters


class CountedColors:
    """The distinct colors of pixels in a color space; implements `Follower`, never paints."""

    def __init__(self, counts: ColorCounts, space: ColorSpace) -> None:
        from napari_kmeans_quantizer.core.kernels.colors import measure_octants

        self._cells, self._space = CountedCells(counts), space
        self._seen: _Seen | None = None
        self._entries = np.empty(N_CELLS, np.uint32)
        self._room_for_labels = np.empty(0, np.uint8)
        _, places, counted = self._cells.counts
        curve = linear_bytes()
        self._counted = _Counted(self._cells.firsts, places, counted, curve, space.numbers)
        octants, boxes, blocks = (np.zeros((n, 7)) for n in (N_OCTANTS, N_BOXES, N_BLOCKS))
        self._measured = _Measured(octants, boxes, blocks, np.zeros((N_OCTANTS, 4)))

        def measure(part: int) -> None:
            arguments = *_blocks(part), *self._with_room()
            measure_octants(*arguments)

        for _ in map_chunks(measure, N_PARTS):
            pass

    def distinct(self, limit: int) -> ColorTable | None:
        """See `Sweeper`."""
        return self._cells.distinct(limit)

    def table(self, n_colors: int, rng: np.random.Generator) -> ColorTable:
        """See `Sweeper`."""
        return choose_cells(n_colors, self._table, self._cells.colors)

    def _table(self, bits: int) -> ColorTable:
        """Return cells, or octants, whose colors are the means of their pixels' places."""
        from napari_kmeans_quantizer.core.kernels.colors import OCTANTS

        table = self._cells.table(bits)
        if bits == 0:
            return table
        assert table.keys is not None
        cells = codes_at(table.keys << bits, 18)
        rows = cells >> 6 << 3 | np.searchsorted(OCTANTS, cells & 63)
        bounds, sums = self._measured.octants[rows], self._measured.sums[rows]
        means = (bounds[:, 1:4] + bounds[:, 4:]) / 2 + sums[:, :3] / bounds[:, :1]
        return table._replace(colors=self._space.backward(means))

    def sweep(self, centers: Floats, canvas: Canvas) -> Generator[None, None, Clusters]:
        """See `Sweeper`."""
        yield
        return self.seen(centers)[1]

    def tally(self, centers: Floats, canvas: Canvas) -> Generator[None, None, Tally]:
        """See `Follower`. A sweep of the same centers then has nothing to do."""
        yield
        _, clusters = self.seen(centers)
        error = clusters.squared_error / int(clusters.counts.sum())
        return Tally(clusters.counts, clusters.means, error, clusters.ties)

    def reorder(self, order: NDArray[np.intp]) -> None:
        """See `Follower`: nothing is kept that depends on it."""

    def seen(self, centers: Floats) -> tuple[Tree, Clusters]:
        """Return labels and figures of centers; the last ones are known."""
        if self._seen is None or not np.array_equal(self._seen.centers, centers):
            places = self._space.forward(centers)
            tree, offsets, ties = self._label(places, centers)
            totals = sum(self._cells.of_labels(tree, len(centers)), np.zeros((1, 4), np.int64))
            clusters = exact_clusters(totals, centers, self._cells.sum_squares, ties)
            filled = clusters.counts > 0
            means = centers.copy()
            means[filled] = self._space.backward(
                places[filled] + offsets[filled, :3] / clusters.counts[filled, np.newaxis]
            )
            inertia = max(0.0, math.fsum(offsets[:, 3]))
            clusters = clusters._replace(means=means, inertia=inertia)
            self._seen = _Seen(centers.copy(), tree, clusters)
        return self._seen.tree, self._seen.clusters

    def _label(self, places: Floats, centers: Floats) -> tuple[Tree, Floats, bool]:
        """Return the tree, offsets (K, 4), and if there are ties.

        Offsets are those of the clusters' pixels from their places, and in the last column squared.
        """
        from napari_kmeans_quantizer.core.kernels import colors as kernels

        n = len(places)
        # Of equal centers the first gets all pixels.
        first = np.sort(np.unique(places, axis=0, return_index=True)[1])
        near = np.empty((11, len(first) + 1, 5))
        near[0, :-1, :3], near[0, :-1, 3] = places[first], first
        tree, begins = self._blank(centers)

        def label(part: int) -> tuple[Floats, bool]:
            offsets = np.zeros((n, 4))
            work = *self._with_room(), places, near.copy(), *np.empty((2, kernels.ROOM))
            arguments = *_blocks(part), begins[part], *work, *tree[:2], offsets
            return offsets, kernels.label_octants(*arguments) > 0

        offsets, ties = np.zeros((n, 4)), len(first) < n
        for some_offsets, some_ties in map_chunks(label, N_PARTS):
            offsets += some_offsets
            ties |= some_ties
        return tree, offsets, ties

    def _with_room(self) -> tuple[Any, ...]:
        """Return what is known, and in its midst room for the colors of a box, for one thread."""
        from napari_kmeans_quantizer.core.kernels.colors import ROOM

        codes, found = np.empty(ROOM, np.uint32), np.empty((8, 3), np.int64)
        return *self._counted, codes, *np.empty((4, ROOM)), found, *self._measured

    def _blank(self, centers: Floats) -> tuple[Tree, list[int]]:
        """Return a tree without labels, and where those of each part begin."""
        palette = to_dtype(centers, np.dtype(np.uint8)).astype(np.uint32)
        per_cell = 64 if len(centers) <= 256 else 128
        occupied = np.diff(self._cells.firsts) > 0
        ends = per_cell * np.cumsum(np.count_nonzero(occupied.reshape(N_PARTS, -1), axis=1))
        if len(self._room_for_labels) < ends[-1]:  # for all cells; made once
            self._room_for_labels = np.empty(ends[-1], np.uint8)
        words = palette @ np.array([1, 1 << 8, 1 << 16], np.uint32)
        return Tree(self._entries, self._room_for_labels, words), [0, *ends[:-1].tolist()]


def _blocks(part: int) -> tuple[int, int]:
    return part * N_BLOCKS // N_PARTS, (part + 1) * N_BLOCKS // N_PARTS
