"""Which pixels of any level lie in a region: as it was when it was read, whatever becomes of it.

Plain values, which other processes understand, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from napari.layers import Shapes

from .levels import nearest_in
from .region import drawn_in, outlines_in_pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .source import Grid, Source

    Part = tuple[slice, ...]
    Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Drawn:
    """Shapes, whose edges are sharp at each level: corners in pixels of the layers."""

    outlines: list[NDArray[np.float64]]

    def __call__(self, grid: Grid, part: Part) -> Mask:
        """Return which pixels of a part lie in them."""
        return drawn_in(self.outlines, grid, part)


@dataclass(frozen=True, eq=False)
class Masked:
    """A mask of some pixels: others are as the nearest of these."""

    mask: Mask
    grid: Grid

    def __call__(self, grid: Grid, part: Part) -> Mask:
        """Return which pixels of a part lie in it."""
        return nearest_in(self.mask, self.grid, grid, part)


Inside: TypeAlias = "Drawn | Masked | None"
"""None: everywhere."""


def inside_of(source: Source, mask: Mask | None) -> Inside:
    """Return the region of a source, of which `mask` tells the pixels that were read."""
    if mask is None:
        return None
    if isinstance(source.region, Shapes):
        return Drawn(outlines_in_pixels(source, source.region))
    return Masked(mask, source.grid)
