"""A result that is not whole yet: beside its target under another name, which it gets at the end.

What is there is known by the files of the label image: they are written after those of the picture,
each wholly or not at all. So whatever ends the work, and whenever, it can be gone on with.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_kmeans_quantizer.core.files.writing import write_file

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTES = ".quantizing"
"""Folder of what we need to go on."""
ZARR_FILES = ("zarr.json", ".zgroup", ".zarray")


@dataclass(frozen=True)
class Unfinished:
    """A result under way."""

    target: Path

    @property
    def folder(self) -> Path:
        """Where it is written."""
        return self.target.with_name(f".{self.target.name}.partial")

    @property
    def notes(self) -> Path:
        """Where it is noted what is done."""
        return self.folder / NOTES

    @property
    def is_begun(self) -> bool:
        """Whether there is something that would be lost: colors, at least."""
        return (self.notes / "fit.json").is_file()

    def note(self, name: str, content: Mapping[str, Any]) -> None:
        """Write something down, wholly or not at all."""
        self.notes.mkdir(parents=True, exist_ok=True)
        text = json.dumps(content, indent=1, default=_plain)
        write_file(self.notes / f"{name}.json", text.encode(), overwrite=True)

    def noted(self, name: str) -> Any:
        """Return what was written down; None if nothing was."""
        try:
            return json.loads((self.notes / f"{name}.json").read_bytes())
        except FileNotFoundError:
            return None

    def remove(self) -> None:
        """Leave nothing of it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def finish(self, *, overwrite: bool) -> None:
        """Give it its name; what has that name is whole until then.

        Raises
        ------
        FileExistsError
            If there is something by now, and it is not to be replaced.
        """
        _sweep(self.folder)
        check_target(self.target, overwrite=overwrite)
        is_replaced = self.target.exists()
        if is_replaced:
            shutil.rmtree(self._replaced, ignore_errors=True)
            os.rename(self.target, self._replaced)
        try:
            os.rename(self.folder, self.target)
        except OSError:
            if is_replaced:
                self.put_back()
            raise
        shutil.rmtree(self.target / NOTES, ignore_errors=True)
        shutil.rmtree(self._replaced, ignore_errors=True)

    def put_back(self) -> None:
        """Give what was being replaced its name again, if the work ended before that was over."""
        if self._replaced.exists() and not os.path.lexists(self.target):
            os.rename(self._replaced, self.target)

    @property
    def _replaced(self) -> Path:
        return self.target.with_name(f".{self.target.name}.replaced")


def check_target(target: Path, *, overwrite: bool) -> None:
    """Refuse what cannot be written, or must not be replaced.

    Raises
    ------
    FileExistsError
        If it exists and `overwrite` is not set, or it is no zarr.
    FileNotFoundError
        If its folder does not exist.
    """
    if not target.parent.is_dir():
        raise FileNotFoundError(f"{target}: there is no folder {target.parent}. Make it first.")
    if not os.path.lexists(target):
        return
    if not overwrite:
        raise FileExistsError(
            f"{target}: exists already. Pass `overwrite=True` to replace it, or another name."
        )
    is_empty = target.is_dir() and not any(target.iterdir())
    if not is_empty and not any((target / name).is_file() for name in ZARR_FILES):
        raise FileExistsError(f"{target}: is no zarr, and is not replaced. Pass another name.")


def _sweep(folder: Path) -> None:
    """Remove what workers that were killed have left: chunks that have not got their name."""
    for here, _, files in os.walk(folder):
        for name in files:
            if name.endswith(".partial"):
                Path(here, name).unlink(missing_ok=True)


def _plain(value: Any) -> Any:
    """Return a number of NumPy as one of Python."""
    return value.item()
