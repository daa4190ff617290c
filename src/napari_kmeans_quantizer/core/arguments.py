"""Every check at the public door, but for the image itself (see `image`).

`as_...` returns an argument in the form that the core works with, `check_...` only refuses. Each
message says what was required, what came and, where that is not plain, what to do.
"""

from __future__ import annotations

from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np

from .arrays import as_array
from .units import LARGEST_INTEGER, LARGEST_VALUE, WHITES, limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from .image import Pixels

    Floats = NDArray[np.float64]

MODERATE_EXPONENT = 200
"""Weights up to 2**200 and down to its inverse can be summed up as they are."""
AUTO_MOST, AUTO_MOST_FOR_PSNR = 32, 256
"""The most colors that "auto" finds: at the elbow, and to reach a PSNR."""
COLOR_SPACES = ("rgb", "lab", "oklab")


# -- single values


def check_n_colors(n_colors: object) -> None:
    """Refuse what is no number of colors."""
    if isinstance(n_colors, bool | np.bool_) or not isinstance(n_colors, Integral):
        raise TypeError(f'`n_colors` must be an integer or "auto", got {n_colors!r}.')
    if not 1 <= int(n_colors) <= 65535:
        raise ValueError(f"`n_colors` must lie in 1..65535, got {n_colors}.")


def as_most_colors(n_colors: object, min_psnr: float | None) -> int:
    """Return the number of colors; if it is to be found, the most that may come out."""
    if isinstance(n_colors, str):
        if n_colors != "auto":
            raise ValueError(f'`n_colors` must be an integer or "auto", got {n_colors!r}.')
        return AUTO_MOST if min_psnr is None else AUTO_MOST_FOR_PSNR
    check_n_colors(n_colors)
    return int(n_colors)  # type: ignore[call-overload, no-any-return]


def check_min_psnr(min_psnr: object) -> None:
    """Refuse what is no figure in dB."""
    if min_psnr is None:
        return
    if isinstance(min_psnr, bool | np.bool_) or not isinstance(min_psnr, Real):
        raise TypeError(f"`min_psnr` must be None or a number in dB, got {min_psnr!r}.")
    if not 0 < float(min_psnr) < np.inf:
        raise ValueError(f"`min_psnr` must be positive and finite, in dB, got {min_psnr}.")


def check_strength(strength: object) -> None:
    """Refuse what is no strength of dithering."""
    if isinstance(strength, bool | np.bool_) or not isinstance(strength, Real):
        raise TypeError(f"`dither_strength` must be a number in 0..1, got {strength!r}.")
    if not 0 <= float(strength) <= 1:
        raise ValueError(f"`dither_strength` must lie in 0..1, got {strength}.")


def check_sample(sample: float | None) -> None:
    """Refuse what is neither a fraction nor a number of pixels."""
    if sample is None:
        return
    if isinstance(sample, bool | np.bool_) or not isinstance(sample, Real):
        raise TypeError(f"`sample` must be None, a float or an integer, got {sample!r}.")
    if isinstance(sample, Integral):
        if sample < 1:
            raise ValueError(f"`sample` as a number of pixels must be at least 1, got {sample}.")
    elif not 0 < sample <= 1:
        raise ValueError(
            f"`sample` as a fraction must lie in 0 < sample <= 1, got {sample}. "
            "Pass an integer for a number of pixels."
        )


def check_choice(name: str, value: object, choices: tuple[object, ...]) -> None:
    """Refuse what is not among the choices."""
    if value not in choices:
        listed = " or ".join(map(repr, choices))
        raise ValueError(f"`{name}` must be {listed}, got {value!r}.")


def check_count(name: str, value: object, alternative: str = "") -> None:
    """Refuse what is no number of something, as scikit-learn does."""
    if not (isinstance(value, Integral) and int(value) >= 1):
        raise ValueError(f"`{name}` must be an int of at least 1{alternative}; it is {value!r}.")


