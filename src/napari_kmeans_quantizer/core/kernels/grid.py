"""8-bit RGB pixels: histogram, label tree, map.

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
`shown` (K,) uint32 is what the map needs of a label, in one word: `k << 24 | color` where K <= 256,
else `k << 8`. Either way no entry can be mistaken for the marker.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .jit import jit

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
def _spread(x):
    """8 bits as four 2-bit digits, one every six bits."""
    x = (x | (x << U32(8))) & U32(0xF00F)
    return (x | (x << U32(4))) & U32(0xC30C3)


@jit
def _gather(x):
    """The inverse of `_spread`."""
    return (x & 3) | ((x >> 4) & 12) | ((x >> 8) & 48) | ((x >> 12) & 192)


@jit
def _corner(code):
    """The color of a code: r, g, b. Of a box's first code it is the box's lowest corner."""
    return _gather(code >> 2), _gather(code), _gather(code >> 4)


@jit
def _encode(words, pixels, codes):
    """Pixels as r | g << 8 | b << 16 (the top byte is not cleared), and their codes.

    Both loops vectorise.
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
def _sum_squares(channels):
    """Of at most one block of bytes.

    32 bits hold 4096 * 3 * 255**2, and 32-bit lanes vectorise best.
    """
    total = U32(0)
    for i in range(len(channels)):
        total = U32(total + U32(channels[i]) * U32(channels[i]))
    return np.int64(total)


