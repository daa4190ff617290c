"""The first look at an image of which only a part is in memory at a time: what is found adds up.

    parts -> Survey -> StandIn (pixels) and a sweeper -> the same way as for any image
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

import numpy as np

from .color_counts import ColorCounts, counted_colors, together
from .color_table import MAX_DISTINCT, MAX_GREYS, MAX_SAMPLE, Distinct, distinct_values
from .drawing import LARGEST_KEY, Drawn, draw_in_part, limit_for
from .image import Pixels
from .sweeps.choose import CELLS_PER_COLOR
from .sweeps.levels import Levels, level_counts
from .sweeps.grid import Grid
from .sweeps.points import FEWEST
from .values import Values, values_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_PIXELS = 1 << 20
"""Of an image that is looked at as a whole, and of those that are drawn of a larger one."""
MOST_BYTES = 1 << 26
"""The same."""

Kind = Literal["levels", "colors", "points"]


def is_large(n_pixels: int, n_channels: int, dtype: np.dtype[Any]) -> bool:
    """Tell whether an image is too large to be looked at as a whole."""
    return n_pixels > most_pixels(n_channels, dtype)


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
        cls, pixels: Pixels, n_colors: int, is_measured: bool, sample: float | None, seed: int
    ) -> Plan:
        """Return what must be known of an image, some pixels of which are given, to fit colors.

        Parameters
        ----------
        pixels : Pixels
            Any.
        n_colors : int
            At most.
        is_measured : bool
            Whether distances are measured in another color space.
        sample : float or None
            As of `quantize`.
        seed : int
            For the draws.
        """
        kind = _kind_of(pixels, is_measured)
        if kind != "points":
            return cls(kind, 0, 0 if sample is None else MAX_SAMPLE, seed)
        limit = max(n_colors, MAX_GREYS if pixels.n_channels == 1 else 0)
        if CELLS_PER_COLOR * n_colors > FEWEST:
            limit = max(limit, MAX_DISTINCT)
        return cls(kind, limit, most_pixels(pixels.n_channels, pixels.image.dtype), seed)


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
    drawn: Drawn | None = None

    def joined(self, other: Survey) -> Survey:
        """Return what was found in both; the same whichever way an image is cut."""
        return Survey(
            self.plan,
            self.n_seen + other.n_seen,
            self.values.joined(other.values),
            _both(self.levels, other.levels, np.add),
            _both(self.colors, other.colors, together),
            _both(self.distinct, other.distinct, partial(Distinct.joined, limit=self.plan.n_distinct)),
            _both(self.drawn, other.drawn, Drawn.joined),
        ).trimmed()

    def trimmed(self) -> Survey:
        """Return the same without pixels that are not drawn after all."""
        if self.drawn is None:
            return self
        return self._replace(drawn=self.drawn.least(self.plan.n_drawn))


def _both(one: Any, other: Any, add: Any) -> Any:
    return None if one is None or other is None else add(one, other)


def surveyed(
    pixels: Pixels,
    plan: Plan,
    limit: int = LARGEST_KEY,
    starts: NDArray[np.int64] | None = None,
    where: str = "",
) -> Survey:
    """Look at a part of an image.

    Parameters
    ----------
    pixels : Pixels
        The part; its units do not matter.
    plan : Plan
        What is looked for.
    limit : int, optional
        Pixels of larger keys are not drawn: enough of smaller ones are known.
    starts : ndarray of int64, optional
        As of `draw_in_part`.
    where : str, optional
        Which part it is, for messages.
    """
    values = values_of(pixels)
    if values.n_bad:
        return Survey(plan, pixels.n_seen, values._replace(where=where))
    found = Survey(plan, pixels.n_seen, values)
    if plan.kind == "levels":
        found = found._replace(levels=level_counts(pixels))
    elif plan.kind == "colors":
        found = found._replace(colors=_color_counts(pixels))
    elif plan.n_distinct:
        found = found._replace(distinct=distinct_values(pixels, plan.n_distinct))
    if plan.n_drawn:
        found = found._replace(drawn=_drawn(pixels, plan, limit, starts))
    return found


def _color_counts(pixels: Pixels) -> ColorCounts:
    counts = [counted_colors(pixels.chunk(index)) for index in range(pixels.n_chunks)]
    whole = counts[0] if counts else counted_colors(np.empty((0, 3), np.uint8))
    for more in counts[1:]:
        whole = together(whole, more)
    return whole


def _drawn(
    pixels: Pixels, plan: Plan, limit: int, starts: NDArray[np.int64] | None
) -> Drawn:
    """Return pixels of the part that may be drawn: no more than are wanted of the whole image."""
    found = Drawn(np.empty(0, np.uint64), np.empty((0, pixels.n_channels), pixels.image.dtype), plan.seed)
    for index in range(pixels.n_chunks):
        found = found.joined(draw_in_part(pixels, index, plan.seed, limit, starts))
        if len(found.keys) >= 2 * plan.n_drawn:
            found = found.least(plan.n_drawn)
            limit = int(found.keys.max())
    return found.least(plan.n_drawn)
