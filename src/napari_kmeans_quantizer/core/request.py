"""A call of `quantize`: its arguments, written once, and what they become once checked."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar

import numpy as np

from .arguments import (
    as_fixed_colors,
    as_generator,
    as_most_colors,
    as_table,
    check_channels,
    check_choice,
    check_color_space,
    check_different,
    check_min_psnr,
    check_one_of,
    check_sample,
    check_strength,
    check_suits,
)
from .color_space import color_space_of
from .image import as_pixels
from .palette import Palette
from .search.centers import Sought
from .search.efforts import EFFORTS
from .settling import repeated
from .units import OWN, image_range

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from .color_space import ColorSpace
    from .image import Pixels
    from .search.efforts import Effort

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

DITHERS = (None, "floyd-steinberg", "ordered", "blue-noise")


@dataclass(frozen=True, eq=False)
class Request:
    """A call of `quantize` with which nothing is wrong."""

    pixels: Pixels
    n_colors: int
    """With `is_auto` or `min_psnr` the most."""
    is_auto: bool
    """Whether the elbow of the curve of errors tells the number of colors."""
    min_psnr: float | None
    """dB that the fewest colors are to reach."""
    space: ColorSpace | None
    """Where distances are measured; None: in the image's units."""
    palette: Palette | None
    """Colors to paint in, in the image's units; None: to be fitted."""
    given: NDArray[np.float64]
    """These, or else the colors that stay, (F, C), in the units that the pixels are computed in."""
    choose_from: Palette | None
    """Colors of which the best are taken, no two alike, in the image's units; None: of all."""
    offered: NDArray[np.float64]
    """These, (N, C), in the units that the pixels are computed in."""
    dither: str | None
    dither_strength: float
    sample: float | None
    effort: Effort
    rng: np.random.Generator
    settings: dict[str, Any]
    """What was asked for, as plain values."""

    @property
    def sought(self) -> Sought:
        """What centers are sought."""
        return Sought(self.space, self.given, self.offered)


def requested(
    image: ArrayLike,
    n_colors: int | Literal["auto"] = 16,
    *,
    channel_axis: int | Literal["auto"] | None = "auto",
    color_space: Literal["rgb", "lab", "oklab"] = "rgb",
    palette: Palette | ArrayLike | None = None,
    fixed_colors: ArrayLike | None = None,
    choose_from: Palette | ArrayLike | None = None,
    min_psnr: float | None = None,
    mask: ArrayLike | None = None,
    sample: float | None = None,
    effort: Literal["fast", "balanced", "best"] = "balanced",
    dither: Literal["floyd-steinberg", "ordered", "blue-noise"] | None = None,
    dither_strength: float = 1.0,
    random_state: int | np.random.RandomState | np.random.Generator | None = 0,
) -> Request:
    """Check the arguments of `quantize`, where they are explained."""
    options = dict(locals())
    given = {name: options.pop(name) for name in ("image", "channel_axis", "mask")}
    check_all(**options)
    return request_of(as_pixels(**given), **options)


def check_all(
    n_colors: Any = 16,
    min_psnr: Any = None,
    sample: Any = None,
    effort: Any = "balanced",
    dither: Any = None,
    dither_strength: Any = 1.0,
    random_state: Any = 0,
    color_space: Any = "rgb",
    **colors: Any,
) -> None:
    """Refuse what is wrong with arguments of `quantize` whatever the image."""
    as_most_colors(n_colors, min_psnr)
    check_options(min_psnr, sample, effort, **colors)
    check_choice("dither", dither, DITHERS)
    check_strength(dither_strength)
    check_color_space(color_space)
    as_generator(random_state)


