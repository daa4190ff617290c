"""The napari side; imports napari, and of the core only its public names."""

from .scripting import quantize_layer

__all__ = ["quantize_layer"]
