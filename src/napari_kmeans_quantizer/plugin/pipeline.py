"""One way from source and settings to result and layers: for buttons, scripts and all else.

    source, settings -> pixels, mask -> quantize -> edits -> State -> contents -> layers

What takes time are generators that yield `Progress`, so that they can run in a thread and be ended.
"""

from __future__ import annotations

from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

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
from .models.region import region_mask
from .models.settings import Settings
from .models.state import Appearance, State

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

    from napari.layers import Layer
    from numpy.typing import NDArray

    from .models.display import Color
    from .models.exploration import Curve
    from .models.source import Source

    Steps = Generator[Progress, None, Quantization]

Result = TypeVar("Result")

PREPARING = "Preparing for the first use"


class Product(NamedTuple):
    """A new state, what its layers hold, and the layers themselves where some are missing."""

    state: State
    contents: Contents
    layers: QuantizedLayers | None


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
        yield Progress("Reading the image", 0.0)
        array, mask = source.array(), region_mask(source)
        options = _options(source, settings) | dict(extra or {})
        fitted = yield from _fit_and_paint(array, mask, options, settings.apply_everywhere)
        return State.of_fit(source, settings, array, fitted, seconds(), looks)


def explored(
    source: Source, settings: Settings, numbers: Iterable[int], arrangement: str
) -> Generator[Progress, None, Exploration]:
    """Quantize with several numbers of colors.

    A given palette is not used; numbers below that of the fixed colors count as that.
    """
    yield from _prepared()
    looks = Appearance.of_source(source)
    yield Progress("Reading the image", 0.0)
    array, mask = source.array(), region_mask(source)
    settings = replace(settings, palette=None, edits=())
    numbers = sorted({max(n_colors, len(settings.fixed_colors)) for n_colors in numbers})
    results = {}
    for done, n_colors in enumerate(numbers):
        options = _options(source, replace(settings, n_colors=n_colors))
        steps = _fit_and_paint(array, mask, options, settings.apply_everywhere)
        results[n_colors] = yield from _as_part(steps, done, len(numbers), f"{n_colors} colors")
    return Exploration(source, settings, results, *looks, arrangement, array)


def in_palette(source: Source, palette: Palette, color_space: str = "rgb") -> Settings:
    """Return settings that paint a source in a palette, whatever units that comes in."""
    colors = colors_for(source, palette)
    return Settings(n_colors=len(colors), color_space=color_space, palette=colors)


def colors_for(source: Source, palette: Palette) -> tuple[Color, ...]:
    """Return the colors of a palette in the units of a source: alike where those are others."""
    if palette.n_channels == source.n_clustered:
        display = source.display()
        palette = palette.in_units_of(display.dtype, display.value_range)
    return tuple(tuple(map(float, color)) for color in palette.colors)


def _options(source: Source, settings: Settings) -> dict[str, Any]:
    return settings.options() | {"channel_axis": source.channel_axis}


def _fit_and_paint(
    array: NDArray[Any],
    mask: NDArray[np.bool_] | None,
    options: dict[str, Any],
    apply_everywhere: bool,
) -> Steps:
    """Quantize what `mask` selects, and with `apply_everywhere` paint all in the same palette."""
    steps = quantize_steps(array, mask=mask, **options)
    if mask is None or not apply_everywhere:
        return (yield from steps)
    result = yield from _as_part(steps, 0, 2)
    kept = {name: options[name] for name in ("channel_axis", "color_space") if name in options}
    steps = quantize_steps(array, palette=result.palette, **kept)
    return (yield from _as_part(steps, 1, 2))


def _as_part(
    steps: Generator[Progress, None, Result], done: int, of: int, name: str = ""
) -> Generator[Progress, None, Result]:
    """Run one of several pieces of work; its progress counts as a part of the whole."""
    while True:
        try:
            step = next(steps)
        except StopIteration as stop:
            result: Result = stop.value
            return result
        stage = f"{name}: {step.stage.lower()}" if name else step.stage
        yield Progress(stage, (done + step.fraction) / of)


# -- on to what is shown


def produced(
    source: Source, settings: Settings, missing: bool
) -> Generator[Progress, None, Product]:
    """Quantize, and make what the layers need: all but the viewer's part."""
    yield from _prepared()
    state = yield from quantized(source, settings)
    return product(state, missing)


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
    sources: list[Source], palette: Palette, color_space: str
) -> Generator[Progress, None, tuple[list[Product], list[Failure]]]:
    """Paint several images in one palette; what one lacks does not stop the others."""
    yield from _prepared()
    products, failures = [], []
    for done, source in enumerate(sources):
        try:
            steps = quantized(source, in_palette(source, palette, color_space))
            state = yield from _as_part(steps, done, len(sources), source.name)
            products.append(product(state, missing=True))
        except (TypeError, ValueError, MemoryError) as error:
            failures.append(Failure(source, error))
    return products, failures


def product(state: State, missing: bool) -> Product:
    """Make what the layers of a state hold and, if some are missing, the layers."""
    contents = state_contents(state)
    # napari compiles code for the first Labels layer: better here than on the GUI thread.
    return Product(state, contents, make_layers(contents) if missing else None)


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
