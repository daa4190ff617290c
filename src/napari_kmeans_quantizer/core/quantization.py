"""Quantization: a quantized image, its figures, and its edits; nothing is fitted for these."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .image import Pixels
from .lazy.arrays import is_lazy
from .lazy.edits import lazily_relabeled, lazily_repainted
from .threads import map_chunks

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

    from .palette import Palette

    Labels = NDArray[np.uint8] | NDArray[np.uint16]


@dataclass(frozen=True, eq=False)
class Quantization:
    """What `quantize` returns.

    Attributes
    ----------
    labels : ndarray of uint8 or uint16
        Spatial shape of the image; 0-based index into the palette. 0 also where `mask` is False.
    palette : Palette
        The colors, most frequent first (a given palette keeps its order).
    image : ndarray
        Shape and dtype of the input, painted in palette colors.
    mask : ndarray of bool or None
        Pixels that took part; None means all of an image without alpha.
    inertia : float
        Sum of squared distances of the pixels to their palette color, before it is rounded, which
        dithering enlarges. NaN in an edited result, which does not know the input.
    n_iter : int
        Sweeps of K-means; 0 if nothing had to be fitted.
    mse : float
        Mean squared error of `image` against the input, over pixels that took part and channels,
        in the input's units squared. NaN in an edited result.
    source_bits : int
        Bits of one input pixel, without alpha.
    peak : float
        What `psnr` refers to: the image's white less its black, as in `Palette`.
    channel_axis : int or None
        Axis of the channels in `image`, not negative; None for grey.
    rmse : float
        Root of `mse`, in the input's units; 0 only if the image is unchanged, even if `mse` is too
        small for a float.
    settings : mapping of str to object
        What was asked of `quantize`, as plain values: `n_colors`, `color_space`, `effort`, `dither`
        and others. A `random_state` that is no integer is None.

    See Also
    --------
    quantize
    """

    labels: Labels
    palette: Palette
    image: NDArray[Any]
    mask: NDArray[np.bool_] | None
    inertia: float
    n_iter: int
    mse: float
    source_bits: int
    peak: float
    channel_axis: int | None
    rmse: float
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Quantization({self.summary})"

    @property
    def summary(self) -> str:
        """One line for people: colors, quality, and what is saved."""
        from .report import bits_text, colors_text

        return f"{colors_text(self)}, {bits_text(self)}"

    @property
    def psnr(self) -> float:
        """Peak signal-to-noise ratio of `image` in dB; infinite if unchanged, NaN if edited."""
        return psnr(self.peak, self.rmse)

    @property
    def bits_per_pixel(self) -> int:
        """Bits that a label needs: 4 for 16 colors; at least 1."""
        return max(1, (len(self.palette) - 1).bit_length())

    @property
    def compression_factor(self) -> float:
        """Bits of an input pixel over bits of a label; the palette itself is not counted."""
        return self.source_bits / self.bits_per_pixel

    @cached_property
    def indexed_bytes(self) -> int | None:
        """Bytes of the PNG that `write_indexed` writes; None if none can hold the image.

        It is made to be measured, which takes some 0.3 s a megapixel, once.

        Raises
        ------
        ValueError
            If the result is lazy and of more than 268,435,456 pixels.
        """
        from .files.indexed import encode_indexed
        from .lazy.whole import check_fits

        check_fits(self, "An indexed file")
        try:
            return len(encode_indexed(".png", self))
        except ValueError:
            return None

    @property
    def size_text(self) -> str:
        """One line for people: what is saved in theory, and what the indexed PNG really takes.

        Such as "24 -> 4 bits per pixel in theory; 445 KB as indexed PNG, 8.85 MB uncompressed".
        Slow the first time, as `indexed_bytes`. Of lazy results too large for that, without it.
        """
        from .report import size_text

        return size_text(self)

    def to_dict(self) -> dict[str, Any]:
        """Return what came out as plain Python, ready for ``json.dumps``.

        Returns
        -------
        dict
            ``summary``; ``n_colors``; ``colors``, as they are painted, in the image's units;
            ``hex``; ``names`` or None; ``counts``; ``shares``; ``settings``, what was asked for;
            ``figures``: inertia, n_iter, mse, rmse, psnr, source_bits, bits_per_pixel and
            compression_factor; ``image``: shape, dtype, channel_axis, value_range, n_pixels and
            n_pixels_in_part. What is infinite or not known is None.

        Examples
        --------
        >>> import json
        >>> from napari_kmeans_quantizer import quantize
        >>> report = quantize(np.array([[0, 0, 9]], np.uint8), 2).to_dict()
        >>> report["hex"], report["counts"], report["figures"]["psnr"]
        (['#000000', '#090909'], [2, 1], None)
        >>> text = json.dumps(report, allow_nan=False)
        """
        from .report import as_dict

        return as_dict(self)

    def to_frame(self) -> pd.DataFrame:
        """Return a table with a row for each color.

        Returns
        -------
        pandas.DataFrame
            ``index``, the label; ``hex``; ``name``, "" if it has none; ``pixels``; ``share``; the
            color as it is painted: ``r``, ``g``, ``b`` of three channels, ``value`` of one, else
            ``channel_0`` and so on; ``rgb``, ``"rgb(r, g, b)"`` in 0..255 for display.

        See Also
        --------
        pixel_table : A row for each pixel.

        Examples
        --------
        >>> from napari_kmeans_quantizer import quantize
        >>> quantize(np.array([[0, 0, 9]], np.uint8), 2).to_frame()
           index      hex name  pixels     share  value           rgb
        0      0  #000000            2  0.666667      0  rgb(0, 0, 0)
        1      1  #090909            1  0.333333      9  rgb(9, 9, 9)
        """
        from .report import as_frame

        return as_frame(self)

    def plot(self, image: ArrayLike | None = None) -> Figure:
        """Return a figure of the result and its colors, of the original, too, if that is given.

        Of a stack the middle plane is shown. Parts without color are transparent. Of large pictures
        every n-th pixel is shown: of a lazy one only the chunks in which these lie are read.

        Parameters
        ----------
        image : array_like, optional
            The image that was quantized.

        Returns
        -------
        matplotlib.figure.Figure
            Pictures, with colors and quality above the result, and bits below it; then a swatch
            for each color with its share, and its name if it has one. Nothing is opened or kept by
            matplotlib: ``figure.savefig("colors.png")`` writes it, and notebooks show it.

        Raises
        ------
        ValueError
            If `image` has not the shape of the result.

        See Also
        --------
        Palette.plot : The swatches alone.
        plot_grid : Pictures of several results.

        Examples
        --------
        >>> from skimage.data import coffee
        >>> from napari_kmeans_quantizer import quantize
        >>> figure = quantize(coffee(), 8).plot(coffee())
        >>> [axes.get_title() for axes in figure.axes]
        ['Original', '8 colors, 26.4 dB', '']
        """
        from .figures import plot

        return plot(self, image)

    def recolored(self, colors: Mapping[int, ArrayLike]) -> Quantization:
        """Return this result with some other colors; nothing is fitted again.

        Parameters
        ----------
        colors : mapping of int to array_like
            New color of a label: C values in the image's units; a single number will do for grey.

        Returns
        -------
        Quantization
            The same labels (shared, not copied), the palette in the same order with the same
            counts, the image repainted. Pixels outside `mask` and alpha stay as they are. Errors
            are not known without the input: `inertia`, `mse` and `psnr` are NaN.

        Raises
        ------
        TypeError
            If `colors` is not a mapping, an index not an integer, or a color not numbers.
        ValueError
            If an index is out of range, or a color has not C finite values that the image's dtype
            can hold.

        Examples
        --------
        >>> from napari_kmeans_quantizer import quantize
        >>> result = quantize(np.array([[0, 0, 9]], np.uint8), 2)
        >>> result.recolored({1: 255}).image
        array([[  0,   0, 255]], dtype=uint8)
        """
        return self._edited(self.palette.recolored(colors), self.labels)

    def renamed(self, names: Mapping[int, str]) -> Quantization:
        """Return this result with other names of some colors.

        Parameters
        ----------
        names : mapping of int to str
            New name of a label; "" takes a name away.

        Returns
        -------
        Quantization
            The same labels, image and figures.

        Raises
        ------
        TypeError, ValueError
            As `Palette.renamed`.

        Examples
        --------
        >>> from napari_kmeans_quantizer import quantize
        >>> quantize(np.array([[0, 0, 9]], np.uint8), 2).renamed({0: "ink"}).palette.names
        ('ink', '')
        """
        return replace(self, palette=self.palette.renamed(names))

    def merged(self, index: int, into: int) -> Quantization:
        """Return this result with one cluster joined to another, in the other one's color.

        Parameters
        ----------
        index, into : int
            Labels: the pixels of `index` become `into`.

        Returns
        -------
        Quantization
            One color less, again most frequent first; labels follow the new order, and outside of
            `mask` are 0. Pixels outside `mask` and alpha stay as they are. `inertia`, `mse` and
            `psnr` are NaN.

        Raises
        ------
        TypeError
            If a label is not an integer.
        ValueError
            If a label is out of range, or both are the same.

        Examples
        --------
        >>> from napari_kmeans_quantizer import quantize
        >>> result = quantize(np.array([[0, 0, 0, 7, 7, 9]], np.uint8), 3)
        >>> result.merged(2, into=1).image
        array([[0, 0, 0, 7, 7, 7]], dtype=uint8)
        """
        palette = self.palette
        order = palette.merge_order(index, into)
        new_labels = np.empty(len(palette), np.intp)
        new_labels[order] = np.arange(len(order))
        new_labels[index] = new_labels[into]
        merged = palette.merged(index, into)
        return self._edited(merged, _relabeled(self._pixels, self.labels, new_labels))

    def ordered(self) -> Quantization:
        """Return this result with the most frequent color first.

        Results of `quantize` are, but those of a given palette, which keeps its order.

        Returns
        -------
        Quantization
            The same picture and figures; palette with its names and labels in the new order,
            equally frequent ones in the old one. Labels outside of `mask` are 0.

        Examples
        --------
        >>> from napari_kmeans_quantizer import quantize
        >>> result = quantize(np.array([[0, 9, 9]], np.uint8), palette=[[0], [9]])
        >>> result.ordered().labels
        array([[1, 0, 0]], dtype=uint8)
        """
        order = np.argsort(-self.palette.counts, kind="stable")
        if (np.diff(order) == 1).all():
            return self
        new_labels = np.argsort(order, kind="stable")
        labels = _relabeled(self._pixels, self.labels, new_labels)
        palette = self.palette._at(order, self.palette.counts[order])
        return replace(self, labels=labels, palette=palette)

    @property
    def _pixels(self) -> Pixels:
        shape, n_channels = self.labels.shape, self.palette.n_channels
        return Pixels(self.image, self.channel_axis, n_channels, shape, self.mask)

    def _edited(self, palette: Palette, labels: Labels) -> Quantization:
        image = _repainted(self._pixels, labels, palette)
        result = replace(self, labels=labels, palette=palette, image=image)
        return replace(result, inertia=math.nan, mse=math.nan, rmse=math.nan)


def psnr(peak: float, rmse: float) -> float:
    """Return the peak signal-to-noise ratio in dB."""
    return math.inf if rmse == 0 else 20 * (math.log10(peak) - math.log10(rmse))


def _repainted(pixels: Pixels, labels: Labels, palette: Palette) -> NDArray[Any]:
    """Return a picture of the labels; what takes no part is as in `pixels`."""
    if is_lazy(labels):
        lazy: NDArray[Any] = lazily_repainted(pixels, labels, palette)
        return lazy
    painted, values, flat = pixels.blank(), palette.values, labels.reshape(-1)

    def one(index: int) -> None:
        chunk = flat[pixels.span(index)]
        selected = pixels.selected(index)
        chunk = chunk if selected is None else chunk[selected]
        pixels.write(painted, index, np.take(values, chunk, axis=0, mode="clip"))

    for _ in map_chunks(one, pixels.n_chunks):
        pass
    return painted


def _relabeled(pixels: Pixels, labels: Labels, new_labels: NDArray[np.intp]) -> Labels:
    """Return every label's new one; 0 where a pixel takes no part."""
    table = new_labels.astype(np.uint8 if new_labels.max() < 256 else np.uint16)
    if is_lazy(labels):
        lazy: Labels = lazily_relabeled(pixels, labels, table)
        return lazy
    flat, dtype = labels.reshape(-1), table.dtype
    relabeled: NDArray[Any] = np.empty(len(flat), dtype)

    def one(index: int) -> None:
        part = pixels.span(index)
        np.take(table, flat[part], mode="clip", out=relabeled[part])
        if pixels.mask is not None:
            relabeled[part][~pixels.chunk_mask(index)] = 0

    for _ in map_chunks(one, pixels.n_chunks):
        pass
    shaped: Labels = relabeled.reshape(labels.shape)
    return shaped