def as_index(index: object, n_colors: int, name: str) -> int:
    """Return an index into a palette as int, or say why it is none."""
    if isinstance(index, bool | np.bool_) or not isinstance(index, Integral):
        raise TypeError(f"{name} must be an integer, got {index!r}.")
    place = int(index)
    if n_colors == 0:
        raise ValueError(f"{name} must be a label, and the palette has no colors, got {place}.")
    if not 0 <= place < n_colors:
        raise ValueError(f"{name} must lie in 0..{n_colors - 1}, got {place}.")
    return place


def as_two_labels(index: object, into: object, n_colors: int) -> tuple[int, int]:
    """Return two different indices into a palette."""
    first, second = as_index(index, n_colors, "`index`"), as_index(into, n_colors, "`into`")
    if first == second:
        raise ValueError(f"`index` and `into` must be two different labels, got {first} twice.")
    return first, second


def as_generator(
    random_state: int | np.random.RandomState | np.random.Generator | None,
) -> np.random.Generator:
    """Return a generator for any kind of random state; None draws fresh entropy."""
    if isinstance(random_state, np.random.RandomState):
        return np.random.default_rng(random_state.randint(2**31))
    if isinstance(random_state, bool) or not isinstance(
        random_state, Integral | np.random.Generator | None
    ):
        raise TypeError(
            "`random_state` must be an integer, RandomState, Generator or None, "
            f"got {random_state!r}."
        )
    if isinstance(random_state, Integral) and random_state < 0:
        raise ValueError(f"`random_state` must not be negative, got {random_state}.")
    return np.random.default_rng(random_state)


def as_scikit_learn_generator(
    random_state: int | np.random.RandomState | np.random.Generator | None,
) -> np.random.RandomState | np.random.Generator:
    """Return a generator that draws what scikit-learn would, or the one that was passed."""
    if isinstance(random_state, np.random.RandomState | np.random.Generator):
        return random_state
    if random_state is not None and not (
        isinstance(random_state, Integral) and 0 <= random_state < 2**32
    ):
        raise ValueError(
            "`random_state` must be None, an int from 0 to 4294967295, a numpy RandomState or a "
            f"numpy Generator; it is {random_state!r}."
        )
    return np.random.RandomState(random_state)


# -- colors


def as_numbers(values: ArrayLike, name: str) -> NDArray[Any]:
    """Return an array of bools, integers or floats."""
    array = as_array(values, name, f"`{name}.data`, or only what is not masked")
    if array.dtype.kind not in "buif":
        raise TypeError(f"`{name}` must be numbers, got dtype {array.dtype}.")
    return array


def as_table(colors: ArrayLike, name: str, fewest: int = 1) -> NDArray[Any]:
    """Return colors (K, C) as they are, or say what is wrong with them."""
    table = as_numbers(colors, name)
    if table.ndim != 2 or not fewest <= len(table) <= 65535 or table.shape[1] == 0:
        raise ValueError(
            f"`{name}` must be a table (K, C) of {fewest} to 65535 colors, got shape {table.shape}."
        )
    with np.errstate(over="ignore"):  # of long doubles
        finite = np.isfinite(table.astype(np.float64)).all()
    if not finite:
        raise ValueError(f"`{name}` must be finite, got NaN or infinity.")
    return table


def as_color(color: ArrayLike, n_channels: int, dtype: np.dtype[Any], name: str) -> NDArray[Any]:
    """Return a color (C,) that an image of `dtype` can hold; a number will do for grey."""
    given = as_numbers(color, name)
    if given.shape != (n_channels,) and (given.shape, n_channels) != ((), 1):
        raise ValueError(
            f"`{name}` must be {n_channels} value{'s' * (n_channels != 1)}, one per channel, "
            f"got shape {given.shape}."
        )
    row = as_table(given.reshape(1, -1), name)
    check_holds(row, dtype, name)
    return row.reshape(-1)


