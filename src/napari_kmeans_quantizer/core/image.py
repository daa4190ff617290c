"""The one place that decides what an image is: axes, channels, dtype, alpha, mask.

Everything after it sees a run of pixels, ``(n, C)``, in C order of the spatial axes, and reads and
writes them by chunks: whatever the memory layout and byte order, nothing as large as the image is
ever copied.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

import numpy as np

from .arrays import as_array
from .drawing import drawn, seed_of
from .units import OWN, Units
from .values import checked_units, known_extent, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

Item = TypeVar("Item")

PIECE_VALUES = 1 << 14
CHUNK_PIXELS = 1 << 17
"""Pixels per chunk: a fixed number, so that sums never depend on threads; a multiple of 4."""


MASKED_ALL = "`mask` is True nowhere; K-means needs at least one pixel to take part."
CHANNEL_DIMENSIONS = ("band", "bands", "c", "ch", "channel", "channels", "rgb", "rgba")
"""Names of dimensions that hold channels."""


@dataclass(frozen=True, eq=False)
class Pixels:
    """An image seen as a run of pixels, each a point in color space.

    Attributes
    ----------
    image : ndarray
        The user's array; never written to.
    channel_axis : int or None
        Non-negative position of the channels in `image`, None for grey.
    n_channels : int
        Channels that are clustered: without alpha.
    shape : tuple of int
        Spatial shape of the image.
    mask : ndarray of bool or None
        Spatial shape; which pixels take part. None: all.
    units : Units
        In which everything is computed from here on, until results leave.
    """

    image: NDArray[Any]
    channel_axis: int | None
    n_channels: int
    shape: tuple[int, ...]
    mask: NDArray[np.bool_] | None
    units: Units = OWN

    @cached_property
    def size(self) -> int:
        """Number of pixels, whether they take part or not."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def is_painted(self) -> bool:
        """Whether these pixels are painted, not others for which they stand."""
        return True

    @property
    def n_chunks(self) -> int:
        """Number of chunks of `CHUNK_PIXELS` pixels."""
        return -(-self.size // CHUNK_PIXELS)

    @cached_property
    def n_seen(self) -> int:
        """Number of pixels that take part."""
        return self.size if self.mask is None else int(np.count_nonzero(self.mask))

    @property
    def is_empty(self) -> bool:
        """Whether no pixel takes part."""
        return self.mask is not None and not self.mask.any()

    @cached_property
    def extent(self) -> tuple[float, float]:
        """Least and largest value that takes part, ints of integers; NaN if there is one.

        Of bool, uint8 and uint16 images simply those of the dtype, and 0 if nothing takes part.
        """
        dtype = self.image.dtype
        known = known_extent(dtype)
        if known is not None:
            return known
        if self.is_empty:
            return 0, 0
        ends = [(piece.min(), piece.max()) for piece in self.pieces()]
        low, high = np.min([low for low, _ in ends]), np.max([high for _, high in ends])
        return (float(low), float(high)) if dtype.kind == "f" else (int(low), int(high))

    @property
    def largest_number(self) -> float:
        """Size of the largest of all `numbers`, or a little more."""
        ends = self.numbers(np.array(self.extent, self.image.dtype.newbyteorder("=")))
        return float(np.abs(ends).max())

    def draw(self, wanted: int, rng: np.random.Generator) -> NDArray[Any]:
        """Return the colors (n, C) of so many pixels that take part, drawn at random, in order."""
        return drawn(self, wanted, seed_of(rng)).in_order()

    def span(self, index: int) -> slice:
        """Return where one chunk lies in the run of pixels."""
        return slice(index * CHUNK_PIXELS, min((index + 1) * CHUNK_PIXELS, self.size))

    def chunk(self, index: int) -> NDArray[Any]:
        """Return the pixels of one chunk that take part: (m, C), contiguous, native byte order."""
        colors = self.block(self.span(index))
        selected = self.selected(index)
        return colors if selected is None else np.take(colors, selected, axis=0)

    def pieces(self) -> Iterator[NDArray[Any]]:
        """Yield the values that take part, flat, in pieces that fit into the cache, none empty."""
        for index in range(self.n_chunks):
            values = self.chunk(index).reshape(-1)
            for start in range(0, values.size, PIECE_VALUES):
                yield values[start : start + PIECE_VALUES]

    def selected(self, index: int) -> NDArray[np.intp] | None:
        """Return which pixels of one chunk take part, as indices; None if all do."""
        if self.mask is None or (mask := self.chunk_mask(index)).all():
            return None
        return np.flatnonzero(mask)

    def chunk_mask(self, index: int) -> NDArray[np.bool_]:
        """Return which pixels of one chunk take part: (n,)."""
        assert self.mask is not None
        return self.mask.reshape(-1)[self.span(index)]

    def block(self, pixels: slice) -> NDArray[Any]:
        """Return a range of pixels, all of them: (n, C), contiguous, native byte order."""
        view = _channels_last(self.image, self.channel_axis)[..., : self.n_channels]
        native = self.image.dtype.newbyteorder("=")
        try:  # the usual case: no copy at all
            flat = view.reshape(-1, self.n_channels, copy=False)
            return np.require(flat[pixels], native, ("C", "A"))
        except ValueError:
            parts = [part.copy() for part in _walk(view, pixels, self.n_channels, native)]
            return np.concatenate(parts).reshape(-1, self.n_channels)

    def in_units(self, units: Units) -> Pixels:
        """Return the same pixels, computed in other units."""
        return self if units == self.units else replace(self, units=units)

    def numbers(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return values of the image as what is computed with, a new array."""
        return self.units.of_values(values)

    def values(self, numbers: NDArray[np.float64]) -> NDArray[Any]:
        """Return what is computed with as the values that are painted."""
        return self.units.to_dtype(numbers, self.image.dtype)

    def blank(self) -> NDArray[Any]:
        """Return an array for the painted image that already holds what is not painted over."""
        if self.mask is None:
            return np.empty(self.image.shape, self.image.dtype)
        return np.array(self.image, order="C", subok=False)

    def write(self, painted: NDArray[Any], index: int, colors: NDArray[Any]) -> None:
        """Write colors (m, C), those that `chunk` returned, into an array from `blank`."""
        pixels, selected = self.span(index), self.selected(index)
        if selected is not None:
            block = self.block(pixels).copy()  # it may be a view of the input
            block[selected] = colors
            colors = block
        self.write_block(painted, pixels, colors)

    def write_block(self, painted: NDArray[Any], pixels: slice, colors: NDArray[Any]) -> None:
        """Write colors (n, C) of a range of pixels, all of them, into an array from `blank`."""
        view = _channels_last(painted, self.channel_axis)[..., : self.n_channels]
        try:
            view.reshape(-1, self.n_channels, copy=False)[pixels] = colors
        except ValueError:
            values, start = colors.reshape(-1), 0
            for part in _walk(view, pixels, self.n_channels, view.dtype, "writeonly"):
                part[...] = values[start : start + part.size]
                start += part.size

    def write_labels(self, flat: NDArray[Any], index: int, labels: NDArray[Any]) -> None:
        """Write labels (m,) of one chunk's pixels that take part into (n,), one for every pixel."""
        selected = self.selected(index)
        flat[self.span(index)][... if selected is None else selected] = labels


def as_pixels(
    image: ArrayLike,
    channel_axis: int | Literal["auto"] | None = "auto",
    mask: ArrayLike | None = None,
) -> Pixels:
    """Check an image and its mask, and see them as pixels.

    Parameters
    ----------
    image : array_like
        Grey ``(...)`` or with channels on `channel_axis`; bool, any integer, any float.
    channel_axis : int, "auto" or None, optional
        As in `quantize`.
    mask : array_like of bool, optional
        Spatial shape; only True pixels take part.

    Returns
    -------
    Pixels
        None of them takes part if all are transparent.

    Raises
    ------
    TypeError
        If `image` is not an array of numbers, or `mask` not one of bools.
    ValueError
        If shapes do not fit, nothing is selected, or a selected value is not finite or cannot be
        computed with.
    """
    array = as_array(image, "image", "`image.data` and `mask=~np.ma.getmaskarray(image)`")
    axis, n_channels, shape, has_alpha = layout_of(image, array, channel_axis)
    selected = _as_mask(mask, shape)
    if has_alpha:
        visible = _visible(array)
        selected = visible if selected is None else selected & visible
    pixels = Pixels(array, axis, n_channels, shape, selected)
    return pixels.in_units(checked_units(values_of(pixels), pixels.channel_axis, array.ndim))


class Layout(NamedTuple):
    """Which axes of an image are what."""

    channel_axis: int | None
    """Not negative; None for grey."""
    n_channels: int
    """Channels that are clustered: without alpha."""
    shape: tuple[int, ...]
    """Spatial shape."""
    has_alpha: bool
    """Whether the last channel is alpha."""

    def without_channels(self, items: tuple[Item, ...]) -> tuple[Item, ...]:
        """Return of something for each axis that of the spatial ones."""
        axis = self.channel_axis
        return items if axis is None else items[:axis] + items[axis + 1 :]


def layout_of(image: Any, array: Any, channel_axis: int | Literal["auto"] | None) -> Layout:
    """Decide what the axes of an image are; nothing of it is read.

    Parameters
    ----------
    image : array_like
        As it was given, perhaps with names of its dimensions.
    array : array
        The same, of NumPy or dask.
    channel_axis : int, "auto" or None
        As of `quantize`.
    """
    _check_is_image(array)
    if channel_axis == "auto":
        _check_named_channels(image, array)
    axis = _resolve_channel_axis(array, channel_axis)
    shape = array.shape if axis is None else array.shape[:axis] + array.shape[axis + 1 :]
    n_channels = 1 if axis is None else array.shape[axis]
    has_alpha = channel_axis == "auto" and n_channels == 4
    return Layout(axis, n_channels - has_alpha, shape, has_alpha)


def _check_is_image(array: Any) -> None:
    if array.dtype.kind in "mM":
        raise TypeError(
            f"`image` must hold bools, integers or floats, got dtype {array.dtype}. "
            "Pass `image.astype(np.int64)`."
        )
    if array.dtype.kind not in "buif":
        raise TypeError(
            f"`image` must hold bools, integers or floats, got dtype {array.dtype}. "
            "Convert it first, for example with `image.astype(float)`."
        )
    if array.ndim == 0 or array.size == 0:
        raise ValueError(
            f"`image` must have at least one pixel, got an array of shape {array.shape}."
        )


def _check_named_channels(image: object, array: Any) -> None:
    """Refuse to take channels for rows if the image, such as xarray's, names them."""
    for axis, name in enumerate(getattr(image, "dims", ())):
        taken = axis == array.ndim - 1 and array.ndim >= 3 and array.shape[axis] in (3, 4)
        if str(name).lower() in CHANNEL_DIMENSIONS and array.shape[axis] > 1 and not taken:
            raise ValueError(
                f"`image` has {array.shape[axis]} channels on its dimension {name!r}, which "
                f'channel_axis="auto" takes for pixels. Pass `channel_axis={axis}`, or None if '
                "they are no channels."
            )


def _resolve_channel_axis(array: Any, channel_axis: int | Literal["auto"] | None) -> int | None:
    if channel_axis is None:
        return None
    if isinstance(channel_axis, str):
        if channel_axis != "auto":
            raise ValueError(
                f'`channel_axis` must be an integer, None or "auto", got {channel_axis!r}.'
            )
        return array.ndim - 1 if array.ndim >= 3 and array.shape[-1] in (3, 4) else None
    try:
        axis = operator.index(channel_axis)
    except TypeError:
        raise TypeError(
            f'`channel_axis` must be an integer, None or "auto", got {channel_axis!r}.'
        ) from None
    if not -array.ndim <= axis < array.ndim:
        raise ValueError(
            f"`channel_axis` must lie in {-array.ndim}..{array.ndim - 1} for an image of shape "
            f"{array.shape}, got {axis}."
        )
    if array.ndim == 1:
        raise ValueError(
            "`channel_axis` needs an image with at least one spatial axis, got shape "
            f"{array.shape}. Pass `image[np.newaxis]` to quantize a single pixel."
        )
    return int(axis % array.ndim)


def _as_mask(mask: ArrayLike | None, shape: tuple[int, ...]) -> NDArray[np.bool_] | None:
    if mask is None:
        return None
    array = as_array(mask, "mask", "`mask.filled(False)`, which leaves out what is masked")
    check_is_mask(array, shape)
    if not array.any():
        raise ValueError(MASKED_ALL)
    return np.array(array, order="C", subok=False)


def check_is_mask(array: Any, shape: tuple[int, ...]) -> None:
    """Refuse what is no mask of an image of a spatial shape; nothing is read."""
    if array.dtype != np.bool_:
        raise TypeError(
            f"`mask` must be an array of bools, got dtype {array.dtype}. "
            "Pass `mask > 0`, or `labels == 3` for one region."
        )
    if array.shape != shape:
        raise ValueError(
            f"`mask` must have the image's spatial shape {shape}, got {array.shape}. "
            "See `channel_axis` if the image's last axis was taken for something else."
        )


def _visible(array: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where alpha, the last of four channels, is above 0."""
    if array.dtype == np.uint8 and array.flags.c_contiguous and array.ctypes.data % 4 == 0:
        # It is the upper byte of a little-endian word: a comparison of many at a time.
        return array.view("<u4")[..., 0] >= np.uint32(1 << 24)
    return np.ascontiguousarray(array[..., 3] > 0)


def _channels_last(array: NDArray[Any], channel_axis: int | None) -> NDArray[Any]:
    return array[..., np.newaxis] if channel_axis is None else np.moveaxis(array, channel_axis, -1)


def _walk(
    view: NDArray[Any],
    pixels: slice,
    n_channels: int,
    dtype: np.dtype[Any],
    access: Literal["readonly", "writeonly"] = "readonly",
) -> Iterator[NDArray[Any]]:
    """Yield a range of pixels in C order as flat buffers, for any memory layout."""
    start, stop, _ = pixels.indices(view.size // n_channels)
    # NumPy's stubs differ: before 2.5 they lack this call, since then they protect the range.
    iterator = np.nditer(  # type: ignore[call-overload, unused-ignore]
        view,
        flags=["external_loop", "buffered", "ranged"],
        op_flags=[[access]],
        op_dtypes=[dtype],
        order="C",
        casting="equiv",
        buffersize=(stop - start) * n_channels,
    )
    iterator.iterrange = (  # type: ignore[misc, unused-ignore]
        start * n_channels,
        stop * n_channels,
    )
    with iterator:
        yield from iterator
