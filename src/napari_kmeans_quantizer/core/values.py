"""What values an image has, and the units to compute them in; what cannot be computed is refused.

All of it adds up: the values of an image are those of its parts together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .units import LARGEST_INTEGER, LARGEST_VALUE, OWN, TINY_VALUE, Units

if TYPE_CHECKING:
    from .image import Pixels

Extent = tuple[float, float]


class Values(NamedTuple):
    """What is known of the values that take part."""

    dtype: np.dtype[Any]
    extent: Extent | None
    """The least and the largest: ints of integers, NaN if there is one; None if there are none."""
    n_nan: int = 0
    n_infinite: int = 0
    n_large: int = 0
    """Whose squares overflow."""
    n_lost: int = 0
    """That float64 cannot hold."""
    has_tiny: bool = False
    """Whether the squares of some, other than 0, are too small for float64."""
    where: tuple[int, ...] | None = None
    """Index of the first one that cannot be computed, if that is known."""

    @property
    def n_bad(self) -> int:
        """Number of values that cannot be computed."""
        return self.n_nan + self.n_infinite + self.n_large + self.n_lost

    def joined(self, other: Values) -> Values:
        """Return the values of two parts together, of which this one comes first."""
        ends = [part.extent for part in (self, other) if part.extent is not None]
        extent = None
        if ends:
            low, high = zip(*ends, strict=True)
            extent = min(low), max(high)
        return Values(
            self.dtype,
            extent,
            n_nan=self.n_nan + other.n_nan,
            n_infinite=self.n_infinite + other.n_infinite,
            n_large=self.n_large + other.n_large,
            n_lost=self.n_lost + other.n_lost,
            has_tiny=self.has_tiny or other.has_tiny,
            where=self.where or other.where,
        )


def known_extent(dtype: np.dtype[Any]) -> Extent | None:
    """Return the extent of images of a dtype, if it is that of the dtype; None of others."""
    if dtype.kind == "b" or (dtype.kind == "u" and dtype.itemsize <= 2):
        return 0, 1 if dtype.kind == "b" else int(np.iinfo(dtype).max)
    return None


def values_of(pixels: Pixels) -> Values:
    """Return what is known of the values of some pixels; nothing is looked at in vain."""
    dtype = pixels.image.dtype
    if known_extent(dtype) is not None or pixels.n_seen == 0:
        return Values(dtype, known_extent(dtype))
    if dtype.kind != "f":
        return Values(dtype, pixels.extent)
    low, high = pixels.extent
    if not max(-low, high) <= LARGEST_VALUE:  # NaN fails, too
        chunks = [_bad_values(pixels.chunk(index)) for index in range(pixels.n_chunks)]
        n_nan, n_infinite, n_large = map(sum, zip(*chunks, strict=True))
        return Values(dtype, (low, high), n_nan, n_infinite, n_large)
    if dtype.itemsize < 8:
        return Values(dtype, (low, high))
    n_lost = 0 if dtype.itemsize == 8 else _n_lost(pixels)
    return Values(dtype, (low, high), n_lost=n_lost, has_tiny=_has_tiny(pixels))


def checked_units(values: Values, channel_axis: int | None, ndim: int) -> Units:
    """Return the units to compute an image in.

    Raises
    ------
    ValueError
        If a value is not finite or cannot be computed with.
    """
    dtype, extent = values.dtype, values.extent
    if dtype.kind == "f" and values.n_bad:
        _refuse(values, channel_axis, ndim)
    if extent is None or dtype.itemsize < 8:
        return OWN
    low, high = extent
    if dtype.kind == "f":
        return Units.of_tiny_floats(max(-low, high)) if values.has_tiny else OWN
    if high - low > LARGEST_INTEGER:
        raise ValueError(
            f"`image` must hold integers that differ by at most 2**53, or float64 cannot tell them "
            f"apart, got {low} to {high}. Divide it first, for example `image // 2**11`, or pass "
            "`mask=image != value` to leave out one that stands for no data."
        )
    return Units.of_integers(int(low), int(high))


def _refuse(values: Values, channel_axis: int | None, ndim: int) -> None:
    where = "" if values.where is None else f", the first at {values.where}"
    if values.n_nan or values.n_infinite:
        found = " and ".join(
            f"{n} {name} value{'s' * (n != 1)}"
            for n, name in ((values.n_nan, "NaN"), (values.n_infinite, "infinite"))
            if n
        )
        hint = "np.isfinite(image)"
        if channel_axis is not None:
            hint += f".all({channel_axis - ndim})"
        raise ValueError(
            f"`image` has {found}{where}; K-means needs finite numbers. "
            f"Pass `mask={hint}` to leave them out."
        )
    if values.n_large:
        raise ValueError(
            f"`image` has {values.n_large} values beyond ±{LARGEST_VALUE:g}{where}, whose squares "
            "overflow. Divide the image by its largest value first, or pass `mask=image != value` "
            "to leave out one that stands for no data."
        )
    raise ValueError(
        f"`image` has {values.n_lost} values of {values.dtype}{where} that float64, in which "
        "colors are computed, cannot hold. Pass `image.astype(np.float64)` to round them."
    )


def _bad_values(chunk: Any) -> tuple[int, int, int]:
    """Count what is NaN, infinite and too large."""
    size = np.abs(chunk[np.isfinite(chunk)])
    n_large = int((size > LARGEST_VALUE).sum()) if size.itemsize >= 8 else 0
    return int(np.isnan(chunk).sum()), int(np.isinf(chunk).sum()), n_large


def first_bad(pixels: Pixels) -> int:
    """Return which pixel, of all, is the first that cannot be computed; there is one."""
    for index in range(pixels.n_chunks):
        chunk, selected = pixels.chunk(index), pixels.selected(index)
        with np.errstate(invalid="ignore"):
            is_bad = ~(np.abs(chunk) <= np.float64(LARGEST_VALUE)) | (
                chunk != chunk.astype(np.float64)
            )
        found = np.flatnonzero(is_bad.any(axis=1))
        if found.size:
            place = found[0] if selected is None else selected[found[0]]
            return int(pixels.span(index).start + place)
    raise AssertionError("all can be computed")


def _n_lost(pixels: Pixels) -> int:
    """Count long doubles that are no float64."""
    chunks = map(pixels.chunk, range(pixels.n_chunks))
    return sum(int((chunk != chunk.astype(np.float64)).sum()) for chunk in chunks)


def _has_tiny(pixels: Pixels) -> bool:
    for piece in pixels.pieces():
        small = np.abs(piece) < TINY_VALUE
        if small.any() and piece[small].any():
            return True
    return False