@jit
def histogram(words, n_pixels, n_spills, packed, spills):
    """Add the pixels to `packed` (N_CELLS,) uint64 and `spills` (.., 2) uint64.

    Returns n_spills, sum of squares.
    """
    pixels, codes = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32)
    sum_squares = 0
    for start in range(0, n_pixels, BLOCK):
        n = min(BLOCK, n_pixels - start)
        block = words[start // 4 * 3 : (start + n + 3) // 4 * 3]
        _encode(block, pixels, codes)
        sum_squares += _sum_squares(block.view(np.uint8))
        for i in range(n):
            cell = codes[i] >> U32(6)
            word = packed[cell] + INCREMENT[codes[i] & U32(63)]
            packed[cell] = word
            if word >> _SPILL_BIT:
                n_spills = _spill(cell, n_spills, packed, spills)
    return n_spills, sum_squares


@jit
def _spill(cell, n_spills, packed, spills):
    """Empty the word but for one pixel at the cell's corner.

    A zero word means a cell without pixels.
    """
    spills[n_spills, 0] = cell
    spills[n_spills, 1] = packed[cell] - _ONE
    packed[cell] = _ONE
    return n_spills + 1


@jit
def merge(other, n_spills, packed, spills):
    """Add another worker's packed words; returns n_spills."""
    for cell in range(N_CELLS):
        packed[cell] += other[cell]
        if packed[cell] >> _SPILL_BIT:
            n_spills = _spill(cell, n_spills, packed, spills)
    return n_spills


@jit
def _unpack(word, corner, totals):
    """Add count and sums of r, g, b, given relative to `corner`, to `totals` (4,) int64."""
    n = np.int64(word >> U64(48))
    totals[0] += n
    totals[1] += n * corner[0] + np.int64(word & U64(0xFFFF))
    totals[2] += n * corner[1] + np.int64((word >> U64(16)) & U64(0xFFFF))
    totals[3] += n * corner[2] + np.int64((word >> U64(32)) & U64(0xFFFF))


@jit
def cell_totals(packed, spills, cells, totals):
    """Add count and sums of the listed cells, all that have pixels, to `totals` (n, 4) int64."""
    row_of = np.empty(N_CELLS if len(spills) else 0, np.int32)
    for row in range(len(cells)):
        _unpack(packed[cells[row]], _corner(cells[row] << 6), totals[row])
        if len(spills):
            row_of[cells[row]] = row
    for i in range(len(spills)):
        cell = np.int64(spills[i, 0])
        _unpack(spills[i, 1], _corner(cell << 6), totals[row_of[cell]])


@jit
def octant_totals(packed, spills, totals):
    """Add count and sums of every octant, a 32^3 grid, to its row of `totals` (N_CELLS // 8.

    4) int64.
    """
    for octant in range(N_CELLS // 8):
        first, together = _first_cell(octant), U64(0)
        for child in CHILDREN:
            word = packed[first + child]
            together += word + (word >> U64(48)) * (PLACE[child] << U64(2))
        if together:
            _unpack(together, _corner(first << 6), totals[octant])
    for i in range(len(spills)):
        cell = np.int64(spills[i, 0])
        _unpack(spills[i, 1], _corner(cell << 6), totals[8 * (cell >> 6) + OCTANT_OF[cell & 63]])


@jit
def _first_cell(octant):
    return 64 * (octant >> 3) + OCTANTS[octant & 7]


@jit
def _uniform(first, entries, marker):
    """True if the octant has one label.

    Cells without pixels may hold anything, but others are of that label then.
    """
    entry, same = entries[first], entries[first] != marker
    for child in CHILDREN:
        same &= entries[first + child] == entry
    return same


@jit
def add_whole_cells(packed, spills, octants, entries, shown, shift, totals):
    """Add count and sums of every cell that is not mixed to its label's row of `totals` (K.

    4) int64.

    `octants` are the octant_totals: most octants are uniform, and a row of these saves
    unpacking eight cells.
    """
    marker = shown[0] ^ U32(1)
    for octant in range(N_CELLS // 8):
        if octants[octant, 0]:
            first = _first_cell(octant)
            if _uniform(first, entries, marker):
                for column in range(4):
                    totals[entries[first] >> shift, column] += octants[octant, column]
            else:
                for child in CHILDREN:
                    cell = first + child
                    if packed[cell] and entries[cell] != marker:
                        _unpack(packed[cell], _corner(cell << 6), totals[entries[cell] >> shift])
    for i in range(len(spills)):
        cell = np.int64(spills[i, 0])
        first = _first_cell(8 * (cell >> 6) + OCTANT_OF[cell & 63])
        if entries[cell] != marker and not _uniform(first, entries, marker):
            _unpack(spills[i, 1], _corner(cell << 6), totals[entries[cell] >> shift])


@jit
def _narrow(corner, side, n, given, kept):
    """Keep, of the first `n` rows x, y, z, index of `given`.

    The centers that can be nearest to a color of the box.

    With m the box's middle and b the center nearest to it, |x - c|^2 - |x - b|^2 is linear in
    x, so over the box it is at least |m - c|^2 - |m - b|^2 - (side - 1) * |b - c|_1. The slack
    is far above the rounding of this line and of the labels' own distances. Where a comparison
    meets infinity or NaN, the center stays. Returns how many are kept.
    """
    half = 0.5 * (side - 1)
    m0, m1, m2 = corner[0] + half, corner[1] + half, corner[2] + half
    lowest, best = np.inf, 0
    for j in range(n):
        d = (given[j, 0] - m0) ** 2 + (given[j, 1] - m1) ** 2 + (given[j, 2] - m2) ** 2
        given[j, 4] = d
        best = j if d < lowest else best
        lowest = min(lowest, d)
    x0, x1, x2 = given[best, 0], given[best, 1], given[best, 2]
    n_kept = 0
    for j in range(n):
        d = given[j, 4]
        reach = (side - 1) * (abs(given[j, 0] - x0) + abs(given[j, 1] - x1) + abs(given[j, 2] - x2))
        for column in range(4):
            kept[n_kept, column] = given[j, column]
        n_kept += not (d - lowest > reach + 1e-12 * (d + lowest + 1e5))
    return n_kept


@jit
def _label_cell(corner, n, near, best, owner, ties, labels):
    """The nearest of the first `n` rows of `near` for the 64 colors of a cell.

    Ties go to the first and are noted in `ties`. True if all agree.
    """
    r, g, b = float(corner[0]), float(corner[1]), float(corner[2])
    for t in range(64):
        best[t], owner[t] = np.inf, near[0, 3]
    for j in range(n):
        x, y, z, index = near[j, 0], near[j, 1], near[j, 2], near[j, 3]
        for t in range(64):
            d0, d1, d2 = r + ((t >> 2) & 3) - x, g + (t & 3) - y, b + (t >> 4) - z
            d = (d0 * d0 + d1 * d1) + d2 * d2
            old, previous = best[t], owner[t]
            closer = d < old  # one mask for two selects, or LLVM makes branches of them
            ties[t] = 1.0 if d == old else ties[t]
            best[t] = d if closer else old
            owner[t] = index if closer else previous
    same = True
    for t in range(64):
        labels[t] = np.int64(owner[t])
        same &= owner[t] == owner[0]
    return same


@jit
def label_tree(packed, rows, shown, start, stop, used, entries, positions, cell_labels):
    """Nearest center of every color in every cell with pixels, in the blocks start..stop.

    The labels of mixed cells go to `cell_labels` from `used` on. Returns whether some color may
    have two centers equally near. Boxes of side 64, 16, 8 and 4
    hand the centers that are left to the boxes within. `rows` (M, 4) float64: x, y, z and index
    of the centers, no two alike, ascending by index; `entries` and `positions` (N_CELLS,)
    uint32; `cell_labels` (64 * cells with pixels,) uint8 or uint16.
    """
    near = np.empty((5, len(rows) + 1, 5))
    near[0, : len(rows), :4] = rows
    scratch = np.zeros((3, 64))
    for block in range(start, stop):
        n_block = _narrow(_corner(block << 18), 64, len(rows), near[0], near[1])
        for box in range(64 * block, 64 * block + 64):
            if packed[64 * box : 64 * box + 64].any():
                n_box = _narrow(_corner(box << 12), 16, n_block, near[1], near[2])
                if n_box == 1:
                    entries[64 * box : 64 * box + 64] = shown[np.int64(near[2, 0, 3])]
                else:
                    used = _label_box(
                        box,
                        n_box,
                        used,
                        packed,
                        shown,
                        near,
                        scratch,
                        entries,
                        positions,
                        cell_labels,
                    )
    return scratch[2].any()


@jit
def _label_box(box, n_box, used, packed, shown, near, scratch, entries, positions, cell_labels):
    for octant in OCTANTS:
        first = 64 * box + octant
        n_octant = _narrow(_corner(first << 6), 8, n_box, near[2], near[3])
        for child in CHILDREN:
            cell = first + child
            if n_octant == 1:
                entries[cell] = shown[np.int64(near[3, 0, 3])]
            elif packed[cell]:
                n = _narrow(_corner(cell << 6), 4, n_octant, near[3], near[4])
                labels = cell_labels[used : used + 64]
                if n == 1 or _label_cell(
                    _corner(cell << 6), n, near[4], scratch[0], scratch[1], scratch[2], labels
                ):
                    entries[cell] = shown[
                        np.int64(near[4, 0, 3]) if n == 1 else np.int64(labels[0])
                    ]
                else:
                    entries[cell] = shown[0] ^ U32(1)
                    positions[cell] = used
                    used += 64
    return used


@jit
def _add_pixel(pixel, label, sums, totals):
    """Count a pixel in `sums` (K,) uint64: count 51.., b 34.., g 17.., r 0.

    After 512 pixels move on to `totals`.
    """
    p = U64(pixel)
    spread = (
        (p & U64(0xFF))
        | ((p & U64(0xFF00)) << U64(9))
        | ((p & U64(0xFF0000)) << U64(18))
        | U64(1 << 51)
    )
    sums[label] += spread
    if sums[label] >> U64(60):
        _flush(label, sums, totals)


@jit
def _flush(label, sums, totals):
    word = sums[label]
    totals[label, 0] += np.int64(word >> U64(51))
    for channel in range(3):
        totals[label, 1 + channel] += np.int64((word >> U64(17 * channel)) & U64(0x1FFFF))
    sums[label] = U64(0)


@intrinsic
def _trailing_zeros(typing_context, word):
    """Index of the lowest bit set; numba has no name for the instruction."""

    def build(context, builder, signature, args):
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), build


@jit
def _find_mixed(codes, entries, marker, found, mixed):
    """The entry of every pixel, and the indices of those in mixed cells; returns their number.

    Which pixels are mixed is unpredictable, so no branch asks for each: 64 comparisons
    (vectorised) make one word.
    """
    for i in range(len(codes)):
        found[i] = entries[codes[i] >> U32(6)]
    n_mixed = 0
    for start in range(0, len(codes), 64):
        part, bits = found[start : min(start + 64, len(codes))], U64(0)
        for i in range(len(part)):
            bits |= U64(part[i] == marker) << U64(i)
        while bits:
            mixed[n_mixed] = start + _trailing_zeros(bits)
            n_mixed += 1
            bits &= bits - U64(1)
    return n_mixed


@jit
def _label_mixed(mixed, pixels, codes, positions, cell_labels, shown, found, places, sums, totals):
    """Labels of the pixels listed in `mixed`.

    One table a loop: so that many cache misses are under way at a time.
    """
    for t in range(len(mixed)):
        code = codes[mixed[t]]
        places[t] = positions[code >> U32(6)] + (code & U32(63))
    for t in range(len(mixed)):
        places[t] = cell_labels[places[t]]
    for t in range(len(mixed)):
        i, label = mixed[t], places[t]
        found[i] = shown[label]
        _add_pixel(pixels[i], label, sums, totals)


@jit
def map_pixels(
    words, n_pixels, entries, positions, cell_labels, shown, palette, labels, painted, totals
):
    """Labels (n_pixels,), painted words, and onto `totals` (K.

    4) int64 count and sums of the pixels in mixed cells.

    `palette` (K,) uint32 is r | g << 8 | b << 16. With `labels` empty only the totals are made.
    """
    pixels, codes = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32)
    found, mixed, places = (
        np.empty(BLOCK, np.uint32),
        np.empty(BLOCK, np.uint32),
        np.empty(BLOCK, np.uint32),
    )
    sums = np.zeros(len(totals), np.uint64)
    for start in range(0, n_pixels, BLOCK):
        n = min(BLOCK, n_pixels - start)
        span = slice(start // 4 * 3, (start + n + 3) // 4 * 3)
        _encode(words[span], pixels, codes)
        n_mixed = _find_mixed(codes[:n], entries, shown[0] ^ U32(1), found, mixed)
        _label_mixed(
            mixed[:n_mixed],
            pixels,
            codes,
            positions,
            cell_labels,
            shown,
            found,
            places,
            sums,
            totals,
        )
        if len(labels):
            _write_labels(found, len(shown) > 256, palette, labels[start : start + n])
            _paint(found, painted[span])
    for label in range(len(totals)):
        _flush(label, sums, totals)


@jit
def _write_labels(found, wide, palette, labels):
    """Labels from the words found; where these have no room for a color, replace them by it."""
    if wide:
        for i in range(len(labels)):
            labels[i] = found[i] >> U32(8)
            found[i] = palette[found[i] >> U32(8)]
    else:
        for i in range(len(labels)):
            labels[i] = found[i] >> U32(24)


@jit
def _paint(found, painted):
    """Four colors into three words; the labels in the top bytes fall out."""
    for j in range(len(painted) // 3):
        a, b, c, d = found[4 * j], found[4 * j + 1], found[4 * j + 2], found[4 * j + 3]
        painted[3 * j] = (a & U32(0xFFFFFF)) | (b << U32(24))
        painted[3 * j + 1] = ((b >> U32(8)) & U32(0xFFFF)) | (c << U32(16))
        painted[3 * j + 2] = ((c >> U32(16)) & U32(0xFF)) | (d << U32(8))
