"""Where in an image the first pixel is that is nearest to a color."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .batches import Adding

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.brush import Brush
    from napari_kmeans_quantizer.core.image import Pixels
    from napari_kmeans_quantizer.core.parts import Place

    from .image import LazyImage

NOWHERE = np.iinfo(np.int64).max


class First(NamedTuple):
    """Of each color the first of its pixels in some parts, in the run of all of the image, (K,)."""

    places: NDArray[np.int64]

    @property
    def nbytes(self) -> int:
        """Size in memory."""
        return self.places.nbytes

    def joined(self, other: First) -> First:
        """Return the first of all parts."""
        return First(np.minimum(self.places, other.places))


@dataclass(frozen=True, eq=False)
class _Search:
    """Looks for the first pixels of some colors; it travels to workers."""

    brush: Brush
    colors: NDArray[np.intp]

    def __call__(self, pixels: Pixels, place: Place) -> First:
        labels = self.brush.labels(pixels).reshape(-1)
        found = np.full(len(self.brush.centers), NOWHERE)
        for color in self.colors:
            theirs = labels == color
            if pixels.mask is not None:
                theirs &= pixels.mask.reshape(-1)
            if theirs.any():
                index = place.index_of(int(theirs.argmax()))
                found[color] = np.ravel_multi_index(index, place.whole)
        # The first of a block in its own run is the first of it in that of the image, too.
        return First(found)


def first_places(
    lazy: LazyImage, brush: Brush, wanted: NDArray[np.bool_]
) -> Generator[float, None, dict[int, int]]:
    """Return the first pixel nearest to each of some colors: places in the run, and colors."""
    adding = Adding(_Search(brush, np.flatnonzero(wanted)))
    yield from lazy.each(adding)
    places = adding.result().places
    return {int(places[color]): int(color) for color in np.flatnonzero(wanted)}