def as_counts(counts: ArrayLike | None, n_colors: int) -> NDArray[np.int64]:
    """Return pixels per color as a new array, zeros for None."""
    if counts is None:
        return np.zeros(n_colors, np.int64)
    array = as_array(counts, "counts", "`counts.filled(0)`")
    if array.dtype.kind not in "ui" or array.shape != (n_colors,) or (array < 0).any():
        raise ValueError(
            f"`counts` must be {n_colors} integers >= 0, one per color, "
            f"got shape {array.shape} of dtype {array.dtype}."
        )
    return np.array(array, np.int64)


def as_names(names: Sequence[str] | None, n_colors: int) -> tuple[str, ...] | None:
    """Return one name per color, or None."""
    if names is None:
        return None
    if isinstance(names, str) or not all(isinstance(name, str) for name in names):
        raise TypeError(f"`names` must be a sequence of str, one per color, got {names!r}.")
    if len(names) != n_colors:
        raise ValueError(f"`names` must be {n_colors}, one per color, got {len(names)}.")
    return tuple(map(str, names))


def as_labels(labels: ArrayLike, n_colors: int) -> NDArray[np.integer[Any]]:
    """Return indices into a palette, of any shape."""
    index = as_array(labels, "labels", "`labels.filled(0)`")
    if index.dtype.kind not in "ui":
        raise TypeError(f"`labels` must be integers, got dtype {index.dtype}.")
    if index.size and n_colors == 0:
        raise ValueError("`labels` must be empty: the palette has no colors to paint in.")
    if index.size and not 0 <= index.min() <= index.max() < n_colors:
        raise ValueError(
            f"`labels` must lie in 0..{n_colors - 1}, got {index.min()}..{index.max()}. "
            "Labels of a napari layer start at 1: subtract 1 first."
        )
    return index


def check_holds(colors: NDArray[Any], dtype: np.dtype[Any], name: str) -> None:
    """Refuse colors outside of what an image of `dtype` can hold; they would be clipped."""
    if colors.size == 0:
        return
    low, high = limits(dtype)
    least, largest = colors.min().item(), colors.max().item()
    # As Python numbers: float64 has no largest 64-bit integer to compare with.
    if not low <= least <= largest <= high:
        raise ValueError(
            f"`{name}` must lie in {low}..{high} for {dtype}, got {float(least):g} to "
            f"{float(largest):g}. Colors are in the image's units."
        )


def check_channels(n_channels: int, pixels: Pixels, name: str) -> None:
    """Refuse colors with other channels than the image's."""
    if n_channels != pixels.n_channels:
        raise ValueError(
            f"`{name}` must have the image's {pixels.n_channels} channels, got {n_channels}. "
            "See `channel_axis` for what counts as a channel."
        )


def check_one_of(**given: object) -> None:
    """Refuse more than one of the ways to say which colors there are to be."""
    named = [f"`{name}`" for name, colors in given.items() if colors is not None]
    if len(named) > 1:
        raise ValueError(
            f"{' and '.join(sorted(named))} contradict each other: `palette` is not fitted, "
            "`fixed_colors` stay while others are fitted around them, of `choose_from` the best "
            "are taken. Pass one of them."
        )


def as_fixed_colors(
    fixed_colors: ArrayLike | None, n_colors: int, pixels: Pixels, color_space: str
) -> NDArray[Any]:
    """Return fixed colors (F, C), F = 0 for None, or say what is wrong with them."""
    if fixed_colors is None:
        return np.empty((0, pixels.n_channels))
    colors = as_table(fixed_colors, "fixed_colors")
    check_channels(colors.shape[1], pixels, "fixed_colors")
    if len(colors) > n_colors:
        raise ValueError(
            f"`fixed_colors` must be at most `n_colors`={n_colors} colors, got {len(colors)}. "
            "Raise `n_colors`, or pass fewer."
        )
    check_suits(colors, pixels, color_space, "fixed_colors")
    return colors


