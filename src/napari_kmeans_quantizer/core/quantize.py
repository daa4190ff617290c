"""quantize(): from an image to its palette, labels and painted picture."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .arguments import as_generator, check_choice, check_fitted, check_n_colors, check_sample
from .color_space import color_space_of
from .color_table import sampled_colors
from .edit import merge, rename, repaint
from .image import Pixels, as_pixels
from .painting import paint, refine, repeated
from .palette import Palette, check_colors, check_index, image_range, to_dtype
from .progress import Progress
from .search.around_fixed import as_fixed_colors, fit_around
from .search.coarse_to_fine import search
from .search.line import optimal_1d
from .sweeps.base import Canvas
from .sweeps.colors import Colors
from .sweeps.grid import Grid
from .sweeps.levels import Levels
from .sweeps.points import MAX_GREYS, Points

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from numpy.typing import ArrayLike, NDArray

    from .color_space import ColorSpace
    from .color_table import ColorTable
    from .sweeps.base import Clusters, Sweeper

CELLS_PER_COLOR = 4
MAX_DISTINCT = 1 << 18
EFFORTS = ("fast", "balanced", "best")
DITHERS = (None,)


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
        Sum of squared distances of the pixels to their palette color, before it is rounded. NaN
        in an edited result, which does not know the input.
    n_iter : int
        Sweeps of K-means; 0 if nothing had to be fitted.
    mse : float
        Mean squared error of `image` against the input, over pixels that took part and channels,
        in the input's units squared. NaN in an edited result.
    source_bits : int
        Bits of one input pixel, without alpha.
    peak : float
        Range of values that `psnr` refers to.
    channel_axis : int or None
        Axis of the channels in `image`, not negative; None for grey.

    See Also
    --------
    quantize
    """

    labels: NDArray[np.uint8] | NDArray[np.uint16]
    palette: Palette
    image: NDArray[Any]
    mask: NDArray[np.bool_] | None
    inertia: float
    n_iter: int
    mse: float
    source_bits: int
    peak: float
    channel_axis: int | None

    def __repr__(self) -> str:
        return f"Quantization({self.summary})"

    @property
    def summary(self) -> str:
        """One line for people: colors, quality, and what is saved."""
        n_colors, bits = len(self.palette), self.bits_per_pixel
        quality = "unchanged" if self.mse == 0 else f"{self.psnr:.1f} dB"
        quality = "edited" if math.isnan(self.mse) else quality
        saved = 100 * (1 - 1 / self.compression_factor)
        return (
            f"{n_colors} color{'s' * (n_colors != 1)}, {quality}, "
            f"{self.source_bits} -> {bits} bit{'s' * (bits != 1)} per pixel, {saved:.0f} % smaller"
        )

    @property
    def psnr(self) -> float:
        """Peak signal-to-noise ratio of `image` in dB; infinite if unchanged, NaN if edited."""
        return math.inf if self.mse == 0 else 10 * math.log10(self.peak**2 / self.mse)

    @property
    def bits_per_pixel(self) -> int:
        """Bits that a label needs: 4 for 16 colors; at least 1."""
        return max(1, (len(self.palette) - 1).bit_length())

    @property
    def compression_factor(self) -> float:
        """Bits of an input pixel over bits of a label; the palette itself is not counted."""
        return self.source_bits / self.bits_per_pixel

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
        >>> result = quantize(np.array([[0, 0, 9]], np.uint8), 2)
        >>> result.recolored({1: 255}).image
        array([[  0,   0, 255]], dtype=uint8)
        """
        return self._edited(self.palette.recolored(colors), self.labels)

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
        >>> result = quantize(np.array([[0, 0, 0, 7, 7, 9]], np.uint8), 3)
        >>> result.merged(2, into=1).image
        array([[0, 0, 0, 7, 7, 7]], dtype=uint8)
        """
        n_colors = len(self.palette)
        index, into = check_index(index, n_colors, "`index`"), check_index(into, n_colors, "`into`")
        if index == into:
            raise ValueError(f"`index` and `into` must be two different labels, got {index} twice.")
        palette, names = merge(self.palette, index, into)
        return self._edited(palette, rename(self._pixels, self.labels, names))

    @property
    def _pixels(self) -> Pixels:
        shape, n_channels = self.labels.shape, self.palette.n_channels
        return Pixels(self.image, self.channel_axis, n_channels, shape, self.mask)

    def _edited(
        self, palette: Palette, labels: NDArray[np.uint8] | NDArray[np.uint16]
    ) -> Quantization:
        image = repaint(self._pixels, labels, palette)
        return replace(
            self, labels=labels, palette=palette, image=image, inertia=math.nan, mse=math.nan
        )


