"""Other labels and colors of a lazy result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.core.brush import Brush
from napari_kmeans_quantizer.core.image import Layout
from napari_kmeans_quantizer.core.units import OWN

from .arrays import as_dask, as_given, is_lazy
from .painting import repainted

if TYPE_CHECKING:
    from dask.array import Array
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.image import Pixels
    from napari_kmeans_quantizer.core.palette import Palette


def lazily_repainted(pixels: Pixels, labels: Any, palette: Palette) -> Any:
    """Return a picture of lazy labels; what takes no part is as in `pixels`."""
    image, mask = as_dask(pixels.image, "image"), _as_lazy_mask(pixels.mask)
    brush = Brush(palette.colors, palette.values, OWN)
    layout = Layout(pixels.channel_axis, pixels.n_channels, pixels.shape, False)
    return as_given(repainted(image, as_dask(labels, "labels"), mask, layout, brush), pixels.image)


def lazily_relabeled(pixels: Pixels, labels: Any, new_labels: NDArray[Any]) -> Any:
    """Return every lazy label's new one; 0 where a pixel takes no part."""
    import dask.array as da

    array, mask = as_dask(labels, "labels"), _as_lazy_mask(pixels.mask)
    relabeled = da.map_blocks(new_labels.__getitem__, array, dtype=new_labels.dtype)
    if mask is not None:
        relabeled = da.where(mask, relabeled, np.zeros((), new_labels.dtype))
    return as_given(relabeled, labels)


def _as_lazy_mask(mask: Any) -> Array | None:
    import dask.array as da

    if mask is None:
        return None
    return as_dask(mask, "mask") if is_lazy(mask) else da.from_array(mask)