def check_suits(colors: NDArray[Any], pixels: Pixels, color_space: str, name: str) -> None:
    """Refuse colors that an image cannot have, or that cannot be computed with beside it."""
    if colors.size == 0:
        return
    dtype = pixels.image.dtype
    check_holds(colors, dtype, name)
    low, high = colors.min().item(), colors.max().item()
    if max(-low, high) > LARGEST_VALUE:
        raise ValueError(
            f"`{name}` must lie within ±{LARGEST_VALUE:g}, or squares overflow, got "
            f"{low:g} to {high:g}."
        )
    if color_space != "rgb" and dtype.kind == "f" and not 0 <= low <= high <= 1:
        raise ValueError(
            f"`color_space={color_space!r}` needs `{name}` in 0..1 as the image, got "
            f"{low:g} to {high:g}."
        )
    offset = pixels.units.offset
    if dtype.kind in "iu" and max(offset - low, high - offset) > LARGEST_INTEGER:
        raise ValueError(
            f"`{name}` must lie within 2**53 of the image's values, or float64 cannot tell colors "
            f"apart, got {low} to {high} beside {pixels.extent[0]} to {pixels.extent[1]}."
        )


def check_different(colors: Floats, pixels: Pixels) -> None:
    """Refuse fixed colors, in the units that the pixels are computed in, that look alike."""
    values = pixels.values(colors)
    _, inverse = np.unique(values, axis=0, return_inverse=True)
    inverse = inverse.reshape(-1)
    for index, which in enumerate(inverse):
        first = int((inverse == which).argmax())
        if first != index:
            raise ValueError(
                f"`fixed_colors` must differ once rounded to {pixels.image.dtype}: rows {first} "
                f"and {index} both are {tuple(values[index].tolist())}. Leave one out."
            )


# -- color spaces


def check_color_space(name: str) -> None:
    """Refuse what is no color space."""
    if name not in COLOR_SPACES:
        raise ValueError(
            f'`color_space` must be "rgb", "lab" or "oklab", got {name!r}. '
            '"rgb" stands for the image\'s own channels, whatever they are.'
        )


def check_can_convert(name: str, pixels: Pixels) -> None:
    """Refuse an image that is not RGB in a known range."""
    dtype = pixels.image.dtype
    if pixels.n_channels != 3 or dtype.kind not in "buf":
        raise ValueError(
            f"`color_space={name!r}` needs an RGB image of bools, unsigned integers or floats, got "
            f'{pixels.n_channels} channels of {dtype}. Use color_space="rgb".'
        )
    low, high = pixels.extent
    if dtype.kind == "f" and not 0 <= low <= high <= 1:
        raise ValueError(
            f"`color_space={name!r}` needs floats in 0..1, got values from {low:g} to {high:g}. "
            "Divide the image by its white first."
        )
    if dtype.kind == "u" and high > WHITES[-1] and dtype.itemsize == 8:
        raise ValueError(
            f"`color_space={name!r}` needs {dtype} in 0..65535, got values from {low} to {high}. "
            "Divide the image by its white first, `image / white`."
        )


def as_unit_rgb(colors: ArrayLike) -> Floats:
    """Return sRGB colors (..., 3) in 0..1 as a new array."""
    given = as_numbers(colors, "colors")
    if given.ndim == 0 or given.shape[-1] != 3:
        raise ValueError(f"`colors` must have 3 channels on the last axis, got {given.shape}.")
    rgb = np.array(given, np.float64, order="C", subok=False)
    if rgb.size and not (0 <= rgb.min() <= rgb.max() <= 1):  # NaN fails, too
        raise ValueError(
            f"`colors` must lie in 0..1, got {rgb.min():g} to {rgb.max():g}. "
            "Divide them by their white: 255 for uint8."
        )
    return rgb


# -- points and weights