def quantize(
    image: ArrayLike,
    n_colors: int = 16,
    *,
    channel_axis: int | Literal["auto"] | None = "auto",
    color_space: Literal["rgb", "lab", "oklab"] = "rgb",
    palette: Palette | ArrayLike | None = None,
    fixed_colors: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    sample: float | None = None,
    effort: Literal["fast", "balanced", "best"] = "balanced",
    dither: None = None,
    random_state: int | np.random.RandomState | np.random.Generator | None = 0,
) -> Quantization:
    """Reduce an image to a few colors by K-means clustering of its pixels.

    Parameters
    ----------
    image : array_like
        Grey ``(...)`` or multi-channel ``(..., C)`` of any shape; bool, any integer, any float.
        Stacks and time series get one palette.
    n_colors : int, optional
        1 to 65535, fixed ones included. Fewer come back only if the image has fewer distinct
        colors (with the fixed ones).
    channel_axis : int, "auto" or None, optional
        "auto": a last axis of length 3 or 4 in an array of at least 3 dimensions is RGB(A), all
        else is grey. An integer: that axis holds channels of any kind, all of them clustered.
        None: grey.
    color_space : {"rgb", "lab", "oklab"}, optional
        Where distances are measured and means taken: the image's own channels, whatever they are,
        or for RGB images CIELAB or Oklab, in which equal distances look alike. The palette always
        is in the image's own units.
    palette : Palette or (K, C) array_like, optional
        Colors to use as they are, in their order: nothing is fitted, `n_colors` is not used.
    fixed_colors : (F, C) array_like, optional
        1 to `n_colors` colors in the image's units that stay in the palette exactly as they are,
        even if no pixel is nearest to them; the others are fitted around them. No two may be alike
        once rounded to the image's dtype.
    mask : array_like of bool, optional
        Spatial shape; only True pixels vote and are painted. Pixels of alpha 0 never take part.
    sample : float or int, optional
        The search sees only this fraction (0 < float <= 1) or number (int) of the pixels, drawn
        at random, and at most 131,072 of them. Every pixel still takes part in the last sweeps, so
        palette colors remain the means of all their pixels.
    effort : {"fast", "balanced", "best"}, optional
        How hard the search for the optimum is. On a photograph the error of "fast" is within a
        few per cent of the least known, of "balanced" within a few per mille, of "best" mostly
        within one. Grey images of at most 65,536 distinct values get the optimum itself.
    dither : None, optional
        No dithering.
    random_state : int, RandomState, Generator or None, optional
        Source of the random draws. The same number gives the same result on any machine with any
        number of threads; None draws anew each time.

    Returns
    -------
    Quantization
        Palette, labels, painted image and figures.

    Raises
    ------
    TypeError, ValueError
        Before any work, if an argument is of the wrong kind or out of range, shapes do not fit,
        or pixels that take part are NaN or infinite.

    See Also
    --------
    KMeans : K-means of any points, with scikit-learn's interface.

    Notes
    -----
    Every label is the nearest palette color, of equally near ones the first. Every fitted color is
    the mean of its pixels [1]_, up to a tolerance: the mean over the pixels of the squared
    distance between their palette color and that mean is at most 2e-5 of the mean variance of the
    channels (1e-4 with effort "fast", 2e-6 with "best"). Colors that would look alike once rounded
    to the image's dtype are kept apart. All of this holds for the free colors beside fixed ones,
    too, the mean then being over their pixels.

    References
    ----------
    .. [1] S. Lloyd, "Least squares quantization in PCM", IEEE Transactions on Information Theory
           28(2), 129-137, 1982.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> result = quantize(coffee(), 8)
    >>> result.palette.colors.shape
    (8, 3)
    >>> result.bits_per_pixel, result.compression_factor
    (3, 8.0)

    White and black as they are, and the six colors that go best with them:

    >>> result = quantize(coffee(), 8, fixed_colors=[[255, 255, 255], [0, 0, 0]])
    >>> {"#ffffff", "#000000"} <= set(result.palette.hex)
    True
    """
    steps = quantize_steps(
        image,
        n_colors,
        channel_axis=channel_axis,
        color_space=color_space,
        palette=palette,
        fixed_colors=fixed_colors,
        mask=mask,
        sample=sample,
        effort=effort,
        dither=dither,
        random_state=random_state,
    )
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            result: Quantization = stop.value
            return result


