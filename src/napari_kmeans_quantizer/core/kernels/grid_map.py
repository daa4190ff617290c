"""8-bit RGB pixels to labels and colors, by the entries of their cells; see `grid_count`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .grid_count import (
    BLOCK,
    CHILDREN,
    N_CELLS,
    OCTANT_OF,
    U32,
    U64,
    corner,
    encode,
    first_cell,
    unpack,
)
from .jit import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

GRID_COUNT = "be16dc3143c0"
"""Digest of `grid_count`, whose kernels are compiled into these; see the package's docstring."""


@jit
def _uniform(first: int, entries: Array, marker: np.uint32) -> bool:
    """True if the octant has one label. IN `entries` (N_CELLS,) uint32.

    Cells without pixels may hold anything, but others are of that label then.
    """
    entry, same = entries[first], entries[first] != marker
    for child in CHILDREN:
        same &= entries[first + child] == entry
    return same


@jit
def add_whole_cells(
    packed: Array,
    spills: Array,
    octants: Array,
    entries: Array,
    shown: Array,
    shift: np.uint32,
    totals: Array,
) -> None:
    """Add up every cell that is not mixed, by label.

    IN `packed` (N_CELLS,) uint64, `spills` (m, 2) uint64, `octants` (N_CELLS // 8, 4) int64: from
    `octant_totals`; most octants are uniform, and a row of these saves unpacking eight cells.
    `entries` (N_CELLS,) and `shown` (K,) uint32, `shift`: where in an entry the label begins.
    INOUT `totals` (K, 4) int64: count and sums of r, g, b.
    """
    marker = shown[0] ^ U32(1)
    for octant in range(N_CELLS // 8):
        if octants[octant, 0]:
            first = first_cell(octant)
            if _uniform(first, entries, marker):
                for column in range(4):
                    totals[entries[first] >> shift, column] += octants[octant, column]
            else:
                for child in CHILDREN:
                    cell = first + child
                    if packed[cell] and entries[cell] != marker:
                        unpack(packed[cell], corner(cell << 6), totals[entries[cell] >> shift])
    for i in range(len(spills)):
        cell = np.int64(spills[i, 0])
        first = first_cell(8 * (cell >> 6) + OCTANT_OF[cell & 63])
        if entries[cell] != marker and not _uniform(first, entries, marker):
            unpack(spills[i, 1], corner(cell << 6), totals[entries[cell] >> shift])


@intrinsic
def _trailing_zeros(typing_context: Any, word: Any) -> Any:
    """Index of the lowest bit set; numba has no name for the instruction."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), build


@jit
def _add_pixel(pixel: np.uint32, label: int, sums: Array, totals: Array) -> None:
    """Count a pixel; after 512 pixels of a label its sums are moved to the totals.

    INOUT `sums` (K,) uint64: r from bit 0, g from 17, b from 34, count from 51, `totals` (K, 4)
    int64.
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
def _flush(label: int, sums: Array, totals: Array) -> None:
    """Move sums to the totals. INOUT `sums` (K,) uint64, `totals` (K, 4) int64."""
    word = sums[label]
    totals[label, 0] += np.int64(word >> U64(51))
    for channel in range(3):
        totals[label, 1 + channel] += np.int64((word >> U64(17 * channel)) & U64(0x1FFFF))
    sums[label] = U64(0)


@jit
def _find_mixed(codes: Array, entries: Array, marker: np.uint32, found: Array, mixed: Array) -> int:
    """Look the entries up, and list the pixels in mixed cells.

    Which pixels are mixed cannot be predicted, so no branch asks for each: 64 comparisons (SIMD
    code) make one word.

    IN `codes` (n,) uint32, `entries` (N_CELLS,) uint32.
    OUT `found` (n..,) uint32: the entry of every pixel, `mixed` (n..,) uint32: the list.
    Returns how many are mixed.
    """
    for i in range(len(codes)):
        found[i] = entries[codes[i] >> U32(6)]
    n_mixed = 0
    for start in range(0, len(codes), 64):
        part, bits = found[start : min(start + 64, len(codes))], U64(0)
        for i in range(len(part)):
            bits |= U64(part[i] == marker) << U64(i)
        while bits:
            mixed[n_mixed] = start + _trailing_zeros(bits)  # type: ignore[call-arg]
            n_mixed += 1
            bits &= bits - U64(1)
    return n_mixed


@jit
def _label_mixed(
    mixed: Array,
    pixels: Array,
    codes: Array,
    positions: Array,
    cell_labels: Array,
    shown: Array,
    found: Array,
    places: Array,
    sums: Array,
    totals: Array,
) -> None:
    """Label the pixels in mixed cells. One table a loop: many cache misses are under way at a time.

    IN `mixed` (m,) uint32: which of the pixels, `pixels` and `codes` (n..,) uint32, `positions`
    (N_CELLS,) uint32, `cell_labels` (..,) uint8 or uint16, `shown` (K,) uint32.
    OUT `found` (n..,) uint32: their entries, `places` (n..,) uint32: room to work in.
    INOUT `sums` (K,) uint64, `totals` (K, 4) int64.
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
    words: Array,
    n_pixels: int,
    entries: Array,
    positions: Array,
    cell_labels: Array,
    shown: Array,
    palette: Array,
    labels: Array,
    painted: Array,
    totals: Array,
) -> None:
    """Label and paint pixels, and add up those in mixed cells.

    IN `words` (3 m,) uint32, `entries` and `positions` (N_CELLS,) uint32, `cell_labels` (..,)
    uint8 or uint16, `shown` (K,) uint32, `palette` (K,) uint32: r | g << 8 | b << 16.
    OUT `labels` (n_pixels,) uint8 or uint16, `painted` (3 m,) uint32: words.
    INOUT `totals` (K, 4) int64: count and sums of r, g, b.
    """
    pixels, codes = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32)
    found, mixed = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32)
    places = np.empty(BLOCK, np.uint32)
    sums = np.zeros(len(totals), np.uint64)
    for start in range(0, n_pixels, BLOCK):
        n = min(BLOCK, n_pixels - start)
        span = slice(start // 4 * 3, (start + n + 3) // 4 * 3)
        encode(words[span], pixels, codes)
        n_mixed = _find_mixed(codes[:n], entries, shown[0] ^ U32(1), found, mixed)
        some = mixed[:n_mixed]
        _label_mixed(
            some, pixels, codes, positions, cell_labels, shown, found, places, sums, totals
        )
        _write_labels(found, len(shown) > 256, palette, labels[start : start + n])
        _paint(found, painted[span])
    for label in range(len(totals)):
        _flush(label, sums, totals)


@jit
def _write_labels(found: Array, wide: bool, palette: Array, labels: Array) -> None:
    """Take the labels from the entries; where these have no room for a color, replace them by it.

    IN `palette` (K,) uint32. INOUT `found` (n..,) uint32. OUT `labels` (n,) uint8 or uint16.
    """
    if wide:
        for i in range(len(labels)):
            labels[i] = found[i] >> U32(8)
            found[i] = palette[found[i] >> U32(8)]
    else:
        for i in range(len(labels)):
            labels[i] = found[i] >> U32(24)


@jit
def _paint(found: Array, painted: Array) -> None:
    """Pack four colors into three words; the labels in the top bytes fall out.

    IN `found` (4 m..,) uint32. OUT `painted` (3 m,) uint32.
    """
    for j in range(len(painted) // 3):
        a, b, c, d = found[4 * j], found[4 * j + 1], found[4 * j + 2], found[4 * j + 3]
        painted[3 * j] = (a & U32(0xFFFFFF)) | (b << U32(24))
        painted[3 * j + 1] = ((b >> U32(8)) & U32(0xFFFF)) | (c << U32(16))
        painted[3 * j + 2] = ((c >> U32(16)) & U32(0xFF)) | (d << U32(8))
