"""Regions: which pixels of a source lie in a Labels or Shapes layer, wherever both lie.

All of the layer together, as a mask, or what it holds one by one: numbers of labels, and a mask for
each shape.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Labels, Shapes

from napari_kmeans_quantizer import completed
from napari_kmeans_quantizer.core.counting import Region
from napari_kmeans_quantizer.plugin.steps import as_part

from .geometry import data_to_world, full_data, last_axes, spatial_shape, unit_factors
from .reading import read

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from typing import TypeAlias, TypeVar

    from numpy.typing import ArrayLike, NDArray

    from napari_kmeans_quantizer import Progress

    from .source import Grid, Source

    Result = TypeVar("Result")
    Steps: TypeAlias = Generator[Progress, None, Result]
    Taken: TypeAlias = Callable[[NDArray[Any]], NDArray[Any]]
    """What of some labels is wanted: 0 or False where there is none."""

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
    mask = yield from mask_steps(source, region)
    if not mask.any():
        raise ValueError(
            f'The region "{region.name}" holds no pixel of "{source.name}": '
            "draw inside the image, or choose another."
        )
    return mask


def mask_steps(source: Source, region: Labels | Shapes) -> Steps[NDArray[np.bool_]]:
    """Return which pixels of a source's array lie in a layer, perhaps none; read-only.

    Raises
    ------
    ValueError
        If shapes enclose nothing, or cannot be put on the image.
    """
    if isinstance(region, Labels):
        inside: NDArray[np.bool_] = yield from _labels_steps(source, region, _is_label)
        return inside
    flat: NDArray[np.bool_] | None = None
    for shape in shape_regions(source, region):
        own = shape.box[-shape.inside.ndim :]
        if flat is None:
            flat = np.zeros(source.shape[-shape.inside.ndim :], dtype=np.bool_)
        flat[own] |= shape.inside
    assert flat is not None
    return np.broadcast_to(flat, source.shape)


def id_steps(source: Source, region: Labels) -> Steps[NDArray[Any]]:
    """Return the label nearest to each pixel of a source's array, 0 for none; read-only.

    Of labels with more axes than the image, the first one above 0 counts.
    """
    return _labels_steps(source, region, _ids)


def _is_label(labels: NDArray[Any]) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = labels > 0
    return inside


def _ids(labels: NDArray[Any]) -> NDArray[Any]:
    ids: NDArray[Any] = np.maximum(labels, 0)
    return ids


def _to_region(source: Source, region: Labels | Shapes) -> NDArray[np.float64]:
    """Return the map from array indices to the region's data, of the axes that both have."""
    n_shared = min(source.ndim, region.ndim)
    to_data = np.diag([*source.reduction, 1.0])
    to_data[:-1, -1] = source.origin
    to_world = (data_to_world(source.main) @ to_data)[-n_shared - 1 :]
    to_world[:-1] *= unit_factors(source.main.units[-n_shared:], region.units[-n_shared:])[:, None]
    return np.linalg.inv(last_axes(data_to_world(region), n_shared)) @ to_world


def _labels_steps(source: Source, region: Labels, take: Taken) -> Steps[NDArray[Any]]:
    """Return what is taken of the label nearest to each pixel."""
    n_missing = max(source.ndim - region.ndim, 0)
    matrix = np.zeros((source.ndim + 1,) * 2)
    matrix[n_missing:] = _to_region(source, region)  # axes that the region has not are 0 there
    matrix, offset = matrix[:-1, :-1], matrix[:-1, -1]
    # Along axes that lead nowhere in the region, one slice is like the other.
    moves = np.abs(matrix).max(axis=0) * source.shape > UNNOTICEABLE
    shape = np.where(moves, source.shape, 1)
    available = np.array(((1,) * source.ndim + spatial_shape(region))[-source.ndim :])
    available[:n_missing] = 1
    # Of a level, pixels lie between those of the finest: of these either is as near.
    slack = 0.5 if source.level else UNNOTICEABLE
    exact = _as_slices(matrix, offset, shape, available, slack)
    if exact is not None:
        taken = yield from _labeled(region, exact, take)
    else:
        taken = yield from _resampled(region, matrix, offset, shape, available, take)
    return np.broadcast_to(taken, source.shape)


