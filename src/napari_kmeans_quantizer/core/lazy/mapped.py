"""What is done to each label or color by itself: of lazy arrays when they are looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .arrays import as_dask, together

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.palette import Palette


def lazily_painted(labels: Any, palette: Palette) -> NDArray[Any]:
    """Return what `Palette.paint` does, of lazy labels."""
    import dask.array as da

    array = as_dask(labels, "labels")
    if array.dtype.kind not in "ui":
        raise TypeError(f"`labels` must be integers, got dtype {array.dtype}.")
    spatial = out = tuple(range(array.ndim))
    channels = {}
    if palette.n_channels > 1:
        out, channels = (*spatial, array.ndim), {array.ndim: palette.n_channels}
    meta = np.empty((0,) * len(out), palette.dtype)
    painted: NDArray[Any] = da.blockwise(
        palette.paint, out, array, spatial, new_axes=channels, concatenate=True, meta=meta
    )
    return painted


def lazily_converted(convert: Callable[..., NDArray[Any]], colors: Any, space: str) -> Any:
    """Return what `convert_colors` does, of lazy colors."""
    import dask.array as da

    array = as_dask(colors, "colors")
    if array.ndim == 0 or array.shape[-1] != 3:
        raise ValueError(f"`colors` must have 3 channels on the last axis, got {array.shape}.")
    meta = np.empty((0,) * array.ndim)
    return da.map_blocks(convert, together(array, array.ndim - 1), color_space=space, meta=meta)
