"""The one place that decides what of napari's layers is quantized; no viewer, no Qt.

Three kinds of coordinates meet here: of the *array* that is quantized, of the layer's *data*, of
which the array may be a part or a reduced copy, and of napari's *world*.
"""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from napari.layers import Image, Labels, Shapes

from napari_kmeans_quantizer import Progress, completed
from napari_kmeans_quantizer.plugin.steps import as_part

from .assembly import Assembly, Read
from .display import Channel, Display
from .geometry import full_data, levels_of, spatial_shape
from .parts import preview_step
from .reading import is_lazy, read

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

READING = "Reading the image"

Key = tuple[str, ...]
"""Identity of the layers that are quantized together."""


class Grid(NamedTuple):
    """Where the pixels of an array lie among those of the layers, by axis.

    Attributes
    ----------
    origin : ndarray
        The place of the first one.
    reduction : ndarray
        How far it is from one to the next.
    """

    origin: NDArray[np.float64]
    reduction: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Source:
    """What is quantized: an image layer or several grey ones as channels, all of it or a part.

    Parameters
    ----------
    layers : tuple of napari.layers.Image
        One, grey or RGB(A), or several grey ones of one shape: the channels. The first one tells
        where the outputs go. They are never modified.
    region : napari.layers.Labels, Shapes or ndarray of bool, optional
        Where to fit: labels above 0; inside of rectangles, ellipses and polygons; or a mask of the
        array. Layers may be placed in the world in any way. A region of fewer dimensions counts on
        all slices of a stack; of one that has more, all slices count. A shape drawn in a layer of
        as many dimensions as the image counts on its own slice only, as napari shows it.
    window : tuple of slice, optional
        Part of each spatial axis, of step 1; None: all. See `parts.current_slice`.
    scaled : bool or tuple of (float, float), optional
        Whether each of several layers is scaled to its contrast limits, or to these, and clipped to
        0..1.
    step : int, optional
        Take every `step`-th pixel along the last two axes: a reduced copy for previews.
    alpha : {"ignore", "channel"}, optional
        Of RGBA images: transparent pixels take no part, or alpha is clustered as a fourth channel.
    level : int, optional
        Which level of multiscale layers `array` is taken from, 0 is the finest; `window` counts
        pixels of the finest in any case.

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
    region: Labels | Shapes | NDArray[np.bool_] | None = None
    window: tuple[slice, ...] | None = None
    scaled: bool | tuple[tuple[float, float], ...] = False
    step: int = 1
    alpha: Literal["ignore", "channel"] = "ignore"
    level: int = 0

    def __post_init__(self) -> None:
        _check_layers(self.layers)
        _check_region(self.region)
        _check_scaled(self.scaled, len(self.layers))
        _check_window(self.window, self.full_shape)
        if self.alpha not in ("ignore", "channel"):
            raise ValueError(f'`alpha` must be "ignore" or "channel", got {self.alpha!r}.')
        if operator.index(self.step) < 1:
            raise ValueError(f"`step` must be at least 1, got {self.step}. 1 takes every pixel.")
        _check_level(self.level, self.n_levels)

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
    def key(self) -> Key:
        """Identity of the layers, whatever part of them is taken: it tells whose an output is."""
        return tuple(str(layer.unique_id) for layer in self.layers)

    @property
    def region_name(self) -> str | None:
        """Name of the layer that is the region, None without one."""
        return self.region.name if isinstance(self.region, Labels | Shapes) else None

    @property
    def region_id(self) -> str | None:
        """Identity of that layer."""
        return str(self.region.unique_id) if isinstance(self.region, Labels | Shapes) else None

    @property
    def limits(self) -> tuple[tuple[float, float], ...] | None:
        """What each of several layers is scaled to, None if they are not."""
        if not self.scaled or len(self.layers) == 1:
            return None
        now = tuple(_limits(layer) for layer in self.layers)
        return now if isinstance(self.scaled, bool) else self.scaled

    @property
    def bits(self) -> int:
        """Bits of a pixel as it is stored, of the channels that are clustered."""
        dtypes = [full_data(layer).dtype for layer in self.layers]
        bits = sum(1 if dtype == np.bool_ else 8 * int(dtype.itemsize) for dtype in dtypes)
        return bits * self.n_clustered if self.rgb else bits

    @property
    def rgb(self) -> bool:
        """Whether it is an RGB(A) image."""
        return bool(self.main.rgb)

    @property
    def n_values(self) -> int:
        """Number of values of a pixel, alpha included."""
        return int(full_data(self.main).shape[-1]) if self.rgb else len(self.layers)

    @property
    def n_clustered(self) -> int:
        """Number of channels that are clustered: alpha only if it is one of them."""
        return 3 if self.rgb and self.alpha == "ignore" else self.n_values

    @property
    def dtype(self) -> np.dtype[Any]:
        """What `array` holds."""
        if self.limits is not None:
            return np.dtype(np.float32)
        return np.result_type(*(full_data(layer).dtype for layer in self.layers))

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
        """Spatial shape of the layers, without window, level and step."""
        return spatial_shape(self.main)

    @property
    def n_levels(self) -> int:
        """Number of levels that all layers have in common; 1 if they are no pyramids."""
        several = [[data.shape for data in levels_of(layer)] for layer in self.layers]
        return len([*takewhile(lambda shapes: len(set(shapes)) == 1, zip(*several, strict=False))])

    @property
    def level_shape(self) -> tuple[int, ...]:
        """Spatial shape of the layers at this level, without window and step."""
        return tuple(int(size) for size in self.data_of(self.main).shape[: self.ndim])

    @property
    def shape(self) -> tuple[int, ...]:
        """Spatial shape of `array`."""
        return tuple(len(range(*index.indices(index.stop))) for index in self.index)

    @property
    def n_pixels(self) -> int:
        """Number of pixels in the window, whatever the step."""
        return math.prod(index.stop - index.start for index in self.index)

    @property
    def is_small(self) -> bool:
        """Whether it has no more pixels than a preview."""
        return preview_step(self.n_pixels) <= self.step

    # -- pixels

    def data_of(self, layer: Image) -> Any:
        """Return what a layer holds at this level, not loaded yet if it is lazy."""
        return levels_of(layer)[self.level]

    def array(self) -> NDArray[Any]:
        """Return the pixels, in memory; of lazy and multiscale data only this part is loaded."""
        return completed(self.reading()).array

    def reading(self, no_data: float | None = None) -> Generator[Progress, None, Read]:
        """Return the pixels, and which have data; of lazy data some chunks are read at a time."""
        yield Progress(READING, 0.0)
        planes, of = [], len(self.layers)
        for done, layer in enumerate(self.layers):
            steps = read(self.data_of(layer), self.index, READING, layer.name)
            planes.append((yield from as_part(steps, done, of, layer.name if of > 1 else "")))
        array, present = self.assembly.pixels(planes, no_data)
        # Every few pixels of a large image are quicker to count once they lie together.
        return Read(np.ascontiguousarray(array) if self.step > 1 else array, present)

    @property
    def assembly(self) -> Assembly:
        """How what is read of the layers becomes pixels."""
        has_alpha = self.rgb and self.alpha == "ignore" and self.n_values == 4
        return Assembly(self.rgb, has_alpha, self.dtype, self.limits)

    @property
    def is_lazy(self) -> bool:
        """Whether something must be read or computed first, which may take its time."""
        return self.has_lazy_region or any(is_lazy(full_data(layer)) for layer in self.layers)

    @property
    def has_lazy_region(self) -> bool:
        """Whether the labels of the region must be read or computed."""
        return isinstance(self.region, Labels) and is_lazy(full_data(self.region))

    # -- looks

    def display(self) -> Display:
        """Return how napari shows the layers now."""
        if self.rgb:
            limits, gamma = _limits(self.main), float(self.main.gamma)
            names = "RGBA"[: self.n_clustered]
            return Display(tuple(Channel(name, limits, gamma) for name in names), True, self.dtype)
        fractions_already = self.limits is not None
        channels = [
            Channel(
                layer.name,
                (0.0, 1.0) if fractions_already else _limits(layer),
                float(layer.gamma),
                layer.colormap,
            )
            for layer in self.layers
        ]
        return Display(tuple(channels), False, self.dtype)

    # -- parts

    @property
    def index(self) -> tuple[slice, ...]:
        """What is taken of each spatial axis of the data; start, stop and step are numbers."""
        window = self.window or (slice(None),) * self.ndim
        sizes = zip(window, self.full_shape, self.level_shape, self._steps, strict=True)
        return tuple(slice(*_at_level(part, full, size), step) for part, full, size, step in sizes)

    @property
    def _steps(self) -> tuple[int, ...]:
        return (1,) * (self.ndim - 2) + (self.step,) * 2

    @property
    def reduction(self) -> NDArray[np.float64]:
        """How many pixels of the layers lie from one pixel of `array` to the next, by axis."""
        return self._of_level * self._steps

    @property
    def origin(self) -> NDArray[np.float64]:
        """Where the first pixel of `array` was taken from, in pixels of the layers, by axis."""
        start = np.array([index.start for index in self.index])
        # A pixel of a level lies where the middle of those does that it stands for.
        return start * self._of_level + (self._of_level - 1) / 2

    @property
    def grid(self) -> Grid:
        """Both."""
        return Grid(self.origin, self.reduction)

    @property
    def _of_level(self) -> NDArray[np.float64]:
        return np.array(self.full_shape, np.float64) / self.level_shape

    def window_of(self, index: tuple[slice, ...]) -> tuple[slice, ...]:
        """Return the window of which, at this level, a part is taken that `index` tells."""
        parts = zip(index, self._of_level, self.full_shape, strict=True)
        return tuple(
            slice(round(part.start * by), min(round(part.stop * by), size))
            for part, by, size in parts
        )


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
    shapes = [spatial_shape(layer) for layer in layers]
    for layer, shape in zip(layers, shapes, strict=True):
        if shape != shapes[0]:
            raise ValueError(
                f'Several layers must have one shape to be channels, but "{layer.name}" has '
                f'{shape} and "{layers[0].name}" {shapes[0]}. Choose layers of one shape.'
            )


def _check_region(region: Any) -> None:
    """Refuse what is neither a layer that can be a region, nor a mask."""
    if region is not None and not isinstance(region, Labels | Shapes | np.ndarray):
        raise TypeError(
            f"`region` must be a napari Labels or Shapes layer, got {type(region).__name__}. "
            "Draw the region in a new layer of shapes or labels."
        )


def _check_scaled(scaled: Any, n: int) -> None:
    if not isinstance(scaled, bool) and not (
        isinstance(scaled, tuple) and len(scaled) == n and all(len(pair) == 2 for pair in scaled)
    ):
        raise ValueError(
            f"`scaled` must be True, False, or a tuple of (low, high) for each of the {n} layers, "
            f"got {scaled!r}."
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


def _check_level(level: int, n_levels: int) -> None:
    if not 0 <= operator.index(level) < n_levels:
        raise ValueError(
            f"`level` must lie in 0..{n_levels - 1} for layers of {n_levels} levels, got {level}."
        )


def _at_level(part: slice, full: int, size: int) -> tuple[int, int]:
    """Return what a part of an axis becomes at a level where that is shorter: never nothing."""
    start, stop, _ = part.indices(full)
    if size == full:
        return start, stop
    first = min(round(start * size / full), size - 1)
    return first, min(max(round(stop * size / full), first + 1), size)


def _limits(layer: Image) -> tuple[float, float]:
    low, high = layer.contrast_limits
    return float(low), float(high)
