"""What is read, and where results go: settled, and checked, before any work."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from napari_kmeans_quantizer.cli.replacing import check_folder, check_palette_file, place
from napari_kmeans_quantizer.cli.targets import default_end
from napari_kmeans_quantizer.core.files.omezarr.source import SUFFIX, is_zarr

if TYPE_CHECKING:
    from napari_kmeans_quantizer.cli.options import Options

OME = ".ome"
"""May stand before the suffix, and stays there."""


@dataclass(frozen=True)
class Task:
    """An image, and where its result goes."""

    source: str
    target: Path

    @property
    def is_picture(self) -> bool:
        """Whether it is a picture in a file."""
        return not is_zarr(self.source)


def planned(options: Options) -> list[Task]:
    """Return what is to be done.

    Raises
    ------
    ValueError
        If an option does not go with zarr, or two results would have one name.
    """
    for is_wrong, message in _wrong(options):
        if is_wrong:
            raise ValueError(message)
    if options.out_dir is not None:
        check_folder("--out-dir", options.out_dir if options.out_dir.exists() else Path("."))
    tasks = [Task(name, _target(name, options)) for name in options.pictures]
    first: dict[str, str] = {}
    for task in tasks:
        other = first.setdefault(place(task.target), task.source)
        if other != task.source:
            raise ValueError(
                f"{task.target} would be written twice, for {other} and for {task.source}: choose "
                "names with --suffix, or do them one after the other."
            )
    return tasks


def _wrong(options: Options) -> list[tuple[bool, str]]:
    """Return what does not go with zarr, and whether it was asked for."""
    n_pictures, out = len(options.pictures), options.output
    pictures = [name for name in options.pictures if not is_zarr(name)]
    folders = [name for name in pictures if os.path.isdir(name)]
    return [
        (
            out is not None and not out.rstrip("/\\").lower().endswith(SUFFIX),
            f"-o: {out}: zarr is written to zarr: the name must end in {SUFFIX}.",
        ),
        (
            options.format not in (None, SUFFIX),
            f"--format: {options.format}: zarr is written to zarr.",
        ),
        (
            out is not None and n_pictures > 1,
            f"-o names one result, for {n_pictures} pictures: use --out-dir.",
        ),
        (
            bool(folders) or "-" in pictures,
            f"{(folders or ['-'])[0]}: name the picture itself to write zarr.",
        ),
        (
            options.dither == "floyd-steinberg",
            "--dither: floyd-steinberg passes errors on through all chunks: choose ordered or "
            "blue-noise.",
        ),
        (options.shared_palette, "--shared-palette: is for pictures in files: leave it out."),
        (options.report is not None, "--report: is for pictures in files: leave it out."),
        (options.indexed is not None, "--indexed and --rgb: zarr has labels and colors."),
        (
            options.save_palette is not None and n_pictures > 1,
            f"--save-palette writes one palette, {n_pictures} pictures have one each: choose one "
            "picture.",
        ),
    ]


def check_saved_palette(options: Options, most_colors: int) -> None:
    """Refuse a file that can hold no palette, or is not to be replaced, before any work."""
    path = options.save_palette
    if path is None:
        return
    check_folder("--save-palette", path.parent)
    check_palette_file(path, most_colors)
    if os.path.lexists(path) and not options.force:
        raise ValueError(f"--save-palette: {path}: exists already: --force replaces it.")


def _target(name: str, options: Options) -> Path:
    """Return where the result goes: beside what is read, if nothing else was said."""
    if options.output is not None:
        path = Path(options.output)
        check_folder("-o", path.parent)
        return path
    file = Path(name.rstrip("/\\").rpartition("://")[2])
    stem, end = file.name, SUFFIX
    for suffix in (".zip", SUFFIX, OME) if is_zarr(name) else (file.suffix, OME):
        if suffix and stem.lower().endswith(suffix.lower()):
            stem = stem[: -len(suffix)]
            end = OME + SUFFIX if suffix == OME else end
    mark = default_end(options) if options.suffix is None else options.suffix
    folder = Path(".") if "://" in name else file.parent
    return (options.out_dir or folder) / f"{stem}{mark}{end}"