def quantize_steps(
    image: ArrayLike,
    n_colors: int = 16,
    *,
    channel_axis: int | Literal["auto"] | None = "auto",
    color_space: Literal["rgb", "lab", "oklab"] = "rgb",
    palette: Palette | ArrayLike | None = None,
    fixed_colors: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    sample: float | None = None,
    effort: Literal["fast", "balanced", "best"] = "balanced",
    dither: None = None,
    random_state: int | np.random.RandomState | np.random.Generator | None = 0,
) -> Generator[Progress, None, Quantization]:
    """Do what `quantize` does step by step, for progress bars and cancelling.

    Parameters
    ----------
    image, n_colors, channel_axis, color_space, palette, fixed_colors, mask, sample, effort, \
    dither, random_state
        As in `quantize`.

    Yields
    ------
    Progress
        What comes next, several times a second. To cancel, ``close()`` the generator.

    Returns
    -------
    Quantization
        The value of the `StopIteration` that ends it, or of ``yield from``.

    Examples
    --------
    >>> steps = quantize_steps(np.eye(8), 2)
    >>> [step.stage for step in steps][-1]
    'Painting'
    """
    check_n_colors(n_colors)
    check_choice("effort", effort, EFFORTS)
    check_choice("dither", dither, DITHERS)
    check_fitted(palette, fixed_colors)
    check_sample(sample)
    rng = as_generator(random_state)
    pixels = as_pixels(image, channel_axis, mask)
    space = color_space_of(color_space, pixels)
    given = None if palette is None else _as_palette(palette, pixels)
    fixed = as_fixed_colors(fixed_colors, n_colors, pixels, color_space)
    yield Progress("Counting colors", 0.0)
    sweeper = _sweeper(pixels, space)
    if given is not None:
        canvas = Canvas.blank(pixels, len(given))
        # A copy: for the palette's read-only colors numba would compile again.
        clusters = yield from paint(sweeper, given.colors.copy(), canvas)
        return _result(pixels, given.colors, canvas, clusters, 0, given.value_range)
    known = _known_colors(sweeper, fixed, n_colors, pixels.image.dtype)
    if known is not None:
        centers, canvas, clusters, _ = yield from refine(
            pixels, sweeper, known, 0.0, effort, n_fixed=len(known)
        )
        if len(fixed) == 0 or clusters.squared_error == 0:  # whatever cannot be told by value
            canvas = canvas._replace(image=np.array(pixels.image, order="C", subok=False))
        return _result(pixels, centers, canvas, clusters, 0)
    table = _table(pixels, sweeper, n_colors, sample, rng)
    yield Progress("Searching centers", 0.2)
    centers, n_iter = _search(table, space, fixed, n_colors, effort, rng)
    variance = (table if sample is None else sweeper.table(n_colors, rng)).variance
    centers, canvas, clusters, n_sweeps = yield from refine(
        pixels, sweeper, centers, variance, effort, n_fixed=len(fixed)
    )
    return _result(pixels, centers, canvas, clusters, n_iter + n_sweeps)


def _known_colors(
    sweeper: Sweeper, fixed: NDArray[np.float64], n_colors: int, dtype: np.dtype[Any]
) -> NDArray[np.float64] | None:
    """Return the palette if nothing is to be fitted, fixed colors first; None if something is."""
    if len(fixed) == n_colors:
        return fixed
    few = sweeper.distinct(n_colors)
    if few is None:
        return None
    colors = few.colors[np.argsort(-few.counts, kind="stable")]
    known = np.concatenate([fixed, colors])
    if len(fixed) > 0:
        known = known[~repeated(to_dtype(known, dtype))]
    return known if len(known) <= n_colors else None


def _sweeper(pixels: Pixels, space: ColorSpace | None) -> Sweeper:
    if space is not None:
        return Colors(pixels, space) if Grid.suits(pixels) else Points(pixels, space)
    if Levels.suits(pixels):
        return Levels(pixels)
    return Grid(pixels) if Grid.suits(pixels) else Points(pixels)


