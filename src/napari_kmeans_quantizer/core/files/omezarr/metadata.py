"""What is told of the results: the attributes of OME-Zarr."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from napari_kmeans_quantizer.core.palette import Palette

    from .space import Axis, Space

    Attributes = dict[str, Any]

LABELS = "clusters"
"""What the label image is called."""
OURS = "napari-kmeans-quantizer"
"""Where we tell how a result came about; other programs leave that alone."""
PRIMARIES = ("FF0000", "00FF00", "0000FF")


def multiscales(
    version: str, name: str, space: Space, steps: Sequence[Sequence[int]], folder: str = ""
) -> Attributes:
    """Return what is told of an image of several levels.

    Parameters
    ----------
    version : str
        Of OME-Zarr.
    name : str
        What people call the image.
    space : Space
        Where pixels of the finest level lie.
    steps : sequence
        As of `steps_of_levels`, for the axes of `space`.
    folder : str, optional
        Where the arrays lie, such as ``"labels/clusters/"``.
    """
    datasets = [_dataset(f"{folder}0", space)]
    for level, step in enumerate(steps, 1):
        space = space.every(step)
        datasets.append(_dataset(f"{folder}{level}", space))
    image: Attributes = {
        "name": name,
        "axes": [_axis(axis) for axis in space.axes],
        "datasets": datasets,
        "type": "nearest",
        "metadata": {"description": "Each level holds every second pixel of the one above."},
    }
    if space.outer:
        image["coordinateTransformations"] = list(space.outer)
    if version == "0.4":
        image["version"] = version
    return {"multiscales": [image]}


def _dataset(path: str, space: Space) -> Attributes:
    transformations = [
        {"type": "scale", "scale": list(map(float, space.scale))},
        {"type": "translation", "translation": list(map(float, space.translation))},
    ]
    return {"path": path, "coordinateTransformations": transformations}


def _axis(axis: Axis) -> Attributes:
    return {key: value for key, value in axis._asdict().items() if value}


def image_label(version: str, palette: Palette) -> Attributes:
    """Return what is told of the labels: the label of color 0 is 1, for 0 takes no part."""
    told: Attributes = {"source": {"image": "../../"}}
    if len(palette):
        told["colors"] = [
            {"label-value": label, "rgba": [*rgb, 255]}
            for label, rgb in enumerate(np.rint(palette.rgb * 255).astype(int).tolist(), 1)
        ]
        names = palette.names or ("",) * len(palette)
        rows = zip(names, palette.hex, palette.share.tolist(), palette.counts.tolist(), strict=True)
        told["properties"] = [
            {"label-value": label, "name": name, "hex": hex_, "share": share, "pixels": count}
            for label, (name, hex_, share, count) in enumerate(rows, 1)
        ]
    if version == "0.4":
        told["version"] = version
    return {"image-label": told}


def channels_of_color(n_channels: int, white: float) -> Attributes:
    """Return how to show red, green and blue; what comes after is not shown."""
    window = {"start": 0.0, "end": float(white), "min": 0.0, "max": float(white)}
    colors = [*PRIMARIES, *["FFFFFF"] * (n_channels - 3)]
    labels = ["red", "green", "blue", "alpha"]
    return {
        "channels": [
            {"label": label, "color": color, "window": window, "active": i < 3}
            for i, (label, color) in enumerate(zip(labels[:n_channels], colors, strict=True))
        ],
        "rdefs": {"model": "color"},
    }


def checked(version: str, told: Mapping[str, Any], ours: Mapping[str, Any] | None = None) -> Any:
    """Return attributes as they are stored, if they are valid.

    Parameters
    ----------
    version : str
        Of OME-Zarr.
    told : mapping
        What OME-Zarr tells.
    ours : mapping, optional
        What else is told.
    """
    import warnings

    from yaozarrs import v04, v05, validate_ome_object

    models: Any = v05 if version == "0.5" else v04
    kind = (
        models.LabelsGroup if "labels" in told
        else models.LabelImage if "image-label" in told
        else models.Image
    )  # fmt: skip
    stored = {"version": version, **told} if version == "0.5" else dict(told)
    with warnings.catch_warnings():  # of units that are none of the recommended ones
        warnings.simplefilter("ignore")
        validate_ome_object(stored, kind)
    attributes = {"ome": stored} if version == "0.5" else stored
    return attributes | ({OURS: dict(ours)} if ours else {})
