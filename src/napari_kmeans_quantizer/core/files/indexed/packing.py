"""Indices as rows of bytes: several to a byte where the palette allows, and filtered as in PNG.

The layouts are those of the PNG specification, third edition, sections 7.2 and 9.2:
https://www.w3.org/TR/png-3/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]

SUB, UP, NEAREST = 1, 2, 4
"""Filter types, of which each row begins with one; 0 is none."""
BAND_BYTES = 1 << 16
"""Rows are filtered in bands that fit into the cache."""


def bits_of(n_entries: int) -> int:
    """Return the fewest bits, of 1, 2, 4 and 8, that tell so many entries apart."""
    return next(bits for bits in (1, 2, 4, 8) if n_entries <= 1 << bits)


def packed(indices: Bytes, bits: int) -> Bytes:
    """Return rows (H, W) as bytes (H, ceil(W * bits / 8)), the leftmost pixel in the high bits."""
    if bits == 8:
        return indices
    per_byte = 8 // bits
    height, width = indices.shape
    rows = np.zeros((height, -(-width // per_byte)), np.uint8)
    for place in range(per_byte):
        part = indices[:, place::per_byte]
        rows[:, : part.shape[1]] |= part << (8 - bits * (place + 1))
    return rows


def unfiltered(rows: Bytes) -> Bytes:
    """Return rows (H, n) each after the type of its filter, none, (H, n + 1)."""
    return np.pad(rows, ((0, 0), (1, 0)))


def filtered(rows: Bytes) -> Bytes:
    """Return rows (H, n) as differences to their neighbors, after the type of filter, (H, n + 1).

    Each row takes the filter that leaves the least sum of absolute differences.
    """
    height, width = rows.shape
    result = np.empty((height, width + 1), np.uint8)
    n_rows = max(1, BAND_BYTES // width)
    for start in range(0, height, n_rows):
        above = np.zeros((1, width), np.uint8) if start == 0 else rows[start - 1 : start]
        band = rows[start : start + n_rows]
        result[start : start + n_rows] = _least(band, np.concatenate([above, band[:-1]]))
    return result


def _least(rows: Bytes, above: Bytes) -> Bytes:
    left, corner = (np.pad(part, ((0, 0), (1, 0)))[:, :-1] for part in (rows, above))
    kinds = np.array([SUB, UP, NEAREST], np.uint8)
    candidates = np.stack([rows - left, rows - above, rows - _nearest(left, above, corner)])
    sizes = np.abs(candidates.view(np.int8)).view(np.uint8).sum(axis=2, dtype=np.int64)
    best = sizes.argmin(axis=0)
    chosen = candidates[best, np.arange(len(rows))]
    return np.concatenate([kinds[best][:, np.newaxis], chosen], axis=1)


def _nearest(left: Bytes, above: Bytes, corner: Bytes) -> Bytes:
    """Return whichever neighbor is nearest to left + above - corner, in this order."""
    a, b, c = (part.astype(np.int16) for part in (left, above, corner))
    to_left, to_above, to_corner = np.abs(b - c), np.abs(a - c), np.abs(a + b - 2 * c)
    is_left = (to_left <= to_above) & (to_left <= to_corner)
    nearest: Bytes = np.where(is_left, left, np.where(to_above <= to_corner, above, corner))
    return nearest
