"""Where a result lies in napari's world, worked out once and handed on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from napari.utils.transforms import Affine

from .geometry import (
    OWN,
    data_to_world,
    has_areas,
    last_axes,
    n_alike,
    own_transform,
    place_of,
    scale_of,
    spatial_shape,
    unit_factors,
)

if TYPE_CHECKING:
    from napari.components import Dims
    from napari.layers import Image, Labels
    from numpy.typing import ArrayLike, NDArray

    from .source import Source

    Matrix = NDArray[np.float64]


class Area(NamedTuple):
    """A rectangle of the world: its least and its largest corner, (down, right)."""

    low: Matrix
    high: Matrix

    @classmethod
    def of_plane(cls, to_world: Matrix, shape: tuple[int, ...]) -> Area:
        """Return what the pixels of a plane take up; `to_world` is a (3, 3) map."""
        edges = cls(np.array([-0.5, -0.5]), np.array(shape) - 0.5)
        return edges.mapped(to_world)

    def meets(self, other: Area) -> bool:
        """Tell whether both have room in common."""
        return bool((self.low < other.high).all() and (other.low < self.high).all())

    def share_of(self, other: Area) -> float:
        """Return how much of another one it covers, in 0..1."""
        common = np.minimum(self.high, other.high) - np.maximum(self.low, other.low)
        return float(np.prod(np.maximum(common, 0) / (other.high - other.low)))

    def mapped(self, matrix: Matrix) -> Area:
        """Return what it takes up after a (3, 3) map of the world."""
        corners = [
            (y, x, 1) for y in (self.low[0], self.high[0]) for x in (self.low[1], self.high[1])
        ]
        there = (np.array(corners) @ matrix.T)[:, :-1]
        return Area(there.min(axis=0), there.max(axis=0))


@dataclass(frozen=True, eq=False)
class Placement:
    """What puts layers exactly on a source.

    Attributes
    ----------
    whole : dict
        Arguments of a layer of the source's `shape`.
    plane : dict
        Arguments of a 2-D layer on the last two axes of the source's layers as a whole.
    plane_shape : (int, int)
        Shape of those two axes, without window and step.
    plane_to_world : (3, 3) ndarray
        Where `plane` puts its pixels.
    zoom, angle : float
        The size of a pixel in the world, and how far rows turn, in degrees: layers turn and scale
        by themselves, the text on them does not.
    pixel_area : (float, str) or None
        The size of a pixel of the source's array and its unit, such as (0.25, "µm²"); see
        `pixel_area`.
    """

    whole: dict[str, Any]
    plane: dict[str, Any]
    plane_shape: tuple[int, int]
    plane_to_world: Matrix
    zoom: float
    angle: float
    pixel_area: tuple[float, str] | None
    _start: Matrix
    _step: Matrix

    @classmethod
    def of_source(cls, source: Source) -> Placement:
        """Return where a source lies now."""
        height, width = source.full_shape[-2:]
        return cls(
            _whole(source),
            _plane(source),
            (height, width),
            last_axes(data_to_world(source.main), 2),
            *_zoom_and_angle(source),
            pixel_area(source),
            _middles(source)[-2:],
            source.reduction[-2:],
        )

    @property
    def plane_area(self) -> Area:
        """What the plane takes up of the world."""
        return Area.of_plane(self.plane_to_world, self.plane_shape)

    @property
    def extent(self) -> float:
        """How long the longer side of the plane is in the world."""
        return self.zoom * max(self.plane_shape)

    @property
    def plane_scale(self) -> float:
        """By which napari multiplies the sizes of points in `plane`."""
        return abs(float(self.plane.get("scale", (1.0,))[-1]))

    def plane_positions(self, positions: ArrayLike) -> Matrix:
        """Return where pixels of the source's array lie in `plane`; last axes only."""
        pixels = np.asarray(positions, np.float64)
        return self._start + pixels * self._step

    def frame_positions(self, n_frames: int) -> NDArray[np.float64]:
        """Return where the frames, along the first axis of the array, lie in the world."""
        own = {name: self.whole[name] for name in OWN}
        n = len(self.whole["scale"])
        to_world = np.asarray(self.whole["affine"]) @ Affine(ndim=n, **own).affine_matrix
        positions: NDArray[np.float64] = to_world[0, 0] * np.arange(n_frames) + to_world[0, -1]
        return positions

    def show_frame(self, dims: Dims, frame: int) -> None:
        """Let a viewer show the `frame`-th of what lies along the first axis.

        By its place in the world: the viewer's steps are those of whatever else it shows.
        """
        position = float(self.frame_positions(frame + 1)[frame])
        dims.set_point(self._frame_axis(dims), position * self._world_factor(dims))

    def frame_at(self, dims: Dims, n_frames: int) -> int | None:
        """Return which frame a viewer shows; None if it shows none of them, or all at once."""
        axis = self._frame_axis(dims)
        if axis < 0 or axis in dims.displayed:
            return None
        first, second = self.frame_positions(2) * self._world_factor(dims)
        if first == second:
            return None
        frame = round((dims.point[axis] - first) / (second - first))
        return frame if 0 <= frame < n_frames else None

    def _frame_axis(self, dims: Dims) -> int:
        return dims.ndim - len(self.whole["scale"])

    def _world_factor(self, dims: Dims) -> float:
        """Return by how much positions of frames are larger in the viewer's unit."""
        if dims.units is None:
            return 1.0
        axis = self._frame_axis(dims)
        return float(unit_factors(self.whole["units"][:1], dims.units[axis : axis + 1])[0])


