"""Exact counts of 8-bit RGB colors, of pixels that need not be at hand any more.

Codes, cells and boxes of colors are those of `grid_count`.

**List of counts.** One entry a color, in the order of codes: `places` (n,) uint16 in its box, the
lower 12 bits of its code, and `counts` (n,) uint32 of pixels; `starts` (N_BOXES + 1,) uint32: where
the entries of each box begin. A color of more than `MOST` pixels has more entries than one: all but
the last hold `MOST`. So a list takes 6 bytes a color, and no image is too large.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .bits import trailing_zeros
from .grid_count import BLOCK, I64, IN_ORDER, MIXED, N_CELLS, U32, U64, compact, load_block
from .jit import inner, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

GRID_COUNT = "dd4de983347a"
BITS = "cba37dc68db6"
"""Digests of what is compiled into these; see the package's docstring."""

N_BOXES = 1 << 12
MOST = U64((1 << 32) - 1)
"""Pixels of an entry."""
SPILL = 255
_digits = np.arange(64)
SQUARES = (_digits & 3) ** 2 + (_digits >> 2 & 3) ** 2 + (_digits >> 4) ** 2
"""Of a color's distance from the corner of its cell, by the lower 6 bits of its code."""
# For eight bytes of a word at once: all bits but the highest; the lowest; what gathers those.
_LOW, _ONES, _GATHER = U64(0x7F7F7F7F7F7F7F7F), U64(0x0101010101010101), U64(0x0102040810204080)


@jit
def encode_colors(
    words: Array, step: int, n_pixels: int, mask: Array, pixels: Array, room: Array, codes: Array
) -> int:
    """Write the codes of the pixels that take part.

    IN `words`, `step`, `mask` (n_pixels or 0,) uint8: see `grid_count`.
    OUT `pixels` and `room` (BLOCK,) uint32: room to work in; `codes` (n_pixels,) uint32.
    Returns how many there are.
    """
    n_codes = U64(0)
    for start in range(0, n_pixels, BLOCK):
        n = load_block(words, step, start, n_pixels, mask, pixels, room)
        for i in range(n):
            codes[n_codes + U64(i)] = room[i]
        n_codes += U64(n)
    return I64(n_codes)


@jit
def list_codes(codes: Array, starts: Array, places: Array, counts: Array) -> int:
    """List the counts of codes.

    IN `codes` (m,) uint32: ascending, each less than 2 ** 24.
    OUT `starts` (N_BOXES + 1,) uint32, `places` (m..,) uint16, `counts` (m..,) uint32: the list.
    Returns how many entries it has.
    """
    n, box, before = U64(0), I64(0), U32(1 << 24)
    for i in range(len(codes)):
        code = codes[i]
        if code == before:
            counts[n - U64(1)] += U32(1)
        else:
            while box <= I64(code >> U32(12)):
                starts[box] = n
                box += 1
            places[n], counts[n] = code & U32(0xFFF), 1
            n += U64(1)
            before = code
    for empty in range(box, N_BOXES + 1):
        starts[empty] = n
    return I64(n)


@jit
def count_colors(
    words: Array,
    step: int,
    n_pixels: int,
    mask: Array,
    n_spills: int,
    table: Array,
    touched: Array,
    spills: Array,
    pixels: Array,
    codes: Array,
) -> int:
    """Count pixels by color.

    IN `words`, `step`, `mask` (n_pixels or 0,) uint8: see `grid_count`; `n_spills`: so far.
    INOUT `table` (2 ** 24,) uint8: counts; `touched` (N_BOXES,) bool: boxes that have some;
    `spills` (..,) uint32: codes, each of `SPILL` pixels.
    OUT `pixels` and `codes` (BLOCK,) uint32: room to work in.
    Returns how many spills there are now.
    """
    for start in range(0, n_pixels, BLOCK):
        n = load_block(words, step, start, n_pixels, mask, pixels, codes)
        for i in range(n):
            touched[codes[i] >> U32(12)] = True
        for i in range(n):
            code = codes[i]
            if table[code] == SPILL:
                spills[n_spills] = code
                n_spills += 1
                table[code] = 0
            table[code] += 1
    return n_spills


