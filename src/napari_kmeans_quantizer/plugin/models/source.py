"""The one place that decides what of napari's layers is quantized; no viewer, no Qt.

Three kinds of coordinates meet here: of the *array* that is quantized, of the layer's *data*, of
which the array may be a part or a reduced copy, and of napari's *world*. Maps between them are
homogeneous matrices: the last row is 0 ... 0 1, the last column where the origin goes.
"""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from napari.layers import Image, Labels, Shapes
from napari.utils.transforms import Affine
from scipy import ndimage  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Sequence

    from napari.components import Dims
    from napari.layers import Layer
    from numpy.typing import ArrayLike, NDArray

    from napari_kmeans_quantizer import Palette

PREVIEW_PIXELS = 4_000_000
ENCLOSING = ("rectangle", "ellipse", "polygon")
ELLIPSE_POINTS = 256
UNNOTICEABLE = 1e-6  # pixels

# napari keeps the vertices of shapes as float32: what should be 10 may come as 9.9998.
VERTEX_DECIMALS = 3
EDGE_DECIMALS = 9


@dataclass(frozen=True, eq=False)
class Source:
    """What is quantized: an image layer or several grey ones as channels, all of it or a part.

    Parameters
    ----------
    layers : tuple of napari.layers.Image
        One, grey or RGB(A), or several grey ones of one shape: the channels. The first one tells
        where the outputs go. They are never modified.
    region : napari.layers.Labels or Shapes, optional
        Where to fit: labels above 0; inside of rectangles, ellipses and polygons. It may be placed
        in the world in any way. A region of fewer dimensions counts on all slices of a stack; of
        one that has more, all slices count. A shape drawn in a layer of as many dimensions as the
        image counts on its own slice only, as napari shows it.
    window : tuple of slice, optional
        Part of each spatial axis, of step 1; None: all. See `current_slice`.
    scaled : bool, optional
        Whether each of several layers is scaled to its contrast limits and clipped to 0..1.
    step : int, optional
        Take every `step`-th pixel along the last two axes: a reduced copy for previews.
    alpha : {"ignore", "channel"}, optional
        Of RGBA images: transparent pixels take no part, or alpha is clustered as a fourth channel.

    Raises
    ------
    TypeError, ValueError
        If a layer is of the wrong kind, layers do not fit together, or an option is out of range.

    Examples
    --------
    >>> nuclei, cells = (Image(np.eye(9) * n, name=name) for n, name in ((1, "DAPI"), (2, "FITC")))
    >>> source = Source((nuclei, cells), window=(slice(0, 6), slice(None)), step=2)
    >>> source.name, source.shape, source.array().shape
    ('DAPI + FITC', (3, 5), (3, 5, 2))
    """

    layers: tuple[Image, ...]
    region: Labels | Shapes | None = None
    window: tuple[slice, ...] | None = None
    scaled: bool = False
    step: int = 1
    alpha: Literal["ignore", "channel"] = "ignore"

    def __post_init__(self) -> None:
        _check_layers(self.layers)
        _check_region(self.region)
        _check_window(self.window, self.full_shape)
        if self.alpha not in ("ignore", "channel"):
            raise ValueError(f'`alpha` must be "ignore" or "channel", got {self.alpha!r}.')
        if operator.index(self.step) < 1:
            raise ValueError(f"`step` must be at least 1, got {self.step}. 1 takes every pixel.")

    # -- what it is

    @property
    def main(self) -> Image:
        """The layer that tells where the outputs go: the first one."""
        return self.layers[0]

    @property
    def name(self) -> str:
        """Name for people, such as "photo" or "DAPI + FITC"."""
        return " + ".join(layer.name for layer in self.layers)

    @property
    def key(self) -> str:
        """Identity of the layers, whatever part of them is taken: it tells whose an output is."""
        return "+".join(str(layer.unique_id) for layer in self.layers)

    @property
    def rgb(self) -> bool:
        """Whether it is an RGB(A) image."""
        return bool(self.main.rgb)

    @property
    def channel_axis(self) -> int | Literal["auto"] | None:
        """What `quantize` gets along with `array`."""
        if self.rgb:
            return -1 if self.alpha == "channel" else "auto"
        return -1 if len(self.layers) > 1 else None

    @property
    def ndim(self) -> int:
        """Number of spatial axes."""
        return int(self.main.ndim)

    @property
    def full_shape(self) -> tuple[int, ...]:
        """Spatial shape of the layers, without window and step."""
        return _spatial_shape(self.main)

    @property
    def shape(self) -> tuple[int, ...]:
        """Spatial shape of `array`."""
        return tuple(len(range(*index.indices(index.stop))) for index in self._index)

    @property
    def n_pixels(self) -> int:
        """Number of pixels in the window, whatever the step."""
        return math.prod(index.stop - index.start for index in self._index)

    # -- pixels

    def array(self) -> NDArray[Any]:
        """Return the pixels, in memory; of lazy and multiscale data only this part is loaded."""
        if len(self.layers) == 1:
            part = np.asarray(_full_data(self.main)[self._index])
            # Every few pixels of a large image are quicker to count once they lie together.
            return np.ascontiguousarray(part) if self.step > 1 else part
        dtype = np.result_type(*(_full_data(layer).dtype for layer in self.layers))
        channels = np.empty((*self.shape, len(self.layers)), np.float32 if self.scaled else dtype)
        for i, layer in enumerate(self.layers):
            values = np.asarray(_full_data(layer)[self._index])
            channels[..., i] = _scaled(layer, values) if self.scaled else values
        return channels

    def mask(self) -> NDArray[np.bool_] | None:
        """Return which pixels of `array` lie in the region, None without one; read-only.

        Raises
        ------
        ValueError
            If none does.
        """
        if self.region is None:
            return None
        drawn = isinstance(self.region, Shapes)
        if drawn and not any(kind in ENCLOSING for kind in self.region.shape_type):
            raise ValueError(
                f'The region "{self.region.name}" encloses nothing; lines and paths do not: '
                "draw a rectangle, an ellipse or a polygon."
            )
        mask = _shapes_mask(self, self.region) if drawn else _labels_mask(self, self.region)
        if not mask.any():
            raise ValueError(
                f'The region "{self.region.name}" holds no pixel of "{self.name}": '
                "draw inside the image, or choose another."
            )
        return mask

    # -- places

    def placement(self) -> dict[str, Any]:
        """Return what puts a layer of this `shape` exactly on the source."""
        placed = _placement(self.main)
        steps = np.array([index.step for index in self._index])
        # A reduced pixel lies where the center of its step x step block does.
        offset = np.array([index.start for index in self._index]) + (steps - 1) / 2
        placed["translate"] = placed["translate"] + _own_transform(self.main)[:-1, :-1] @ offset
        placed["scale"] = placed["scale"] * steps
        return placed

    def plane_placement(self) -> dict[str, Any]:
        """Return what puts a 2-D layer on the last two axes of the layers as a whole."""
        placed = _placement(self.main)
        if self.ndim == 2:
            return placed
        plane = _last(_data_to_world(self.main), 2)
        plain = {"scale": placed["scale"][-2:], "translate": placed["translate"][-2:]}
        if not np.allclose(plane, Affine(**plain).affine_matrix):
            plain = {"affine": plane}
        return {**plain, "units": placed["units"][-2:], "axis_labels": placed["axis_labels"][-2:]}

    def plane_positions(self, positions: ArrayLike) -> NDArray[np.float64]:
        """Return where pixels of `array` lie in the plane of `plane_placement`; last axes only."""
        start, step = np.array([(index.start, index.step) for index in self._index[-2:]]).T
        return start + np.asarray(positions, np.float64) * step + (step - 1) / 2

    @property
    def plane_shape(self) -> tuple[int, int]:
        """Shape of the last two axes, without window and step."""
        height, width = self.full_shape[-2:]
        return height, width

    def zoom_and_angle(self) -> tuple[float, float]:
        """Return the size of a pixel in the world, and how far rows turn, in degrees.

        Layers turn and scale by themselves, the text on them does not.
        """
        matrix = _last(_data_to_world(self.main), 2)[:-1, :-1]
        down, right = matrix[:, 1]
        return math.sqrt(abs(np.linalg.det(matrix))), math.degrees(math.atan2(down, right))

    def pixel_area(self) -> tuple[float, str] | None:
        """Return the size of a pixel of the layers and its unit, such as (0.25, "µm²").

        Lengths of different units are converted to the last axis'. In a stack whose last three
        axes are lengths it is a volume, unless a single slice of it is taken.

        Returns
        -------
        (float, str) or None
            None if the last two axes are not both lengths.
        """
        lengths = _n_lengths(self.main.units)
        if lengths < 2:
            return None
        unit = self.main.units[-1]
        factors = _unit_factors(self.main.units[-lengths:], (unit,) * lengths)
        n_axes = 3 if lengths > 2 and self.shape[-3] > 1 else 2
        steps = _data_to_world(self.main)[-lengths - 1 : -1, -n_axes - 1 : -1]
        steps = steps * factors[:, np.newaxis]
        # The Gram determinant: a plane may lie aslant in space.
        size = math.sqrt(abs(np.linalg.det(steps.T @ steps)))
        return size, f"{unit**n_axes:~P}"

    @property
    def _index(self) -> tuple[slice, ...]:
        """What is taken of each spatial axis of the data; start, stop and step are numbers."""
        window = self.window or (slice(None),) * self.ndim
        steps = (1,) * (self.ndim - 2) + (self.step,) * 2
        return tuple(
            slice(*part.indices(size)[:2], step)
            for part, size, step in zip(window, self.full_shape, steps, strict=True)
        )


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
    if dims.units is not None:
        point = point * _unit_factors(dims.units[extra:], layer.units)
    # As napari slices: what is turned out of the displayed plane is not taken into account.
    to_data = np.linalg.inv(_data_to_world(layer))
    positions = to_data[np.ix_(hidden, hidden)] @ point[hidden] + to_data[hidden, -1]
    shape, window = _spatial_shape(layer), [slice(None)] * layer.ndim
    for axis, position in zip(hidden, positions, strict=True):
        i = int(np.clip(np.round(position), 0, shape[axis] - 1))
        window[axis] = slice(i, i + 1)
    return tuple(window)


