"""8-bit RGB pixels: how they are told, and counted into cells.

**Words.** Pixels come as 32-bit words, little-endian: four RGB pixels are twelve bytes are three
words. `words` holds whole groups of four pixels; where `n_pixels` is not a multiple of four, the
missing pixels of the last group are zeros.

**Code of a color.** 24 bits: the 2-bit digits of the channels interleaved, b r g from the highest
digit down. Its upper 18 bits are a *cell* (4 x 4 x 4 colors, 64^3 cells), the upper 12 a *box* of
64 cells, the upper 6 a block of 64 boxes: what is near in the color cube is near in memory. The
lower 6 bits are the color within its cell.

**Packed word of a cell.** Bits 48.. count, 32..47 / 16..31 / 0..15 the sums of the lowest two bits
of b / g / r. So one 64-bit addition counts a pixel; the cell's place gives the upper six bits of
the sums. A word that reaches `SPILL` pixels moves to the spill list and starts again from one: no
field ever overflows, whatever the image's size.

**Entry of a cell.** `shown[k]` where center k is nearest to all its colors, else the marker
`shown[0] ^ 1`: the cell is *mixed*, and its 64 labels start at cell_labels[positions[cell]].
`grid_tree` makes the entries, `grid_map` uses them.
`shown` (K,) uint32 is what the map needs of a label, in one word: `k << 24 | color` where K <= 256,
else `k << 8`. Either way no entry can be mistaken for the marker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .jit import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
    Integer = int | np.integer[Any]
    Color = tuple[Integer, Integer, Integer]

U32, U64 = np.uint32, np.uint64

# pixels a kernel holds in scratch; measured, 512 .. 8192: long loops hide cache misses and
# mispredictions
BLOCK = 1 << 12
N_CELLS = 1 << 18
# pixels; the sums of an octant's eight words, relative to its corner, fit: 8 * 1023 * 7 < 2**16
SPILL = 1 << 10
_SPILL_BIT = U64(48 + 10)
_ONE = U64(1 << 48)

# What a pixel adds to its cell's word, by the lower 6 bits of its code; and the place of a cell
# in its box.
_digits = np.arange(64, dtype=np.uint64)
PLACE = (
    (_digits >> U64(2) & U64(3)) | (_digits & U64(3)) << U64(16) | (_digits >> U64(4)) << U64(32)
)
INCREMENT = PLACE | _ONE
# A box's cells, one octant (2 x 2 x 2 cells) after the other: cell = OCTANTS[i] + CHILDREN[j].
OCTANTS = np.array([0, 2, 8, 10, 32, 34, 40, 42])
CHILDREN = np.array([0, 1, 4, 5, 16, 17, 20, 21])
OCTANT_OF = np.array([(i >> 1 & 1) | (i >> 2 & 2) | (i >> 3 & 4) for i in range(64)])


@jit
def _spread(x: np.uint32) -> np.uint32:
    """8 bits as four 2-bit digits, one every six bits."""
    x = (x | (x << U32(8))) & U32(0xF00F)
    return (x | (x << U32(4))) & U32(0xC30C3)


@jit
def _compact(x: Integer) -> Integer:
    """The inverse of `_spread`."""
    return (x & 3) | ((x >> 4) & 12) | ((x >> 8) & 48) | ((x >> 12) & 192)


@jit
def corner(code: Integer) -> Color:
    """The color of a code: r, g, b. Of a box's first code it is the box's lowest corner."""
    return _compact(code >> 2), _compact(code), _compact(code >> 4)


@jit
def encode(words: Array, pixels: Array, codes: Array) -> None:
    """Unpack words. Both loops become SIMD code.

    IN `words` (3 m,) uint32.
    OUT `pixels` (4 m..,) uint32: r | g << 8 | b << 16 (the top byte is not cleared), `codes`
    (4 m..,) uint32.
    """
    for j in range(len(words) // 3):
        first, second, third = words[3 * j], words[3 * j + 1], words[3 * j + 2]
        pixels[4 * j] = first
        pixels[4 * j + 1] = (first >> U32(24)) | (second << U32(8))
        pixels[4 * j + 2] = (second >> U32(16)) | (third << U32(16))
        pixels[4 * j + 3] = third >> U32(8)
    for i in range(len(words) // 3 * 4):
        p = pixels[i]
        b = _spread((p >> U32(16)) & U32(255))
        codes[i] = (
            (b << U32(4)) | (_spread(p & U32(255)) << U32(2)) | _spread((p >> U32(8)) & U32(255))
        )


@jit
def _sum_squares(channels: Array) -> np.int64:
    """Sum of squares of at most one block of bytes.

    32 bits hold 4096 * 3 * 255**2, and a SIMD register holds most of the narrowest.
    """
    total = U32(0)
    for i in range(len(channels)):
        total = U32(total + U32(channels[i]) * U32(channels[i]))
    return np.int64(total)


@jit
def histogram(
    words: Array, n_pixels: int, n_spills: int, packed: Array, spills: Array
) -> tuple[int, np.int64]:
    """Count pixels.

    IN `words` (3 m,) uint32, `n_spills`: how many there are already.
    INOUT `packed` (N_CELLS,) uint64, `spills` (.., 2) uint64: cells and their words.
    Returns how many spills there are now, and the sum of squares of all channels.
    """
    pixels, codes = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32)
    sum_squares = np.int64(0)
    for start in range(0, n_pixels, BLOCK):
        n = min(BLOCK, n_pixels - start)
        block = words[start // 4 * 3 : (start + n + 3) // 4 * 3]
        encode(block, pixels, codes)
        sum_squares += _sum_squares(block.view(np.uint8))
        for i in range(n):
            cell = codes[i] >> U32(6)
            word = packed[cell] + INCREMENT[codes[i] & U32(63)]
            packed[cell] = word
            if word >> _SPILL_BIT:
                n_spills = _spill(cell, n_spills, packed, spills)
    return n_spills, sum_squares


@jit
def _spill(cell: int, n_spills: int, packed: Array, spills: Array) -> int:
    """Empty a word but for one pixel at the cell's corner: zero means a cell without pixels.

    INOUT `packed` (N_CELLS,) uint64, `spills` (.., 2) uint64.
    Returns how many spills there are now.
    """
    spills[n_spills, 0] = cell
    spills[n_spills, 1] = packed[cell] - _ONE
    packed[cell] = _ONE
    return n_spills + 1


@jit
def add_packed(other: Array, n_spills: int, packed: Array, spills: Array) -> int:
    """Add what another thread has counted.

    IN `other` (N_CELLS,) uint64.
    INOUT `packed` (N_CELLS,) uint64, `spills` (.., 2) uint64.
    Returns how many spills there are now.
    """
    for cell in range(N_CELLS):
        packed[cell] += other[cell]
        if packed[cell] >> _SPILL_BIT:
            n_spills = _spill(cell, n_spills, packed, spills)
    return n_spills


@jit
def unpack(word: np.uint64, origin: Color, totals: Array) -> None:
    """Add a word's count and sums, given relative to `origin`. INOUT `totals` (4,) int64."""
    n = np.int64(word >> U64(48))
    totals[0] += n
    totals[1] += n * origin[0] + np.int64(word & U64(0xFFFF))
    totals[2] += n * origin[1] + np.int64((word >> U64(16)) & U64(0xFFFF))
    totals[3] += n * origin[2] + np.int64((word >> U64(32)) & U64(0xFFFF))


