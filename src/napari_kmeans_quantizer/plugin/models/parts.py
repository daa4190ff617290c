"""Parts of an image: the slice that a viewer shows, and reduced copies for previews."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from .geometry import data_to_world, spatial_shape, unit_factors

if TYPE_CHECKING:
    from napari.components import Dims
    from napari.layers import Image

PREVIEW_PIXELS = 4_000_000


def current_slice(layer: Image, dims: Dims) -> tuple[slice, ...] | None:
    """Return the window of an image that a viewer displays.

    Parameters
    ----------
    layer : napari.layers.Image
        A layer of the viewer.
    dims : napari.components.Dims
        The viewer's ``dims``.

    Returns
    -------
    tuple of slice or None
        Of length 1 along axes that are not displayed, of full length along the others; None if
        all are displayed.
    """
    extra = dims.ndim - layer.ndim  # layers of fewer dimensions lie in the last ones
    order = [axis - extra for axis in dims.order if axis >= extra]
    hidden = order[: -dims.ndisplay]
    if not hidden:
        return None
    point = np.asarray(dims.point[extra:], dtype=np.float64)
    # While layers come and go, napari tells of new steps before it knows their units.
    if dims.units is not None and len(dims.units) == dims.ndim:
        point = point * unit_factors(dims.units[extra:], layer.units)
    # As napari slices: what is turned out of the displayed plane is not taken into account.
    to_data = np.linalg.inv(data_to_world(layer))
    positions = to_data[np.ix_(hidden, hidden)] @ point[hidden] + to_data[hidden, -1]
    shape, window = spatial_shape(layer), [slice(None)] * layer.ndim
    for axis, position in zip(hidden, positions, strict=True):
        i = int(np.clip(np.round(position), 0, shape[axis] - 1))
        window[axis] = slice(i, i + 1)
    return tuple(window)


def show_slice(layer: Image, dims: Dims, window: tuple[slice, ...]) -> None:
    """Let a viewer display a window of an image that `current_slice` gave.

    By its place in the world: the viewer's steps are those of whatever else it shows.
    """
    extra = dims.ndim - layer.ndim
    sizes = zip(window, spatial_shape(layer), strict=True)
    index = [
        part.start if part.start is not None and size > 1 == part.stop - part.start else None
        for part, size in sizes
    ]
    world = data_to_world(layer) @ [*(i or 0 for i in index), 1]
    for axis, i in enumerate(index):
        if i is not None:
            position = float(world[axis])
            if dims.units is not None:
                units = layer.units[axis : axis + 1], dims.units[axis + extra : axis + extra + 1]
                position *= float(unit_factors(*units)[0])
            dims.set_point(axis + extra, position)


def preview_step(n_pixels: int, limit: int = PREVIEW_PIXELS) -> int:
    """Return the least step that reduces a plane of pixels to at most `limit` of them.

    Examples
    --------
    >>> preview_step(4_000_000), preview_step(4_000_001), preview_step(10**9)
    (1, 2, 16)
    """
    at_least = max(1, -(-n_pixels // limit))
    return math.isqrt(at_least - 1) + 1
