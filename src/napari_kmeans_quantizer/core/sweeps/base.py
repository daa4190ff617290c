"""What a sweep over all pixels is: every pixel to its nearest center, and the clusters' figures.

There are five ways, and `choose` knows which one suits an image: `levels` (grey of at most 65,536
possible values), `grid` (8-bit RGB), `few` (8-bit RGB of few pixels), `colors` (8-bit RGB measured
in another color space) and `points` (all others).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.color_table import ColorTable
    from napari_kmeans_quantizer.core.image import Pixels
    from napari_kmeans_quantizer.core.settling import Tally

    Floats = NDArray[np.float64]


class Clusters(NamedTuple):
    """Figures of the clusters that a sweep has found and painted."""

    counts: NDArray[np.int64]
    """Pixels, (K,)."""
    means: Floats
    """Mean color of the pixels, (K, C), as the centers; of an empty cluster its center."""
    inertia: float
    """Sum of squared distances to the nearest center, in the units of the color space."""
    squared_error: float
    """Sum of squared differences between the painted image and the image."""
    ties: bool = True
    """Whether some pixel may have two centers equally near."""


class Canvas(NamedTuple):
    """What a sweep paints."""

    labels: NDArray[Any]
    """Index of the nearest center, one per pixel, flat."""
    image: NDArray[Any]
    """The painted image."""

    @classmethod
    def blank(cls, pixels: Pixels, n_colors: int) -> Canvas:
        """Return a canvas for `n_colors` colors."""
        if not pixels.is_painted:
            return cls.none()
        make = np.empty if pixels.mask is None else np.zeros
        dtype = np.uint8 if n_colors <= 256 else np.uint16
        return cls(make(pixels.size, dtype), pixels.blank())

    @classmethod
    def none(cls) -> Canvas:
        """Return a canvas on which nothing can be painted."""
        return cls(np.empty(0, np.uint8), np.empty(0, np.uint8))


class Sweeper(Protocol):
    """An image made ready to be counted and swept.

    One that knows a sweep's figures sooner than it paints has a method `look`, too: it gets the
    centers, and returns their clusters.
    """

    def distinct(self, limit: int) -> ColorTable | None:
        """Return the distinct colors, or None if there are more than `limit`."""

    def table(self, n_colors: int, rng: np.random.Generator) -> ColorTable:
        """Return weighted colors for the search of `n_colors` centers."""

    def sweep(self, centers: Floats, canvas: Canvas) -> Generator[None, None, Clusters]:
        """Paint every pixel in its nearest center's color; yield now and then."""


@runtime_checkable
class Follower(Sweeper, Protocol):
    """A sweeper that can follow moving centers for less than painting takes."""

    def tally(self, centers: Floats, canvas: Canvas) -> Generator[None, None, Tally]:
        """Label every pixel by its nearest center, without painting; yield now and then."""

    def reorder(self, order: NDArray[np.intp]) -> None:
        """Be told that what follows concerns the same centers in another order."""
