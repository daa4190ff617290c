"""What stands for the pixels of an image that is not in memory as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from .color_counts import ColorCounts, no_colors
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


@dataclass(frozen=True, eq=False)
class ColorsStandIn(StandIn):
    """All distinct colors of an 8-bit RGB image, of which the counts are known.

    They are listed chunk by chunk, as rarely as they are asked for: all may take 50 MB.
    """

    counts: ColorCounts = field(default_factory=no_colors)

    def block(self, pixels: slice) -> NDArray[Any]:
        """See `Pixels`."""
        return self.counts.colors_in(pixels)


def stand_in(survey: Survey, units: Units) -> StandIn:
    """Return what stands for the pixels of an image."""
    values, drawn, colors = survey.values, survey.drawn, np.empty((0, 3), np.uint8)
    if survey.colors is not None:
        return ColorsStandIn(
            image=colors,
            channel_axis=1,
            n_channels=3,
            shape=(len(survey.colors.counts),),
            mask=None,
            units=units,
            n_seen=survey.n_seen,
            extent=values.extent or (0, 0),
            drawn=drawn,
            counts=survey.colors,
        )
    colors = _distinct_values(survey)
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


def _distinct_values(survey: Survey) -> NDArray[Any]:
    """Return all colors, (n, C), or those that were drawn."""
    dtype = survey.values.dtype.newbyteorder("=")
    if survey.levels is not None:
        table = level_table(survey.levels, range_of(dtype)[1])
        return table.colors.astype(dtype)
    return survey.drawn.in_order() if survey.distinct is None else survey.distinct.rows


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
