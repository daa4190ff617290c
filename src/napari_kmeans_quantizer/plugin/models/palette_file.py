"""Palettes that came from files: what one is in a list, and as a napari layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from napari_kmeans_quantizer import Palette


@dataclass(frozen=True, eq=False)
class PaletteFile:
    """Colors of a file, to be chosen from.

    Attributes
    ----------
    name : str
        What it is called in a list.
    palette : Palette
        Its colors.
    """

    name: str
    palette: Palette