def request_of(
    pixels: Pixels,
    n_colors: Any = 16,
    color_space: str = "rgb",
    palette: Any = None,
    fixed_colors: Any = None,
    choose_from: Any = None,
    min_psnr: float | None = None,
    sample: float | None = None,
    effort: str = "balanced",
    dither: str | None = None,
    dither_strength: float = 1.0,
    random_state: Any = 0,
) -> Request:
    """Return what is asked of an image; refuse what does not suit it."""
    most, rng = as_most_colors(n_colors, min_psnr), as_generator(random_state)
    space = color_space_of(color_space, pixels)
    if space is not None:
        pixels = pixels.in_units(OWN)
    if palette is None:
        used, colors = None, as_fixed_colors(fixed_colors, most, pixels, color_space)
    else:
        used = _in_units_of(pixels, palette, "palette")
        colors = _exact_colors(used, pixels)
        check_suits(colors, pixels, color_space, "palette")
    choices, offered = None, np.empty((0, pixels.n_channels))
    if choose_from is not None:
        choices = _in_units_of(pixels, choose_from, "choose_from")
        offered = _exact_colors(choices, pixels)
        check_suits(offered, pixels, color_space, "choose_from")
    pixels = _holding(_holding(pixels, colors), offered)
    if choices is not None:
        choices, offered = _different(choices, pixels.numbers(offered), pixels)
        most = min(most, max(len(offered), 1))
    given = pixels.numbers(colors)
    if palette is None:
        check_different(given, pixels)
    settings = {
        "n_colors": n_colors if n_colors == "auto" else int(n_colors),
        "min_psnr": None if min_psnr is None else float(min_psnr),
        "color_space": color_space,
        "sample": sample,
        "effort": effort,
        "dither": dither,
        "dither_strength": float(dither_strength),
        "random_state": int(random_state) if isinstance(random_state, Integral) else None,
    }
    return Request(
        pixels=pixels,
        n_colors=most,
        is_auto=n_colors == "auto" and min_psnr is None,
        min_psnr=min_psnr,
        space=space,
        palette=used,
        given=given,
        choose_from=choices,
        offered=offered,
        dither=dither if dither_strength > 0 else None,
        dither_strength=float(dither_strength),
        sample=sample,
        effort=EFFORTS[effort],
        rng=rng,
        settings=settings,
    )


def check_options(
    min_psnr: float | None, sample: float | None, effort: str, **colors: object
) -> None:
    """Refuse what is wrong whatever the image; `colors`: the ways to say which there are to be."""
    check_min_psnr(min_psnr)
    check_choice("effort", effort, tuple(EFFORTS))
    check_one_of(**colors)
    check_sample(sample)


def _holding(pixels: Pixels, colors: NDArray[Any]) -> Pixels:
    """Return pixels in units in which some colors can be computed with, too."""
    if pixels.units.scale == 1 or colors.size == 0:
        return pixels
    return pixels.in_units(pixels.units.holding(float(max(-colors.min(), colors.max()))))


def _in_units_of(pixels: Pixels, palette: Palette | ArrayLike, name: str) -> Palette:
    """Return given colors, in the image's units."""
    dtype = pixels.image.dtype
    value_range = image_range(dtype, *pixels.extent)
    if not isinstance(palette, Palette):
        colors = as_table(palette, name)
        check_channels(colors.shape[1], pixels, name)
        return Palette(colors, dtype=dtype, value_range=value_range)
    check_channels(palette.n_channels, pixels, name)
    if len(palette) == 0 and not pixels.is_empty:
        raise ValueError(f"`{name}` must have at least one color, got none.")
    return palette.in_units_of(dtype, value_range)


def _exact_colors(palette: Palette, pixels: Pixels) -> NDArray[Any]:
    """Return colors of a palette in the image's units, each digit of which counts."""
    # float64 does not hold the integers of an image that is counted from its least.
    exact = pixels.units.offset != 0 and palette.dtype.kind in "iu"
    return palette.values if exact else palette.colors


def _different(
    palette: Palette, numbers: NDArray[np.float64], pixels: Pixels
) -> tuple[Palette, NDArray[np.float64]]:
    """Return colors without those that look like an earlier one, and the same as numbers."""
    rows = np.flatnonzero(~repeated(pixels.values(numbers)))
    return palette._at(rows, palette.counts[rows]), numbers[rows]


def arguments_of(function: Callable[..., Any], *args: Any, **kwargs: Any) -> dict[str, Any]:
    """Return arguments by their names."""
    return dict(inspect.signature(function).bind(*args, **kwargs).arguments)


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
