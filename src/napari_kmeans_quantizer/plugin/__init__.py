"""The napari side; imports napari, and of the core only its public names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .scripting import measure_layer, quantize_layer, show_layers

__all__ = ["measure_layer", "quantize_layer", "show_layers"]


def __getattr__(name: str) -> Any:
    """Import what is public at its first use: a sample picture needs none of it."""
    if name in __all__:
        from . import scripting

        return getattr(scripting, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
