"""The first look at an image of which only a part is in memory at a time: what is found adds up.

parts -> Survey -> StandIn (pixels) and a sweeper -> the same way as for any image
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from .color_counts import Accumulated, ColorCounts, counted_colors, together
from .color_table import MAX_GREYS, MAX_SAMPLE, Distinct, distinct_values
from .drawing import LARGEST_KEY, NONE_DRAWN, Drawn, draw_in_part
from .sweeps.choose import CELLS_PER_COLOR, MAX_DISTINCT
from .sweeps.grid import Grid
from .sweeps.levels import Levels, level_counts
from .sweeps.points import FEWEST
from .values import Values, first_bad, values_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .image import Pixels
    from .parts import Place
    from .search.efforts import Effort

MOST_PIXELS = 1 << 20
"""Of an image that is looked at as a whole, and of those that are drawn of a larger one."""
MOST_BYTES = 1 << 26
"""The same."""
DRAWN_AT_LEAST = 1 << 17
"""Pixels that are followed."""
PRECISION = 2.0
"""Means of n pixels are off those of all by the mean squared error times colors over n, squared.
This is so many times less than what a center at rest may be off."""

Kind = Literal["levels", "colors", "points"]


def is_large_points(pixels: Pixels, is_measured: bool) -> bool:
    """Tell whether an image is of points, and too large for all of them to be followed."""
    most = most_pixels(pixels.n_channels, pixels.image.dtype)
    return pixels.size > most and _kind_of(pixels, is_measured) == "points"


def most_pixels(n_channels: int, dtype: np.dtype[Any]) -> int:
    """Return how many pixels are looked at together."""
    return max(1, min(MOST_PIXELS, MOST_BYTES // (n_channels * dtype.itemsize)))


class Plan(NamedTuple):
    """What is looked for; it travels to workers."""

    kind: Kind
    n_distinct: int
    """Up to so many distinct colors are listed; 0: none."""
    n_drawn: int
    """So many pixels are drawn."""
    seed: int

    @classmethod
    def of(
        cls,
        pixels: Pixels,
        n_colors: int,
        effort: Effort,
        seed: int,
        is_measured: bool = False,
        sample: float | None = None,
    ) -> Plan:
        """Return what must be known of an image to fit colors.

        Parameters
        ----------
        pixels : Pixels
            Any of the image, or none.
        n_colors : int
            At most; 0 if nothing is fitted.
        effort : Effort
            How hard to search.
        seed : int
            For the draws.
        is_measured : bool, optional
            Whether distances are measured in another color space.
        sample : float, optional
            As of `quantize`.
        """
        kind = _kind_of(pixels, is_measured)
        if kind != "points":
            return cls(kind, 0, 0 if sample is None else MAX_SAMPLE, seed)
        if n_colors == 0:
            return cls(kind, 0, 0, seed)
        wanted = max(DRAWN_AT_LEAST, math.ceil(PRECISION * n_colors / effort.excess))
        limit = max(n_colors, MAX_GREYS if pixels.n_channels == 1 else 0)
        if CELLS_PER_COLOR * n_colors > FEWEST:
            limit = max(limit, MAX_DISTINCT)
        most = most_pixels(pixels.n_channels, pixels.image.dtype)
        return cls(kind, limit, min(wanted, most), seed)


def _kind_of(pixels: Pixels, is_measured: bool) -> Kind:
    if Grid.suits(pixels):
        return "colors"
    return "levels" if Levels.suits(pixels) and not is_measured else "points"


class Survey(NamedTuple):
    """What was found in some parts of an image."""

    plan: Plan
    n_seen: int
    values: Values
    levels: NDArray[np.int64] | None = None
    colors: ColorCounts | None = None
    distinct: Distinct | None = None
    """None if there are more than looked for."""
    drawn: Drawn = NONE_DRAWN

    @property
    def nbytes(self) -> int:
        """Size of what grows with the image."""
        arrays = [self.drawn.keys, self.drawn.colors, *(self.colors or ()), *(self.distinct or ())]
        return sum(array.nbytes for array in arrays)

    def joined(self, other: Survey) -> Survey:
        """Return what was found in both; the same whichever way an image is cut."""
        return Survey(
            self.plan,
            self.n_seen + other.n_seen,
            self.values.joined(other.values),
            _both(self.levels, other.levels, np.add),
            _both(self.colors, other.colors, together),
            _both(self.distinct, other.distinct, self._distinct_together),
            drawn=self.drawn.joined(other.drawn).least(self.plan.n_drawn),
        )

    def _distinct_together(self, one: Distinct, other: Distinct) -> Distinct | None:
        return one.joined(other, self.plan.n_distinct)


def _both(one: Any, other: Any, add: Any) -> Any:
    return None if one is None or other is None else add(one, other)


@dataclass(frozen=True, eq=False)
class Look:
    """How to look at a part; it travels to workers."""

    plan: Plan
    limit: int = LARGEST_KEY
    """Pixels of larger keys are not drawn: enough of smaller ones are known."""
    is_listing: bool = True
    """Whether distinct colors are listed: not once there are too many."""

    def __call__(self, pixels: Pixels, place: Place) -> Survey:
        """Return what is found in a part of an image, whose units do not matter."""
        plan, values = self.plan, values_of(pixels)
        found = Survey(plan, pixels.n_seen, values, drawn=_none_of(pixels, plan))
        if values.n_bad:
            return found._replace(values=values._replace(where=place.index_of(first_bad(pixels))))
        if plan.kind == "levels":
            found = found._replace(levels=level_counts(pixels))
        elif plan.kind == "colors":
            found = found._replace(colors=_color_counts(pixels))
        elif plan.n_distinct and self.is_listing:
            found = found._replace(distinct=distinct_values(pixels, plan.n_distinct))
        if plan.n_drawn:
            found = found._replace(drawn=_drawn(pixels, plan, self.limit, place))
        return found


def _color_counts(pixels: Pixels) -> ColorCounts:
    mask = None if pixels.mask is None else pixels.mask.reshape(-1)
    step = pixels.image.shape[-1] if pixels.channel_axis == pixels.image.ndim - 1 else 0
    if step in (3, 4) and pixels.image.flags.c_contiguous:
        return counted_colors(pixels.image.reshape(-1, step), mask)
    return counted_colors(pixels.block(slice(0, pixels.size)), mask)


def _none_of(pixels: Pixels, plan: Plan) -> Drawn:
    colors = np.empty((0, pixels.n_channels), pixels.image.dtype.newbyteorder("="))
    return Drawn(np.empty(0, np.uint64), colors, plan.seed)


def _drawn(pixels: Pixels, plan: Plan, limit: int, place: Place) -> Drawn:
    """Return pixels of a part that may be drawn: no more than are wanted of the whole image."""
    found, starts = _none_of(pixels, plan), place.starts()
    for index in range(pixels.n_chunks):
        found = found.joined(draw_in_part(pixels, index, plan.seed, limit, starts))
        if len(found.keys) >= 2 * plan.n_drawn:
            found = found.least(plan.n_drawn)
            limit = int(found.keys.max())
    return found.least(plan.n_drawn)


class Surveying:
    """A survey under way: what is looked for in the next parts depends on what was found."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._found = plan, list[Survey]()
        self._colors = Accumulated() if plan.kind == "colors" else None

    def look(self) -> Look:
        """Return how to look at the next parts."""
        if not self._found:
            return Look(self._plan)
        [found] = self._found
        n, keys = self._plan.n_drawn, found.drawn.keys
        limit = int(keys.max()) if n and len(keys) == n else LARGEST_KEY
        return Look(self._plan, limit, found.distinct is not None)

    def add(self, some: Survey) -> None:
        """Add what was found in some parts."""
        if self._colors is not None and some.colors is not None:
            self._colors.add(some.colors)
            some = some._replace(colors=None)
        self._found = [self._found[0].joined(some) if self._found else some]

    def result(self) -> Survey:
        """Return what was found in all of them."""
        [found] = self._found
        return found if self._colors is None else found._replace(colors=self._colors.result())
