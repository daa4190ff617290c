"""painted_like(): another image, such as a level of a pyramid, in the colors of a result."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
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
    painted while it is seen. Every pixel gets the nearest color of the palette as it is now, edited
    or not.

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
    """Return what paints as `q`; the same one for many blocks, for it may hold a tree of labels."""
    palette, settings = q.palette, q.settings
    name, method = settings.get("color_space", "rgb"), settings.get("dither")
    strength = float(settings.get("dither_strength", 1.0))
    is_mixed = method in ("ordered", "blue-noise") and strength > 0 and len(palette) > 0
    return _brush_of(
        palette.colors.tobytes(),
        palette.values.tobytes(),
        palette.values.dtype,
        palette.n_channels,
        None if name == "rgb" else (name, array.dtype, palette.value_range),
        (str(method), strength) if is_mixed else None,
    )


@lru_cache(maxsize=8)
def _brush_of(
    colors: bytes,
    values: bytes,
    dtype: np.dtype[Any],
    n_channels: int,
    measured: tuple[str, np.dtype[Any], tuple[float, float]] | None,
    mixed: tuple[str, float] | None,
) -> Brush:
    centers = np.frombuffer(colors).reshape(-1, n_channels).copy()
    shown = np.frombuffer(values, dtype).reshape(-1, n_channels)
    brush = Brush(centers, shown, OWN, None if measured is None else color_space_for(*measured))
    if mixed is None or (spread := spread_of(padded(brush.places))) == 0:
        return brush
    method, strength = mixed
    return replace(brush, mixing=Mixing.of(method, centers, spread, strength))
