"""What may be written where: nothing over what is read, and nothing is replaced unasked."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from napari_kmeans_quantizer.core.files.palettes import WRITABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from .inputs import Source

    Identity = tuple[int, int]
    Inputs = Mapping[Identity | None, str]


def inputs_of(sources: Iterable[Source], others: Iterable[Path]) -> Inputs:
    """Return what is read, and its name, by what tells files apart."""
    inputs = {_identity(path): str(path) for path in others}
    return inputs | {_identity(source.path): source.name for source in sources}


def check_folder(option: str, folder: Path) -> None:
    """Refuse a folder in which nothing can be written."""
    if not os.path.lexists(folder):
        raise ValueError(f"{option}: there is no folder {folder}.")
    if not folder.is_dir():
        raise ValueError(f"{option}: {folder} is no folder.")
    if not os.access(folder, os.W_OK):
        raise ValueError(f"{option}: nothing can be written in the folder {folder}.")


def check_palette_file(path: Path, most_colors: int) -> None:
    """Refuse a file that can not hold a palette, whatever its colors."""
    if path.suffix.lower() not in WRITABLE:
        raise ValueError(f"--save-palette: {path}: must end in {', '.join(WRITABLE)}.")
    if path.suffix.lower() == ".act" and most_colors > 256:
        raise ValueError(f"--save-palette: {path}: holds at most 256 colors: choose .gpl or .ase.")


def place(path: Path) -> str:
    """Return what tells files apart that are not there yet."""
    return os.path.normcase(os.path.realpath(path))


def refusal(
    target: Path, inputs: Inputs, force: bool, ways_out: str, source: Source | None = None
) -> str:
    """Return why a file must not be written; nothing if it may be.

    Parameters
    ----------
    target : Path
        The file.
    inputs : mapping
        What is read.
    force : bool
        Whether files are replaced.
    ways_out : str
        Options that choose another name.
    source : Source, optional
        The picture that it is the result of.
    """
    identity = _identity(target)
    if identity is not None and identity in inputs:
        own = source is not None and inputs[identity] == source.name
        what = "the picture itself" if own else f"read as well ({inputs[identity]})"
        return f"{target}: is {what}: choose another name with {ways_out}."
    if identity is not None and not target.is_file():
        return f"{target}: is no file that can be replaced."
    if os.path.lexists(target) and not force:
        return f"{target}: exists already: --force replaces it."
    return ""


def _identity(path: Path | None) -> Identity | None:
    """Return what tells files apart, whatever their names; None if there is none."""
    try:
        found = os.stat(path) if path is not None else None
    except OSError:
        return None
    return None if found is None else (found.st_dev, found.st_ino)