@jit
def cell_totals(packed: Array, spills: Array, cells: Array, totals: Array) -> None:
    """Add up all cells that have pixels.

    IN `packed` (N_CELLS,) uint64, `spills` (m, 2) uint64, `cells` (n,) int64: which ones have.
    INOUT `totals` (n, 4) int64: count and sums of r, g, b.
    """
    row_of = np.empty(N_CELLS if len(spills) else 0, np.int32)
    for row in range(len(cells)):
        unpack(packed[cells[row]], corner(cells[row] << 6), totals[row])
        if len(spills):
            row_of[cells[row]] = row
    for i in range(len(spills)):
        cell = np.int64(spills[i, 0])
        unpack(spills[i, 1], corner(cell << 6), totals[row_of[cell]])


@jit
def octant_totals(packed: Array, spills: Array, totals: Array) -> None:
    """Add up every octant; they are a grid of 32^3.

    IN `packed` (N_CELLS,) uint64, `spills` (m, 2) uint64.
    INOUT `totals` (N_CELLS // 8, 4) int64: count and sums of r, g, b.
    """
    for octant in range(N_CELLS // 8):
        first, together = first_cell(octant), U64(0)
        for child in CHILDREN:
            word = packed[first + child]
            together += word + (word >> U64(48)) * (PLACE[child] << U64(2))
        if together:
            unpack(together, corner(first << 6), totals[octant])
    for i in range(len(spills)):
        cell = np.int64(spills[i, 0])
        unpack(spills[i, 1], corner(cell << 6), totals[8 * (cell >> 6) + OCTANT_OF[cell & 63]])


@jit
def first_cell(octant: Integer) -> int:
    """The first cell of an octant."""
    return 64 * (octant >> 3) + OCTANTS[octant & 7]