def preview_step(n_pixels: int, limit: int = PREVIEW_PIXELS) -> int:
    """Return the least step that reduces a plane of pixels to at most `limit` of them.

    Examples
    --------
    >>> preview_step(4_000_000), preview_step(4_000_001), preview_step(10**9)
    (1, 2, 16)
    """
    at_least = max(1, -(-n_pixels // limit))
    return math.isqrt(at_least - 1) + 1


def display_colors(source: Source, palette: Palette) -> NDArray[np.float64]:
    """Return palette colors as napari shows them in the source, (K, 3) in 0..1.

    Several channels are added up, as layers with additive blending are.
    """
    if source.rgb:
        return palette.rgb
    shown = np.zeros((len(palette), 3))
    for layer, values in zip(source.layers, palette.colors.T, strict=True):
        in_limits = len(source.layers) > 1 and source.scaled
        scaled = np.clip(values, 0, 1) if in_limits else _scaled(layer, values)
        shown += layer.colormap.map(scaled**layer.gamma)[:, :3]
    return np.clip(shown, 0, 1)


# -- checks


def _check_layers(layers: tuple[Image, ...]) -> None:
    if not isinstance(layers, tuple) or not layers:
        raise TypeError(
            f"`layers` must be a tuple of at least one image layer, got {layers!r}. "
            "Choose an image."
        )
    for layer in layers:
        if not isinstance(layer, Image):
            raise TypeError(
                f"Source must be a napari Image layer, got {type(layer).__name__}. "
                "Choose or convert a layer that holds an image."
            )
    if len(layers) > 1:
        _check_channels(layers)


def _check_channels(layers: tuple[Image, ...]) -> None:
    for layer in layers:
        if layer.rgb:
            raise ValueError(
                f'Several layers must all be grey to be channels, but "{layer.name}" is RGB. '
                "Choose it alone, or split it into its channels."
            )
    shapes = [_spatial_shape(layer) for layer in layers]
    for layer, shape in zip(layers, shapes, strict=True):
        if shape != shapes[0]:
            raise ValueError(
                f'Several layers must have one shape to be channels, but "{layer.name}" has '
                f'{shape} and "{layers[0].name}" {shapes[0]}. Choose layers of one shape.'
            )


def _check_region(region: Any) -> None:
    if region is not None and not isinstance(region, Labels | Shapes):
        raise TypeError(
            f"`region` must be a napari Labels or Shapes layer, got {type(region).__name__}. "
            "Draw the region in a new layer of shapes or labels."
        )


def _check_window(window: tuple[slice, ...] | None, shape: tuple[int, ...]) -> None:
    if window is None:
        return
    if len(window) != len(shape) or not all(isinstance(part, slice) for part in window):
        raise ValueError(
            f"`window` must have one slice for each of the {len(shape)} spatial axes, got "
            f"{window!r}. Pass slice(None) for all of an axis."
        )
    if any(part.step not in (None, 1) for part in window):
        raise ValueError(f"`window` must have slices of step 1, got {window!r}. See `step`.")
    if any(not len(range(*part.indices(size))) for part, size in zip(window, shape, strict=True)):
        raise ValueError(
            f"`window` must hold pixels of the image of shape {shape}, got {window!r}, which is "
            "empty. Choose a part that lies inside."
        )


# -- layers


def _full_data(layer: Image | Labels) -> Any:
    """Return a layer's data, at full resolution, not loaded yet if it is lazy."""
    return layer.data[0] if layer.multiscale else layer.data


def _spatial_shape(layer: Image | Labels) -> tuple[int, ...]:
    return tuple(int(size) for size in _full_data(layer).shape[: layer.ndim])


def _scaled(layer: Image, values: NDArray[Any]) -> NDArray[np.float64]:
    """Return values as fractions of the layer's contrast limits, clipped to 0..1."""
    low, high = layer.contrast_limits
    scaled = np.subtract(values, low, dtype=np.float64)
    scaled /= (high - low) or 1.0
    return np.clip(scaled, 0, 1, out=scaled)


def _placement(layer: Layer) -> dict[str, Any]:
    """Return what puts another layer of the same shape exactly on this one."""
    names = ("scale", "translate", "rotate", "shear", "affine", "units", "axis_labels")
    return {name: getattr(layer, name) for name in names}


def _own_transform(layer: Layer) -> NDArray[np.float64]:
    """Return the map by scale, shear, rotation and translation, before the layer's affine."""
    names = ("scale", "translate", "rotate", "shear")
    own = Affine(ndim=layer.ndim, **{name: getattr(layer, name) for name in names})
    return np.asarray(own.affine_matrix)


def _data_to_world(layer: Layer) -> NDArray[np.float64]:
    """Return the map from data to world; unlike the layer's method, the same in grid mode."""
    return np.asarray(layer.affine.affine_matrix @ _own_transform(layer))


def _last(matrix: NDArray[np.float64], n_axes: int) -> NDArray[np.float64]:
    """Return a map's part within the last axes."""
    return matrix[-n_axes - 1 :, -n_axes - 1 :]


def _n_lengths(units: Sequence[Any]) -> int:
    """Return how many of the last axes are measured in lengths, at most 3."""
    lengths = [dict(unit.dimensionality) == {"[length]": 1} for unit in units[:-4:-1]]
    return [*lengths, False].index(False)


def _unit_factors(units: Sequence[Any], wanted: Sequence[Any]) -> NDArray[np.float64]:
    """Return factors from units to others; ones if any differ in kind: napari then drops all."""
    pairs = list(zip(units, wanted, strict=True))
    if any(unit.dimensionality != other.dimensionality for unit, other in pairs):
        return np.ones(len(pairs))
    return np.array([float((1 * unit).m_as(other)) for unit, other in pairs])


# -- regions


def _to_region(source: Source, region: Labels | Shapes) -> NDArray[np.float64]:
    """Return the map from array indices to the region's data, of the axes that both have."""
    n_shared = min(source.ndim, region.ndim)
    to_data = np.diag([*(float(index.step) for index in source._index), 1.0])
    to_data[:-1, -1] = [index.start for index in source._index]
    to_world = (_data_to_world(source.main) @ to_data)[-n_shared - 1 :]
    to_world[:-1] *= _unit_factors(source.main.units[-n_shared:], region.units[-n_shared:])[:, None]
    return np.linalg.inv(_last(_data_to_world(region), n_shared)) @ to_world


def _labels_mask(source: Source, region: Labels) -> NDArray[np.bool_]:
    """Return which pixels have a label above 0 nearest to them."""
    n_missing = max(source.ndim - region.ndim, 0)
    matrix = np.zeros((source.ndim + 1,) * 2)
    matrix[n_missing:] = _to_region(source, region)  # axes that the region has not are 0 there
    matrix, offset = matrix[:-1, :-1], matrix[:-1, -1]
    # Along axes that lead nowhere in the region, one slice is like the other.
    moves = np.abs(matrix).max(axis=0) * source.shape > UNNOTICEABLE
    shape = np.where(moves, source.shape, 1)
    available = np.array(((1,) * source.ndim + _spatial_shape(region))[-source.ndim :])
    available[:n_missing] = 1
    exact = _as_slices(matrix, offset, shape, available)
    if exact is not None:
        inside = _labeled(region, exact)
    else:
        inside = _resampled(region, matrix, offset, shape, available)
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
) -> NDArray[np.bool_]:
    """Return whether the nearest label is above 0, for indices mapped by a matrix."""
    reach = matrix * (shape - 1)
    low = np.floor(offset + np.minimum(reach, 0).sum(axis=1))
    high = np.ceil(offset + np.maximum(reach, 0).sum(axis=1)) + 1
    start, stop = (np.clip(ends, 0, available).astype(int) for ends in (low, high))
    if (start >= stop).any():
        return np.zeros(shape, dtype=np.bool_)
    part = _labeled(region, tuple(map(slice, start.tolist(), stop.tolist())))
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


def _labeled(region: Labels, part: tuple[slice, ...]) -> NDArray[np.bool_]:
    """Return where a part of the region has labels above 0, in as many dimensions as `part`."""
    data, n_extra = _full_data(region), region.ndim - len(part)
    own = part[max(-n_extra, 0) :]
    slices = (data[(*i, *own)] for i in np.ndindex(data.shape[: max(n_extra, 0)]))
    labeled = np.asarray(next(slices)) > 0
    for values in slices:
        labeled |= np.asarray(values) > 0
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
    steps = np.array([index.step for index in source._index[-n_shared:]])
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
