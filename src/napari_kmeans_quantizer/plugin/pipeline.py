"""One way from source and settings to result and layers: for buttons, scripts and all else.

    source, settings -> pixels, mask -> quantize -> edits -> State -> contents -> layers

What takes time are generators that yield `Progress`, so that they can run in a thread and be ended.
"""

from __future__ import annotations

from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from napari.layers import Image

from napari_kmeans_quantizer import (
    Palette,
    Progress,
    Quantization,
    completed,
    quantize_steps,
)

from .clock import work_clock
from .layers.contents import Contents, state_contents
from .layers.explored import explored_contents
from .layers.make import QuantizedLayers, make_layer, make_layers
from .models.exploration import Exploration
from .models.pixels import read_pixels
from .models.settings import Settings
from .models.state import Appearance, State
from .steps import as_part

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

    from napari.layers import Layer
    from numpy.typing import NDArray

    from .models.display import Color
    from .models.exploration import Curve
    from .models.pixels import Pixels
    from .models.source import Source

    Steps = Generator[Progress, None, Quantization]

PREPARING = "Preparing for the first use"


class Product(NamedTuple):
    """A new state, what its layers hold, and the layers themselves where some are missing.

    Attributes
    ----------
    state : State
    contents : Contents
    layers : QuantizedLayers or None
    before : State or None
        The image's state when the work began, whose edits are kept.
    """

    state: State
    contents: Contents
    layers: QuantizedLayers | None
    before: State | None = None


class ExploredProduct(NamedTuple):
    """The curve of a source, and the layers of its pictures and their titles, by their roles."""

    source: Source
    curve: Curve
    layers: dict[str, Layer]


# -- from source and settings to states


def quantized(
    source: Source, settings: Settings, extra: Mapping[str, Any] | None = None
) -> Generator[Progress, None, State]:
    """Read, fit, paint and edit; `extra` are further options of `quantize`."""
    with work_clock() as seconds:
        looks = Appearance.of_source(source)
        reading, parts = read_pixels(source, settings.no_data), 1 + source.is_lazy
        pixels = yield from as_part(reading, 0, parts)
        options = _options(source, settings) | dict(extra or {})
        fitting = _fit_and_paint(pixels, options, settings.apply_everywhere)
        fitted = yield from as_part(fitting, parts - 1, parts)
        return State.of_fit(
            *(source, settings, pixels.array, fitted, seconds(), looks),
            n_without_data=pixels.n_without_data(settings.apply_everywhere),
        )


def explored(
    source: Source, settings: Settings, numbers: Iterable[int], arrangement: str
) -> Generator[Progress, None, Exploration]:
    """Quantize with several numbers of colors.

    A given palette is not used; numbers below that of the fixed colors count as that.
    """
    yield from _prepared()
    looks = Appearance.of_source(source)
    settings = replace(settings, palette=None, edits=())
    numbers = sorted({max(n_colors, len(settings.fixed_colors)) for n_colors in numbers})
    results, first = {}, int(source.is_lazy)
    parts = first + len(numbers)
    pixels = yield from as_part(read_pixels(source, settings.no_data), 0, parts)
    for done, n_colors in enumerate(numbers, start=first):
        options = _options(source, replace(settings, n_colors=n_colors))
        steps = _fit_and_paint(pixels, options, settings.apply_everywhere)
        results[n_colors] = yield from as_part(steps, done, parts, f"{n_colors} colors")
    return Exploration(source, settings, results, *looks, arrangement, pixels.array)


def in_palette(
    source: Source, palette: Palette, color_space: str = "rgb", no_data: float | None = None
) -> Settings:
    """Return settings that paint a source in a palette, whatever units that comes in."""
    colors = colors_for(source, palette)
    return Settings(len(colors), color_space, no_data=no_data, palette=colors)


def colors_for(source: Source, palette: Palette) -> tuple[Color, ...]:
    """Return the colors of a palette in the units of a source: alike where those are others."""
    if palette.n_channels == source.n_clustered:
        display = source.display()
        palette = palette.in_units_of(display.dtype, display.value_range)
    return tuple(tuple(map(float, color)) for color in palette.colors)


def _options(source: Source, settings: Settings) -> dict[str, Any]:
    return settings.options() | {"channel_axis": source.channel_axis}


def _fit_and_paint(pixels: Pixels, options: dict[str, Any], apply_everywhere: bool) -> Steps:
    """Quantize what lies inside, and with `apply_everywhere` paint all in the same palette."""
    array, inside, present = pixels.array, pixels.inside, pixels.present
    steps = quantize_steps(array, mask=inside, **options)
    if inside is present or not apply_everywhere:
        return (yield from steps)
    result = yield from as_part(steps, 0, 2)
    kept = {name: options[name] for name in ("channel_axis", "color_space") if name in options}
    steps = quantize_steps(array, palette=result.palette, mask=present, **kept)
    return (yield from as_part(steps, 1, 2))


# -- on to what is shown


def produced(
    source: Source, settings: Settings, missing: bool, before: State | None = None
) -> Generator[Progress, None, Product]:
    """Quantize, keep what people did to the state before, and make what the layers need."""
    yield from _prepared()
    state = yield from quantized(source, settings)
    return product(state.keeping(before), missing, before)


def explored_product(
    source: Source, settings: Settings, numbers: Iterable[int], arrangement: str
) -> Generator[Progress, None, ExploredProduct]:
    """Quantize with several numbers of colors, and make the layers that show them."""
    found = yield from explored(source, settings, numbers, arrangement)
    yield Progress("Arranging the pictures", 1.0)
    contents = explored_contents(found)
    made = {role: make_layer(role, content) for role, content in contents.items()}
    return ExploredProduct(source, found.curve, made)


class Failure(NamedTuple):
    """A source that could not be quantized, and why."""

    source: Source
    error: Exception


def apply_palette(
    sources: list[Source], palette: Palette, color_space: str, no_data: float | None = None
) -> Generator[Progress, None, tuple[list[Product], list[Failure]]]:
    """Paint several images in one palette; what one lacks does not stop the others."""
    yield from _prepared()
    products, failures = [], []
    for done, source in enumerate(sources):
        try:
            steps = quantized(source, in_palette(source, palette, color_space, no_data))
            state = yield from as_part(steps, done, len(sources), source.name)
            products.append(product(state, missing=True))
        except (TypeError, ValueError, MemoryError) as error:
            failures.append(Failure(source, error))
    return products, failures


def product(state: State, missing: bool, before: State | None = None) -> Product:
    """Make what the layers of a state hold and, if some are missing, the layers."""
    contents = state_contents(state)
    # napari compiles code for the first Labels layer: better here than on the GUI thread.
    return Product(state, contents, make_layers(contents) if missing else None, before)


# -- the first use

_ready = Event()
_ready.set()


def warm_up() -> None:
    """Compile the kernels for photographs, and napari's own for Labels layers; others wait."""
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3)).astype(np.uint8)
    _ready.clear()
    try:
        _make_once(noise, Settings(n_colors=3))
    finally:
        _ready.set()
    _make_once(noise, Settings(n_colors=3, fixed_colors=((0.0, 0.0, 0.0),)))


def _make_once(pixels: NDArray[Any], settings: Settings) -> None:
    from .models.source import Source

    state = completed(quantized(Source((Image(pixels, rgb=True),)), settings))
    product(state, missing=True)


def _prepared() -> Generator[Progress, None, None]:
    """Wait for the first compilation, so that its time is not taken for that of the work."""
    while not _ready.wait(0.05):
        yield Progress(PREPARING, 0.0)
