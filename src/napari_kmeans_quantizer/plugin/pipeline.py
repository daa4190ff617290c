"""One way from source and settings to result and layers: for buttons, scripts and all else.

    source, settings -> pixels, mask -> fit -> painting -> edits -> State -> contents -> layers

What takes time are generators that yield `Progress`, so that they can run in a thread and be ended.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from napari_kmeans_quantizer import (
    Palette,
    Progress,
    Quantization,
    quantize_steps,
)

from .clock import work_clock
from .first_use import FIRST_USE, needed
from .layers.contents import Contents, state_contents
from .layers.explored import explored_contents
from .models.blocks import levels
from .models.exploration import Exploration
from .models.fit import Fit
from .models.inside import inside_of
from .models.kept import alike
from .models.levels import fitted_level, is_too_large, reduced
from .models.painter import Painter
from .models.pixels import read_pixels
from .models.reading import unreadable
from .models.settings import Settings
from .models.state import Appearance, State
from .steps import as_part

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

    from .layers.contents import Attributes
    from .models.blocks import Level
    from .models.display import Color
    from .models.exploration import Curve
    from .models.inside import Inside
    from .models.kept import Kept
    from .models.pixels import Pixels
    from .models.source import Source

    Steps = Generator[Progress, None, Quantization]
    Painted = Generator[Progress, None, tuple[Fit, Quantization]]

PAINTING = "channel_axis", "color_space", "dither", "dither_strength"
"""The options of `quantize` on which depends how an image is painted in given colors."""

FIGURES = "inertia", "n_iter", "mse", "rmse", "peak"
"""What of a result tells of the pixels that were fitted."""


class Product(NamedTuple):
    """A new state, and what its layers hold.

    The layers are made of it on the GUI thread: napari sets warnings aside meanwhile, and two
    threads that do so at once leave Python's warnings as one of them had set them.

    Attributes
    ----------
    state : State
    contents : Contents
    before : State or None
        The image's state when the work began, whose edits are kept.
    """

    state: State
    contents: Contents
    before: State | None = None

    @property
    def is_only_painted(self) -> bool:
        """Whether nothing was fitted: the colors are those of the state before."""
        return self.before is not None and self.before.fit is self.state.fit


class ExploredProduct(NamedTuple):
    """The curve of a source, and what the layers of its pictures and titles hold, by roles."""

    source: Source
    curve: Curve
    contents: dict[str, Attributes]


# -- from source and settings to states


def quantized(
    source: Source,
    settings: Settings,
    extra: Mapping[str, Any] | None = None,
    before: State | None = None,
) -> Generator[Progress, None, State]:
    """Read, fit, paint and edit.

    Parameters
    ----------
    source, settings
        What, and how.
    extra : mapping, optional
        Further options of `quantize`.
    before : State, optional
        What is known of the source: if only dithering changes, its fit is painted again.
    """
    with work_clock() as seconds:
        of = fitted_level(source, settings.fit_on)
        source = reduced(source, settings.fit_on)
        looks = Appearance.of_source(source)
        reading, parts = read_pixels(source, settings.no_data), 1 + source.is_lazy
        pixels = yield from as_part(reading, 0, parts)
        fingerprint = pixels.fingerprint
        known = None if before is None else before.fit_for(settings, fingerprint)
        if before is not None and known is not None:
            settings = before.settings.dithered_like(settings)
        options = _options(source, settings) | dict(extra or {})
        inside = inside_of(source, pixels.region) if is_too_large(source) else None
        if (of.level, of.step) == (source.level, source.step):
            painting = _fit_and_paint(pixels, settings, options, known)
        else:
            level = levels(source, inside, settings.no_data)[of.level]
            painting = _fit_on_finer(pixels, level, settings, options)
        fit, fitted = yield from as_part(painting, parts - 1, parts)
        fitted = replace(fitted, source_bits=source.bits)  # whatever they were scaled to
        return State.of_fit(
            *(source, settings, pixels.array, fitted, seconds(), looks),
            n_without_data=pixels.n_without_data(settings.apply_everywhere),
            fit=fit,
            fingerprint=fingerprint,
            painter=_painter(source, fitted, inside, settings, of),
        )


def _painter(
    source: Source, fitted: Quantization, inside: Inside, settings: Settings, of: Source
) -> Painter | None:
    """Return what paints all of a source that is too large to be held, None for others."""
    if not is_too_large(source):
        return None
    painted = None if settings.apply_everywhere else inside
    return Painter(source, fitted, painted, settings.no_data, of)


def explored(
    source: Source,
    settings: Settings,
    numbers: Iterable[int],
    arrangement: str,
    kept: tuple[Kept, ...] = (),
) -> Generator[Progress, None, Exploration]:
    """Quantize with several numbers of colors; the pictures show what is kept as it was made.

    A given palette is not used; numbers below that of what is kept count as that. Nothing is
    dithered: errors of dithered pictures do not tell how good the colors are.
    """
    source = reduced(source)
    yield from FIRST_USE.waiting(needed(source, settings))
    looks = Appearance.of_source(source)
    names = None if settings.choose_from is None else settings.names
    settings = replace(settings, palette=None, names=names, edits=(), min_psnr=None, dither=None)
    numbers = sorted({max(n_colors, settings.least_colors) for n_colors in numbers})
    results, first = {}, int(source.is_lazy)
    parts = first + len(numbers)
    pixels = yield from as_part(read_pixels(source, settings.no_data), 0, parts)
    for done, n_colors in enumerate(numbers, start=first):
        options = _options(source, replace(settings, n_colors=n_colors))
        steps = _fit_and_paint(pixels, settings, options)
        _, results[n_colors] = yield from as_part(steps, done, parts, f"{n_colors} colors")
    return Exploration(source, settings, results, *looks, arrangement, pixels.array, kept)


def in_palette(source: Source, palette: Palette, like: Settings | None = None) -> Settings:
    """Return settings that paint a source in a palette, whatever units that comes in.

    Parameters
    ----------
    source, palette
        What, and in which colors.
    like : Settings, optional
        Where distances are measured, which value stands for no data, and what is dithered.
    """
    colors, like = colors_for(source, palette), like or Settings()
    return Settings(
        len(colors),
        like.color_space,
        no_data=like.no_data,
        palette=colors,
        names=palette.names,
        dither=like.dither,
        dither_strength=like.dither_strength,
    )


def colors_for(source: Source, palette: Palette) -> tuple[Color, ...]:
    """Return the colors of a palette in the units of a source: alike where those are others.

    Greys that have red, green and blue, as in all palette files, are for grey sources what is shown
    so bright.
    """
    if source.n_clustered == 1 and palette.n_channels == 3 and palette.is_grey:
        (channel,) = source.display().channels
        return tuple((float(value),) for value in channel.value_of(palette.rgb[:, 0]))
    if palette.n_channels == source.n_clustered:
        display = source.display()
        palette = palette.in_units_of(display.dtype, display.value_range)
    return tuple(tuple(map(float, color)) for color in palette.colors)


def _options(source: Source, settings: Settings) -> dict[str, Any]:
    return settings.options() | {"channel_axis": source.channel_axis}


def _fit_and_paint(
    pixels: Pixels, settings: Settings, options: dict[str, Any], fit: Fit | None = None
) -> Painted:
    """Quantize what lies inside, or paint it again; return the fit, and the picture.

    Parameters
    ----------
    pixels : Pixels
        What.
    settings : Settings
        How: whether all is painted, and what given colors are called.
    options : dict
        Of `quantize`.
    fit : Fit, optional
        What was fitted already.
    """
    everywhere = settings.apply_everywhere and pixels.inside is not pixels.present
    dithers = settings.palette is None and options.get("dither") is not None
    again = fit is not None or everywhere or dithers
    parts = (fit is None) + again
    if fit is None:
        first = options | {"dither": None} if again else options
        steps = quantize_steps(pixels.array, mask=pixels.inside, **first)
        result = _with_pixels(pixels, (yield from as_part(steps, 0, parts)))
        result = _named(result, settings)
        fit = Fit.of_result(result)
        if not again or (result.rmse == 0 and not everywhere):  # nothing is left to dither
            return fit, fit.told_of(result, options)
    painting = _painted(pixels, fit, options, everywhere)
    return fit, fit.told_of((yield from as_part(painting, parts - 1, parts)), options)


def _fit_on_finer(
    pixels: Pixels, level: Level, settings: Settings, options: dict[str, Any]
) -> Painted:
    """Fit to all pixels of a finer level than is held, and paint what is held in these colors.

    Palette, counts and errors are those of the finer level; where colors are applied everywhere,
    counts and errors are of what is held.
    """
    steps = quantize_steps(level.array(), mask=level.mask(), **options)
    try:
        whole = _with_pixels(pixels, (yield from as_part(steps, 0, 2)))
    except (ValueError, TypeError, MemoryError, GeneratorExit):
        raise
    except Exception as error:  # of any store
        raise ValueError(unreadable(level.name, None, error)) from error
    fit = Fit.of_result(_named(whole, settings))
    everywhere = settings.apply_everywhere
    mask = pixels.present if everywhere else pixels.inside
    how = {name: options[name] for name in PAINTING if name in options}
    painting = quantize_steps(pixels.array, palette=fit.palette, mask=mask, **how)
    painted = yield from as_part(painting, 1, 2)
    if not everywhere:
        figures = {name: getattr(whole, name) for name in FIGURES}
        painted = replace(painted, palette=fit.palette, **figures)
    return fit, fit.told_of(painted, options)


def _painted(pixels: Pixels, fit: Fit, options: dict[str, Any], everywhere: bool) -> Steps:
    """Paint in fitted colors; what is dithered inside is ordered by the new counts."""
    mask = pixels.present if everywhere else pixels.inside
    how = {name: options[name] for name in PAINTING if name in options}
    result = yield from quantize_steps(pixels.array, palette=fit.palette, mask=mask, **how)
    return result if everywhere else replace(result.ordered(), n_iter=fit.n_iter)


def _named(result: Quantization, settings: Settings) -> Quantization:
    """Return a result whose colors have the names that those had which were given."""
    names, given, palette = settings.names, settings.choose_from, result.palette
    if names is None:
        return result
    if given is not None:
        known = dict(zip(reversed(alike(given, palette.dtype)), reversed(names), strict=True))
        names = tuple(known.get(tuple(color), "") for color in palette.values.tolist())
    return replace(result, palette=palette.named(names))


def _with_pixels(pixels: Pixels, result: Quantization) -> Quantization:
    """Return a result, but not one of nothing: layers need a color."""
    if result.palette.counts.any():
        return result
    which = "all pixels" if pixels.region is None else "all pixels of the region"
    raise ValueError(
        f"Nothing to quantize: {which} are transparent, and those are left out. Pass "
        '`alpha="channel"` to cluster alpha, too.'
    )


# -- on to what is shown


def produced(
    source: Source, settings: Settings, before: State | None = None
) -> Generator[Progress, None, Product]:
    """Quantize, keep what people did to the state before, and make what its layers hold."""
    yield from waiting_for(fitted_level(source, settings.fit_on), settings)
    state = yield from quantized(source, settings, before=before)
    kept = state.keeping(before)
    if kept.painter is not None:
        yield from kept.painter.ahead()
    return Product(kept, state_contents(kept), before)


def waiting_for(source: Source | None, settings: Settings) -> Generator[Progress, None, None]:
    """Wait for what a run needs to be compiled; without a source for all of it."""
    yield from FIRST_USE.waiting(None if source is None else needed(source, settings))


def explored_product(source: Source, *how: Any) -> Generator[Progress, None, ExploredProduct]:
    """Do as `explored`, and make what the layers that show it hold."""
    found = yield from explored(source, *how)
    yield Progress("Arranging the pictures", 1.0)
    return ExploredProduct(source, found.curve, explored_contents(found))
