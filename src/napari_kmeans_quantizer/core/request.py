"""A call of `quantize`: its arguments, written once, and what they become once checked."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar

import numpy as np

from .arguments import (
    as_fixed_colors,
    as_generator,
    as_table,
    check_channels,
    check_choice,
    check_different,
    check_n_colors,
    check_one_of,
    check_sample,
    check_suits,
)
from .color_space import color_space_of
from .image import as_pixels
from .palette import Palette
from .search.efforts import EFFORTS
from .units import OWN, image_range

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from .color_space import ColorSpace
    from .image import Pixels
    from .search.efforts import Effort

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

DITHERS = (None,)


@dataclass(frozen=True, eq=False)
class Request:
    """A call of `quantize` with which nothing is wrong."""

    pixels: Pixels
    n_colors: int
    space: ColorSpace | None
    """Where distances are measured; None: in the image's units."""
    palette: Palette | None
    """Colors to paint in, in the image's units; None: to be fitted."""
    given: NDArray[np.float64]
    """These, or else the colors that stay, (F, C), in the units that the pixels are computed in."""
    sample: float | None
    effort: Effort
    rng: np.random.Generator


def requested(
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
) -> Request:
    """Check the arguments of `quantize`, where they are explained."""
    check_n_colors(n_colors)
    check_choice("effort", effort, tuple(EFFORTS))
    check_choice("dither", dither, DITHERS)
    check_one_of(palette, fixed_colors)
    check_sample(sample)
    rng = as_generator(random_state)
    pixels = as_pixels(image, channel_axis, mask)
    space = color_space_of(color_space, pixels)
    if space is not None:
        pixels = pixels.in_units(OWN)
    if palette is None:
        used, colors = None, as_fixed_colors(fixed_colors, n_colors, pixels, color_space)
    else:
        used = _in_units_of(pixels, palette)
        # float64 does not hold the integers of an image that is counted from its least.
        exact = pixels.units.offset != 0 and used.dtype.kind in "iu"
        colors = used.values if exact else used.colors
        check_suits(colors, pixels, color_space, "palette")
    pixels = _holding(pixels, colors)
    given = pixels.numbers(colors)
    if palette is None:
        check_different(given, pixels)
    return Request(pixels, n_colors, space, used, given, sample, EFFORTS[effort], rng)


def _holding(pixels: Pixels, colors: NDArray[Any]) -> Pixels:
    """Return pixels in units in which some colors can be computed with, too."""
    if pixels.units.scale == 1 or colors.size == 0:
        return pixels
    return pixels.in_units(pixels.units.holding(float(max(-colors.min(), colors.max()))))


def _in_units_of(pixels: Pixels, palette: Palette | ArrayLike) -> Palette:
    """Return a given palette, in the image's units."""
    dtype = pixels.image.dtype
    if not isinstance(palette, Palette):
        colors = as_table(palette, "palette")
        check_channels(colors.shape[1], pixels, "palette")
        return Palette(colors, dtype=dtype)
    check_channels(palette.n_channels, pixels, "palette")
    if len(palette) == 0 and not pixels.is_empty:
        raise ValueError("`palette` must have at least one color, got none.")
    return palette.in_units_of(dtype, image_range(dtype, *pixels.extent))


def takes_arguments_of(
    other: Callable[Arguments, Any],
) -> Callable[[Callable[..., Result]], Callable[Arguments, Result]]:
    """Give a function the signature of another one, for people, editors and mypy alike."""

    def decorate(function: Callable[..., Result]) -> Callable[Arguments, Result]:
        returned = inspect.signature(function).return_annotation
        signature = inspect.signature(other).replace(return_annotation=returned)

        @functools.wraps(function)
        def checked(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
            try:
                signature.bind(*args, **kwargs)
            except TypeError as error:  # told of this function, not of the other one
                raise TypeError(f"{function.__name__}() {error}") from None
            return function(*args, **kwargs)

        checked.__signature__ = signature  # type: ignore[attr-defined]
        checked.__annotations__ = other.__annotations__ | {"return": returned}
        return checked

    return decorate
