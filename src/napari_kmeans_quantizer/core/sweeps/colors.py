"""8-bit RGB images measured in another color space: by their distinct colors.

They are counted one by one, the cells of the grid follow from that, and they are converted whenever
they are needed, which takes less time than to fetch what was kept. What the colors of an octant sum
to is kept: most octants lie wholly in one cluster.
"""

from __future__ import annotations

import math
from threading import Semaphore
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_kmeans_quantizer.core.color_space import linear_bytes
from napari_kmeans_quantizer.core.settling import Tally
from napari_kmeans_quantizer.core.threads import map_chunks
from napari_kmeans_quantizer.core.units import to_dtype

from .grid import N_PARTS, Grid, Tree, codes_at, exact_clusters
from .grid import _Counted as _Cells

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.color_space import ColorSpace
    from napari_kmeans_quantizer.core.color_table import ColorTable
    from napari_kmeans_quantizer.core.image import Pixels

    from .base import Canvas, Clusters

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

N_COLORS, N_CELLS, N_OCTANTS, N_BOXES, N_BLOCKS = 1 << 24, 1 << 18, 1 << 15, 1 << 12, 1 << 6
MIN_PIXELS = 1 << 15
"""Fewer are converted one by one sooner than colors are counted."""
MOST_COUNTERS = 2
"""So many threads count: each needs 16 MB."""
NO_SPILLS = np.empty((0, 2), np.uint64)


class _Counted(NamedTuple):
    """The colors' counts, and how to convert them; see `kernels.colors`."""

    packed: NDArray[np.uint64]
    counts: NDArray[np.uint64]
    spilled: Ints
    times: Ints
    starts: Ints
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


