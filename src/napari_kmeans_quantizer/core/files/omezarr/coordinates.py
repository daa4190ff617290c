"""Where an array of xarray lies: its coordinates, if they are evenly spaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .space import Axis, Space

if TYPE_CHECKING:
    from collections.abc import Sequence

UNITS = {
    **dict.fromkeys(("um", "\N{MICRO SIGN}m", "\N{GREEK SMALL LETTER MU}m"), "micrometer"),
    "nm": "nanometer", "mm": "millimeter", "cm": "centimeter", "m": "meter", "km": "kilometer",
    "pm": "picometer", "s": "second", "ms": "millisecond", "min": "minute", "h": "hour",
}  # fmt: skip
"""What OME-Zarr calls them."""
EVENLY = 1e-6
"""Of a step, how much others may differ from it."""


def full_unit(unit: str) -> str:
    """Return what OME-Zarr calls a unit; one that is not known stays."""
    stripped = unit.strip()
    return UNITS.get(stripped, stripped)


def coordinates_of(image: Any, axes: Sequence[Axis]) -> Space:
    """Return where the pixels of an array of xarray lie; 0, 1, 2, ... where it does not tell."""
    told = [_along(image.coords.get(name)) for name in image.dims]
    return Space(
        tuple(
            axis._replace(unit=unit) if axis.type != "channel" else axis
            for axis, (_, _, unit) in zip(axes, told, strict=True)
        ),
        tuple(step for step, _, _ in told),
        tuple(first for _, first, _ in told),
    )


def _along(coordinate: Any) -> tuple[float, float, str]:
    """Return distance, first place and unit of a coordinate."""
    if coordinate is None or coordinate.dtype.kind not in "iuf" or coordinate.ndim != 1:
        return 1.0, 0.0, ""
    values, unit = np.asarray(coordinate.values, np.float64), coordinate.attrs.get("units", "")
    steps = np.diff(values)
    step = float(steps.mean()) if len(steps) else 1.0
    is_even = step > 0 and bool((np.abs(steps - step) <= EVENLY * step).all())
    if not is_even or not np.isfinite(values).all():
        return 1.0, 0.0, ""
    return step, float(values[0]), full_unit(str(unit))
