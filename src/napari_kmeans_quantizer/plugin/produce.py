"""From what is wanted to all that is shown, in a thread: nothing of it touches the viewer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from napari.layers import Image

from .layers.contents import Contents, result_contents
from .layers.make import QuantizedLayers, make_layers, quantize_layer
from .models.settings import Settings, edited
from .models.state import State
from .work import assign_palette, quantize_source

if TYPE_CHECKING:
    from collections.abc import Generator

    from napari_kmeans_quantizer import Palette, Progress

    from .models.source import Source


class Product(NamedTuple):
    """A new state, what its layers hold, and the layers themselves where some are missing."""

    state: State
    contents: Contents
    layers: QuantizedLayers | None


def produce(
    source: Source, settings: Settings, missing: bool
) -> Generator[Progress, None, Product]:
    """Quantize, make the edits of `settings`, and what the layers need."""
    outcome = yield from quantize_source(source, settings)
    result = edited(outcome.result, settings.edits)
    return _product(State(source, settings, outcome.result, result, outcome.sample), missing)


def produce_alike(
    sources: list[Source], palette: Palette, color_space: str
) -> Generator[Progress, None, list[Product]]:
    """Paint several images in one palette, and make what their layers need."""
    colors = tuple(tuple(map(float, color)) for color in palette.colors)
    settings = Settings(n_colors=len(colors), color_space=color_space, palette=colors)
    outcomes = yield from assign_palette(sources, palette, color_space)
    return [
        _product(State(source, settings, outcome.result, outcome.result, outcome.sample), True)
        for source, outcome in zip(sources, outcomes, strict=True)
    ]


def _product(state: State, missing: bool) -> Product:
    contents = result_contents(state.source, state.result, state.settings)
    # napari compiles code for the first Labels layer: better here than on the GUI thread.
    return Product(state, contents, make_layers(contents) if missing else None)


def warm_up() -> None:
    """Compile the kernels for photographs, and napari's own for Labels layers."""
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3)).astype(np.uint8)
    quantize_layer(Image(noise, rgb=True), n_colors=3)
    quantize_layer(Image(noise, rgb=True), n_colors=3, fixed_colors=[(0, 0, 0)])