def _as_slices(
    matrix: NDArray[np.float64],
    offset: NDArray[np.float64],
    shape: NDArray[np.int_],
    available: NDArray[np.int_],
    slack: float,
) -> tuple[slice, ...] | None:
    """Return the slices that a map amounts to; None if it turns, scales, or leads outside."""
    steps, start = np.rint(np.diag(matrix)).astype(int), np.rint(offset).astype(int)
    error = np.abs(matrix - np.diag(steps)) @ shape
    stop = start + steps * (shape - 1) + 1
    if (error > UNNOTICEABLE).any() or (np.abs(offset - start) > slack).any():
        return None
    if (steps < 0).any():
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
    take: Taken,
) -> Steps[NDArray[Any]]:
    """Return what is taken of the nearest label, for indices mapped by a matrix."""
    reach = matrix * (shape - 1)
    low = np.floor(offset + np.minimum(reach, 0).sum(axis=1))
    high = np.ceil(offset + np.maximum(reach, 0).sum(axis=1)) + 1
    start, stop = (np.clip(ends, 0, available).astype(int) for ends in (low, high))
    if (start >= stop).any():
        return np.zeros(shape, take(np.zeros(0, full_data(region).dtype)).dtype)
    part = yield from _labeled(region, tuple(map(slice, start.tolist(), stop.tolist())), take)
    from scipy import ndimage  # type: ignore[import-untyped]

    taken: NDArray[Any] = ndimage.affine_transform(
        part,
        matrix,
        offset - start,
        tuple(shape.tolist()),
        order=0,
        mode="grid-constant",  # "constant" would cut off the outer halves of pixels at the border
        prefilter=False,
    )
    return taken


def _labeled(region: Labels, part: tuple[slice, ...], take: Taken) -> Steps[NDArray[Any]]:
    """Return what is taken of the labels in a part, in as many dimensions as `part`."""
    data, n_extra = full_data(region), region.ndim - len(part)
    own, extra = part[max(-n_extra, 0) :], data.shape[: max(n_extra, 0)]
    labeled, of = None, math.prod(extra)
    for done, i in enumerate(np.ndindex(extra)):
        values = yield from as_part(read(data[i] if i else data, own, READING), done, of)
        taken = take(values.array)
        labeled = taken if labeled is None else np.where(labeled, labeled, taken)
    assert labeled is not None
    return labeled.reshape((1,) * max(-n_extra, 0) + labeled.shape)


def shape_regions(source: Source, region: Shapes) -> Iterator[Region]:
    """Yield where each shape lies that encloses anything: the pixels with their centers in it.

    Those of a layer with fewer axes than the source have masks of these axes only, which count on
    all slices. They are called by their numbers, from 1 on.

    Raises
    ------
    ValueError
        If there is none, or they cannot be put on the image; before the first one.
    """
    if not any(kind in ENCLOSING for kind in region.shape_type):
        raise ValueError(
            f'The region "{region.name}" encloses nothing; lines and paths do not: '
            "draw a rectangle, an ellipse or a polygon."
        )
    to_index = np.linalg.inv(_plane_to_region(source, region))
    n_shared = len(to_index) - 1
    around = tuple(slice(0, size) for size in source.shape[:-n_shared])
    steps = np.array([index.step for index in source.index[-n_shared:]])
    for number, outline in enumerate(outlines(region), 1):
        points = outline[:, -n_shared:] @ to_index[:-1, :-1].T
        points = np.round((points + to_index[:-1, -1]) * steps, VERTEX_DECIMALS)
        # In pixels of the window, whatever the step.
        box, inside = _drawn(source.shape[-n_shared:], points, steps)
        yield Region(str(number), (*around, *box), inside)


def outlines_in_pixels(source: Source, region: Shapes) -> list[NDArray[np.float64]]:
    """Return the corners of each shape, in pixels of a source's layers: of the axes of both."""
    layers = replace(source, region=None, window=None, step=1, level=0)
    to_pixels = np.linalg.inv(_plane_to_region(layers, region))
    n_shared = len(to_pixels) - 1
    found = [outline[:, -n_shared:] @ to_pixels[:-1, :-1].T for outline in outlines(region)]
    return [np.round(points + to_pixels[:-1, -1], VERTEX_DECIMALS) for points in found]


def drawn_in(
    found: list[NDArray[np.float64]], grid: Grid, part: tuple[slice, ...]
) -> NDArray[np.bool_]:
    """Return which pixels of a part of a grid lie in shapes whose corners are known; read-only."""
    shape = tuple(piece.stop - piece.start for piece in part)
    n_shared = found[0].shape[1]
    start = np.array([piece.start for piece in part[-n_shared:]])
    flat = np.zeros(shape[-n_shared:], np.bool_)
    for corners in found:
        points = (corners - grid.origin[-n_shared:]) / grid.reduction[-n_shared:] - start
        if (points.max(axis=0) < -1).any() or (points.min(axis=0) > flat.shape).any():
            continue
        points = np.round(points, VERTEX_DECIMALS)
        box, inside = _drawn(flat.shape, points, np.ones(n_shared, np.int_))
        flat[box] |= inside
    return np.broadcast_to(flat, shape)