@jit
def list_table(
    table: Array, touched: Array, spills: Array, starts: Array, places: Array, counts: Array
) -> int:
    """List what `count_colors` has counted.

    IN `spills` (m,) uint32: ascending.
    INOUT `table` (2 ** 21,) uint64: eight bytes each, and `touched` (N_BOXES,) bool: empty in the
    end.
    OUT `starts` (N_BOXES + 1,) uint32, `places` (n..,) uint16, `counts` (n..,) uint32: the list.
    Returns how many entries it has.
    """
    n, s = U64(0), 0
    for box in range(N_BOXES):
        starts[box] = n
        if not touched[box]:
            continue
        touched[box] = False
        for cell in range(64 * box, 64 * box + 64):
            present = _present(table, cell)
            if present == U64(0):
                continue
            while present:
                low = I64(trailing_zeros(present))
                present &= present - U64(1)
                word = table[8 * cell + (low >> 3)]
                count = word >> U64(8 * (low & 7)) & U64(255)
                while s < len(spills) and I64(spills[s]) == 64 * cell + low:
                    count += U64(SPILL)
                    s += 1
                while count > MOST:
                    places[n], counts[n] = 64 * (cell & 63) + low, MOST
                    n += U64(1)
                    count -= MOST
                places[n], counts[n] = 64 * (cell & 63) + low, count
                n += U64(1)
            for word in range(8 * cell, 8 * cell + 8):
                table[word] = U64(0)
    starts[N_BOXES] = n
    return I64(n)


@inner
def _present(table: Array, cell: int) -> np.uint64:
    """Which colors of a cell have pixels: a bit each. IN `table` (2 ** 21,) uint64."""
    present = every = U64(0)
    for j in range(8):
        every |= table[8 * cell + j]
    if every == U64(0):
        return present
    for j in range(8):
        word = table[8 * cell + j]
        ones = ((((word & _LOW) + _LOW) | word) >> U64(7)) & _ONES  # 1 where a byte is not 0
        present |= (ones * _GATHER >> U64(56)) << U64(8 * j)
    return present


@jit
def merge(
    some_starts: Array,
    some_places: Array,
    some_counts: Array,
    other_starts: Array,
    other_places: Array,
    other_counts: Array,
    starts: Array,
    places: Array,
    counts: Array,
) -> int:
    """Merge two lists of counts. OUT the third one. Returns how many entries it has."""
    n = U64(0)
    for box in range(N_BOXES):
        starts[box] = n
        i, i_end = U64(some_starts[box]), U64(some_starts[box + 1])
        j, j_end = U64(other_starts[box]), U64(other_starts[box + 1])
        while i < i_end and j < j_end:
            x, y = some_places[i], other_places[j]
            place = min(x, y)
            one, two = U64(x <= y), U64(y <= x)  # factors: which it is cannot be predicted
            total = one * U64(some_counts[i]) + two * U64(other_counts[j])
            i += one
            j += two
            if total >= MOST:  # only then there may be more entries of this color
                while i < i_end and some_places[i] == place:
                    total += U64(some_counts[i])
                    i += U64(1)
                while j < j_end and other_places[j] == place:
                    total += U64(other_counts[j])
                    j += U64(1)
                while total > MOST:
                    places[n], counts[n] = place, MOST
                    n += U64(1)
                    total -= MOST
            places[n], counts[n] = place, total
            n += U64(1)
        n = _copy(some_places, some_counts, i, i_end, n, places, counts)
        n = _copy(other_places, other_counts, j, j_end, n, places, counts)
    starts[N_BOXES] = n
    return I64(n)


@inner
def _copy(
    some_places: Array,
    some_counts: Array,
    start: np.uint64,
    stop: np.uint64,
    n: np.uint64,
    places: Array,
    counts: Array,
) -> np.uint64:
    """Copy entries behind the `n` that are there. Returns how many there are now."""
    for i in range(start, stop):
        places[n], counts[n] = some_places[i], some_counts[i]
        n += U64(1)
    return n


@jit
def add_list(starts: Array, places: Array, counts: Array, table: Array, spills: Array) -> int:
    """Add a list of counts to a table.

    INOUT `table` (2 ** 24,) uint32: counts of all colors.
    OUT `spills` (n,) uint32: codes, each of `MOST` pixels that had no room in it.
    Returns how many spills there are.
    """
    n_spills = 0
    for box in range(N_BOXES):
        for i in range(U64(starts[box]), U64(starts[box + 1])):
            code = U64(box << 12) | U64(places[i])
            total = U64(table[code]) + U64(counts[i])
            if total > MOST:
                spills[n_spills] = code
                n_spills += 1
                total -= MOST
            table[code] = total
    return n_spills


@jit
def list_in_place(table: Array, starts: Array, places: Array) -> int:
    """Turn a table into the counts of a list.

    INOUT `table` (2 ** 24,) uint32: counts of all colors; then of those that have pixels, in front.
    OUT `starts` (N_BOXES + 1,) uint32, `places` (n..,) uint16.
    Returns how many entries the list has.
    """
    n = U64(0)
    for box in range(N_BOXES):
        starts[box] = n
        for place in range(1 << 12):
            count = table[U64(box << 12 | place)]
            if count:
                places[n], table[n] = place, count
                n += U64(1)
    starts[N_BOXES] = n
    return I64(n)


