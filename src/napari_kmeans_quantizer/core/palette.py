"""Palette: the colors of a quantized image, in the image's own units."""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray


@dataclass(frozen=True, eq=False)
class Palette:
    """Colors with the number of pixels that each stands for.

    Parameters
    ----------
    colors : (K, C) array_like
        One color per row, in the units of the image: 0..255 for uint8.
    counts : (K,) array_like of int, optional
        Pixels per color; zeros if not given.
    dtype : dtype, optional
        What `paint` returns, usually the image's; by default that of `colors`.
    value_range : (float, float), optional
        The values shown as black and as full intensity. By default the whole range of a bool,
        uint8 or uint16 `dtype`; else 0..1, 0..255 or 0..65535, the first that holds all colors;
        else the least and the largest value.

    Raises
    ------
    TypeError
        If `colors` are not numbers.
    ValueError
        If `colors` is not a table of 1 to 65535 finite rows, or `counts` does not fit it.

    Examples
    --------
    >>> palette = Palette([[255, 0, 0], [0, 0, 255]], counts=[3, 1])
    >>> palette.hex
    ['#ff0000', '#0000ff']
    >>> palette.share
    array([0.75, 0.25])
    >>> palette.paint([[0, 1]])
    array([[[255,   0,   0],
            [  0,   0, 255]]])
    """

    colors: NDArray[np.float64]
    counts: NDArray[np.int64] = None  # type: ignore[assignment]
    dtype: np.dtype[Any] = None  # type: ignore[assignment]
    value_range: tuple[float, float] = None  # type: ignore[assignment]
    _values: NDArray[Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        given = np.asarray(self.colors)
        colors = check_colors(given, "colors")
        counts = _check_counts(self.counts, len(colors))
        dtype = np.dtype(given.dtype if self.dtype is None else self.dtype)
        low, high = self.value_range or _guess_range(colors, dtype)
        values = to_dtype(colors, dtype)
        for array in (colors, counts, values):
            array.setflags(write=False)
        for name, value in (
            ("colors", colors),
            ("counts", counts),
            ("dtype", dtype),
            ("value_range", (float(low), float(high))),
            ("_values", values),
        ):
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        return len(self.colors)

    def __repr__(self) -> str:
        shown = ", ".join(self.hex[:8]) + (", ..." if len(self) > 8 else "")
        return f"Palette({len(self)} colors: {shown})"

    @property
    def n_channels(self) -> int:
        """Number of channels C."""
        return int(self.colors.shape[1])

    @property
    def share(self) -> NDArray[np.float64]:
        """Share of the pixels per color, (K,) float64; sums to 1, or is 0 if none were counted."""
        share: NDArray[np.float64] = self.counts / max(int(self.counts.sum()), 1)
        return share

    @property
    def rgb(self) -> NDArray[np.float64]:
        """Colors for display, (K, 3) float64 in 0..1.

        Grey is repeated; of other images the first three channels are shown, a missing one as 0.
        """
        low, high = self.value_range
        scaled = np.clip((self.colors - low) / ((high - low) or 1.0), 0, 1)
        if self.n_channels == 1:
            return np.repeat(scaled, 3, axis=1)
        shown = np.zeros((len(self), 3))
        shown[:, : self.n_channels] = scaled[:, :3]
        return shown

    @property
    def hex(self) -> list[str]:
        """Colors for display as ``#rrggbb``."""
        bytes_ = np.rint(self.rgb * 255).astype(np.uint8)
        return ["#" + row.tobytes().hex() for row in bytes_]

    @property
    def values(self) -> NDArray[Any]:
        """Colors as they are painted: (K, C), rounded to `dtype`."""
        return self._values

    def paint(self, labels: ArrayLike) -> NDArray[Any]:
        """Return the colors of a label image.

        Parameters
        ----------
        labels : array_like of int
            Indices into the palette, any shape.

        Returns
        -------
        ndarray
            ``labels.shape`` for grey palettes, else ``labels.shape + (C,)``; of the palette's
            `dtype`.

        Raises
        ------
        TypeError
            If `labels` are not integers.
        ValueError
            If a label lies outside 0..K-1.
        """
        index = np.asarray(labels)
        if index.dtype.kind not in "ui":
            raise TypeError(f"`labels` must be integers, got dtype {index.dtype}.")
        if index.size and not 0 <= index.min() <= index.max() < len(self):
            raise ValueError(
                f"`labels` must lie in 0..{len(self) - 1}, got {index.min()}..{index.max()}. "
                "Labels of a napari layer start at 1: subtract 1 first."
            )
        painted: NDArray[Any] = self._values[index]
        return painted[..., 0] if self.n_channels == 1 else painted

    def recolored(self, colors: Mapping[int, ArrayLike]) -> Palette:
        """Return a palette with some other colors, in the same order and with the same counts.

        Parameters
        ----------
        colors : mapping of int to array_like
            New color of an index 0..K-1: C finite numbers that `dtype` can hold; a single number
            will do for grey.

        Returns
        -------
        Palette

        Raises
        ------
        TypeError
            If `colors` is not a mapping, an index not an integer, or a color not numbers.
        ValueError
            If an index is out of range, or a color has not C finite values that `dtype` can hold.

        Examples
        --------
        >>> Palette([[255, 0, 0], [0, 0, 255]]).recolored({1: (0, 128, 0)}).hex
        ['#ff0000', '#008000']
        """
        if not isinstance(colors, Mapping):
            raise TypeError(f"`colors` must be a mapping of index to color, got {colors!r}.")
        changed = self.colors.copy()
        for key, color in colors.items():
            index = check_index(key, len(self), "A key of `colors`")
            changed[index] = self._checked(color, f"colors[{index}]")
        return Palette(changed, self.counts, self.dtype, self.value_range)

    def merge_order(self, index: int, into: int) -> NDArray[np.intp]:
        """Return which color each one of the merged palette was, most frequent first."""
        counts = self.counts.copy()
        counts[into] += counts[index]
        order = np.argsort(-counts, kind="stable")
        left: NDArray[np.intp] = order[order != index]
        return left

    def merged(self, index: int, into: int) -> Palette:
        """Return the palette after one color has joined another."""
        counts = self.counts.copy()
        counts[into] += counts[index]
        order = self.merge_order(index, into)
        return Palette(self.colors[order], counts[order], self.dtype, self.value_range)

    def in_units_of(self, dtype: DTypeLike, value_range: tuple[float, float]) -> Palette:
        """Return this palette in the units of an image."""
        dtype = np.dtype(dtype)
        if dtype == self.dtype and dtype.kind in "bui":
            return self
        if _full_scale(self.value_range) == _full_scale(value_range):
            return self
        (low, high), (to_low, to_high) = self.value_range, value_range
        colors = to_low + (self.colors - low) * ((to_high - to_low) / ((high - low) or 1.0))
        return Palette(colors, self.counts, dtype, value_range)

    def _checked(self, color: ArrayLike, name: str) -> NDArray[np.float64]:
        """Return a color of this palette's kind as (C,), or say what is wrong with it."""
        given = np.asarray(color)
        if given.shape != (self.n_channels,) and (given.shape, self.n_channels) != ((), 1):
            n = self.n_channels
            raise ValueError(
                f"`{name}` must be {n} value{'s' * (n != 1)}, one per channel, "
                f"got shape {given.shape}."
            )
        row = check_colors(given.reshape(1, -1), name)
        check_holds(row, self.dtype, name)
        return row.reshape(-1)


def check_colors(colors: NDArray[Any], name: str) -> NDArray[np.float64]:
    """Return a table of colors as a new (K, C) float64 array, or say what is wrong with it."""
    if colors.dtype.kind not in "buif":
        raise TypeError(f"`{name}` must be numbers, got dtype {colors.dtype}.")
    if colors.ndim != 2 or not 1 <= len(colors) <= 65535 or colors.shape[1] == 0:
        raise ValueError(
            f"`{name}` must be a table (K, C) of 1 to 65535 colors, got shape {colors.shape}."
        )
    table = np.array(colors, dtype=np.float64, order="C", subok=False)
    if not np.isfinite(table).all():
        raise ValueError(f"`{name}` must be finite, got NaN or infinity.")
    return table


def check_index(index: object, n_colors: int, name: str) -> int:
    """Return an index into a palette as int, or say why it is none."""
    if isinstance(index, bool | np.bool_) or not isinstance(index, numbers.Integral):
        raise TypeError(f"{name} must be an integer, got {index!r}.")
    place = int(index)
    if not 0 <= place < n_colors:
        raise ValueError(f"{name} must lie in 0..{n_colors - 1}, got {place}.")
    return place


def check_holds(colors: NDArray[np.float64], dtype: np.dtype[Any], name: str) -> None:
    """Refuse colors outside of what an image of `dtype` can hold; they would be clipped."""
    low: float = 0
    high: float = 1
    if dtype.kind == "f":
        low, high = float(np.finfo(dtype).min), float(np.finfo(dtype).max)
    elif dtype.kind in "iu":
        low, high = int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
    # As Python numbers: float64 has no largest 64-bit integer to compare with.
    if not low <= float(colors.min()) <= float(colors.max()) <= high:
        raise ValueError(
            f"`{name}` must lie in {low}..{high} for {dtype}, got {colors.min():g} to "
            f"{colors.max():g}. Colors are in the image's units."
        )


def to_dtype(colors: NDArray[np.float64], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Round float64 colors to the values that an image of `dtype` can hold."""
    native = dtype.newbyteorder("=")
    if dtype.kind == "b":
        return np.rint(np.clip(colors, 0, 1)).astype(bool)
    if dtype.kind == "f":
        limits = np.finfo(native)
        low, high = max(float(limits.min), -1.7e308), min(float(limits.max), 1.7e308)
        return np.clip(colors, low, high).astype(native)
    info = np.iinfo(native)
    # float64 cannot hold the largest 64-bit integers: the cast would wrap.
    high = float(info.max)
    if int(high) > info.max:
        high = float(np.nextafter(high, 0))
    return np.clip(np.rint(colors), info.min, high).astype(native)


def _check_counts(counts: ArrayLike | None, n_colors: int) -> NDArray[np.int64]:
    if counts is None:
        return np.zeros(n_colors, np.int64)
    array = np.array(counts, subok=False)
    if array.dtype.kind not in "ui" or array.shape != (n_colors,) or (array < 0).any():
        raise ValueError(
            f"`counts` must be {n_colors} integers >= 0, one per color, "
            f"got shape {array.shape} of dtype {array.dtype}."
        )
    return array.astype(np.int64)


def _guess_range(colors: NDArray[np.float64], dtype: np.dtype[Any]) -> tuple[float, float]:
    if dtype == np.bool_:
        return 0.0, 1.0
    if dtype in (np.uint8, np.uint16):
        return 0.0, float(np.iinfo(dtype).max)
    low, high = float(colors.min()), float(colors.max())
    for top in (1.0, 255.0, 65535.0):
        if low >= 0 and high <= top:
            return 0.0, top
    return low, high


def _full_scale(value_range: tuple[float, float]) -> float | None:
    low, high = value_range
    for scale in (1.0, 255.0, 65535.0):
        if -0.5 * scale <= low and high <= 2 * scale:
            return scale
    return None


def image_range(dtype: DTypeLike, low: float, high: float) -> tuple[float, float]:
    """Return what is shown as black and as full intensity in an image with values low..high.

    Bool, uint8 and uint16 images use their whole range and floats in 0..1 that range, as viewers
    do; other images seldom fill theirs, and show what is there.
    """
    kind = np.dtype(dtype)
    if kind == np.bool_:
        return 0.0, 1.0
    if kind in (np.uint8, np.uint16):
        return 0.0, float(np.iinfo(kind).max)
    if kind.kind == "f" and low >= 0 and high <= 1:
        return 0.0, 1.0
    return low, high
