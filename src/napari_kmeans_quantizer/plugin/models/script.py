"""A result as Python: the lines that make it again in napari's console."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from .settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .source import Source

WIDTH = 88


def python_script(
    source: Source,
    settings: Settings,
    hidden: Iterable[int] = (),
    background: Iterable[int] = (),
) -> str:
    """Return a script for napari's console that makes the same three layers.

    Run again, it updates them.

    Parameters
    ----------
    source : Source
        What was quantized; its layers are looked up by their names.
    settings : Settings
        How.
    hidden : iterable of int, optional
        Colors that are not shown.
    background : iterable of int, optional
        Colors that are left out of the shares.
    """
    n_colors = settings.options()["n_colors"]
    arguments = [_layers(source), f"n_colors={_literal(n_colors)}", *_parts(source)]
    for field in fields(Settings):
        value = getattr(settings, field.name)
        unused = field.name == "fixed_colors" and settings.palette is not None
        if field.name == "scaled" and source.limits is not None:
            value = source.limits  # they may be others when it is run
        if field.name not in ("n_colors", "joined") and value != field.default and not unused:
            arguments.append(f"{field.name}={_literal(value)}")
    for name, clusters in (("hidden", hidden), ("background", background)):
        if marked := tuple(sorted(clusters)):
            arguments.append(f"{name}={_literal(marked)}")
    lines = [
        "from napari_kmeans_quantizer.plugin import quantize_layer, show_layers",
        "",
        *_call("layers = quantize_layer", arguments),
        "show_layers(viewer, layers)",
    ]
    return "\n".join(lines) + "\n"


def _layers(source: Source) -> str:
    found = [f"viewer.layers[{layer.name!r}]" for layer in source.layers]
    return found[0] if len(found) == 1 else f"[{', '.join(found)}]"


def _parts(source: Source) -> list[str]:
    parts = []
    if source.region_name is not None:
        parts.append(f"region=viewer.layers[{source.region_name!r}]")
    if source.window is not None:
        slices = ", ".join(_slice(part) for part in source.window)
        parts.append(f"window=({slices},)")
    return parts


def _slice(part: slice) -> str:
    whole = part.start is None and part.stop is None
    return "slice(None)" if whole else f"slice({part.start}, {part.stop})"


def _literal(value: Any) -> str:
    """Return a value as source code; exact, and colors of whole numbers without points."""
    if isinstance(value, tuple):
        inner = ", ".join(map(_channel, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value.item() if isinstance(value, np.generic) else value)


def _channel(value: Any) -> str:
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
    if is_whole and (value or math.copysign(1, value) > 0):  # minus zero is another one
        return repr(int(value))
    return _literal(value)


def _call(start: str, arguments: list[str]) -> list[str]:
    line = f"{start}({', '.join(arguments)})"
    if len(line) <= WIDTH:
        return [line]
    return [f"{start}(", *(f"    {argument}," for argument in arguments), ")"]
