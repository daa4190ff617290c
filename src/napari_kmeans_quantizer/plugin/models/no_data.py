"""Pixels without data: masked, NaN, infinite, or of a value that stands for none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from .reading import Values

    Mask = NDArray[np.bool_] | None
    """Where something is so; None: nothing is known of it."""


def with_data(planes: Iterable[Values], no_data: float | None) -> Mask:
    """Return where pixels have data, None if all do.

    Parameters
    ----------
    planes : iterable of Values
        The channels, one after the other.
    no_data : float or None
        The value that stands for none if all channels hold it.
    """
    lacks: Mask = None
    void: Mask = None
    for plane in planes:
        lacks = _either(lacks, plane.masked)
        if plane.array.dtype.kind == "f" and not (finite := np.isfinite(plane.array)).all():
            lacks = _either(lacks, ~finite)
        if no_data is not None:
            same = plane.array == _in_units_of(plane.array.dtype, no_data)
            void = same if void is None else void & same
    lacks = _either(lacks, void)
    return None if lacks is None or not lacks.any() else ~lacks


def _either(one: Mask, other: Mask) -> Mask:
    if one is None or other is None:
        return other if one is None else one
    return one | other


def _in_units_of(dtype: np.dtype[Any], value: float) -> Any:
    """Return a value as an image holds it: float32 has no -3.4e38 of its own."""
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            return dtype.type(value)
    return int(value) if float(value).is_integer() else value
