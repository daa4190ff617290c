"""Where the name of a region goes: to a place well inside of it, whatever its shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from napari.layers import Labels

from .geometry import full_data
from .reading import is_lazy
from .region import fill_polygon, outlines
from .regions import label_names, shape_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from napari.layers import Shapes
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST = 200  # regions; more names would only cover the picture
MOST_PIXELS = 1 << 26  # of labels; all of them are looked at
GRID = 64  # cells across a region; fine enough for a place to write at


class Numbers(NamedTuple):
    """Names of regions, and where they are written, (n, ndim) in the data of their layer."""

    points: Floats
    names: list[str]


def numbers_of(regions: Labels | Shapes) -> Numbers:
    """Return what is written on the regions of a layer; nothing if there are too many."""
    if isinstance(regions, Labels):
        return _numbers_of_labels(regions)
    points = [_in_polygon(corners) for corners in outlines(regions)]
    if len(points) > MOST:
        points = []
    names = shape_names(regions) if points else []
    return Numbers(np.reshape(points, (-1, regions.ndim)), names)


def _in_polygon(corners: Floats) -> Floats:
    """Return the place in a polygon, of any dimension, that is farthest from its edges."""
    low, extent = corners.min(axis=0), np.ptp(corners, axis=0)
    plane = sorted(np.argsort(extent, kind="stable")[-2:].tolist())
    cell = max(float(extent.max()), 1e-9) / GRID
    point: Floats = corners.mean(axis=0)
    cells = (corners[:, plane] - low[plane]) / cell
    inside = fill_polygon(cells - 0.5)  # so that cells, and not their corners, are counted
    if inside.any():
        point[plane] = low[plane] + (np.array(_deepest(inside)) + 0.5) * cell
    return point


def _numbers_of_labels(regions: Labels) -> Numbers:
    nothing = Numbers(np.zeros((0, regions.ndim)), [])
    data = full_data(regions)
    if is_lazy(data) or data.size > MOST_PIXELS:
        return nothing
    ids = np.unique(data)
    ids = ids[ids > 0]
    if not 0 < len(ids) <= MOST:
        return nothing
    places = np.array([*_places(data, ids)])
    return Numbers(places, label_names(regions, ids.tolist()))


def _places(data: NDArray[np.int_], ids: NDArray[np.int_]) -> Iterator[Floats]:
    """Yield a place in each label: of a stack, on the slice in the middle of those it is on."""
    from scipy import ndimage  # type: ignore[import-untyped]

    numbered = np.where(data > 0, np.searchsorted(ids, data) + 1, 0)
    for number, box in enumerate(ndimage.find_objects(numbered), 1):
        inside = numbered[box] == number
        slices = np.argwhere(inside.any(axis=(-2, -1)))
        middle = slices[len(slices) // 2]
        step = -(-max(inside.shape[-2:]) // GRID)
        plane = inside[tuple(middle)]
        reduced = plane[::step, ::step]
        deepest = np.array(_deepest(reduced)) * step if reduced.any() else np.argwhere(plane)[0]
        yield np.add([part.start for part in box], [*middle, *deepest], dtype=np.float64)


def _deepest(inside: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the pixel farthest from all that is outside; of several the one in their middle."""
    from scipy import ndimage

    depth = ndimage.distance_transform_edt(np.pad(inside, 1))[1:-1, 1:-1]
    deep = np.argwhere(depth >= depth.max() - 1e-9)
    row, column = deep[np.argmin(((deep - deep.mean(axis=0)) ** 2).sum(axis=1))]
    return float(row), float(column)