def plane_area(layer: Image | Labels) -> Area:
    """Return what the last two axes of a layer take up of the world."""
    return Area.of_plane(last_axes(data_to_world(layer), 2), spatial_shape(layer)[-2:])


def _whole(source: Source) -> dict[str, Any]:
    placed = place_of(source.main)
    moved = own_transform(source.main)[:-1, :-1] @ _middles(source)
    placed["translate"] = placed["translate"] + moved
    placed["scale"] = placed["scale"] * source.reduction
    return placed


def _middles(source: Source) -> Matrix:
    """Return where the first pixel of the array lies: in the middle of those it stands for."""
    steps = np.array([index.step for index in source.index])
    return source.origin + (steps - 1) / 2 * (source.reduction / steps)


def _plane(source: Source) -> dict[str, Any]:
    placed = place_of(source.main)
    if source.ndim == 2:
        return placed
    plane = last_axes(data_to_world(source.main), 2)
    plain = {"scale": placed["scale"][-2:], "translate": placed["translate"][-2:]}
    if not np.allclose(plane, Affine(**plain).affine_matrix):
        plain = {"affine": plane}
    return {**plain, "units": placed["units"][-2:], "axis_labels": placed["axis_labels"][-2:]}


def _zoom_and_angle(source: Source) -> tuple[float, float]:
    matrix = last_axes(data_to_world(source.main), 2)
    down, right = matrix[:-1, 1]
    return scale_of(matrix), math.degrees(math.atan2(down, right))


def pixel_area(source: Source) -> tuple[float, str] | None:
    """Return the size of a pixel of the source's array and its unit, such as (0.25, "µm²").

    A pixel of a reduced copy stands for step x step of the layers'. Units of one kind, such as
    lengths or angles, are converted to the last axis'. In a stack whose last three axes are of one
    kind it is a volume, unless a single slice of it is taken. Two kinds are multiplied: of a
    kymograph it is (0.1, "µm·s").

    Returns
    -------
    (float, str) or None
        None if the last two axes have no units but pixels.
    """
    units = source.main.units
    if not has_areas(units):
        return None
    alike, to_world = n_alike(units), data_to_world(source.main)
    by = float(np.prod(source.reduction[-2:]))
    if alike < 2:
        size = abs(float(np.linalg.det(last_axes(to_world, 2)[:-1, :-1])))
        return size * by, f"{units[-2] * units[-1]:~P}"
    unit = units[-1]
    factors = unit_factors(units[-alike:], (unit,) * alike)
    n_axes = 3 if alike > 2 and source.shape[-3] > 1 else 2
    steps = to_world[-alike - 1 : -1, -n_axes - 1 : -1] * factors[:, np.newaxis]
    return _extent(steps) * by, f"{unit**n_axes:~P}"


def _extent(steps: Matrix) -> float:
    """Return the area or volume that some columns span: a plane may lie aslant in space."""
    return math.prod(np.abs(np.diag(np.linalg.qr(steps, mode="r"))).tolist())
