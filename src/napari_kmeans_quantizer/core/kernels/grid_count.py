"""8-bit RGB pixels: how they are told, and counted into cells.

**Words.** Pixels come as 32-bit words, little-endian, `step` bytes a pixel. Of three bytes (RGB),
four pixels are three words, and where the number of pixels is no multiple of four there is room
for the rest of the last group. Of four bytes (RGBA), each pixel is a word. `mask`, a byte a pixel,
tells which pixels take part; where all do, it is empty.

**Code of a color.** 24 bits: the 2-bit digits of the channels interleaved, b r g from the highest
digit down. Its upper 18 bits are a *cell* (4 x 4 x 4 colors, 64^3 cells), the upper 12 a *box* of
64 cells, the upper 6 a block of 64 boxes: what is near in the color cube is near in memory. The
lower 6 bits are the color within its cell.

**Packed word of a cell.** Bits 48.. count, 32..47 / 16..31 / 0..15 the sums of the lowest two bits
of b / g / r. So one 64-bit addition counts a pixel; the cell's place gives the upper six bits of
the sums. A word that reaches `SPILL` pixels moves to the spill list and starts again from one: no
field ever overflows, whatever the image's size.

**Entry of a cell.** The center nearest to all its colors; or `MIXED | first`: the cell is *mixed*,
and the labels of its 64 colors start at `cell_labels[64 * first]`, a byte each. Where there are
more than 256 centers, their upper bytes are the next 64. `grid_tree` makes the entries, `grid_map`
uses them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .jit import inner, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
    Integer = int | np.integer[Any]

U32, U64 = np.uint32, np.uint64
I64: Any = np.int64  # whatever is counted is `int` to mypy

# pixels a kernel holds in scratch; measured, 512 .. 8192: long loops hide cache misses and
# mispredictions
BLOCK = 1 << 12
N_CELLS = 1 << 18
# pixels; the sums of an octant's eight words, relative to its corner, fit: 8 * 1023 * 7 < 2**16
SPILL = 1 << 10
MIXED = U32(1 << 31)
_SPILL_BIT = U64(48 + 10)
_ONE = U64(1 << 48)

# What a pixel adds to its cell's word, by the lower 6 bits of its code; and the place of a cell
# in its box.
_digits = np.arange(64, dtype=np.uint64)
PLACE = (
    (_digits >> U64(2) & U64(3)) | (_digits & U64(3)) << U64(16) | (_digits >> U64(4)) << U64(32)
)
INCREMENT = PLACE | _ONE
# Codes interleave pairs of bits, b b r r g g. Interleaved bit by bit, every prefix of a place
# would be a box of which no side is longer than twice another: six bits of such a place as code.
IN_ORDER = np.argsort(
    np.sum([(np.arange(64) >> bit & 1) << to for bit, to in enumerate((0, 3, 1, 4, 2, 5))], axis=0)
)
LOWER = 0b010101
"""The bits of a cell's place in its octant, 2 x 2 x 2 cells."""


@inner
def _spread(x: np.uint32) -> np.uint32:
    """8 bits as four 2-bit digits, one every six bits."""
    x = (x | (x << U32(8))) & U32(0xF00F)
    return (x | (x << U32(4))) & U32(0xC30C3)


@inner
def compact(x: int) -> int:
    """The inverse of `_spread`: a channel of a code's color, r of code >> 2, g of it, b of >> 4."""
    return (x & 3) | ((x >> 4) & 12) | ((x >> 8) & 48) | ((x >> 12) & 192)


