"""What stands for the pixels of an image that is not in memory as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .drawing import NONE_DRAWN, Drawn, seed_of
from .image import Pixels
from .sweeps.counted_colors import CountedColors
from .sweeps.counted_grid import CountedGrid
from .sweeps.counted_levels import CountedLevels
from .sweeps.levels import level_table, range_of
from .sweeps.sampled import Sampled
from .sweeps.tabled import Tabled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .color_space import ColorSpace
    from .survey import Survey
    from .sweeps.base import Sweeper
    from .sweeps.sampled import Whole
    from .units import Units
    from .values import Extent


@dataclass(frozen=True, eq=False)
class StandIn(Pixels):
    """All distinct colors of an image, or else pixels that were drawn of it: (n, 1, C).

    Attributes
    ----------
    n_seen : int
        Pixels of the image that take part.
    extent : tuple of float
        Of the image.
    drawn : Drawn
        Pixels that were drawn.
    """

    n_seen: int = 0
    extent: Extent = (0, 0)
    drawn: Drawn = NONE_DRAWN

    @property
    def is_painted(self) -> bool:
        """See `Pixels`: those that were drawn are followed on a canvas of their own."""
        return self.size == len(self.drawn.keys)

    @property
    def is_empty(self) -> bool:
        """See `Pixels`."""
        return self.n_seen == 0

    def draw(self, wanted: int, rng: np.random.Generator) -> NDArray[Any]:
        """See `Pixels`: they were drawn already, with the next number of the generator."""
        seed_of(rng)
        return self.drawn.least(wanted).in_order()


def stand_in(survey: Survey, units: Units) -> StandIn:
    """Return what stands for the pixels of an image."""
    values, colors, drawn = survey.values, _distinct_colors(survey), survey.drawn
    if colors is None:
        colors = drawn.in_order()
    n, n_channels = colors.shape
    return StandIn(
        image=colors,
        channel_axis=1,
        n_channels=n_channels,
        shape=(n,),
        mask=None,
        units=units,
        n_seen=survey.n_seen,
        extent=values.extent or (0, 0),
        drawn=drawn,
    )


def _distinct_colors(survey: Survey) -> NDArray[Any] | None:
    """Return all colors, (n, C), None if they are not known."""
    dtype = survey.values.dtype.newbyteorder("=")
    if survey.colors is not None:
        return survey.colors.colors
    if survey.levels is not None:
        table = level_table(survey.levels, range_of(dtype)[1])
        return table.colors.astype(dtype)
    return None if survey.distinct is None else survey.distinct.rows


def sweeper_of(survey: Survey, pixels: StandIn, space: ColorSpace | None, whole: Whole) -> Sweeper:
    """Return a sweeper of an image, by all that is known of it."""
    if survey.colors is not None:
        if space is None:
            return CountedGrid(survey.colors)
        return CountedColors(survey.colors, space)
    if survey.levels is not None:
        return CountedLevels(survey.levels, pixels.image.dtype)
    if survey.distinct is not None:
        return Tabled(survey.distinct.in_order(pixels), pixels, space)
    return Sampled(whole, pixels, space)
