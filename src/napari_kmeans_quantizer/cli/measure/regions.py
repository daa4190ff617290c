"""Where pictures are measured: label and mask pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.core.files.pictures import MAX_PIXELS, read_regions
from napari_kmeans_quantizer.core.files.pictures.folders import PICTURES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.cli.inputs import Source
    from napari_kmeans_quantizer.core.files.pictures import Picture


@dataclass(frozen=True)
class Regions:
    """The regions of pictures.

    Attributes
    ----------
    files : mapping of Source to Path
        Where they are read; a picture without is measured as a whole.
    refusals : mapping of Source to str
        Why those of a picture can not be told.
    one : ndarray, optional
        Those of all pictures.
    max_pixels : int, optional
        Of those that are read.
    """

    files: Mapping[Source, Path] = field(default_factory=dict)
    refusals: Mapping[Source, str] = field(default_factory=dict)
    one: NDArray[Any] | None = None
    max_pixels: int = MAX_PIXELS

    def of(self, source: Source, picture: Picture) -> NDArray[Any] | None:
        """Return the numbers of a picture's regions; None: it is measured as a whole.

        Raises
        ------
        OSError, ValueError
            If they cannot be read, or do not fit the picture.
        """
        path = self.files.get(source)
        if path is None:
            return None
        numbers = self.one if self.one is not None else _read(path, self.max_pixels)
        shape = _shape(picture)
        if numbers.shape not in (shape, shape[-2:]):
            has = f"{path}: has {_size(numbers.shape)}"
            raise ValueError(f"{has}, the picture {_size(shape)}: they must be of one size.")
        return numbers

    def inside(self, source: Source, picture: Picture) -> NDArray[np.bool_]:
        """Return which pixels of a picture are in regions."""
        numbers = self.of(source, picture)
        assert numbers is not None
        return inside_of(numbers, picture)


def inside_of(numbers: NDArray[Any], picture: Picture) -> NDArray[np.bool_]:
    """Return which pixels of a picture are in regions."""
    return np.broadcast_to(numbers != 0, _shape(picture))


def find_regions(option: Path | None, sources: Sequence[Source], max_pixels: int | None) -> Regions:
    """Return the regions of pictures: of a file for all, or in a folder by their names.

    Raises
    ------
    OSError, ValueError
        If it is a file that cannot be read.
    """
    if option is None:
        return Regions()
    limit = MAX_PIXELS if max_pixels is None else max_pixels
    if not option.is_dir():
        try:
            return Regions(dict.fromkeys(sources, option), one=_read(option, limit))
        except (OSError, ValueError) as error:
            raise type(error)(f"--regions: {error}") from error
    files, refusals = {}, {}
    for source in sources:
        found = _found(option / source.folder, source)
        if len(found) == 1:
            files[source] = found[0]
        else:
            refusals[source] = _why_not(option / source.folder, source, found)
    return Regions(files, refusals, max_pixels=limit)


def _found(folder: Path, source: Source) -> list[Path]:
    """Return the pictures of a folder that are called as another one, but for their suffix."""
    if source.path is None or not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if path.stem == source.path.stem
        and path.suffix.lower() in PICTURES
        and not (source.path.exists() and path.samefile(source.path))
    )


def _why_not(folder: Path, source: Source, found: Sequence[Path]) -> str:
    if found:
        told = ", ".join(map(str, found))
        return f"{source.name}: several pictures may be its regions: {told}: keep one of them."
    stem = "" if source.path is None else source.path.stem
    return f"{source.name}: --regions: {folder} holds no picture that is called {stem}."


def _read(path: Path, max_pixels: int) -> NDArray[Any]:
    numbers = read_regions(path, max_pixels=max_pixels)
    if not numbers.any():
        raise ValueError(f"{path}: holds no region: all is 0.")
    return numbers


def _shape(picture: Picture) -> tuple[int, ...]:
    """Return the shape of a picture without channels."""
    return picture.image.shape[: picture.channel_axis]


def _size(shape: tuple[int, ...]) -> str:
    pages = f"{shape[0]} pages of " if len(shape) > 2 else ""
    return f"{pages}{shape[-1]} x {shape[-2]} pixels"
