"""Codes of 8-bit RGB colors, and places in the order of interleaved bits; see `grid_count`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def codes_at(places: NDArray[np.int64], n_bits: int) -> NDArray[np.int64]:
    """Return the codes at some places in the order of interleaved bits, a multiple of six."""
    from .kernels.grid_count import IN_ORDER

    codes = np.zeros_like(places)
    for shift in range(0, n_bits, 6):
        codes |= IN_ORDER[places >> shift & 63] << shift
    return codes


def places_of(codes: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Return the places of colors in the order of interleaved bits."""
    from .kernels.grid_count import IN_ORDER

    place_of, places = np.argsort(IN_ORDER), np.zeros(len(codes), np.int64)
    for shift in range(0, 24, 6):
        places |= place_of[codes >> np.uint32(shift) & np.uint32(63)] << shift
    return places


def colors_of(codes: NDArray[Any]) -> NDArray[np.uint8]:
    """Return the colors of codes, (n, 3)."""
    channels = [codes >> codes.dtype.type(shift) for shift in (2, 0, 4)]
    compact = [c & 3 | c >> 4 & 12 | c >> 8 & 48 | c >> 12 & 192 for c in channels]
    return np.stack([c.astype(np.uint8) for c in compact], axis=1)
