"""An image of dask, whose parts are looked at where dask likes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_kmeans_quantizer.core.image import Layout, check_is_mask, layout_of
from napari_kmeans_quantizer.core.survey import Surveying, most_pixels

from .arrays import as_dask, is_lazy, together
from .batches import Adding, in_batches, parts_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from dask.array import Array
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.image import Pixels
    from napari_kmeans_quantizer.core.parts import Place
    from napari_kmeans_quantizer.core.survey import Plan, Survey
    from napari_kmeans_quantizer.core.totals import Sweep, Totals

    from .batches import Looking, Part

    Chunks = tuple[tuple[int, ...], ...]

TARGET_PIXELS = 1 << 20
"""Smaller chunks are looked at together: each part costs about a millisecond."""


class Pieces(NamedTuple):
    """Blocks of an image as they are, and where they lie."""

    pieces: list[tuple[Place, NDArray[Any], NDArray[np.bool_] | None]]

    @property
    def nbytes(self) -> int:
        """Not of interest: an image that is read as a whole is small."""
        return 0

    def joined(self, other: Pieces) -> Pieces:
        """Return all."""
        return Pieces(self.pieces + other.pieces)


def _taken(pixels: Pixels, place: Place) -> Pieces:
    return Pieces([(place, pixels.image, pixels.mask)])


@dataclass(frozen=True, eq=False)
class LazyImage:
    """An image of dask; implements `sweeps.sampled.Whole`.

    Attributes
    ----------
    array : dask.array.Array
        The image.
    layout : Layout
    mask : dask.array.Array of bool or None
        Spatial shape; which pixels take part, whatever alpha is.
    """

    array: Array
    layout: Layout
    mask: Array | None

    @classmethod
    def of(cls, image: Any, mask: Any, channel_axis: Any) -> LazyImage:
        """Check a lazy image and its mask, of which nothing is read."""
        import dask.array as da

        array = as_dask(image, "image")
        layout = layout_of(image, array, channel_axis)
        if mask is None:
            return cls(array, layout, None)
        region = as_dask(mask, "mask") if is_lazy(mask) else np.asarray(mask)
        check_is_mask(region, layout.shape)
        return cls(array, layout, da.asarray(region))

    @property
    def is_large(self) -> bool:
        """Whether it is too large to be read as a whole."""
        most = most_pixels(self.layout.n_channels, self.array.dtype)
        return math.prod(self.layout.shape) > most

    @property
    def places(self) -> Chunks:
        """Sizes of chunks along spatial axes."""
        return self.layout.without_channels(self.array.chunks)

    def seen(self) -> Array | None:
        """Return which pixels take part, those of alpha 0 not; None: all."""
        if not self.layout.has_alpha:
            return self.mask
        visible: Array = self.array[..., -1] > 0
        return visible if self.mask is None else visible & self.mask

    def each(self, looking: Looking[Any]) -> Generator[float, None, None]:
        """Look at all parts; yield the fraction done."""
        return in_batches(looking, list(self._parts()), self.layout)

    def read(self) -> Generator[float, None, tuple[NDArray[Any], NDArray[np.bool_] | None]]:
        """Return the whole image, and the mask, in memory."""
        layout = self.layout._replace(has_alpha=False)
        taking = Adding(_taken)
        yield from in_batches(taking, list(self._parts()), layout)
        array = np.empty(self.array.shape, self.array.dtype)
        view = array if layout.channel_axis is None else np.moveaxis(array, layout.channel_axis, -1)
        mask = None if self.mask is None else np.empty(layout.shape, np.bool_)
        for place, block, some in taking.result().pieces:
            where = tuple(slice(a, a + b) for a, b in zip(place.origin, place.shape, strict=True))
            axis = layout.channel_axis
            view[where] = block if axis is None else np.moveaxis(block, axis, -1)
            if mask is not None:
                mask[where] = some
        return array, mask

    def survey(self, plan: Plan) -> Generator[float, None, Survey]:
        """Look at all pixels for the first time."""
        surveying = Surveying(plan)
        yield from self.each(surveying)
        return surveying.result()

    def totals(self, sweep: Sweep) -> Generator[None, None, Totals]:
        """See `Whole`."""
        adding = Adding(sweep)
        for _ in self.each(adding):
            yield
        return adding.result()

    def _parts(self) -> Iterator[Part]:
        """Yield the parts; small chunks together."""
        axis = self.layout.channel_axis
        places = merged_chunks(self.places, TARGET_PIXELS)
        array = together(self.array, axis)
        chunks = list(places)
        if axis is not None:
            chunks.insert(axis, array.chunks[axis])
        # Merged at once: in several steps chunks would be read for more than one part.
        blocks = array.rechunk(tuple(chunks), threshold=math.inf).to_delayed()
        masks = None if self.mask is None else self.mask.rechunk(places).to_delayed()
        return parts_of(blocks, masks, self.layout, places)


def merged_chunks(chunks: Chunks, target: int) -> Chunks:
    """Merge neighboring chunks until they have about so many pixels; none is cut."""
    merged, size = list(chunks), math.prod(max(sizes) for sizes in chunks)
    for axis in reversed(range(len(chunks))):
        if size >= target:
            break
        across = size // max(merged[axis])
        merged[axis] = _merged(merged[axis], max(1, target // max(across, 1)))
        size = across * max(merged[axis])
    return tuple(merged)


def _merged(sizes: tuple[int, ...], most: int) -> tuple[int, ...]:
    merged = [sizes[0]]
    for size in sizes[1:]:
        if merged[-1] + size <= most:
            merged[-1] += size
        else:
            merged.append(size)
    return tuple(merged)
