"""8-bit RGB images measured in another color space: by their distinct colors, counted one by one.

They are what `counted_colors` sweeps over; here the pixels are counted and painted.
"""

from __future__ import annotations

from functools import reduce
from threading import Semaphore
from typing import TYPE_CHECKING

from napari_kmeans_quantizer.core.color_counts import ColorCounts, Counter, together
from napari_kmeans_quantizer.core.threads import map_chunks, share_chunks

from .counted_colors import CountedColors
from .rgb_pixels import RgbPixels

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.color_space import ColorSpace
    from napari_kmeans_quantizer.core.image import Pixels

    from .base import Canvas, Clusters

    Floats = NDArray[np.float64]

MIN_PIXELS = 1 << 15
"""Fewer are converted one by one sooner than colors are counted."""
MOST_COUNTERS = 2
"""So many threads count: each needs 16 MB."""


class Colors(CountedColors):
    """The distinct colors of an 8-bit RGB image in a color space; implements `Follower`."""

    @staticmethod
    def suits(pixels: Pixels) -> bool:
        """Tell whether an image is of this kind."""
        return RgbPixels.suits(pixels) and pixels.size >= MIN_PIXELS

    def __init__(self, pixels: Pixels, space: ColorSpace) -> None:
        self._rgb = RgbPixels(pixels)
        super().__init__(_counted(self._rgb), space)

    def sweep(self, centers: Floats, canvas: Canvas) -> Generator[None, None, Clusters]:
        """See `Sweeper`."""
        tree, clusters = self.seen(centers)
        yield
        for _ in map_chunks(lambda i: self._rgb.paint(i, tree, canvas), self._rgb.n_chunks):
            yield
        return clusters


def _counted(pixels: RgbPixels) -> ColorCounts:
    """Count the colors of all pixels."""
    turns = Semaphore(MOST_COUNTERS)

    def count(indices: Iterator[int]) -> ColorCounts | None:
        if not turns.acquire(blocking=False):
            return None
        runs = (pixels.words(index) for index in indices)
        return Counter().counted(runs, pixels.step, pixels.size)

    return reduce(together, filter(None, share_chunks(count, pixels.n_chunks)))