def _plane_to_region(source: Source, region: Shapes) -> NDArray[np.float64]:
    """Return the map from array indices to the shapes' data: of the axes that both have alone."""
    to_region = _to_region(source, region)
    n_shared = len(to_region) - 1
    others = to_region[:, : -n_shared - 1]
    if (np.abs(others) @ source.shape[:-n_shared] > UNNOTICEABLE).any():
        raise ValueError(
            f'The region "{region.name}" must lie in the planes of "{source.name}", which are '
            f"tilted against it. Draw it in a layer of {source.ndim} dimensions."
        )
    return to_region[:, -n_shared - 1 :]


def outlines(region: Shapes) -> Iterator[NDArray[np.float64]]:
    """Yield the corners of each shape that encloses anything, (n, ndim) in the layer's data."""
    for vertices, kind in zip(region.data, region.shape_type, strict=True):
        if kind in ENCLOSING:
            yield _outline(vertices, kind)


def _outline(vertices: NDArray[Any], kind: str) -> NDArray[np.float64]:
    """Return the corners of a polygon; napari's ellipses come as the corners around them."""
    corners = np.asarray(vertices, dtype=np.float64)
    if kind != "ellipse":
        return corners
    angles = np.linspace(0, 2 * np.pi, ELLIPSE_POINTS, endpoint=False)[:, np.newaxis]
    across, down = (corners[1] - corners[0]) / 2, (corners[3] - corners[0]) / 2
    # Holds for whatever an affine map makes of the corners, and in any plane.
    return corners.mean(axis=0) + np.cos(angles) * across + np.sin(angles) * down


def _drawn(
    shape: tuple[int, ...], points: NDArray[np.float64], steps: NDArray[np.int_]
) -> tuple[tuple[slice, ...], NDArray[np.bool_]]:
    """Return the box of a polygon of any dimension, on all slices that it touches; and a mask."""
    # Its plane: the two axes along which it extends most, of equal ones the last.
    plane = sorted(np.argsort(np.ptp(points, axis=0), kind="stable")[-2:].tolist())
    ends = np.stack([points.min(axis=0), points.max(axis=0)])
    for axis in set(range(len(shape))) - set(plane):
        ends[:, axis] = np.floor(ends[:, axis] + (0.5, 1.5))
    box = tuple(
        slice(*_indices(pair, step, size))
        for pair, step, size in zip(ends.T, steps, shape, strict=True)
    )
    filled = _filled([box[axis] for axis in plane], points[:, plane], steps[plane])
    across = tuple(axis for axis in range(len(shape)) if axis not in plane)
    return box, np.expand_dims(filled, across)


def _filled(
    box: list[slice], points: NDArray[np.float64], steps: NDArray[np.int_]
) -> NDArray[np.bool_]:
    """Return the pixels of a box whose centers lie in a polygon, by the even-odd rule.

    Of centers on an edge those on the upper and left edges count, so that polygons that share an
    edge neither overlap nor leave a gap.
    """
    (top, bottom), (left, right) = ((part.start, part.stop) for part in box)
    crossed = np.zeros((bottom - top, right - left + 1), dtype=np.bool_)
    following = np.roll(points, -1, axis=0)
    for (y0, x0), (y1, x1) in map(sorted, zip(points.tolist(), following.tolist(), strict=True)):
        rows = np.arange(*_indices([y0, y1], steps[0], bottom))
        if len(rows):
            x = x0 + (rows * steps[0] - y0) * ((x1 - x0) / (y1 - y0))
            columns = np.ceil(np.round(x, EDGE_DECIMALS) / steps[1]).astype(int)
            crossed[rows - top, np.clip(columns - left, 0, right - left)] ^= True
    filled: NDArray[np.bool_] = np.logical_xor.accumulate(crossed, axis=1)[:, :-1]
    return filled


def fill_polygon(points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which pixels have their centers in a polygon (n, 2), from 0 to the last it reaches."""
    box = [slice(0, math.floor(end) + 1) for end in points.max(axis=0)]
    return _filled(box, points, np.ones(2, np.int_))


def _indices(ends: ArrayLike, step: int, size: int) -> list[int]:
    """Return the indices of the first pixels at or after positions: a half-open range."""
    return np.clip(np.ceil(np.divide(ends, step)), 0, size).astype(int).tolist()
