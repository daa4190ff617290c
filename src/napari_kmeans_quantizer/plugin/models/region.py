"""Regions: which pixels of a source lie in a Labels or Shapes layer, wherever both lie."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Labels, Shapes

from napari_kmeans_quantizer import completed
from napari_kmeans_quantizer.plugin.steps import as_part

from .geometry import data_to_world, full_data, last_axes, spatial_shape, unit_factors
from .reading import read

if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import TypeAlias, TypeVar

    from numpy.typing import ArrayLike, NDArray

    from napari_kmeans_quantizer import Progress

    from .source import Source

    Result = TypeVar("Result")
    Steps: TypeAlias = Generator[Progress, None, Result]

READING = "Reading the region"
ENCLOSING = ("rectangle", "ellipse", "polygon")
ELLIPSE_POINTS = 256
UNNOTICEABLE = 1e-6  # pixels

# napari keeps the vertices of shapes as float32: what should be 10 may come as 9.9998.
VERTEX_DECIMALS = 3
EDGE_DECIMALS = 9


def region_mask(source: Source) -> NDArray[np.bool_] | None:
    """Return which pixels of a source's array lie in its region, None if all do; read-only.

    Raises
    ------
    ValueError
        If the region holds none.
    """
    return completed(region_steps(source))


def region_steps(source: Source) -> Steps[NDArray[np.bool_] | None]:
    """Do what `region_mask` does step by step: labels may have to be read.

    Raises
    ------
    ValueError
        If the region holds none.
    """
    region = source.region
    if not isinstance(region, Labels | Shapes):
        return region
    drawn = isinstance(region, Shapes)
    if drawn and not any(kind in ENCLOSING for kind in region.shape_type):
        raise ValueError(
            f'The region "{region.name}" encloses nothing; lines and paths do not: '
            "draw a rectangle, an ellipse or a polygon."
        )
    if drawn:
        mask = _shapes_mask(source, region)
    else:
        mask = yield from _labels_mask(source, region)
    if not mask.any():
        raise ValueError(
            f'The region "{region.name}" holds no pixel of "{source.name}": '
            "draw inside the image, or choose another."
        )
    return mask


def _to_region(source: Source, region: Labels | Shapes) -> NDArray[np.float64]:
    """Return the map from array indices to the region's data, of the axes that both have."""
    n_shared = min(source.ndim, region.ndim)
    to_data = np.diag([*(float(index.step) for index in source.index), 1.0])
    to_data[:-1, -1] = [index.start for index in source.index]
    to_world = (data_to_world(source.main) @ to_data)[-n_shared - 1 :]
    to_world[:-1] *= unit_factors(source.main.units[-n_shared:], region.units[-n_shared:])[:, None]
    return np.linalg.inv(last_axes(data_to_world(region), n_shared)) @ to_world


def _labels_mask(source: Source, region: Labels) -> Steps[NDArray[np.bool_]]:
    """Return which pixels have a label above 0 nearest to them."""
    n_missing = max(source.ndim - region.ndim, 0)
    matrix = np.zeros((source.ndim + 1,) * 2)
    matrix[n_missing:] = _to_region(source, region)  # axes that the region has not are 0 there
    matrix, offset = matrix[:-1, :-1], matrix[:-1, -1]
    # Along axes that lead nowhere in the region, one slice is like the other.
    moves = np.abs(matrix).max(axis=0) * source.shape > UNNOTICEABLE
    shape = np.where(moves, source.shape, 1)
    available = np.array(((1,) * source.ndim + spatial_shape(region))[-source.ndim :])
    available[:n_missing] = 1
    exact = _as_slices(matrix, offset, shape, available)
    if exact is not None:
        inside = yield from _labeled(region, exact)
    else:
        inside = yield from _resampled(region, matrix, offset, shape, available)
    return np.broadcast_to(inside, source.shape)


def _as_slices(
    matrix: NDArray[np.float64],
    offset: NDArray[np.float64],
    shape: NDArray[np.int_],
    available: NDArray[np.int_],
) -> tuple[slice, ...] | None:
    """Return the slices that a map amounts to; None if it turns, scales, or leads outside."""
    steps, start = np.rint(np.diag(matrix)).astype(int), np.rint(offset).astype(int)
    error = np.abs(matrix - np.diag(steps)) @ shape + np.abs(offset - start)
    stop = start + steps * (shape - 1) + 1
    if (error > UNNOTICEABLE).any() or (steps < 0).any():
        return None
    if (start < 0).any() or (stop > available).any():
        return None
    return tuple(map(slice, start.tolist(), stop.tolist(), np.maximum(steps, 1).tolist()))


def _resampled(
    region: Labels,
    matrix: NDArray[np.float64],
    offset: NDArray[np.float64],
    shape: NDArray[np.int_],
    available: NDArray[np.int_],
) -> Steps[NDArray[np.bool_]]:
    """Return whether the nearest label is above 0, for indices mapped by a matrix."""
    reach = matrix * (shape - 1)
    low = np.floor(offset + np.minimum(reach, 0).sum(axis=1))
    high = np.ceil(offset + np.maximum(reach, 0).sum(axis=1)) + 1
    start, stop = (np.clip(ends, 0, available).astype(int) for ends in (low, high))
    if (start >= stop).any():
        return np.zeros(shape, dtype=np.bool_)
    part = yield from _labeled(region, tuple(map(slice, start.tolist(), stop.tolist())))
    from scipy import ndimage  # type: ignore[import-untyped]

    inside: NDArray[np.bool_] = ndimage.affine_transform(
        part,
        matrix,
        offset - start,
        tuple(shape.tolist()),
        order=0,
        mode="grid-constant",  # "constant" would cut off the outer halves of pixels at the border
        prefilter=False,
    )
    return inside


