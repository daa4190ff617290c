"""Which pictures: files, patterns, folders, standard input."""

from __future__ import annotations

import glob
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from napari_kmeans_quantizer.core.files.pictures.folders import pictures_in

from .parsing import STANDARD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True)
class Source:
    """A picture to read."""

    path: Path | None
    """None: standard input."""
    content: bytes = b""
    """Of standard input."""
    folder: Path = Path()
    """Where it lies below the folder that was given."""
    was_named: bool = True
    """Not found in a folder, or by a pattern."""

    @property
    def name(self) -> str:
        """What people call it."""
        return "standard input" if self.path is None else str(self.path)


def find_sources(names: Iterable[str], recursive: bool, out_dir: Path | None) -> list[Source]:
    """Return the pictures, each once, in the order of their names.

    Raises
    ------
    ValueError
        If there are none.
    """
    names = list(names)
    sources: dict[str, Source] = {}
    n_found = 0
    for name in names:
        found = list(_found(name, recursive, out_dir))
        n_found += len(found)
        # A pattern without a match is told as a file that is missing.
        for source in found or ([] if os.path.isdir(name) else [Source(Path(name))]):
            key = os.path.abspath(source.name)
            if key not in sources or source.was_named:
                sources[key] = source
    if n_found == 0:
        told = ", ".join(f"'{name}'" for name in names)
        raise ValueError(f"nothing to do: there is no picture in {told}.")
    return list(sources.values())


def _found(name: str, recursive: bool, out_dir: Path | None) -> Iterator[Source]:
    path = Path(name)
    if name == STANDARD:
        yield Source(None, _standard_input())
    elif path.is_dir():
        for found in pictures_in(path, recursive, out_dir):
            yield Source(found, folder=found.parent.relative_to(path), was_named=False)
    elif os.path.lexists(path) or not glob.has_magic(name):
        yield Source(path)
    else:  # Windows, or quotes
        for match in sorted(glob.glob(name, recursive=True)):
            if os.path.isfile(match):
                yield Source(Path(match), was_named=False)


def _standard_input() -> bytes:
    if sys.stdin is None or sys.stdin.isatty():
        raise ValueError(f"{STANDARD}: nothing comes from standard input.")
    return sys.stdin.buffer.read()
