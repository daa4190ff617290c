"""What the files of a batch are called: settled, and looked for, before any work."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from napari_kmeans_quantizer.core.files.pictures.likely import likely_suffix

from .picture_file import PictureFile
from .source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from napari.layers import Image

PALETTE, TABLE = "palette.gpl", "table.csv"
FORBIDDEN = str.maketrans(dict.fromkeys('<>:"/\\|?*', "_"))
LONGEST_NAME = 255
"""Bytes of a name, in all usual file systems."""


def targets(images: Sequence[Image | PictureFile], folder: Path, n_colors: int | str) -> list[Path]:
    """Return where the painted pictures go, named as the command line does.

    Parameters
    ----------
    images : sequence of Image or PictureFile
        The originals.
    folder : Path
        In which all of them lie; what comes of a folder with folders in it lies in such again.
    n_colors : int or "auto"
        How many are asked for.
    """
    found = [_target(image, folder, n_colors) for image in images]
    n_of = Counter(map(_place, found))
    taken: set[str] = set()
    for number, (image, path) in enumerate(zip(images, found, strict=True)):
        if n_of[_place(path)] > 1:
            path = _target(image, folder, n_colors, _mark(image))
        again = 2
        while _place(path) in taken:
            path = _target(image, folder, n_colors, f"{_mark(image)}-{again}")
            again += 1
        taken.add(_place(path))
        found[number] = path
    return found


def those_that_exist(paths: Sequence[Path]) -> list[Path]:
    """Return which files are there already."""
    return [path for path in paths if os.path.lexists(path)]


def _target(image: Image | PictureFile, folder: Path, n_colors: int | str, mark: str = "") -> Path:
    is_file = isinstance(image, PictureFile)
    stem = image.path.stem if is_file else image.name.translate(FORBIDDEN).strip(" .") or "image"
    below = image.folder if is_file else Path()
    suffix = _suffix_of_file(image.path, n_colors) if is_file else _suffix_of_layer(image)
    end = f"{mark}-{n_colors}-colors{suffix}"
    while stem and len(os.fsencode(stem + end)) > LONGEST_NAME:
        stem = stem[:-1]
    return folder / below / (stem + end)


def _mark(image: Image | PictureFile) -> str:
    """Return what tells ``a.png`` from ``a.jpg``."""
    return image.path.suffix.replace(".", "-") if isinstance(image, PictureFile) else ""


def _suffix_of_file(path: Path, n_colors: int | str) -> str:
    try:
        with path.open("rb") as file:
            return likely_suffix(file, n_colors if isinstance(n_colors, int) else 0)
    except OSError:  # it is told when it is its turn
        return ".png"


def _suffix_of_layer(layer: Image) -> str:
    source = Source((layer,))
    is_plain = source.ndim == 2 and source.dtype.name in ("bool", "uint8", "uint16")
    return ".png" if is_plain and not (source.rgb and source.dtype.kind == "b") else ".tif"


def _place(path: Path) -> str:
    return os.path.normcase(path)
