"""Palette: the colors of a quantized image, in the image's own units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from .arguments import as_color, as_counts, as_index, as_labels, as_names, as_table, as_two_labels
from .lazy.arrays import is_lazy
from .lazy.mapped import lazily_painted
from .units import LARGEST_INTEGER, are_alike, image_range, to_dtype

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure
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
    names : sequence of str, optional
        A name for each color, "" for none. They stay with their colors whatever is done to these.
    dtype : dtype, optional
        What `paint` returns, usually the image's; by default that of `colors`.
    value_range : (float, float), optional
        The values shown as black and as full intensity. By default the whole range of a bool,
        uint8 or uint16 `dtype`; else 0..1, 0..255 or 0..65535, the first whose end no color
        exceeds more than twofold, up to the largest value if that is more; else, as of negative
        colors, the least and the largest value. The same is true of images. It tells the palette's
        units: see `in_units_of`, which `quantize` calls for a palette that it is given.

    Raises
    ------
    TypeError
        If `colors` are not numbers, or a name is no text.
    ValueError
        If `colors` is not a table of 0 to 65535 finite rows, or `counts` or `names` do not fit it.

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
    names: tuple[str, ...] | None = None
    dtype: np.dtype[Any] = None  # type: ignore[assignment]
    value_range: tuple[float, float] = None  # type: ignore[assignment]
    _values: NDArray[Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        given = as_table(self.colors, "colors", fewest=0)
        counts = as_counts(self.counts, len(given))
        dtype = np.dtype(given.dtype if self.dtype is None else self.dtype)
        low, high = (given.min().item(), given.max().item()) if given.size else (0, 0)
        low, high = self.value_range or image_range(dtype, low, high)
        self._set("colors", np.array(given, np.float64, order="C", subok=False))
        self._set("counts", counts)
        self._set("names", as_names(self.names, len(given)))
        self._set("dtype", dtype)
        self._set("value_range", (_float_or_int(low), _float_or_int(high)))
        self._set("_values", to_dtype(given if dtype.kind in "iu" else self.colors, dtype))

    def _set(self, name: str, value: object) -> None:
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
        object.__setattr__(self, name, value)

    @classmethod
    def _of_values(
        cls,
        colors: NDArray[np.float64],
        values: NDArray[Any],
        counts: NDArray[np.int64],
        names: tuple[str, ...] | None,
        dtype: np.dtype[Any],
        value_range: tuple[float, float],
    ) -> Palette:
        """Return a palette whose values are known better than float64 colors can tell."""
        palette = cls(colors, counts, names, dtype, value_range)
        palette._set("_values", values)
        return palette

    def _with(
        self,
        colors: NDArray[np.float64],
        values: NDArray[Any],
        counts: NDArray[np.int64],
        names: tuple[str, ...] | None,
    ) -> Palette:
        return Palette._of_values(colors, values, counts, names, self.dtype, self.value_range)

    def _at(self, rows: NDArray[np.intp], counts: NDArray[np.int64]) -> Palette:
        """Return the palette of some of the colors."""
        names = None if self.names is None else tuple(self.names[row] for row in rows)
        return self._with(self.colors[rows], self._values[rows], counts, names)

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
    def is_grey(self) -> bool:
        """Whether all channels of each color are painted alike."""
        return bool((self._values == self._values[:, :1]).all())

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
        exact = isinstance(low, int) or isinstance(high, int)
        colors = self._values.astype(object) if exact else self.colors
        if np.isinf(float(high - low)):
            low, high, colors = low / 2, high / 2, colors / 2
        levels = np.asarray((colors - low) / ((high - low) or 1), np.float64)
        scaled = np.clip(levels, 0, 1)
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

    def plot(self) -> Figure:
        """Return a figure of a swatch for each color, titled "Cluster 0", "Cluster 1" and so on.

        Returns
        -------
        matplotlib.figure.Figure
            Each swatch with its share, of colors that count no pixels with its hex value, and with
            its name if it has one. More than 256 colors are shown without texts. Nothing is opened
            or kept by matplotlib: ``figure.savefig("swatches.png")`` writes it, and notebooks show
            it.

        See Also
        --------
        Quantization.plot : The pictures, too.

        Examples
        --------
        >>> figure = Palette([[255, 0, 0], [0, 0, 255]], counts=[3, 1]).plot()
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['Cluster 0', '75.0%', 'Cluster 1', '25.0%']
        """
        from .figures import swatches_figure

        return swatches_figure(self)

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
            `dtype`. Of lazy labels an array of dask: they are painted, and checked, when it is
            looked at.

        Raises
        ------
        TypeError
            If `labels` are not integers.
        ValueError
            If a label lies outside 0..K-1.
        """
        if is_lazy(labels):
            return lazily_painted(labels, self)
        painted: NDArray[Any] = self._values[as_labels(labels, len(self))]
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
        changed, values = self.colors.copy(), self._values.copy()
        for key, color in colors.items():
            index = as_index(key, len(self), "A key of `colors`")
            name = f"colors[{index}]"
            row = as_color(color, self.n_channels, self.dtype, name)
            changed[index], values[index] = row, to_dtype(row, self.dtype)
        return self._with(changed, values, self.counts, self.names)

    def named(self, names: Sequence[str] | None) -> Palette:
        """Return the same colors with other names.

        Parameters
        ----------
        names : sequence of str or None
            One for each color, "" for none.

        Returns
        -------
        Palette

        Raises
        ------
        TypeError, ValueError
            If a name is no text, or they are not as many as the colors.

        Examples
        --------
        >>> Palette([[255, 0, 0]]).named(["red"]).names
        ('red',)
        """
        return self._with(self.colors, self._values, self.counts, as_names(names, len(self)))

    def renamed(self, names: Mapping[int, str]) -> Palette:
        """Return the same colors, some of them with other names.

        Parameters
        ----------
        names : mapping of int to str
            New name of an index 0..K-1; "" takes a name away.

        Returns
        -------
        Palette
            Without any names if none is left.

        Raises
        ------
        TypeError
            If `names` is not a mapping, an index not an integer, or a name no text.
        ValueError
            If an index is out of range.

        Examples
        --------
        >>> Palette([[255, 0, 0], [0, 0, 255]]).renamed({1: "sky"}).names
        ('', 'sky')
        """
        if not isinstance(names, Mapping):
            raise TypeError(f"`names` must be a mapping of index to name, got {names!r}.")
        all_names = list(self.names or [""] * len(self))
        for key, name in names.items():
            all_names[as_index(key, len(self), "A key of `names`")] = name
        return self.named(all_names if any(all_names) else None)

    def merge_order(self, index: int, into: int) -> NDArray[np.intp]:
        """Return the order of the colors once one has joined another: most frequent first.

        `Quantization.merged` puts them in this order.

        Parameters
        ----------
        index, into : int
            The pixels of color `index` go to color `into`.

        Returns
        -------
        (K - 1,) ndarray of int
            Which color of this palette each color of the merged one is. Equally frequent ones
            stay in their order.

        Raises
        ------
        TypeError
            If an index is not an integer.
        ValueError
            If an index is out of range, or both are the same.

        Examples
        --------
        >>> palette = Palette([[10], [20], [30]], counts=[4, 3, 2])
        >>> palette.merge_order(2, into=1)
        array([1, 0])
        """
        index, into = as_two_labels(index, into, len(self))
        counts = self.counts.copy()
        counts[into] += counts[index]
        order = np.argsort(-counts, kind="stable")
        without: NDArray[np.intp] = order[order != index]
        return without

    def merged(self, index: int, into: int) -> Palette:
        """Return the palette once a color has joined another one, in that one's color.

        Parameters
        ----------
        index, into : int
            The pixels of color `index` go to color `into`.

        Returns
        -------
        Palette
            One color less, in the order of `merge_order`.

        Raises
        ------
        TypeError, ValueError
            As `merge_order`.

        Examples
        --------
        >>> Palette([[10], [20], [30]], counts=[4, 3, 2]).merged(2, into=1).counts
        array([5, 4])
        """
        order = self.merge_order(index, into)
        counts = self.counts.copy()
        counts[into] += counts[index]
        return self._at(order, counts[order])

    def in_units_of(self, dtype: DTypeLike, value_range: tuple[float, float]) -> Palette:
        """Return the palette for an image that counts from other black to other white.

        Numbers of one integer type mean the same in all images. Of other images the range tells:
        its white is the first of 1, 255 and 65535 that it neither exceeds more than twofold, nor
        falls below 0 by more than half of. Palettes and images of one white are alike: frames
        that differ in their range have the same units. All others are scaled, black to black and
        white to white.

        Parameters
        ----------
        dtype : dtype
            The image's.
        value_range : (float, float)
            The image's black and white, such as (0, 1), or (0, 4095) of 12 bits.

        Returns
        -------
        Palette
            This one if the units are alike. Else one with the same counts, whose colors,
            `value_range` and `dtype` are the image's.

        Examples
        --------
        >>> palette = Palette([[255, 0, 51]], dtype="uint8")
        >>> palette.in_units_of("float32", (0, 1)).colors
        array([[1. , 0. , 0.2]])
        >>> palette.in_units_of("float32", (3, 240)) is palette
        True
        """
        kind = np.dtype(dtype)
        low, high = map(float, value_range)
        if are_alike(self.dtype, self.value_range, kind, (low, high)):
            return self
        black, white = self.value_range
        # Multiplied first: 255 times an integer is exact, and so is what is a whole number then.
        colors = (self.colors - black) * (high - low) / (white - black) + low
        # What lies within the range stays there, however that was rounded.
        within = (self.colors >= black) & (self.colors <= white)
        colors = np.where(within, np.clip(colors, low, high), colors)
        return Palette(colors, self.counts, self.names, kind, (low, high))


def _float_or_int(value: float) -> float:
    """Return a number as float; an integer that float64 might not hold as it is."""
    return value if isinstance(value, int) and abs(value) > LARGEST_INTEGER else float(value)
