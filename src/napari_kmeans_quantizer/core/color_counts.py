"""Exact counts of the colors of 8-bit RGB images: what is kept of pixels that cannot be kept.

Parts of an image are counted one by one, wherever they are; their counts are merged in any order,
always with the same result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .color_codes import colors_of
from .sweeps.rgb_pixels import RgbPixels

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from .image import Pixels

    Bytes = NDArray[np.uint8]
    Words = NDArray[np.uint32]
    Run = tuple[Words, int, Bytes]

N_COLORS, N_BOXES = 1 << 24, 1 << 12
MANY_PIXELS = 1 << 20
"""From so many on the distinct colors are counted before room is made for them."""
FEW_PIXELS = 1 << 14
"""So many are sorted sooner than a table of all colors is looked through."""

_idle: list[Counter] = []
"""Those that no thread uses now: to make one takes as long as to count a million pixels."""


class ColorCounts(NamedTuple):
    """Counts of colors, six bytes each; see `kernels.color_counts`.

    The order is that of codes, which `kernels.grid_count` describes: boxes of 16 x 16 x 16 colors,
    within them cells of 4 x 4 x 4.
    """

    starts: NDArray[np.uint32]
    """Where the entries of each box begin, (4097,)."""
    places: NDArray[np.uint16]
    """Colors within their boxes, (n,)."""
    counts: NDArray[np.uint32]
    """Pixels, (n,). A color of 2**32 pixels or more has several entries, one behind the other."""

    @property
    def n_pixels(self) -> int:
        """Number of pixels."""
        return int(self.counts.sum(dtype=np.int64))

    @property
    def n_colors(self) -> int:
        """Number of distinct colors."""
        full = self.counts == np.iinfo(np.uint32).max
        return len(self.counts) if not full.any() else len(np.unique(self.codes))

    @property
    def codes(self) -> Words:
        """Codes of the entries, (n,), ascending."""
        boxes = np.repeat(np.arange(N_BOXES, dtype=np.uint32), np.diff(self.starts))
        return (boxes << np.uint32(12)) | self.places

    @property
    def colors(self) -> Bytes:
        """Colors of the entries, (n, 3)."""
        return colors_of(self.codes)

    def colors_in(self, entries: slice) -> Bytes:
        """Return the colors of a range of the entries, (m, 3)."""
        numbers = np.arange(*entries.indices(len(self.counts)))
        boxes = np.searchsorted(self.starts, numbers, side="right") - 1
        return colors_of((boxes.astype(np.uint32) << np.uint32(12)) | self.places[entries])

    def ready(self) -> ColorCounts:
        """Return them for kernels: what has traveled may be read-only, and compiled for again."""
        return ColorCounts._make(_ready(array) for array in self)

    def distinct(self) -> tuple[Words, NDArray[np.int64]]:
        """Return the codes of the distinct colors, (n,), ascending, and their pixels, (n,)."""
        codes = self.codes
        first = np.flatnonzero(np.diff(codes, prepend=np.uint32(N_COLORS)))
        totals = self.counts.astype(np.int64)
        if len(first) < len(codes):
            totals = np.add.reduceat(totals, first)
        return codes[first], totals


def _ready(array: NDArray[Any]) -> NDArray[Any]:
    return np.require(array, requirements=("C", "A", "W"))


def no_colors() -> ColorCounts:
    """Return the counts of no pixel."""
    return _listed(np.zeros(N_BOXES + 1, np.uint32), np.empty(0, np.uint16), np.empty(0, "u4"), 0)


def counted_colors(colors: Bytes, mask: NDArray[np.bool_] | None = None) -> ColorCounts:
    """Count the colors of pixels, in one thread that does not hold the interpreter.

    Parameters
    ----------
    colors : (m, 3) or (m, 4) ndarray of uint8
        RGB, or RGB and something that does not count. Contiguous, aligned to four bytes and
        writeable arrays are counted without a copy.
    mask : (m,) ndarray of bool, optional
        Which pixels take part; None: all.

    Returns
    -------
    ColorCounts
        Its size depends on the colors only.

    Examples
    --------
    >>> counts = counted_colors(np.uint8([[1, 2, 3], [9, 9, 9], [1, 2, 3]]))
    >>> counts.colors.tolist(), counts.counts.tolist()
    ([[1, 2, 3], [9, 9, 9]], [2, 1])
    """
    return _counted(_runs(colors, mask), colors.shape[1], len(colors))


def counted_pixels(pixels: Pixels) -> ColorCounts:
    """Count the colors of an 8-bit RGB image, of any layout, as `counted_colors` does.

    Parameters
    ----------
    pixels : Pixels
        Those that its mask leaves out are not counted.
    """
    rgb = RgbPixels(pixels)
    runs = (rgb.words(index) for index in range(rgb.n_chunks))
    return _counted(runs, rgb.step, rgb.size)


def _counted(runs: Iterable[Run], step: int, n_pixels: int) -> ColorCounts:
    return (_sorted if n_pixels <= FEW_PIXELS else _tabulated)(runs, step, n_pixels)


def _runs(colors: Bytes, mask: NDArray[np.bool_] | None) -> Iterator[Run]:
    """Yield words, number of pixels and mask: of all whole groups of four pixels, and the rest."""
    inside = np.empty(0, np.uint8) if mask is None else _ready(mask).view(np.uint8)
    step, n_whole = colors.shape[1], len(colors) // 4 * 4
    whole = _ready(colors[:n_whole]).reshape(-1)
    if whole.ctypes.data % 4:
        whole = whole.copy()
    yield whole.view(np.uint32), n_whole, inside[:n_whole]
    if n_whole < len(colors):
        rest = np.zeros(4 * step, np.uint8)
        rest[: step * (len(colors) - n_whole)] = colors[n_whole:].reshape(-1)
        yield rest.view(np.uint32), len(colors) - n_whole, inside[n_whole:]


def _sorted(runs: Iterable[Run], step: int, n_pixels: int) -> ColorCounts:
    """Count few pixels."""
    from .kernels import color_counts as kernels
    from .kernels.grid_count import BLOCK

    codes, n, room = np.empty(n_pixels, np.uint32), 0, np.empty((2, BLOCK), np.uint32)
    for words, n_run, mask in runs:
        n += kernels.encode_colors(words, step, n_run, mask, room[0], room[1], codes[n:])
    found = _room_for_list(n)
    return _listed(*found, kernels.list_codes(np.sort(codes[:n]), *found))


def _tabulated(runs: Iterable[Run], step: int, n_pixels: int) -> ColorCounts:
    """Count many pixels."""
    try:
        counter = _idle.pop()
    except IndexError:
        counter = Counter()
    counts = counter.counted(runs, step, n_pixels)
    _idle.append(counter)
    return counts


class Counter:
    """A table of all colors, of 16 MB, to count many pixels in."""

    def __init__(self) -> None:
        self._table, self._touched = np.zeros(N_COLORS, np.uint8), np.zeros(N_BOXES, np.bool_)

    def counted(self, runs: Iterable[Run], step: int, n_pixels: int) -> ColorCounts:
        """Count the pixels of some runs: words, `step` bytes a pixel, number of pixels, and mask.

        Of all runs together there are at most `n_pixels`. The table is empty in the end.
        """
        from .kernels import color_counts as kernels
        from .kernels.grid_count import BLOCK

        spills, n_spills = np.empty(n_pixels // kernels.SPILL + 1, np.uint32), 0
        table, room = (self._table, self._touched, spills), np.empty((2, BLOCK), np.uint32)
        for words, n, mask in runs:
            n_spills = kernels.count_colors(words, step, n, mask, n_spills, *table, *room)
        words_of_table, ordered = self._table.view(np.uint64), np.sort(spills[:n_spills])
        n_listed = n_pixels
        if n_pixels > MANY_PIXELS:  # room for all would be larger than what is counted
            n_listed = int(np.count_nonzero(self._table)) + n_spills
        found = _room_for_list(n_listed)
        return _listed(*found, kernels.list_table(words_of_table, self._touched, ordered, *found))


def _room_for_list(n: int) -> tuple[Words, NDArray[np.uint16], Words]:
    """Return room for the counts of `n` pixels; what is not used costs nothing."""
    n = min(n, N_COLORS + (n >> 32))
    return np.empty(N_BOXES + 1, np.uint32), np.empty(n, np.uint16), np.empty(n, np.uint32)


def _listed(starts: Words, places: NDArray[np.uint16], counts: Words, n: int) -> ColorCounts:
    """Return the first `n` entries, without much room behind them."""
    if 4 * n > 3 * len(counts):
        return ColorCounts(starts, places[:n], counts[:n])
    return ColorCounts(starts, places[:n].copy(), counts[:n].copy())


def together(some: ColorCounts, others: ColorCounts) -> ColorCounts:
    """Return the counts of two sets of pixels together."""
    from .kernels.color_counts import merge

    n = len(some.counts) + len(others.counts)
    found = np.empty(N_BOXES + 1, np.uint32), np.empty(n, np.uint16), np.empty(n, np.uint32)
    return _listed(*found, merge(*some.ready(), *others.ready(), *found))


class Accumulated:
    """Counts of any number of parts of an image, in 64 MB.

    Examples
    --------
    >>> all_of_them = Accumulated()
    >>> all_of_them.add(counted_colors(np.uint8([[1, 2, 3]])))
    >>> all_of_them.add(counted_colors(np.uint8([[9, 9, 9], [1, 2, 3]])))
    >>> all_of_them.result().counts.tolist()
    [2, 1]
    """

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._table = np.zeros(N_COLORS, np.uint32)  # takes memory only where colors are
        self._spills: list[Words] = []

    def add(self, counts: ColorCounts) -> None:
        """Add the counts of a part."""
        from .kernels.color_counts import add_list

        spills = np.empty(len(counts.counts), np.uint32)
        n_spills = add_list(*counts.ready(), self._table, spills)
        if n_spills:
            self._spills.append(spills[:n_spills].copy())

    def result(self) -> ColorCounts:
        """Return the counts of all parts, and begin anew."""
        from .kernels.color_counts import list_in_place

        table, spills = self._table, np.sort(np.concatenate([np.empty(0, "u4"), *self._spills]))
        n_colors = np.count_nonzero(table)
        starts, places = np.empty(N_BOXES + 1, np.uint32), np.empty(n_colors, np.uint16)
        list_in_place(table, starts, places)
        counts = table[:n_colors]
        if 2 * n_colors < N_COLORS:
            counts = counts.copy()
        self._begin()
        found = ColorCounts(starts, places, counts)
        return together(found, _full_entries(spills)) if len(spills) else found


def _full_entries(codes: Words) -> ColorCounts:
    """Return entries of 2**32 - 1 pixels each. Codes are ascending."""
    starts = np.searchsorted(codes, np.arange(N_BOXES + 1) << 12).astype(np.uint32)
    places = (codes & np.uint32(0xFFF)).astype(np.uint16)
    return ColorCounts(starts, places, np.full(len(codes), np.iinfo(np.uint32).max, np.uint32))
