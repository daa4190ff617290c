"""What a lazy array is, and how to see it as one whose channels lie together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from napari_kmeans_quantizer.core.arrays import as_array

if TYPE_CHECKING:
    from dask.array import Array


def is_lazy(given: object) -> bool:
    """Tell whether something is an array of dask, or one of xarray that holds one."""
    data = _data_of(given)
    return hasattr(data, "dask") and hasattr(data, "compute") and hasattr(data, "chunks")


def as_dask(given: Any, name: str) -> Array:
    """Return a lazy array as one of dask.

    Raises
    ------
    ValueError
        If the size of some chunks is not known.
    """
    array: Array = _data_of(given)
    if any(math.isnan(size) for size in array.shape):
        raise ValueError(
            f"`{name}` has chunks of unknown size, got shape {array.shape}. Call "
            f"`{name}.compute_chunk_sizes()` first."
        )
    return array


def unread(given: Any, name: str, unmasked: str) -> Any:
    """Return what is lazy as an array of dask, and anything else as one in memory.

    Its parameters are those of `as_array`.
    """
    return as_dask(given, name) if is_lazy(given) else as_array(given, name, unmasked)


def together(array: Array, axis: int | None) -> Array:
    """Return an array whose chunks hold all channels."""
    if axis is None or len(array.chunks[axis]) == 1:
        return array
    whole: Array = array.rechunk({axis: -1})
    return whole


def as_given(array: Array, given: Any, channel_axis: int | None = None) -> Any:
    """Return a lazy array as the one that it comes from: of xarray with dimensions, coordinates.

    Parameters
    ----------
    array : dask.array.Array
        Pixels of `given`.
    given : array_like
        An array of dask or xarray.
    channel_axis : int or None
        Axis of `given` that `array` has not.
    """
    if not hasattr(given, "dims"):
        return array
    if channel_axis is not None:
        given = given.isel({given.dims[channel_axis]: 0}, drop=True)
    return given.copy(data=array)


def _data_of(given: Any) -> Any:
    """Return what an array of xarray holds, and other things as they are."""
    return given.data if hasattr(given, "dims") and hasattr(given, "coords") else given
