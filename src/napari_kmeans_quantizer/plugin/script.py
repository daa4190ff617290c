"""A result as Python: the lines that make it again in napari's console."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from .settings import Settings

if TYPE_CHECKING:
    from .source import Source

WIDTH = 88


def python_script(source: Source, settings: Settings) -> str:
    """Return a script for napari's console that makes the same three layers.

    Parameters
    ----------
    source : Source
        What was quantized; its layers are looked up by their names.
    settings : Settings
        How.
    """
    arguments = [_layers(source), f"n_colors={settings.n_colors}", *_parts(source)]
    defaults = {field.name: field.default for field in fields(Settings)}
    for name, default in defaults.items():
        value = getattr(settings, name)
        if name != "n_colors" and value != default:
            arguments.append(f"{name}={_literal(value)}")
    lines = [
        "from napari_kmeans_quantizer.plugin import quantize_layer",
        "",
        *_call("layers = quantize_layer", arguments),
        "for layer in layers:",
        "    viewer.add_layer(layer)",
    ]
    return "\n".join(lines) + "\n"


def _layers(source: Source) -> str:
    found = [f"viewer.layers[{layer.name!r}]" for layer in source.layers]
    return found[0] if len(found) == 1 else f"[{', '.join(found)}]"


def _parts(source: Source) -> list[str]:
    parts = []
    if source.region is not None:
        parts.append(f"region=viewer.layers[{source.region.name!r}]")
    if source.window is not None:
        slices = ", ".join(_slice(part) for part in source.window)
        parts.append(f"window=({slices},)")
    return parts


def _slice(part: slice) -> str:
    whole = part.start is None and part.stop is None
    return "slice(None)" if whole else f"slice({part.start}, {part.stop})"


def _literal(value: Any) -> str:
    """Return a value as source code, whole floats as integers; shortest, and exact."""
    if isinstance(value, tuple):
        inner = ", ".join(map(_literal, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return repr(int(value))
    return repr(value)


def _call(start: str, arguments: list[str]) -> list[str]:
    line = f"{start}({', '.join(arguments)})"
    if len(line) <= WIDTH:
        return [line]
    return [f"{start}(", *(f"    {argument}," for argument in arguments), ")"]