class Colors(Grid):
    """The distinct colors of an 8-bit RGB image in a color space; implements `Sweeper`."""

    @staticmethod
    def suits(pixels: Pixels) -> bool:
        """Tell whether an image is of this kind."""
        return Grid.suits(pixels) and pixels.size >= MIN_PIXELS

    def __init__(self, pixels: Pixels, space: ColorSpace) -> None:
        from napari_kmeans_quantizer.core.kernels import colors as kernels

        self._tables: list[tuple[NDArray[np.uint8], NDArray[np.uint32]]] = []
        self._turns = Semaphore(MOST_COUNTERS)
        super().__init__(pixels)
        self._space = space
        self._seen: _Seen | None = None
        self._own_entries = np.empty(N_CELLS, np.uint32)
        self._room_for_labels = np.empty(0, np.uint8)
        counts, spills = self._merged()
        spilled, times = np.unique(spills.astype(np.int64), return_counts=True)
        starts = np.searchsorted(spilled >> 12, np.arange(N_BOXES + 1))
        self._counted = _Counted(
            self._packed,
            counts.view(np.uint64),
            spilled,
            times.astype(np.int64),
            starts.astype(np.int64),
            linear_bytes(),
            space.numbers,
        )
        octants, boxes, blocks = (np.zeros((n, 7)) for n in (N_OCTANTS, N_BOXES, N_BLOCKS))
        self._measured = _Measured(octants, boxes, blocks, np.zeros((N_OCTANTS, 4)))

        def measure(part: int) -> None:
            arguments = *_blocks(part), *self._with_room()
            kernels.measure_octants(*arguments)

        for _ in map_chunks(measure, N_PARTS):
            pass
        self._spills = _spill(self._packed, spills)

    def _count(self, indices: Iterator[int]) -> _Cells:
        """Count the colors of the chunks that one thread takes; the cells follow from them."""
        from napari_kmeans_quantizer.core.kernels import colors as kernels
        from napari_kmeans_quantizer.core.kernels.grid_count import BLOCK

        state = np.zeros(2, np.int64)
        if self._turns.acquire(blocking=False):
            counts = np.zeros(N_COLORS, np.uint8)
            spills = np.empty(self._pixels.size // kernels.SPILL + 1, np.uint32)
            room = np.empty((2, BLOCK), np.uint32)
            for index in indices:
                words, n, mask = self._words(index)
                kernels.count_colors(words, self._step, n, mask, state, counts, spills, *room)
            self._tables.append((counts, spills[: state[0]]))
        rows = np.empty(N_CELLS, np.uint32)
        return _Cells(np.zeros(N_CELLS, np.uint64), rows, NO_SPILLS, int(state[1]))

    def _merged(self) -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
        """Return what all threads have counted: bytes, and a list of colors that overflowed one."""
        from napari_kmeans_quantizer.core.kernels import colors as kernels

        (counts, spills), *others = self._tables
        for more_counts, more_spills in others:
            room = np.empty(self._pixels.size // kernels.SPILL + 1, np.uint32)
            room[: len(spills)] = spills
            n_spills = kernels.add_counts(more_counts, len(spills), counts, room)
            spills = np.concatenate([room[:n_spills], more_spills])
        return counts, spills

    def _cells(self, bits: int) -> ColorTable:
        """See `Grid`; of octants the colors whose places are the means of their pixels' places."""
        from napari_kmeans_quantizer.core.kernels.colors import OCTANTS

        table = super()._cells(bits)
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
        tree, clusters = self._seen_with(centers)
        yield
        for _ in map_chunks(lambda i: self._paint(i, tree, canvas), self._pixels.n_chunks):
            yield
        return clusters

    def tally(self, centers: Floats, canvas: Canvas) -> Generator[None, None, Tally]:
        """See `Follower`. A sweep of the same centers then only paints."""
        yield
        _, clusters = self._seen_with(centers)
        error = clusters.squared_error / int(clusters.counts.sum())
        return Tally(clusters.counts, clusters.means, error, clusters.ties)

    def reorder(self, order: NDArray[np.intp]) -> None:
        """See `Follower`: nothing is kept that depends on it."""

    def _seen_with(self, centers: Floats) -> tuple[Tree, Clusters]:
        if self._seen is None or not np.array_equal(self._seen.centers, centers):
            places = self._space.forward(centers)
            tree, totals, offsets, ties = self._label(places, centers)
            clusters = exact_clusters(totals, centers, self._sum_squares, ties)
            filled = clusters.counts > 0
            means = centers.copy()
            means[filled] = self._space.backward(
                places[filled] + offsets[filled, :3] / clusters.counts[filled, np.newaxis]
            )
            inertia = max(0.0, math.fsum(offsets[:, 3]))
            clusters = clusters._replace(means=means, inertia=inertia)
            self._seen = _Seen(centers.copy(), tree, clusters)
        return self._seen.tree, self._seen.clusters

    def _label(self, places: Floats, centers: Floats) -> tuple[Tree, Ints, Floats, bool]:
        """Return the tree, counts and sums of RGB (K, 4), offsets (K, 4), and if there are ties.

        Offsets are those of the clusters' pixels from their places, and in the last column squared.
        """
        from napari_kmeans_quantizer.core.kernels import colors as kernels
        from napari_kmeans_quantizer.core.kernels.grid_map import add_spills

        n = len(places)
        # Of equal centers the first gets all pixels.
        first = np.sort(np.unique(places, axis=0, return_index=True)[1])
        near = np.empty((11, len(first) + 1, 5))
        near[0, :-1, :3], near[0, :-1, 3] = places[first], first
        tree, begins = self._blank(centers)

        def label(part: int) -> tuple[Ints, Floats, bool]:
            totals, offsets = np.zeros((n, 4), np.int64), np.zeros((n, 4))
            work = *self._with_room(), places, near.copy(), *np.empty((2, kernels.ROOM))
            arguments = *_blocks(part), begins[part], *work, *tree[:2], totals, offsets
            n_ties = kernels.label_octants(*arguments)
            return totals, offsets, n_ties > 0

        totals, offsets = np.zeros((n, 4), np.int64), np.zeros((n, 4))
        ties = len(first) < n
        for some_totals, some_offsets, some_ties in map_chunks(label, N_PARTS):
            totals += some_totals
            offsets += some_offsets
            ties |= some_ties
        add_spills(self._spills, tree.entries, totals)
        return tree, totals, offsets, ties

    def _with_room(self) -> tuple[Any, ...]:
        """Return what is known, and in its midst room for the colors of a box, for one thread."""
        from napari_kmeans_quantizer.core.kernels.colors import ROOM

        codes, found = np.empty(ROOM, np.uint32), np.empty((8, 3), np.int64)
        return *self._counted, codes, *np.empty((4, ROOM)), found, *self._measured

    def _blank(self, centers: Floats) -> tuple[Tree, list[int]]:
        """Return a tree without labels, and where those of each part begin."""
        palette = to_dtype(centers, np.dtype(np.uint8)).astype(np.uint32)
        per_cell = 64 if len(centers) <= 256 else 128
        occupied = np.count_nonzero(self._packed.reshape(N_PARTS, -1), axis=1)
        ends = per_cell * np.cumsum(occupied)
        if len(self._room_for_labels) < ends[-1]:  # for all cells; made once
            self._room_for_labels = np.empty(ends[-1], np.uint8)
        words = palette @ np.array([1, 1 << 8, 1 << 16], np.uint32)
        return Tree(self._own_entries, self._room_for_labels, words), [0, *ends[:-1].tolist()]


def _spill(packed: NDArray[np.uint64], colors: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Return the spills of the grid: those of single colors, and of words that are full."""
    from napari_kmeans_quantizer.core.kernels import grid_count
    from napari_kmeans_quantizer.core.kernels.colors import SPILL

    full = np.flatnonzero(packed >= np.uint64(grid_count.SPILL << 48))
    one = np.uint64(1 << 48)
    words = grid_count.INCREMENT[colors & np.uint32(63)] * np.uint64(SPILL), packed[full] - one
    packed[full] = one
    cells = (colors >> np.uint32(6)).astype(np.uint64), full.astype(np.uint64)
    return np.stack([np.concatenate(cells), np.concatenate(words)], axis=1)


def _blocks(part: int) -> tuple[int, int]:
    return part * N_BLOCKS // N_PARTS, (part + 1) * N_BLOCKS // N_PARTS
