"""Many images as one: their tables of weighted colors add up.

`counted` makes the table of one image, of which nothing else is kept; `joined` adds tables up, in
bounded memory. Whoever has images in pieces, such as the chunks of lazy arrays, can count these.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .color_table import ColorTable
from .search.pyramid import along_curve, merged_to
from .sweeps.choose import choose_sweeper, choose_table
from .sweeps.grid import FEW_COLORS
from .units import LARGEST_INTEGER, Units, are_alike, image_range

if TYPE_CHECKING:
    from .request import Request
    from .sweeps.base import Sweeper

MOST_ENTRIES = 1 << 18
"""Weighted colors that are kept; then neighbors merge until it is about half of that."""


@dataclass(frozen=True, eq=False)
class Counted:
    """The colors of one image, or of several."""

    tables: list[ColorTable]
    """Together they stand for all pixels."""
    distinct: ColorTable | None
    """The distinct colors, None if there are more than palette colors."""
    n_pixels: int
    is_drawn: bool
    """Whether the tables hold pixels drawn at random."""
    dtype: np.dtype[Any]
    extent: tuple[float, float]
    """Least and largest value."""
    units: Units
    """Of the tables."""

    @property
    def value_range(self) -> tuple[float, float]:
        """Black and white."""
        return image_range(self.dtype, *self.extent)

    @property
    def largest(self) -> float:
        """Size of the largest value, in the units of the tables."""
        ends = self.units.of_values(np.array(self.extent, self.dtype))
        return float(np.abs(ends).max())

    @property
    def n_channels(self) -> int:
        """Channels of the tables."""
        return int(self.tables[0].colors.shape[1])


def counted(request: Request, sweeper: Sweeper | None = None) -> Counted:
    """Count the colors of one image, some pixels of which take part.

    Parameters
    ----------
    request : Request
    sweeper : Sweeper, optional
        Of that image, if it is not in memory.
    """
    pixels, most = request.pixels, request.n_colors
    sweeper = sweeper or choose_sweeper(pixels, request.space)
    # No sweep over all pixels will correct it: the table is finer than those for a search.
    table = choose_table(pixels, sweeper, max(most, FEW_COLORS + 1), request.sample, request.rng)
    n_pixels, n_drawn = pixels.n_seen, int(table.counts.sum())
    weights = table.counts.astype(np.float64) * (n_pixels / n_drawn)
    return Counted(
        tables=[table._replace(counts=weights)],
        distinct=sweeper.distinct(most),
        n_pixels=n_pixels,
        is_drawn=n_drawn < n_pixels,
        dtype=pixels.image.dtype.newbyteorder("="),
        extent=pixels.extent,
        units=pixels.units,
    )


def together(one: Counted, other: Counted, n_colors: int) -> Counted:
    """Return two as one; refuse images that differ in what their numbers mean."""
    _check_alike(one, other)
    units = _units_of_both(one, other)
    one, other = _in_units(one, units), _in_units(other, units)
    tables = one.tables + other.tables
    if sum(len(table.counts) for table in tables) > MOST_ENTRIES:
        tables = [joined(tables)]
    low, high = zip(one.extent, other.extent, strict=True)
    return Counted(
        tables=tables,
        distinct=_distinct_of_both(one.distinct, other.distinct, n_colors),
        n_pixels=one.n_pixels + other.n_pixels,
        is_drawn=one.is_drawn or other.is_drawn,
        dtype=np.result_type(one.dtype, other.dtype),
        extent=(min(low), max(high)),
        units=units,
    )


def joined(tables: list[ColorTable]) -> ColorTable:
    """Return one table for several: of grey, equal values are added up; neighbors if need be."""
    if len(tables) == 1 and len(tables[0].counts) <= MOST_ENTRIES:
        return tables[0]
    colors, counts, _ = map(np.concatenate, zip(*((*t[:2], [0]) for t in tables), strict=True))
    if colors.shape[1] == 1:
        colors, counts = _added_up(colors, counts)
    if len(counts) > MOST_ENTRIES:
        colors, counts = merged_to(*along_curve(colors, counts, None), MOST_ENTRIES // 2)
    return ColorTable(colors, counts)


def _added_up(colors: Any, counts: Any) -> tuple[Any, Any]:
    """Return distinct colors and their counts."""
    distinct, inverse = np.unique(colors, axis=0, return_inverse=True)
    return distinct, np.bincount(inverse.reshape(-1), counts, len(distinct))


def _distinct_of_both(
    one: ColorTable | None, other: ColorTable | None, limit: int
) -> ColorTable | None:
    if one is None or other is None:
        return None
    colors, counts = _added_up(*map(np.concatenate, zip(one[:2], other[:2], strict=True)))
    return ColorTable(colors, counts) if len(colors) <= limit else None


def _check_alike(one: Counted, other: Counted) -> None:
    if one.n_channels != other.n_channels:
        raise ValueError(
            f"all images must have the same channels, got {other.n_channels} after images of "
            f"{one.n_channels}. See `channel_axis` for what counts as a channel."
        )
    if not are_alike(one.dtype, one.value_range, other.dtype, other.value_range):
        raise ValueError(
            f"all images must be in the same units, got {other.dtype} in {_told(other)} after "
            f"{one.dtype} in {_told(one)}. Convert it first, for example by dividing by its white."
        )


def _told(counted: Counted) -> str:
    low, high = counted.value_range
    return f"{low:g}..{high:g}"


def _units_of_both(one: Counted, other: Counted) -> Units:
    """Return units in which both can be computed."""
    offset = one.units.offset or other.units.offset
    low, high = (f(a, b) for f, a, b in zip((min, max), one.extent, other.extent, strict=True))
    if offset and max(offset - low, high - offset) > LARGEST_INTEGER:
        raise ValueError(
            "all images must hold integers that differ by at most 2**53, or float64 cannot tell "
            f"them apart, got {low} to {high}."
        )
    return Units(offset, min(one.units.scale, other.units.scale))


def _in_units(counted: Counted, units: Units) -> Counted:
    """Return the same, counted in other units."""
    if units == counted.units:
        return counted
    return replace(
        counted,
        tables=[_converted(table, counted.units, units) for table in counted.tables],
        distinct=counted.distinct and _converted(counted.distinct, counted.units, units),
        units=units,
    )


def _converted(table: ColorTable, units: Units, others: Units) -> ColorTable:
    return table._replace(colors=units.converted(table.colors, others))
