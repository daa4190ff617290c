"""8-bit RGB pixels of few cells: counted by color. See `grid_count` for cells, codes and words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .grid_count import BLOCK, U32, U64, load_block
from .jit import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

GRID_COUNT = "dd4de983347a"
"""Digest of what is compiled into this; see the package's docstring."""


@jit
def count_colors(
    words: Array,
    step: int,
    n_pixels: int,
    mask: Array,
    rows: Array,
    counts: Array,
    pixels: Array,
    codes: Array,
) -> None:
    """Count pixels by color.

    IN `words`, `step`, `mask` (n_pixels or 0,) uint8: see `grid_count`, `rows` (N_CELLS,) uint32:
    the row of each cell that has pixels.
    INOUT `counts` (64 * rows,) uint32: by the lower six bits of a color's code within a row.
    OUT `pixels` and `codes` (BLOCK,) uint32: room to work in.
    """
    for start in range(0, n_pixels, BLOCK):
        n = load_block(words, step, start, n_pixels, mask, pixels, codes)
        for i in range(n):
            row = U64(rows[codes[i] >> U32(6)])
            counts[row << U64(6) | U64(codes[i] & U32(63))] += U32(1)
