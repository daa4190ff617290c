"""8-bit RGB pixels to labels and colors, by the entries of their cells; see `grid_count`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .grid_count import BLOCK, I64, MIXED, U32, U64, add_word, encode, unpack
from .jit import inner, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
    Integer = int | np.integer[Any]

GRID_COUNT = "dd4de983347a"
"""Digest of `grid_count`, whose kernels are compiled into these; see the package's docstring."""


@jit
def add_spills(spills: Array, entries: Array, totals: Array) -> None:
    """Add up the spilled words of cells of one label.

    IN `spills` (m, 2) uint64, `entries` (N_CELLS,) uint32. INOUT `totals` (K, 4) int64.
    """
    for i in range(len(spills)):
        cell = I64(spills[i, 0])
        entry = entries[cell]
        if entry < MIXED:
            add_word(spills[i, 1], cell << 6, U64(entry), totals)


@jit
def map_pixels(
    words: Array,
    step: int,
    n_pixels: int,
    mask: Array,
    entries: Array,
    cell_labels: Array,
    palette: Array,
    labels: Array,
    painted: Array,
    totals: Array,
    sums: Array,
    room: Array,
) -> None:
    """Label and paint pixels, and add up those in mixed cells.

    IN `words`, `step`, `mask` (n_pixels or 0,) uint8: see `grid_count`; `entries` (N_CELLS,)
    uint32, `cell_labels` (..,) uint8, `palette` (K,) uint32: r | g << 8 | b << 16.
    OUT `labels` (n_pixels or 2 n_pixels,) uint8: in one byte where K <= 256, else in two, 0 where
    the mask is; `painted` as `words`: alpha, and what the mask leaves out, as they were.
    INOUT `totals` (K, 4) int64: count and sums of r, g, b; `sums` (K,) uint64: zeros.
    OUT `room` (5, BLOCK) uint32: room to work in.
    """
    pixels, codes, found, mixed, places = room[0], room[1], room[2], room[3], room[4]
    for start in range(0, n_pixels, BLOCK):
        n = min(BLOCK, n_pixels - start)
        unpack(words, step, start, n, pixels)
        encode(pixels, n, codes)
        _look_up(codes, entries, mask, start, n, found)
        n_mixed = _list_mixed(found, n, mixed)
        _label_mixed(mixed, n_mixed, pixels, codes, cell_labels, found, places, sums, totals)
        _write_labels(found, n, len(totals) > 256, start, labels)
        if len(mask):
            _blend(found, n, palette, mask, start, pixels)
            _paint(pixels, found, pixels, n, step, start, painted)
        else:
            _paint(palette, found, pixels, n, step, start, painted)
    for label in range(len(totals)):
        _flush(label, sums, totals)


