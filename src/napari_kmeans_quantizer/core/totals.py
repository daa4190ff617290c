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

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from .brush import Brush, Labeled
    from .image import Pixels
    from .parts import Place

LARGEST_PLACE = 1024.0
"""Above all coordinates of CIELAB and Oklab."""


class Totals(NamedTuple):
    """What is known of the clusters of some pixels."""

    in_space: ExactSums
    """Where distances are measured, about the places of the centers."""
    in_units: ExactSums | None
    """In the image's units, about the painted colors; None if that is where they are measured."""
    ties: bool
    """Whether some pixel has two centers equally near."""

    @property
    def nbytes(self) -> int:
        """Size of the sums."""
        return self.in_space.nbytes + (0 if self.in_units is None else self.in_units.nbytes)

    def joined(self, other: Totals) -> Totals:
        """Return those of two parts of an image together."""
        in_units = None
        if self.in_units is not None and other.in_units is not None:
            in_units = self.in_units + other.in_units
        return Totals(self.in_space + other.in_space, in_units, self.ties or other.ties)


@dataclass(frozen=True, eq=False)
class Sweep:
    """A sweep over all pixels with some colors; it travels to workers."""

    brush: Brush
    largest: float
    """At least the size of all values of the image, in the units of the brush."""

    def __call__(self, pixels: Pixels, place: Place) -> Totals:
        """Return the totals of a part of the image."""
        return self.over(pixels, range(pixels.n_chunks), place)

    def over(
        self,
        pixels: Pixels,
        chunks: Iterable[int],
        place: Place,
        flat: NDArray[Any] | None = None,
    ) -> Totals:
        """Return the totals of some chunks; `flat` gets their labels."""
        totals = self.no_totals()
        for index in chunks:
            labels = []
            for part in self.brush.labeled(pixels, index, place):
                totals = self.add(totals, part)
                labels.append(part.labels)
            if flat is not None and labels:
                pixels.write_labels(flat, index, np.concatenate(labels))
        return totals

    def no_totals(self) -> Totals:
        """Return the totals of no pixel."""
        brush = self.brush
        reach = max(self.largest, float(np.abs(brush.centers).max(initial=0.0)))
        n_colors, n_channels = brush.centers.shape
        in_units = ExactSums(n_colors, n_channels, reach)
        if brush.space is None:
            return Totals(in_units, None, False)
        return Totals(ExactSums(n_colors, n_channels, LARGEST_PLACE), in_units, False)

    def add(self, totals: Totals, part: Labeled) -> Totals:
        """Add some pixels, in place but for the ties."""
        brush = self.brush
        totals.in_space.add(part.points, part.labels, brush.places)
        if totals.in_units is not None:
            totals.in_units.add(part.numbers, part.labels, brush.painted)
        return totals._replace(ties=totals.ties or part.ties)

    def clusters(self, totals: Totals) -> Clusters:
        """Return the figures of the clusters."""
        brush, sums = self.brush, totals.in_space
        means = sums.means if brush.space is None else brush.space.backward(sums.means)
        means = np.where(sums.counts[:, np.newaxis] > 0, means, brush.centers)
        error = self._error(sums) if totals.in_units is None else totals.in_units.total_squares
        return Clusters(sums.counts, means, sums.total_squares, error, totals.ties)

    def _error(self, sums: ExactSums) -> float:
        """Return the squares about the painted colors, from those about the centers."""
        brush, counts = self.brush, sums.counts[:, np.newaxis]
        away = brush.painted - brush.centers
        offsets = counts * (np.where(counts > 0, sums.means, brush.centers) - brush.centers)
        change: Any = (counts * away - 2 * offsets) * away
        return max(0.0, math.fsum([sums.total_squares, *change.reshape(-1)]))
