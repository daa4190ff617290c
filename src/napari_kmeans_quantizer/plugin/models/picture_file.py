"""Picture files as sources: read when they are wanted, and laid on their region."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Image

from napari_kmeans_quantizer import Progress
from napari_kmeans_quantizer.core.files.pictures import read_picture
from napari_kmeans_quantizer.core.units import image_range

from .geometry import data_to_world, last_axes
from .source import Source

if TYPE_CHECKING:
    from collections.abc import Collection, Generator

    from napari.layers import Labels, Shapes

    from napari_kmeans_quantizer.core.files.pictures import Picture


@dataclass(frozen=True)
class PictureFile:
    """A picture file, which is in no viewer.

    Attributes
    ----------
    path : Path
        Where it is.
    folder : Path
        Where it lies below the folder that was given.
    n_parents : int
        How many folders its name tells, if that is more.
    """

    path: Path
    folder: Path = Path()
    n_parents: int = 0

    @property
    def name(self) -> str:
        """What people call it."""
        n_parts = 1 + max(self.n_parents, len(self.folder.parts))
        return Path(*self.path.parts[-n_parts:]).as_posix()

    def named_apart(self, names: Collection[str]) -> PictureFile:
        """Return the same file, whose name tells enough folders to be none of these."""
        file, longest = self, len(self.path.parts)
        while file.name in names and file.n_parents < longest:
            file = replace(file, n_parents=file.n_parents + 1)
        return file

    def reading(self) -> Generator[Progress, None, Picture]:
        """Read it.

        Raises
        ------
        OSError, ValueError
            If it cannot be read, or has channels that are neither grey nor colors.
        """
        yield Progress("Reading", 0.0)
        picture = read_picture(self.path, name=self.name)
        if picture.mode == "channels":
            raise ValueError(f"It has {picture.image.shape[-1]} channels, and must be grey or RGB.")
        return picture


def source_of(
    picture: Picture,
    name: str,
    region: Labels | Shapes | None,
    limits: tuple[float, float] | None = None,
) -> Source:
    """Return a picture as a source; a region counts in pixels of the picture.

    Its layer is never shown: it may be made in any thread.

    Parameters
    ----------
    picture, name, region
        What the source has.
    limits : (float, float), optional
        Black and white; by default what the picture's dtype tells.
    """
    data: Any = picture.image
    if picture.alpha is not None:
        data = np.ma.array(data, mask=picture.alpha == 0)
    is_color = picture.mode in ("RGB", "RGBA")
    ndim = data.ndim - is_color
    place = {} if region is None else _laid_on(region, ndim)
    limits = limits or image_range(data.dtype, 0, 1)
    layer = Image(data, rgb=is_color, name=name, contrast_limits=limits, visible=False, **place)
    return Source((layer,), region)


def _laid_on(region: Labels | Shapes, ndim: int) -> dict[str, Any]:
    """Return what puts pixels of an image on those in which a region is drawn."""
    n = min(ndim, region.ndim)
    affine = np.eye(ndim + 1)
    affine[-n - 1 :, -n - 1 :] = last_axes(data_to_world(region), n)
    others = ("pixel",) * (ndim - n)
    return {"affine": affine, "units": (*others, *region.units[-n:])}


def in_units_of(picture: Picture, dtype: np.dtype[Any]) -> Picture:
    """Return a picture of 8 or 16 bits as one of the other; others as they are."""
    image, whites = picture.image, {"uint8": 255, "uint16": 65535}
    if image.dtype == np.bool_ and dtype.name in whites:
        image = image * np.uint8(255)
    if image.dtype != dtype and image.dtype.name in whites and dtype.name in whites:
        factor = whites[dtype.name] / whites[image.dtype.name]
        image = np.rint(image * factor).astype(dtype)
    return picture if image is picture.image else replace(picture, image=image)
