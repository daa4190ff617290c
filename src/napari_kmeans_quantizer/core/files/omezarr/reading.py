"""What OME-Zarr says about an image."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from .space import Axis, Space

if TYPE_CHECKING:
    from collections.abc import Mapping

    import zarr

VERSIONS = ("0.4", "0.5")


def metadata_of(group: zarr.Group) -> tuple[str, Mapping[str, Any]]:
    """Return version and metadata of an image.

    Raises
    ------
    ValueError
        If it is no image, or of another version.
    """
    attributes: dict[str, Any] = group.attrs.asdict()
    metadata = attributes.get("ome", attributes)
    if "plate" in metadata:
        raise ValueError("is a plate: name one of its images, such as <plate>/A/1/0.")
    if "bioformats2raw.layout" in metadata and "multiscales" not in metadata:
        names = ", ".join(sorted(name for name, _ in group.groups() if name != "OME"))
        raise ValueError(f"holds several images: name one of them, {names}, such as <path>/0.")
    if not metadata.get("multiscales"):
        raise ValueError("is a zarr group without an OME-Zarr image (`multiscales`).")
    first = metadata["multiscales"][0]
    version = str(metadata.get("version") or first.get("version") or "0.4")
    if version not in VERSIONS:
        raise ValueError(f"is OME-Zarr {version}; {' and '.join(VERSIONS)} can be read.")
    return version, metadata


def space_of(version: str, metadata: Mapping[str, Any]) -> tuple[str, str, Space]:
    """Return name of an image, path of its finest level, and where that lies.

    Raises
    ------
    ValueError
        If it is not as the specification wants it.
    """
    from pydantic import ValidationError
    from yaozarrs import v04, v05

    model: Any = v05.Multiscale if version == "0.5" else v04.Multiscale
    try:
        with warnings.catch_warnings():  # of units that are none of the recommended ones
            warnings.simplefilter("ignore")
            image = model.model_validate(metadata["multiscales"][0])
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ValueError(f"`multiscales` is not valid: {where}: {first['msg']}.") from error
    finest = image.datasets[0]
    moves = {one.type: one for one in finest.coordinateTransformations}
    scale = tuple(moves["scale"].scale)
    shift = moves.get("translation")
    translation = (0.0,) * len(scale) if shift is None else tuple(shift.translation)
    axes = tuple(Axis(axis.name, axis.type or "", axis.unit or "") for axis in image.axes)
    outer = image.coordinateTransformations or ()
    told = tuple(one.model_dump(mode="json", exclude_none=True) for one in outer)
    return image.name or "", finest.path, Space(axes, scale, translation, told)