def as_points(values: ArrayLike, name: str) -> NDArray[Any]:
    """Return `values` as a read-only (n, D) array: float32 as it is, all else as float64.

    Nothing is copied that is C-contiguous, aligned and native already. Read-only for two
    reasons: nobody's data can be changed by accident, and kernels compile for one kind only.
    """
    array = as_array(values, name, f"`np.ma.compress_rows({name})` to leave out masked rows")
    if array.ndim != 2 or array.shape[1] == 0:
        raise ValueError(
            f"Reshape your data: `{name}` must have 2 dimensions, one row per point and at least "
            f"one column; it has shape {array.shape}. Pass `{name}.reshape(-1, 1)` if there is one "
            f"feature, `{name}.reshape(1, -1)` if there is one point."
        )
    if array.dtype.kind == "c":
        raise ValueError(
            f"Complex data not supported: `{name}` must hold real numbers; it has dtype "
            f"{array.dtype}. Pass `{name}.real`, or its parts as columns."
        )
    single = array.dtype.kind == "f" and array.dtype.itemsize == 4
    if array.dtype.kind not in "buifO":
        raise ValueError(f"`{name}` must hold real numbers; it has dtype {array.dtype}.")
    try:
        ready = np.require(array, np.float32 if single else np.float64, ["C", "A"]).view()
    except (TypeError, ValueError) as error:
        raise ValueError(f"`{name}` must hold real numbers: {error}.") from error
    ready.flags.writeable = False
    return ready


def as_finite_points(values: ArrayLike, name: str) -> NDArray[Any]:
    """Return `as_points` if there are any, all finite and none so large that squares overflow."""
    points = as_points(values, name)
    if len(points) == 0:
        raise ValueError(f"`{name}` has no points; K-means needs at least one.")
    # No temporary array, and NaN comes through.
    low, high = float(points.min()), float(points.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        n_bad = points.size - np.count_nonzero(np.isfinite(points))
        raise ValueError(
            f"`{name}` has {n_bad} NaN or infinite values; K-means needs finite numbers. Pass "
            f"`{name}[np.isfinite({name}).all(axis=1)]` to leave those points out."
        )
    if max(-low, high) > LARGEST_VALUE:
        raise ValueError(
            f"`{name}` has values up to {max(-low, high):g}, whose squares overflow. Scale it to "
            f"at most {LARGEST_VALUE:g}."
        )
    return points


def as_centers(init: ArrayLike, n_clusters: int, points: NDArray[Any]) -> Floats:
    """Return initial centers as float64, rounded as the points are."""
    centers = as_finite_points(init, "init")
    expected = n_clusters, points.shape[1]
    if centers.shape != expected:
        raise ValueError(
            f"`init` must have shape (n_clusters, n_features) = {expected}; it has "
            f"{centers.shape}. Change `n_clusters` or the array."
        )
    return centers.astype(points.dtype).astype(np.float64)


def as_weights(sample_weight: ArrayLike | None, n_points: int) -> Floats:
    """Return a read-only (n_points,) float64 array; None means ones, a number stands for all."""
    raw = 1.0 if sample_weight is None else sample_weight
    numbers = as_array(raw, "sample_weight", "`sample_weight.filled(0)`")
    try:
        given = np.asarray(numbers, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"`sample_weight` must hold real numbers: {error}.") from error
    if given.shape not in ((), (n_points,)):
        raise ValueError(
            f"`sample_weight` must be a number or have shape ({n_points},), one per point; it has "
            f"shape {given.shape}."
        )
    if not np.isfinite(given).all() or (given < 0).any() or not given.any():
        raise ValueError(
            "`sample_weight` must be finite, nowhere negative and somewhere positive, not zero; "
            f"it has values from {given.min():g} to {given.max():g}. Leave out points not to count."
        )
    weights = (
        np.full(n_points, given) if given.ndim == 0 else np.require(given, None, ["C", "A"]).view()
    )
    weights.flags.writeable = False
    return weights


def near_one(weights: Floats) -> tuple[Floats, int]:
    """Return weights over a power of two, and its exponent: 0 unless they are enormous or tiny."""
    exponent = int(np.frexp(weights.max())[1])
    if abs(exponent) <= MODERATE_EXPONENT:
        return weights, 0
    scaled = np.ldexp(weights, -exponent)
    scaled.flags.writeable = False
    return scaled, exponent


def times_two_to(value: float, exponent: int) -> float:
    """Return ``value * 2**exponent``, infinite if that is too large for a float."""
    with np.errstate(over="ignore"):
        return float(np.ldexp(value, exponent))
