"""What the numbers of an image mean: what its dtype can hold, and what black and white are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

LARGEST_VALUE = 1e140
"""The square of a larger number, times the number of values, might leave the range of float64."""

WHITES = (1.0, 255.0, 65535.0)
"""What white is by custom, if black is 0."""


def limits(dtype: np.dtype[Any]) -> tuple[float, float]:
    """Return the least and the largest value of a dtype: Python ints for integers, hence exact."""
    if dtype.kind == "f":
        return float(np.finfo(dtype).min), float(np.finfo(dtype).max)
    if dtype.kind in "iu":
        return int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
    return 0, 1


def to_dtype(colors: NDArray[np.float64], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Round float64 colors to the values that an image of `dtype` can hold."""
    native = dtype.newbyteorder("=")
    low, high = limits(native)
    if dtype.kind == "f":
        low, high = max(low, -1.7e308), min(high, 1.7e308)
        return np.clip(colors, low, high).astype(native)
    # float64 cannot hold the largest 64-bit integers: the cast would wrap.
    if int(float(high)) > high:
        high = float(np.nextafter(float(high), 0))
    return np.clip(np.rint(colors), low, high).astype(native)


def image_range(dtype: DTypeLike, low: float, high: float) -> tuple[float, float]:
    """Return what is shown as black and as full intensity in an image with values low..high.

    Bool, uint8 and uint16 images use their whole range and floats in 0..1 that range, as viewers
    do; other images seldom fill theirs, and show what is there.
    """
    kind = np.dtype(dtype).newbyteorder("=")
    if kind in (np.bool_, np.uint8, np.uint16):
        return 0.0, float(limits(kind)[1])
    if kind.kind == "f" and low >= 0 and high <= 1:
        return 0.0, 1.0
    return low, high


def colors_range(dtype: np.dtype[Any], low: float, high: float) -> tuple[float, float]:
    """Guess the range of an image of which only some colors are known, with values low..high."""
    if dtype.newbyteorder("=") in (np.bool_, np.uint8, np.uint16):
        return image_range(dtype, low, high)
    white = next((white for white in WHITES if low >= 0 and high <= white), None)
    return (low, high) if white is None else (0.0, white)


def are_alike(
    dtype: np.dtype[Any],
    value_range: tuple[float, float],
    other: np.dtype[Any],
    other_range: tuple[float, float],
) -> bool:
    """Tell whether numbers of two images mean the same, as far as their ranges can tell.

    Frames of one series differ in range, but not in units: so ranges are taken for alike if white
    is the same by custom. Of a range of a single value nothing can be told.
    """
    if dtype.kind in "bui" and dtype.newbyteorder("=") == other.newbyteorder("="):
        return True
    if value_range[0] == value_range[1] or other_range[0] == other_range[1]:
        return True
    return _white(*value_range) == _white(*other_range)


def _white(low: float, high: float) -> float | None:
    """Return what white is by custom in a range that may reach beyond it; None for any other."""
    return next((white for white in WHITES if -0.5 * white <= low and high <= 2 * white), None)


def peak(dtype: np.dtype[Any], low: float, high: float) -> float:
    """Return the range of values that the PSNR refers to; as in scikit-image where it has one."""
    if dtype.kind in "bui":
        least, largest = limits(dtype)
        return float(largest if low >= 0 else largest - least)
    if low >= -1 and high <= 1:
        return 1.0 if low >= 0 else 2.0
    return high - low
