"""Palette files at "Colors from": asked for, read, offered and chosen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from napari_kmeans_quantizer import read_palette
from napari_kmeans_quantizer.core.files.palettes import READABLE
from napari_kmeans_quantizer.plugin.models.palette_file import PaletteFile
from napari_kmeans_quantizer.plugin.views.files import ask_file, named, reason_of

from .messages import Trouble

if TYPE_CHECKING:
    import os

    from qtpy.QtWidgets import QWidget

    from napari_kmeans_quantizer import Palette

    from .busy import Busy
    from .colors_from import ColorsFrom


class PaletteFiles:
    """Reads palette files for a control.

    Parameters
    ----------
    colors_from : ColorsFrom
        Where they are offered.
    busy : Busy
        Tells what cannot be read.
    """

    def __init__(self, colors_from: ColorsFrom, busy: Busy) -> None:
        self._colors_from, self._busy = colors_from, busy

    def open(self, parent: QWidget, path: str | os.PathLike[str] | None) -> Palette | None:
        """Read a palette file, and choose it; without a path, ask for one."""
        if path is None:
            path = ask_file(parent, "Colors from a palette file", _filters())
        return None if path is None else self._read(Path(path))

    def _read(self, path: Path) -> Palette | None:
        try:
            palette = read_palette(path)
        except (OSError, ValueError) as error:
            told = named(reason_of(error), path)
            self._busy.complain(Trouble(f"The palette cannot be read. {told}"))
            return None
        self._busy.notice.clear()
        file = PaletteFile(path.name, palette)
        self._colors_from.offer_file(file)
        self._colors_from.value = file
        return palette


def _filters() -> list[str]:
    every = " ".join(f"*{suffix}" for suffix in READABLE)
    return [f"Palettes ({every})", "All files (*)"]
