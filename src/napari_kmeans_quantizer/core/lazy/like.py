"""painted_like(): another image, such as a level of a pyramid, in the colors of a result."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.core.brush import Brush
from napari_kmeans_quantizer.core.color_space import color_space_for
from napari_kmeans_quantizer.core.dither import spread_of
from napari_kmeans_quantizer.core.image import Layout
from napari_kmeans_quantizer.core.mixing import Mixing, padded
from napari_kmeans_quantizer.core.units import OWN

from .arrays import as_dask, as_given, is_lazy
from .painting import painted

if TYPE_CHECKING:
    from dask.array import Array
    from numpy.typing import ArrayLike

    from napari_kmeans_quantizer.core.quantization import Quantization


def painted_like(image: Any, q: Quantization, mask: ArrayLike | None = None) -> tuple[Any, Any]:
    """Return labels and painted image of another image in the colors of a result; lazily.

    Nothing is read before it is looked at: so a level of a pyramid, or the next frame, is
    painted while it is seen.

    Parameters
    ----------
    image : array_like
        Same channels, dtype and units as the image of `q`; any spatial shape.
    q : Quantization
        Its colors and `settings` are used.
    mask : array_like of bool, optional
        Spatial shape of `image`; only True pixels are painted. Pixels of alpha 0 never are.

    Returns
    -------
    labels, image : dask.array.Array
        Index into ``q.palette`` of every pixel, 0 outside of the mask; and the painted image.

    Raises
    ------
    ValueError
        If `image` has not the channels of `q`.

    Examples
    --------
    >>> import dask.array as da
    >>> from skimage.data import coffee
    >>> from napari_kmeans_quantizer import quantize
    >>> whole = da.from_array(coffee(), chunks=(100, 100, 3))
    >>> result = quantize(whole, 8)
    >>> labels, image = painted_like(whole[::4, ::4], result)
    >>> bool((labels == result.labels[::4, ::4]).all())
    True
    """
    import dask.array as da

    array = as_dask(image, "image") if is_lazy(image) else da.from_array(np.asarray(image))
    n_channels, axis = q.palette.n_channels, q.channel_axis
    has_alpha = axis is not None and q.image.shape[axis] > n_channels
    if axis is not None:
        axis += array.ndim - q.image.ndim
    found = 1 if axis is None else array.shape[axis]
    if found != n_channels + has_alpha:
        raise ValueError(
            f"`image` must have the {n_channels + has_alpha} channels of the image of `q`, got "
            f"shape {array.shape}."
        )
    shape = array.shape if axis is None else array.shape[:axis] + array.shape[axis + 1 :]
    layout = Layout(axis, n_channels, shape, has_alpha)
    region = None if mask is None else da.asarray(mask)
    labels, painting = painted(array, region, layout, _brush(q, array))
    labels = labels.rechunk(layout.without_channels(array.chunks))
    return as_given(labels, image, axis), as_given(painting, image)


def _brush(q: Quantization, array: Array) -> Brush:
    palette, name, space = q.palette, q.settings.get("color_space", "rgb"), None
    if name != "rgb":
        space = color_space_for(name, array.dtype, palette.value_range)
    method, strength = q.settings.get("dither"), q.settings.get("dither_strength", 1.0)
    brush = Brush(palette.colors, palette.values, OWN, space)
    if method not in ("ordered", "blue-noise") or strength == 0 or len(palette) == 0:
        return brush
    spread = spread_of(padded(brush.places))
    if spread == 0:
        return brush
    return replace(brush, mixing=Mixing.of(method, brush.centers, spread, strength))
