"""quantize(): from an image to its palette, labels and painted picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .dither import dithered
from .fitting import fitted
from .large import held_steps
from .lazy.arrays import is_lazy
from .lazy.steps import lazy_steps
from .progress import Progress, completed
from .request import arguments_of, requested, takes_arguments_of
from .results import left_alone, picture_of, result_of
from .survey import is_large_points
from .sweeps.choose import choose_sweeper

if TYPE_CHECKING:
    from collections.abc import Generator

    from .quantization import Quantization
    from .request import Request

    Steps = Generator[Progress, None, Quantization]


@takes_arguments_of(requested)
def quantize(*args: Any, **kwargs: Any) -> Quantization:
    """Reduce an image to a few colors by K-means clustering of its pixels.

    Parameters
    ----------
    image : array_like
        Grey ``(...)`` or multi-channel ``(..., C)`` of any shape; bool, any integer, any float.
        Stacks and time series get one palette. Anything that NumPy can read will do, such as
        pictures of Pillow; masks of masked arrays belong to `mask`. Arrays of dask, also in those
        of xarray, are read chunk by chunk, see Notes.
    n_colors : int or "auto", optional
        1 to 65535, fixed ones included. Fewer come back only if the image has fewer distinct
        colors (with the fixed ones), or of `choose_from` if no more are of use; none at all if all
        of it is transparent. "auto": the elbow of the curve of errors over 2..32 colors, see
        `suggest_n_colors`, or all if there are no more than 32; with `min_psnr` at most 256.
    channel_axis : int, "auto" or None, optional
        "auto": a last axis of length 3 or 4 in an array of at least 3 dimensions is RGB(A), all
        else is grey, unless a dimension is named as channels are, such as "band" of xarray: then
        it must be told. An integer: that axis holds channels of any kind, all of them clustered.
        None: grey.
    color_space : {"rgb", "lab", "oklab"}, optional
        Where distances are measured and means taken: the image's own channels, whatever they are,
        or for RGB images CIELAB or Oklab, in which equal distances look equally large. The palette
        always is in the image's own units.
    palette : Palette or (K, C) array_like, optional
        Colors to use in their order: nothing is fitted, `n_colors` and `min_psnr` are not used. An
        array is in the image's units, which must be able to hold it. A Palette knows its own: if
        the image has others, as a float image in 0..1 has beside a palette in 0..255, its colors
        are rescaled by `Palette.in_units_of`.
    fixed_colors : (F, C) array_like, optional
        1 to `n_colors` colors in the image's units that stay in the palette exactly as they are,
        even if no pixel is nearest to them; the others are fitted around them. No two may be alike
        once rounded to the image's dtype.
    choose_from : Palette or (N, C) array_like, optional
        Colors to choose from, such as threads, bricks or inks: the `n_colors` of them, at most,
        that paint the image with the least error, kept exactly as they are, names and all. Colors
        alike once rounded to the image's dtype count once. Units as of `palette`.
    min_psnr : float, optional
        dB that `Quantization.psnr` is to reach: the fewest colors are taken that do, at most
        `n_colors`, which come back if they do not reach it either. One color less was tried and
        does not; that even fewer do not is taken for granted. Dithering does not count.
    mask : array_like of bool, optional
        Spatial shape; only True pixels vote and are painted. Pixels of alpha 0 never take part. A
        value that stands for no data is left out by ``mask=image != value``, of several channels
        by ``mask=(image != value).any(-1)``, NaN by ``mask=np.isfinite(image)``.
    sample : float or int, optional
        The search sees only this fraction (0 < float <= 1) or number (int) of the pixels, drawn
        at random, and at most 131,072 of them. Every pixel still takes part in the last sweeps, so
        palette colors remain the means of all their pixels.
    effort : {"fast", "balanced", "best"}, optional
        How hard the search for the optimum is. On photographs the error of "fast" mostly is within
        two per cent of the least known, of "balanced" within one, of "best" within one per mille.
        Grey images of at most 65,536 distinct values get the optimum itself.
    dither : {"floyd-steinberg", "ordered", "blue-noise"} or None, optional
        Mix colors that the palette lacks by pixels of others: by diffusion of the error, serpentine
        [2]_, or of two colors by thresholds, of Bayer's 8 x 8 [3]_ or a tile of blue noise [4]_,
        none of which depends on the pixels around. Rows and columns are the last two axes of the
        image without channels. The colors are those without dithering; labels are no longer the
        nearest. Pixels that do not take part neither give nor take error.
    dither_strength : float, optional
        0..1: the part of the error that is passed on, or of the other color that is mixed in; 0
        paints exactly as ``dither=None``.
    random_state : int, RandomState, Generator or None, optional
        Source of the random draws. The same number gives the same result on any machine with any
        number of threads; None draws anew each time.

    Returns
    -------
    Quantization
        Palette, labels, painted image and figures. Of a lazy array labels, image and mask are lazy
        arrays in its chunks; the palette and all figures are known.

    Raises
    ------
    OSError
        If a chunk of a lazy array cannot be read, which is tried three times; it is named.
    TypeError, ValueError
        Before any work, if an argument is of the wrong kind or out of range, shapes do not fit,
        or pixels that take part are NaN or infinite, or cannot be told apart in float64.

    See Also
    --------
    KMeans : K-means of any points, with scikit-learn's interface.

    Notes
    -----
    Without dithering, every label is the nearest palette color, of equally near ones the first, and
    every fitted color is the mean of its pixels [1]_, up to a tolerance: the mean over the pixels
    of the squared distance between their palette color and that mean is at most 2e-5 of the mean
    variance of the channels (1e-4 with effort "fast", 2e-6 with "best"). Colors that would look
    alike once rounded to the image's dtype are kept apart, unless they differ by less than a float
    can tell: by 1e-270 of the largest value, or where `color_space` makes them one. All of this
    holds for the free colors beside fixed ones, too, the mean then being over their pixels.

    Dithering begins with the picture painted so, and leaves its colors as they are, though not the
    means of their pixels; an image of no more distinct colors than the palette's stays the same.
    By diffusion, a pixel gets the color nearest to its own plus what its neighbors pass on, limited
    in every channel to twice the mean distance of neighboring colors. By thresholds, it gets either
    its nearest color or the one nearest to what lies beyond the pixel, in the shares in which both
    mixed come nearest to it. A color that would lose all of its pixels keeps one.

    Of more than 2**20 pixels of other kinds than grey and 8-bit RGB, some hundred thousand drawn at
    random are followed until the colors rest, and all are swept once or twice. With effort "best"
    and dozens of channels the mean squared distance above may then come to some 1e-5.

    A lazy array gives the bits of the same array in memory, whatever its chunks, on the scheduler
    or client of dask that is in use. Grey and 8-bit images are read once, others two or three
    times, a few chunks a worker at a time, before labels and image can be computed. By diffusion
    they cannot be dithered; other ways read them once more. Arrays of at most 2**20 pixels are read
    as a whole. See `quantize_to_zarr` and `fit_palette`.

    Colors are computed in float64. 64-bit integers beyond 2**53 are counted from the least, so that
    times in nanoseconds keep every digit; they may differ by at most 2**53. Floats so small that
    their squares would vanish are enlarged meanwhile. Both are exact.

    References
    ----------
    .. [1] Lloyd, S.: "Least squares quantization in PCM", IEEE Transactions on Information Theory
           28(2), 129-137, 1982.
    .. [2] Floyd, R. W. and Steinberg, L.: "An adaptive algorithm for spatial greyscale",
           Proceedings of the Society for Information Display 17(2), 75-77, 1976.
    .. [3] Bayer, B. E.: "An optimum method for two-level rendition of continuous-tone pictures",
           IEEE International Conference on Communications 1, 11-15, 1973.
    .. [4] Ulichney, R.: "The void-and-cluster method for dither array generation", Proceedings of
           SPIE 1913, 332-343, 1993.

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

    An array larger than memory; what is looked at is painted:

    >>> import dask.array as da
    >>> mosaic = da.tile(da.from_array(coffee(), (200, 200, 3)), (5, 5, 1))
    >>> result = quantize(mosaic, 8)
    >>> result.labels.shape, result.labels[:2, :3].compute().shape
    ((2000, 3000), (2, 3))

    Dithered, in the same colors:

    >>> dithered = quantize(coffee(), palette=result.palette, dither="floyd-steinberg")
    >>> dithered.palette.hex == result.palette.hex
    True
    """
    return completed(quantize_steps(*args, **kwargs))


@takes_arguments_of(requested)
def quantize_steps(*args: Any, **kwargs: Any) -> Generator[Progress, None, Quantization]:
    """Do what `quantize` does step by step, for progress bars and cancelling.

    It takes the arguments of `quantize`, and refuses the same at once.

    Yields
    ------
    Progress
        What comes next, several times a second. To cancel, ``close()`` the generator.

    Returns
    -------
    Quantization
        The value of the `StopIteration` that ends it, or of ``yield from``.

    See Also
    --------
    completed : Run the steps that are left.

    Examples
    --------
    >>> import numpy as np
    >>> steps = quantize_steps(np.eye(8), 2)
    >>> [step.stage for step in steps][-1]
    'Painting'
    """
    given = arguments_of(requested, *args, **kwargs)
    if is_lazy(given["image"]):
        return lazy_steps(quantize_steps, **given)
    return _steps(requested(**given))


def _steps(request: Request) -> Steps:
    pixels = request.pixels
    yield Progress("Counting colors", 0.0)
    if pixels.is_empty:
        painting, n_iter = left_alone(request), 0
        return result_of(request, painting, n_iter, picture_of(pixels, painting))
    if is_large_points(pixels, request.space is not None):
        return (yield from held_steps(request))
    sweeper = choose_sweeper(pixels, request.space)
    painting, n_iter = yield from fitted(sweeper, request)
    if request.dither is not None:
        painting = yield from dithered(
            pixels, request.space, painting, request.dither, request.dither_strength
        )
    result = result_of(request, painting, n_iter, picture_of(pixels, painting))
    is_in_order = request.dither is None or request.palette is not None
    return result if is_in_order else result.ordered()