def _labeled(region: Labels, part: tuple[slice, ...]) -> Steps[NDArray[np.bool_]]:
    """Return where a part of the region has labels above 0, in as many dimensions as `part`."""
    data, n_extra = full_data(region), region.ndim - len(part)
    own, extra = part[max(-n_extra, 0) :], data.shape[: max(n_extra, 0)]
    labeled, of = None, math.prod(extra)
    for done, i in enumerate(np.ndindex(extra)):
        values = yield from as_part(read(data[i] if i else data, own, READING), done, of)
        labeled = values.array > 0 if labeled is None else labeled | (values.array > 0)
    assert labeled is not None
    return labeled.reshape((1,) * max(-n_extra, 0) + labeled.shape)


def _shapes_mask(source: Source, region: Shapes) -> NDArray[np.bool_]:
    """Return which pixels have their centers in a shape."""
    to_region = _to_region(source, region)
    n_shared = len(to_region) - 1
    others = to_region[:, : -n_shared - 1]
    if (np.abs(others) @ source.shape[:-n_shared] > UNNOTICEABLE).any():
        raise ValueError(
            f'The region "{region.name}" must lie in the planes of "{source.name}", which are '
            f"tilted against it. Draw it in a layer of {source.ndim} dimensions."
        )
    to_index = np.linalg.inv(to_region[:, -n_shared - 1 :])
    steps = np.array([index.step for index in source.index[-n_shared:]])
    inside = np.zeros(source.shape[-n_shared:], dtype=np.bool_)
    for vertices, kind in zip(region.data, region.shape_type, strict=True):
        if kind in ENCLOSING:
            points = _outline(vertices, kind)[:, -n_shared:] @ to_index[:-1, :-1].T
            points = np.round((points + to_index[:-1, -1]) * steps, VERTEX_DECIMALS)
            _draw(inside, points, steps)  # in pixels of the window, whatever the step
    return np.broadcast_to(inside, source.shape)


def _outline(vertices: NDArray[Any], kind: str) -> NDArray[np.float64]:
    """Return the corners of a polygon; napari's ellipses come as the corners around them."""
    corners = np.asarray(vertices, dtype=np.float64)
    if kind != "ellipse":
        return corners
    angles = np.linspace(0, 2 * np.pi, ELLIPSE_POINTS, endpoint=False)[:, np.newaxis]
    across, down = (corners[1] - corners[0]) / 2, (corners[3] - corners[0]) / 2
    # Holds for whatever an affine map makes of the corners, and in any plane.
    return corners.mean(axis=0) + np.cos(angles) * across + np.sin(angles) * down


def _draw(inside: NDArray[np.bool_], points: NDArray[np.float64], steps: NDArray[np.int_]) -> None:
    """Mark the pixels in a polygon of any dimension, on all slices that it touches."""
    # Its plane: the two axes along which it extends most, of equal ones the last.
    plane = sorted(np.argsort(np.ptp(points, axis=0), kind="stable")[-2:].tolist())
    slices = [slice(None)] * inside.ndim
    for axis in set(range(inside.ndim)) - set(plane):
        low, high = np.floor([points[:, axis].min() + 0.5, points[:, axis].max() + 1.5])
        slices[axis] = slice(*_indices([low, high], steps[axis], inside.shape[axis]))
    _fill(np.moveaxis(inside[tuple(slices)], plane, (-2, -1)), points[:, plane], steps[plane])


def _fill(inside: NDArray[np.bool_], points: NDArray[np.float64], steps: NDArray[np.int_]) -> None:
    """Mark the pixels of the last two axes whose centers lie in a polygon, by the even-odd rule.

    Of centers on an edge those on the upper and left edges count, so that polygons that share an
    edge neither overlap nor leave a gap.
    """
    ends = np.column_stack([points.min(axis=0), points.max(axis=0)])
    (top, bottom), (left, right) = map(_indices, ends, steps, inside.shape[-2:])
    crossed = np.zeros((bottom - top, right - left + 1), dtype=np.bool_)
    following = np.roll(points, -1, axis=0)
    for (y0, x0), (y1, x1) in map(sorted, zip(points.tolist(), following.tolist(), strict=True)):
        rows = np.arange(*_indices([y0, y1], steps[0], inside.shape[-2]))
        if len(rows):
            x = x0 + (rows * steps[0] - y0) * ((x1 - x0) / (y1 - y0))
            columns = np.ceil(np.round(x, EDGE_DECIMALS) / steps[1]).astype(int)
            crossed[rows - top, np.clip(columns - left, 0, right - left)] ^= True
    filled = np.logical_xor.accumulate(crossed, axis=1)[:, :-1]
    inside[..., top:bottom, left:right] |= filled


def _indices(ends: ArrayLike, step: int, size: int) -> list[int]:
    """Return the indices of the first pixels at or after positions: a half-open range."""
    return np.clip(np.ceil(np.divide(ends, step)), 0, size).astype(int).tolist()