def _table(
    pixels: Pixels,
    sweeper: Sweeper,
    n_colors: int,
    sample: float | None,
    rng: np.random.Generator,
) -> ColorTable:
    """Return weighted colors for the search: of the sample, or of all pixels if it has too few."""
    if sample is not None:
        table = sampled_colors(pixels, sample, rng)
        if len(table.colors) >= n_colors:
            return table
    table = sweeper.table(n_colors, rng)
    if len(table.colors) < CELLS_PER_COLOR * n_colors:
        # The colors are closer together than the cells: take them one by one.
        return sweeper.distinct(MAX_DISTINCT) or table
    return table


def _search(
    table: ColorTable,
    space: ColorSpace | None,
    fixed: NDArray[np.float64],
    n_colors: int,
    effort: str,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], int]:
    """Return centers (K, C), the fixed ones first, and the number of sweeps it took."""
    points = table if space is None else table._replace(colors=space.forward(table.colors))
    centers, n_iter = _search_free(points, n_colors, effort, rng)
    if len(fixed) > 0:
        places = fixed if space is None else space.forward(fixed)
        n_free = n_colors - len(fixed)
        centers, n_more = fit_around(places, centers, points, n_free, effort, rng)
        n_iter += n_more
    if space is not None:
        centers = space.backward(centers)
    return np.concatenate([fixed, centers]), n_iter


def _search_free(
    table: ColorTable, n_colors: int, effort: str, rng: np.random.Generator
) -> tuple[NDArray[np.float64], int]:
    """Return centers (K, D) for weighted colors as if none were fixed, and the sweeps it took."""
    colors, counts, keys = table
    if colors.shape[1] == 1 and len(colors) <= MAX_GREYS:
        return optimal_1d(colors[:, 0], counts, n_colors)[:, np.newaxis], 0
    return search(colors, counts.astype(np.float64), n_colors, effort, rng, keys)


def _result(
    pixels: Pixels,
    centers: NDArray[np.float64],
    canvas: Canvas,
    clusters: Clusters,
    n_iter: int,
    value_range: tuple[float, float] | None = None,
) -> Quantization:
    """Gather the figures of a painted picture."""
    dtype = pixels.image.dtype
    low, high = _extent(pixels)
    if value_range is None:
        value_range = image_range(dtype, low, high)
    palette = Palette(centers, clusters.counts, dtype, value_range)
    n_values = int(clusters.counts.sum()) * pixels.n_channels
    return Quantization(
        labels=canvas.labels.reshape(pixels.shape),
        palette=palette,
        image=canvas.image,
        mask=pixels.mask,
        inertia=clusters.inertia,
        n_iter=n_iter,
        mse=clusters.squared_error / n_values,
        source_bits=pixels.n_channels * (1 if dtype == np.bool_ else 8 * dtype.itemsize),
        peak=_peak(dtype, low, high),
        channel_axis=pixels.channel_axis,
    )


def _extent(pixels: Pixels) -> tuple[float, float]:
    """Return the least and the largest value, of unsigned images simply the dtype's."""
    dtype = pixels.image.dtype
    if dtype.kind in "bu":
        return 0.0, 1.0 if dtype == np.bool_ else float(np.iinfo(dtype).max)
    low, high = math.inf, -math.inf
    for index in range(pixels.n_chunks):
        if (chunk := pixels.chunk(index)).size:
            low, high = min(low, float(chunk.min())), max(high, float(chunk.max()))
    return low, high


def _peak(dtype: np.dtype[Any], low: float, high: float) -> float:
    """Return the range of values that the PSNR refers to; as in scikit-image where it has one."""
    if dtype.kind in "bui":
        limits = (0, 1) if dtype == np.bool_ else (np.iinfo(dtype).min, np.iinfo(dtype).max)
        return float(limits[1] if low >= 0 else limits[1] - limits[0])
    if low >= -1 and high <= 1:
        return 1.0 if low >= 0 else 2.0
    return high - low


def _as_palette(palette: Palette | ArrayLike, pixels: Pixels) -> Palette:
    if not isinstance(palette, Palette):
        palette = Palette(check_colors(np.asarray(palette), "palette"), dtype=pixels.image.dtype)
    if palette.n_channels != pixels.n_channels:
        raise ValueError(
            f"`palette` must have the image's {pixels.n_channels} channels, got "
            f"{palette.n_channels}. See `channel_axis` for what counts as a channel."
        )
    return palette
