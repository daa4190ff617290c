"""Labels and painted images of lazy arrays: made block by block, when they are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.core.image import Pixels
from napari_kmeans_quantizer.core.sweeps.labeling import nearest_labels
from napari_kmeans_quantizer.core.weighted_points import read_only

from .arrays import together

if TYPE_CHECKING:
    from collections.abc import Callable

    from dask.array import Array
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.color_space import ColorSpace
    from napari_kmeans_quantizer.core.units import Units

    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Brush:
    """How blocks of an image are labeled and painted; travels to workers."""

    centers: Floats
    """Colors (K, C) in the units of `units`."""
    values: NDArray[Any]
    """The same as they are painted, of the image's dtype."""
    units: Units
    space: ColorSpace | None
    channel_axis: int | None

    @property
    def label_dtype(self) -> np.dtype[Any]:
        """What holds the labels."""
        return np.dtype(np.uint8 if len(self.centers) <= 256 else np.uint16)

    def labels(self, block: NDArray[Any], mask: NDArray[np.bool_] | None = None) -> NDArray[Any]:
        """Return the labels of a block, spatial shape; 0 where the mask is False."""
        pixels = self._pixels(block, mask)
        places = self.centers if self.space is None else self.space.forward(self.centers)
        labels = np.zeros(pixels.size, self.label_dtype)
        for index in range(pixels.n_chunks):
            points = pixels.numbers(pixels.chunk(index))
            points = points if self.space is None else self.space.forward(points)
            pixels.write_labels(labels, index, nearest_labels(read_only(points), places))
        return labels.reshape(pixels.shape)

    def image(
        self, block: NDArray[Any], labels: NDArray[Any], mask: NDArray[np.bool_] | None = None
    ) -> NDArray[Any]:
        """Return a block painted in the colors of its labels; alpha and what is masked as it is."""
        pixels = self._pixels(block, mask)
        painted, flat = pixels.blank(), labels.reshape(-1)
        for index in range(pixels.n_chunks):
            chosen, selected = flat[pixels.span(index)], pixels.selected(index)
            chosen = chosen if selected is None else chosen[selected]
            pixels.write(painted, index, self.values[chosen])
        return painted

    def _pixels(self, block: NDArray[Any], mask: NDArray[np.bool_] | None) -> Pixels:
        axis = self.channel_axis
        shape = block.shape if axis is None else block.shape[:axis] + block.shape[axis + 1 :]
        return Pixels(block, axis, self.values.shape[1], shape, mask, self.units)


def painted(image: Array, mask: Array | None, brush: Brush) -> tuple[Array, Array]:
    """Return labels and painted image of a lazy array; nothing is read.

    Parameters
    ----------
    image : dask.array.Array
    mask : dask.array.Array of bool or None
        Spatial shape; which pixels take part.
    brush : Brush

    Returns
    -------
    labels, image : dask.array.Array
        In the chunks of `image`.
    """
    axis = brush.channel_axis
    source = together(image, axis)
    labels = _blockwise(brush.labels, source, mask, axis, brush.label_dtype, without=axis)
    return labels, repainted(image, labels, mask, brush)


def repainted(image: Array, labels: Array, mask: Array | None, brush: Brush) -> Array:
    """Return a lazy image painted in the colors of its labels; alpha and what is masked as it is.

    Parameters
    ----------
    image : dask.array.Array
    labels : dask.array.Array
        Spatial shape.
    mask : dask.array.Array of bool or None
    brush : Brush

    Returns
    -------
    dask.array.Array
        In the chunks of `image`.
    """
    axis = brush.channel_axis
    source = together(image, axis)
    whole = _blockwise(brush.image, source, mask, axis, image.dtype, labels)
    chunked: Array = whole.rechunk(image.chunks)
    return chunked


def _blockwise(
    function: Callable[..., NDArray[Any]],
    source: Array,
    mask: Array | None,
    axis: int | None,
    dtype: np.dtype[Any],
    *labels: Array,
    without: int | None = None,
) -> Array:
    """Call a function for each block, with what belongs to it; `without`: axis that goes away."""
    import dask.array as da

    pixels, places, out = (_indices(source.ndim, which) for which in (None, axis, without))
    spatial = tuple(source.chunks[i] for i in places)
    parts = [part.rechunk(spatial) for part in (*labels, *([] if mask is None else [mask]))]
    beside = [item for part in parts for item in (part, places)]
    meta = np.empty((0,) * len(out), dtype)
    blocks: Array = da.blockwise(
        function, out, source, pixels, *beside, dtype=dtype, concatenate=True, meta=meta
    )
    return blocks


def _indices(ndim: int, without: int | None = None) -> tuple[int, ...]:
    return tuple(axis for axis in range(ndim) if axis != without)
