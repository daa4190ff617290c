"""What is read: zarr as it is, pictures in files with the lengths that they tell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.cli.inputs import Source as PictureFile
from napari_kmeans_quantizer.cli.job import read, with_data
from napari_kmeans_quantizer.core.files.omezarr import name_of, opened
from napari_kmeans_quantizer.core.files.omezarr.coordinates import full_unit
from napari_kmeans_quantizer.core.files.omezarr.plan import Plan

if TYPE_CHECKING:
    from napari_kmeans_quantizer.cli.options import Options
    from napari_kmeans_quantizer.core.files.omezarr import Source
    from napari_kmeans_quantizer.core.files.pictures import Picture

    from .plan import Task


def source_of(task: Task, options: Options) -> tuple[Source, dict[str, Any]]:
    """Return what is read, and what else `quantize_to_zarr` is to be told."""
    if task.is_picture:
        return _picture(task.source, options)
    source = opened(task.source)
    if np.dtype(source.data.dtype).kind != "f":
        return source, {}
    return source, {"mask": _with_data(source)}


def _with_data(source: Source) -> Any:
    """Return which pixels are numbers, lazily: NaN and infinity take no part."""
    import dask.array as da

    at = source.channels_at
    plan = Plan(source, source.version or "0.5", True, "")
    # In the blocks that are worked at, so that none is read for this alone.
    finite = da.isfinite(source.lazy(plan.grids[0].region))
    return finite if at is None else finite.all(axis=at)


def _picture(name: str, options: Options) -> tuple[Source, dict[str, Any]]:
    picture = read(PictureFile(Path(name)), options)
    arguments, _ = with_data(picture)
    source = opened(picture.image, arguments["channel_axis"])
    named = replace(source, name=name_of(Path(name).stem), path=str(Path(name).resolve()))
    return _measured(named, picture), {"mask": arguments["mask"]}


def _measured(source: Source, picture: Picture) -> Source:
    """Return a picture with the lengths of its pixels, and what its frames are."""
    space, told = source.space, picture.calibration
    is_depth = told is not None and told.is_depth
    axes, scale = list(space.axes), list(space.scale)
    for i, axis in enumerate(axes):
        if axis.name == "z" and not is_depth:
            axes[i] = axis._replace(name="t", type="time")
        if told is None or axis.type == "channel":
            continue
        if axis.name in ("y", "x") and told.pixel is not None:
            scale[i] = told.pixel[axis.name == "x"]
            axes[i] = axis._replace(unit=full_unit(told.unit))
        elif axis.name == "z" and told.step is not None:
            scale[i] = told.step
            axes[i] = axes[i]._replace(unit=full_unit(told.step_unit))
    return replace(source, space=replace(space, axes=tuple(axes), scale=tuple(scale)))
