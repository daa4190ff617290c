"""Labels and painted images of lazy arrays: made block by block, when they are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.core.parts import Place

from .arrays import together
from .batches import pixels_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from dask.array import Array
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.brush import Brush
    from napari_kmeans_quantizer.core.image import Layout


def painted(image: Array, mask: Array | None, layout: Layout, brush: Brush) -> tuple[Array, Array]:
    """Return labels and painted image of a lazy array; nothing is read.

    Parameters
    ----------
    image : dask.array.Array
    mask : dask.array.Array of bool or None
        Spatial shape; which pixels take part, whatever alpha is.
    layout : Layout
    brush : Brush

    Returns
    -------
    labels, image : dask.array.Array
        In the chunks of `image`.
    """
    from dask.layers import ArraySliceDep

    source = together(image, layout.channel_axis)
    places = _indices(source.ndim, layout.channel_axis)
    # An array of places would keep dask from reading and labeling a block in one task.
    where = [ArraySliceDep(layout.without_channels(source.chunks)), places]
    label, dtype = _Labels(layout, brush), brush.label_dtype
    labels = _blockwise(label, source, mask, layout, dtype, where, places)
    return labels, repainted(image, labels, mask, layout, brush)


def repainted(
    image: Array, labels: Array, mask: Array | None, layout: Layout, brush: Brush
) -> Array:
    """Return a lazy image painted in the colors of its labels; alpha and what is masked as it is.

    Parameters
    ----------
    image : dask.array.Array
    labels : dask.array.Array
        Spatial shape.
    mask : dask.array.Array of bool or None
        As of `painted`.
    layout : Layout
    brush : Brush

    Returns
    -------
    dask.array.Array
        In the chunks of `image`.
    """
    source, axis = together(image, layout.channel_axis), layout.channel_axis
    places = _indices(source.ndim, axis)
    beside = [labels.rechunk(layout.without_channels(source.chunks)), places]
    out = _indices(source.ndim)
    whole = _blockwise(_Painting(layout, brush), source, mask, layout, image.dtype, beside, out)
    chunked: Array = whole.rechunk(image.chunks)
    return chunked


@dataclass(frozen=True, eq=False)
class _Labels:
    """Labels a block of an image; travels to workers, and into files of pickle."""

    layout: Layout
    brush: Brush

    def __call__(self, block: Any, where: tuple[slice, ...], mask: Any = None) -> NDArray[Any]:
        pixels = pixels_of(block, mask, self.layout)
        origin = tuple(along.start for along in where)
        return self.brush.labels(pixels, Place(origin, pixels.shape, self.layout.shape))


@dataclass(frozen=True, eq=False)
class _Painting:
    """Paints a block of an image in the colors of its labels; travels, too."""

    layout: Layout
    brush: Brush

    def __call__(self, block: Any, labels: Any, mask: Any = None) -> NDArray[Any]:
        return self.brush.image(pixels_of(block, mask, self.layout), labels)


def _blockwise(
    function: Callable[..., NDArray[Any]],
    source: Array,
    mask: Array | None,
    layout: Layout,
    dtype: np.dtype[Any],
    beside: list[Any],
    out: tuple[int, ...],
) -> Array:
    """Call a function for each block, with what belongs to it, the mask last."""
    import dask.array as da

    if mask is not None:
        spatial = layout.without_channels(source.chunks)
        places = _indices(source.ndim, layout.channel_axis)
        beside = [*beside, mask.rechunk(spatial), places]
    meta, pixels = np.empty((0,) * len(out), dtype), _indices(source.ndim)
    blocks: Array = da.blockwise(
        function,
        out,
        source,
        pixels,
        *beside,
        dtype=dtype,
        concatenate=True,
        meta=meta,
        align_arrays=False,  # all have the same chunks
        token=type(function).__name__.strip("_").lower(),
    )
    return blocks


def _indices(ndim: int, without: int | None = None) -> tuple[int, ...]:
    return tuple(axis for axis in range(ndim) if axis != without)
