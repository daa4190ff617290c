"""Images too large to be followed pixel by pixel: some pixels drawn at random are.

Centers are brought to rest at the means of the pixels that were drawn, up to a million. All pixels
are swept at the end, once or twice, in exact sums.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from napari_kmeans_quantizer.core.brush import Brush
from napari_kmeans_quantizer.core.color_table import sampled_colors
from napari_kmeans_quantizer.core.totals import Sweep

from .points import Points, table_size

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.color_space import ColorSpace
    from napari_kmeans_quantizer.core.color_table import ColorTable
    from napari_kmeans_quantizer.core.image import Pixels
    from napari_kmeans_quantizer.core.totals import Totals

    from .base import Canvas, Clusters

    Floats = NDArray[np.float64]


class Whole(Protocol):
    """All pixels of an image, wherever they are."""

    def totals(self, sweep: Sweep) -> Generator[None, None, Totals]:
        """Sweep over all pixels; yield now and then."""


class Sampled:
    """All pixels, and those that were drawn; implements `Sweeper`. Nothing is painted."""

    def __init__(self, whole: Whole, drawn: Pixels, space: ColorSpace | None) -> None:
        self._whole, self._drawn, self._space = whole, drawn, space
        self._found: dict[bytes, Clusters] = {}

    def followed(self) -> Points:
        """Return a sweeper of the pixels that were drawn."""
        return Points(self._drawn, self._space)

    def distinct(self, limit: int) -> ColorTable | None:
        """See `Sweeper`: of few colors there would be a table."""
        return None

    def table(self, n_colors: int, rng: np.random.Generator) -> ColorTable:
        """See `Sweeper`."""
        return sampled_colors(self._drawn, table_size(self._drawn.n_channels, n_colors), rng)

    def sweep(self, centers: Floats, canvas: Canvas) -> Generator[None, None, Clusters]:
        """See `Sweeper`; the canvas stays blank. What was found once is known."""
        key = centers.tobytes()
        if key not in self._found:
            pixels = self._drawn
            brush = Brush(centers, pixels.values(centers), pixels.units, self._space)
            sweep = Sweep(brush, pixels.largest_number)
            self._found[key] = sweep.clusters((yield from self._whole.totals(sweep)))
        return self._found[key]
