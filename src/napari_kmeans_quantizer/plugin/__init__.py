"""The napari side; imports napari, and of the core only its public names."""

from .scripting import quantize_layer, show_layers

__all__ = ["quantize_layer", "show_layers"]
