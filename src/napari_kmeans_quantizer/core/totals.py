"""One sweep over all pixels of an image that is too large to be followed: what it finds adds up.

The sums are exact: it does not matter how the image is cut, and in which order its parts come.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .exact_sums import ExactSums
from .sweeps.base import Clusters
from .sweeps.labeling import PART_VALUES, nearest_and_gaps
from .weighted_points import read_only

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .color_space import ColorSpace
    from .image import Pixels
    from .units import Units

    Floats = NDArray[np.float64]

LARGEST_PLACE = 1024.0
"""Above all coordinates of CIELAB and Oklab."""


class Totals(NamedTuple):
    """What is known of the clusters of some pixels."""

    in_space: ExactSums
    """Where distances are measured, about the places of the centers."""
    in_units: ExactSums | None
    """In the image's units, about the painted colors; None if that is where they are measured."""
    ties: bool
    """Whether some pixel may have two centers equally near."""

    def joined(self, other: Totals) -> Totals:
        """Return those of two parts of an image together."""
        units = None
        if self.in_units is not None and other.in_units is not None:
            units = self.in_units + other.in_units
        return Totals(self.in_space + other.in_space, units, self.ties or other.ties)


@dataclass(frozen=True, eq=False)
class Sweep:
    """A sweep over all pixels for some centers; it travels to workers."""

    centers: Floats
    """(K, C), in `units`."""
    painted: Floats
    """The same as they are painted."""
    units: Units
    space: ColorSpace | None
    largest: float
    """At least the size of all values of the image, in `units`."""

    def over(self, pixels: Pixels, chunks: range | None = None) -> Totals:
        """Return the totals of the pixels that take part, of all chunks or of some."""
        places = self._places()
        reach = max(self.largest, float(np.abs(self.centers).max(initial=0.0)))
        in_space = ExactSums(*places.shape, reach if self.space is None else LARGEST_PLACE)
        in_units = None if self.space is None else ExactSums(*self.centers.shape, reach)
        ties = False
        for index in range(pixels.n_chunks) if chunks is None else chunks:
            colors = pixels.chunk(index)
            size = max(PART_VALUES // pixels.n_channels, 64)
            for start in range(0, len(colors), size):
                numbers = self.units.of_values(colors[start : start + size])
                points = numbers if self.space is None else self.space.forward(numbers)
                labels, gaps = nearest_and_gaps(read_only(points), places)
                in_space.add(points, labels, places)
                if in_units is not None:
                    in_units.add(numbers, labels, self.painted)
                ties |= bool((gaps <= 0).any())
        return Totals(in_space, in_units, ties)

    def clusters(self, totals: Totals) -> Clusters:
        """Return the figures of the clusters."""
        sums, counts, means = totals.in_space, totals.in_space.counts, totals.in_space.means
        if self.space is not None:
            means = self.space.backward(means)
        means = np.where(counts[:, np.newaxis] > 0, means, self.centers)
        error = self._error(sums) if totals.in_units is None else totals.in_units.total_squares
        return Clusters(counts, means, sums.total_squares, error, totals.ties)

    def _places(self) -> Floats:
        return self.centers if self.space is None else self.space.forward(self.centers)

    def _error(self, sums: ExactSums) -> float:
        """Return the squares about the painted colors, from those about the centers."""
        away, counts = self.painted - self.centers, sums.counts[:, np.newaxis]
        offsets = counts * (np.where(counts > 0, sums.means, self.centers) - self.centers)
        change: Any = (counts * away - 2 * offsets) * away
        return max(0.0, math.fsum([sums.total_squares, *change.reshape(-1)]))