@inner
def unpack(words: Array, step: int, start: int, n: int, pixels: Array) -> None:
    """Take pixels out of words. Indices without a sign: numba asks whether others are negative.

    IN `words` (..,) uint32, `step`: bytes a pixel, `start`: the first pixel, a multiple of four.
    OUT `pixels` (n.. + 3,) uint32: r | g << 8 | b << 16 (the top byte may hold anything).
    """
    if step == 4:
        first = U64(start)
        for i in range(n):
            pixels[i] = words[first + U64(i)]
    else:
        first = U64(start // 4 * 3)
        for j in range((n + 3) // 4):
            k = first + U64(3 * j)
            one, two, three = words[k], words[k + U64(1)], words[k + U64(2)]
            pixels[4 * j] = one
            pixels[4 * j + 1] = (one >> U32(24)) | (two << U32(8))
            pixels[4 * j + 2] = (two >> U32(16)) | (three << U32(16))
            pixels[4 * j + 3] = three >> U32(8)


@inner
def encode(pixels: Array, n: int, codes: Array) -> None:
    """Codes of pixels. IN `pixels` (n..,) uint32. OUT `codes` (n..,) uint32."""
    for i in range(n):
        p = pixels[i]
        b = _spread((p >> U32(16)) & U32(255))
        codes[i] = (
            (b << U32(4)) | (_spread(p & U32(255)) << U32(2)) | _spread((p >> U32(8)) & U32(255))
        )


@inner
def load_block(
    words: Array, step: int, start: int, n_pixels: int, mask: Array, pixels: Array, codes: Array
) -> int:
    """Take the pixels of a block out of words, those that take part, and their codes.

    IN `words`, `step`, `mask` (n_pixels or 0,) uint8: see above.
    OUT `pixels` and `codes` (BLOCK,) uint32.
    Returns how many there are.
    """
    n = min(BLOCK, n_pixels - start)
    unpack(words, step, start, n, pixels)
    if len(mask):
        n = _keep_seen(mask, start, n, pixels)
    encode(pixels, n, codes)
    return n


@jit
def histogram(
    words: Array,
    step: int,
    n_pixels: int,
    mask: Array,
    state: Array,
    packed: Array,
    spills: Array,
    pixels: Array,
    codes: Array,
) -> None:
    """Count pixels.

    IN `words`, `step`, `mask` (n_pixels or 0,) uint8: see above.
    INOUT `state` (2,) int64: how many spills there are, and the sum of squares of all channels;
    `packed` (N_CELLS,) uint64, `spills` (.., 2) uint64: cells and their words.
    OUT `pixels` and `codes` (BLOCK,) uint32: room to work in.
    """
    for start in range(0, n_pixels, BLOCK):
        n = load_block(words, step, start, n_pixels, mask, pixels, codes)
        state[1] += _sum_squares(pixels, n)
        for i in range(n):
            cell = codes[i] >> U32(6)
            word = packed[cell] + INCREMENT[codes[i] & U32(63)]
            packed[cell] = word
            if word >> _SPILL_BIT:
                _spill(cell, state, packed, spills)


@inner
def _keep_seen(mask: Array, start: int, n: int, pixels: Array) -> int:
    """Move pixels that take part to the front. IN `mask` (..,) uint8. INOUT `pixels` (n..,) uint32.

    Returns how many do.
    """
    first, n_seen = U64(start), U64(0)
    for i in range(n):
        pixels[n_seen] = pixels[i]
        n_seen += U64(mask[first + U64(i)])
    return I64(n_seen)


@inner
def _sum_squares(pixels: Array, n: int) -> int:
    """Sum of squares of at most one block's channels: 32 bits hold 4096 * 3 * 255**2.

    IN `pixels` (n..,) uint32.
    """
    total = U32(0)
    for i in range(n):
        p = pixels[i]
        r, g, b = p & U32(255), (p >> U32(8)) & U32(255), (p >> U32(16)) & U32(255)
        total = U32(total + U32(r * r + g * g + b * b))
    return I64(total)


@inner
def _spill(cell: Integer, state: Array, packed: Array, spills: Array) -> None:
    """Empty a word but for one pixel at the cell's corner: zero means a cell without pixels.

    INOUT `state` (2,) int64: how many spills there are, `packed` (N_CELLS,) uint64, `spills`
    (.., 2) uint64.
    """
    n = U64(state[0])
    spills[n, 0] = cell
    spills[n, 1] = packed[cell] - _ONE
    packed[cell] = _ONE
    state[0] += 1


@jit
def add_packed(
    other: Array, start: int, stop: int, state: Array, packed: Array, spills: Array
) -> None:
    """Add what another thread has counted in some cells.

    IN `other` (N_CELLS,) uint64, `start` and `stop`: the cells.
    INOUT `state` (2,) int64: how many spills there are, `packed` (N_CELLS,) uint64, `spills`
    (.., 2) uint64.
    """
    for i in range(start, stop):
        cell = U64(i)
        packed[cell] += other[cell]
        if packed[cell] >> _SPILL_BIT:
            _spill(cell, state, packed, spills)


@inner
def add_word(word: np.uint64, code: int, row: np.uint64, totals: Array) -> None:
    """Add a word's count and sums.

    IN `code`: of the lowest corner of its cell. INOUT `totals` (row.., 4) int64.
    """
    n = I64(word >> U64(48))
    totals[row, 0] += n
    totals[row, 1] += n * compact(code >> 2) + I64(word & U64(0xFFFF))
    totals[row, 2] += n * compact(code) + I64((word >> U64(16)) & U64(0xFFFF))
    totals[row, 3] += n * compact(code >> 4) + I64((word >> U64(32)) & U64(0xFFFF))


@jit
def list_cells(
    packed: Array,
    spills: Array,
    bits: int,
    rows: Array,
    totals: Array,
    colors: Array,
    counts: Array,
    keys: Array,
) -> int:
    """List the cells that have pixels, in the order of their interleaved bits.

    IN `packed` (N_CELLS,) uint64, `spills` (m, 2) uint64, `bits`: 0, or 3 for octants (2 x 2 x 2
    cells) in the place of cells.
    OUT `rows` (N_CELLS,) uint32 and `totals` (n.., 4) int64: room to work in; `colors` (n.., 3)
    float64: means, `counts` and `keys` (n..,) int64: pixels, and places in that order.
    Returns n.
    """
    n, last, code, together = U64(0), I64(-1), I64(0), U64(0)
    inside = LOWER if bits else I64(0)
    for place in range(N_CELLS):
        cell = IN_ORDER[place >> 12] << 12 | IN_ORDER[(place >> 6) & 63] << 6 | IN_ORDER[place & 63]
        word = packed[cell]
        if word:
            if place >> bits != last:
                if together:
                    _set_row(together, code, n - U64(1), totals)
                last, code, together = place >> bits, (cell & ~inside) << 6, U64(0)
                keys[n] = last
                n += U64(1)
            rows[cell] = n - U64(1)
            together += word + (word >> U64(48)) * (PLACE[cell & inside] << U64(2))
    _set_row(together, code, n - U64(1), totals)
    for i in range(len(spills)):
        cell = I64(spills[i, 0])
        add_word(spills[i, 1], cell << 6, U64(rows[cell]), totals)
    for row in range(n):
        counts[row] = totals[row, 0]
        for channel in range(3):
            colors[row, channel] = totals[row, 1 + channel] / totals[row, 0]
    return I64(n)


@inner
def _set_row(word: np.uint64, code: int, row: np.uint64, totals: Array) -> None:
    """Write a word's count and sums. As for `add_word`, OUT `totals` (row.., 4) int64."""
    for column in range(4):
        totals[row, column] = 0
    add_word(word, code, row, totals)