@jit
def sum_cells(
    start: int, stop: int, starts: Array, places: Array, counts: Array, firsts: Array, cells: Array
) -> int:
    """Sum up the pixels of cells.

    IN `start` and `stop`: boxes; `starts`, `places`, `counts`: a list of counts.
    OUT `firsts` (N_CELLS..,) uint32: where the entries of each cell begin.
    INOUT `cells` (N_CELLS, 4) int64: zeros; then count and sums of r, g, b.
    Returns the sum of squares of all channels.
    """
    squares = I64(0)
    for box in range(start, stop):
        i, end = U64(starts[box]), U64(starts[box + 1])
        for cell in range(64 * box, 64 * box + 64):
            firsts[cell] = i
            if i == end or I64(places[i]) >> 6 != cell & 63:
                continue
            n, red, green, blue, rest = I64(0), I64(0), I64(0), I64(0), I64(0)
            while i < end and I64(places[i]) >> 6 == cell & 63:
                low, count = U64(places[i]) & U64(63), I64(counts[i])
                n += count
                red += count * I64(low >> U64(2) & U64(3))
                green += count * I64(low & U64(3))
                blue += count * I64(low >> U64(4))
                rest += count * SQUARES[low]
                i += U64(1)
            # From the cell's corner to black: (r + x) ** 2 = r ** 2 + 2 r x + x ** 2.
            r, g, b = compact(cell << 4), compact(cell << 6), compact(cell << 2)
            squares += n * (r * r + g * g + b * b) + 2 * (r * red + g * green + b * blue) + rest
            cells[cell, 0] = n
            cells[cell, 1] = red + n * r
            cells[cell, 2] = green + n * g
            cells[cell, 3] = blue + n * b
    return squares


@jit
def list_cells(cells: Array, bits: int, colors: Array, counts: Array, keys: Array) -> int:
    """List the cells that have pixels, in the order of their interleaved bits.

    IN `cells` (N_CELLS, 4) int64: see `sum_cells`, `bits`: 0, or 3 for octants (2 x 2 x 2 cells) in
    the place of cells.
    OUT `colors` (n.., 3) float64: means, `counts` and `keys` (n..,) int64: pixels, and places in
    that order.
    Returns n.
    """
    n, last = U64(0), I64(-1)
    for place in range(N_CELLS):
        cell = IN_ORDER[place >> 12] << 12 | IN_ORDER[(place >> 6) & 63] << 6 | IN_ORDER[place & 63]
        if cells[cell, 0]:
            if place >> bits != last:
                last = place >> bits
                keys[n], counts[n] = last, 0
                for channel in range(3):
                    colors[n, channel] = 0.0
                n += U64(1)
            counts[n - U64(1)] += cells[cell, 0]
            for channel in range(3):
                colors[n - U64(1), channel] += cells[cell, 1 + channel]
    for row in range(n):
        for channel in range(3):
            colors[row, channel] /= counts[row]
    return I64(n)


@jit
def add_cells(
    start: int,
    stop: int,
    firsts: Array,
    places: Array,
    counts: Array,
    cells: Array,
    entries: Array,
    cell_labels: Array,
    totals: Array,
) -> None:
    """Add up the pixels of labels.

    IN `start` and `stop`: cells; others as from `sum_cells`; `entries` (N_CELLS,) uint32 and
    `cell_labels` (..,) uint8: see `grid_tree`.
    INOUT `totals` (K, 4) int64: count and sums of r, g, b.
    """
    for cell in range(start, stop):
        if firsts[cell] == firsts[cell + 1]:
            continue
        entry = entries[cell]
        if entry < MIXED:
            for column in range(4):
                totals[entry, column] += cells[cell, column]
        else:
            first = U64(entry - MIXED) << U64(6)
            r0, g0, b0 = compact(cell << 4), compact(cell << 6), compact(cell << 2)
            for i in range(U64(firsts[cell]), U64(firsts[cell + 1])):
                low, count = I64(places[i]) & 63, I64(counts[i])
                label = U64(cell_labels[first + U64(low)])
                if len(totals) > 256:
                    label |= U64(cell_labels[first + U64(64 + low)]) << U64(8)
                totals[label, 0] += count
                totals[label, 1] += count * (r0 + (low >> 2 & 3))
                totals[label, 2] += count * (g0 + (low & 3))
                totals[label, 3] += count * (b0 + (low >> 4))
