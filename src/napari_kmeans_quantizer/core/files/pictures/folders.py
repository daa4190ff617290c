"""Which pictures lie in a folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PICTURES = (
    ".apng", ".avif", ".bmp", ".gif", ".jfif", ".jpe", ".jpeg", ".jpg", ".mpo", ".pbm", ".pcx",
    ".pgm", ".png", ".pnm", ".ppm", ".qoi", ".tga", ".tif", ".tiff", ".webp",
)  # fmt: skip
"""Suffixes of what is taken out of folders; files that are named may have any."""


def pictures_in(top: Path, recursive: bool, but: Path | None = None) -> Iterator[Path]:
    """Yield the pictures in a folder, by their names; none that are hidden.

    Parameters
    ----------
    top : Path
        The folder.
    recursive : bool
        Whether those in folders below it are taken, too.
    but : Path, optional
        A folder that is left out, such as that of the results.
    """
    for folder, below, files in os.walk(top):
        here = Path(folder)
        kept = [name for name in below if not name.startswith(".")] if recursive else []
        below[:] = sorted(name for name in kept if not _is_same(here / name, but))
        for name in sorted(files):
            if Path(name).suffix.lower() in PICTURES and not name.startswith("."):
                yield here / name


def _is_same(folder: Path, other: Path | None) -> bool:
    return other is not None and other.exists() and folder.samefile(other)
