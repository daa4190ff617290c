"""What the numbers of an image mean: what its dtype can hold, and what black and white are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

    Floats = NDArray[np.float64]

LARGEST_VALUE = 1e140
"""The square of a larger number, times the number of values, might leave the range of float64."""

TINY_VALUE = 1e-130
"""The square of what two smaller numbers differ by might be nothing in float64."""

LARGEST_INTEGER = 1 << 53
"""Up to here float64 holds every integer."""

WHITES = (1.0, 255.0, 65535.0)
"""What white is by custom, if black is 0."""


def limits(dtype: np.dtype[Any]) -> tuple[float, float]:
    """Return the least and the largest value of a dtype: Python ints for integers, hence exact."""
    if dtype.kind == "f":
        return float(np.finfo(dtype).min), float(np.finfo(dtype).max)
    if dtype.kind in "iu":
        return int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
    return 0, 1


def to_dtype(colors: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Round colors, float64 or integers, to the values that an image of `dtype` can hold."""
    native = dtype.newbyteorder("=")
    low, high = limits(native)
    if dtype.kind in "iu" and colors.dtype.kind in "iu":  # exactly: not by way of floats
        if colors.size and not low <= colors.min().item() <= colors.max().item() <= high:
            colors = np.clip(colors.astype(object), low, high)
        return colors.astype(native)
    if dtype.kind == "f":
        low, high = max(low, -1.7e308), min(high, 1.7e308)
        held: NDArray[Any] = np.clip(colors, low, high).astype(native)
        return held
    # float64 cannot hold the largest 64-bit integers: the cast would wrap.
    if int(float(high)) > high:
        high = float(np.nextafter(float(high), 0))
    rounded: NDArray[Any] = np.clip(np.rint(colors), low, high).astype(native)
    return rounded


class Units(NamedTuple):
    """The units in which an image is computed: ``(value - offset) * scale``, exact in float64.

    For ordinary images they are the image's own. Integers that float64 does not hold are counted
    from the least; numbers whose squares are too small for it are enlarged.
    """

    offset: int = 0
    """Of 64-bit integers; else 0."""
    scale: float = 1.0
    """A power of two of at least 1, of floats; else 1."""

    @classmethod
    def of_integers(cls, low: int, high: int) -> Units:
        """Return units for integers low..high."""
        return cls() if max(-low, high) <= LARGEST_INTEGER else cls(offset=low)

    @classmethod
    def of_tiny_floats(cls, largest: float) -> Units:
        """Return units for floats some of which are tiny; their squares have room below 1e240."""
        return cls(scale=2.0 ** max(0, min(400 - math.frexp(largest)[1], 1000)))

    def holding(self, largest: float) -> Units:
        """Return units in which colors as large as that can be squared, too."""
        room = math.frexp(LARGEST_VALUE)[1] - 1 - math.frexp(largest)[1]
        return self._replace(scale=min(self.scale, 2.0 ** max(0, min(room, 1000))))

    def of_values(self, values: NDArray[Any]) -> Floats:
        """Convert values of the image, or colors in its units, to these; a new array."""
        if self.offset and values.dtype.kind in "iu" and values.dtype.itemsize == 8:
            # Differences may wrap on the way: what comes out is right if it is within 2**63.
            offset = np.uint64(self.offset % 2**64)
            differences = values.astype(np.uint64) - offset
            return differences.view(np.int64).astype(np.float64)
        numbers = values.astype(np.float64)
        if self.offset:
            near, rest = self._parts_of_offset
            numbers -= near
            numbers -= rest
        if self.scale != 1:
            numbers *= self.scale
        return numbers

    def converted(self, numbers: Floats, other: Units) -> Floats:
        """Convert numbers in these units to other ones; exact where these hold what comes out."""
        return numbers * (other.scale / self.scale) + float(self.offset - other.offset)

    def to_values(self, numbers: Floats) -> Floats:
        """Convert back to the image's units, as well as float64 can; a new array."""
        if self.offset:
            near, rest = self._parts_of_offset
            return near + (numbers + rest)
        return numbers / self.scale

    def to_dtype(self, numbers: Floats, dtype: np.dtype[Any]) -> NDArray[Any]:
        """Convert back to values that an image of `dtype` can hold; integers exactly."""
        if not self.offset:
            return to_dtype(numbers if self.scale == 1 else numbers / self.scale, dtype)
        low, high = limits(dtype)
        low = max(int(low) - self.offset, -LARGEST_INTEGER)
        high = min(int(high) - self.offset, LARGEST_INTEGER)
        counted = np.clip(np.rint(numbers), low, high).astype(np.int64).view(np.uint64)
        # Modulo 2**64: within the limits the right integer comes out.
        return (counted + np.uint64(self.offset % 2**64)).astype(dtype.newbyteorder("="))

    @property
    def _parts_of_offset(self) -> tuple[float, float]:
        """The offset as a sum of two floats: it may be none itself."""
        near = float(self.offset)
        return near, float(self.offset - int(near))


OWN = Units()
"""The image's own units."""


def image_range(dtype: DTypeLike, low: float, high: float) -> tuple[float, float]:
    """Return black and white of an image, or of a palette, with values low..high.

    This one rule tells what `Palette.hex` shows, what the PSNR refers to, and in which units colors
    are. Bool, uint8 and uint16 images use their whole range. In others black is 0 and white what it
    is by custom, 1, 255 or 65535: the first that no value exceeds more than twofold, or the largest
    value if that is more. So a picture looks the same whatever it is held in. If there are negative
    or larger values, the least is black and the largest white.
    """
    kind = np.dtype(dtype).newbyteorder("=")
    if kind in (np.bool_, np.uint8, np.uint16):
        return 0.0, float(limits(kind)[1])
    white = _white(low, high) if low >= 0 else None
    return (low, high) if white is None else (0.0, max(white, high))


def peak(value_range: tuple[float, float]) -> float:
    """Return what the PSNR refers to: white less black, or if they are one, how large that is."""
    black, white = value_range
    return float(white - black) or abs(float(white))


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