@inner
def _look_up(codes: Array, entries: Array, mask: Array, start: int, n: int, found: Array) -> None:
    """Look the entries of pixels up. IN `codes` (n..,), `entries` (N_CELLS,) uint32, `mask`.

    OUT `found` (n.. + 3,) uint32: the entry of every pixel, 0 where the mask is, and behind the
    last up to a multiple of four.
    """
    for i in range(n):
        found[i] = entries[codes[i] >> U32(6)]
    if len(mask):
        for i in range(n):
            found[i] = found[i] if mask[U64(start) + U64(i)] else U32(0)
    for i in range(n, (n + 3) // 4 * 4):
        found[i] = U32(0)


@inner
def _list_mixed(found: Array, n: int, mixed: Array) -> int:
    """List the pixels in mixed cells. Which ones are cannot be predicted, so no branch asks.

    IN `found` (n..,) uint32. OUT `mixed` (n..,) uint32: the list. Returns its length.
    """
    n_mixed = U64(0)
    for i in range(n):
        mixed[n_mixed] = i
        n_mixed += U64(found[i] >> U32(31))
    return I64(n_mixed)


@inner
def _label_mixed(
    mixed: Array,
    n_mixed: int,
    pixels: Array,
    codes: Array,
    cell_labels: Array,
    found: Array,
    places: Array,
    sums: Array,
    totals: Array,
) -> None:
    """Label the pixels in mixed cells. One table a loop: many cache misses are under way at a time.

    IN `mixed` (n_mixed..,) uint32: which of the pixels, `pixels` and `codes` (n..,) uint32,
    `cell_labels` (..,) uint8.
    INOUT `found` (n..,) uint32: their entries become labels; `sums` (K,) uint64, `totals` (K, 4)
    int64.
    OUT `places` (n..,) uint32: room to work in.
    """
    for t in range(n_mixed):
        i = mixed[t]
        places[t] = (found[i] << U32(6)) + (codes[i] & U32(63))  # the marker is shifted out
    if len(totals) > 256:
        for t in range(n_mixed):
            high = U32(cell_labels[places[t] + U32(64)])
            places[t] = cell_labels[places[t]] | (high << U32(8))
    else:
        for t in range(n_mixed):
            places[t] = cell_labels[places[t]]
    for t in range(n_mixed):
        i, label = mixed[t], places[t]
        found[i] = label
        _add_pixel(pixels[i], label, sums, totals)


@inner
def _add_pixel(pixel: np.uint32, label: np.uint32, sums: Array, totals: Array) -> None:
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
        _flush(I64(label), sums, totals)


@inner
def _flush(label: Integer, sums: Array, totals: Array) -> None:
    """Move sums to the totals. INOUT `sums` (K,) uint64, `totals` (K, 4) int64."""
    word = sums[label]
    totals[label, 0] += I64(word >> U64(51))
    totals[label, 1] += I64(word & U64(0x1FFFF))
    totals[label, 2] += I64((word >> U64(17)) & U64(0x1FFFF))
    totals[label, 3] += I64((word >> U64(34)) & U64(0x1FFFF))
    sums[label] = U64(0)


@inner
def _write_labels(found: Array, n: int, wide: bool, start: int, labels: Array) -> None:
    """Write labels in one byte or two. IN `found` (n..,) uint32. OUT `labels` (..,) uint8."""
    first = U64(start)
    if wide:
        for i in range(n):
            labels[U64(2) * (first + U64(i))] = found[i] & U32(255)
            labels[U64(2) * (first + U64(i)) + U64(1)] = found[i] >> U32(8)
    else:
        for i in range(n):
            labels[first + U64(i)] = found[i]


@inner
def _blend(found: Array, n: int, palette: Array, mask: Array, start: int, pixels: Array) -> None:
    """Replace the colors of pixels that take part by those of their labels, but not the top byte.

    IN `palette` (K,) uint32, `mask`: see `grid_count`.
    INOUT `pixels` (n..,) uint32, `found` (n..,) uint32: labels, which become 0, 1, 2, ..
    """
    for i in range(n):
        color = palette[found[i]] | (pixels[i] & U32(0xFF000000))
        pixels[i] = color if mask[U64(start) + U64(i)] else pixels[i]
        found[i] = i


@inner
def _paint(
    colors: Array, found: Array, pixels: Array, n: int, step: int, start: int, painted: Array
) -> None:
    """Write pixels: the opposite of `unpack`.

    IN `colors` (..,) uint32, `found` (n.. + 3,) uint32: which color each pixel
    gets, `pixels` (n..,) uint32: have their top bytes. OUT `painted` (..,) uint32: words.
    """
    if step == 4:
        for i in range(n):
            painted[U64(start) + U64(i)] = colors[found[i]] | (pixels[i] & U32(0xFF000000))
    else:
        first = U64(start // 4 * 3)
        for j in range((n + 3) // 4):
            k = first + U64(3 * j)
            a, b = colors[found[4 * j]], colors[found[4 * j + 1]]
            c, d = colors[found[4 * j + 2]], colors[found[4 * j + 3]]
            painted[k] = (a & U32(0xFFFFFF)) | (b << U32(24))
            painted[k + U64(1)] = ((b >> U32(8)) & U32(0xFFFF)) | (c << U32(16))
            painted[k + U64(2)] = ((c >> U32(16)) & U32(0xFF)) | (d << U32(8))
