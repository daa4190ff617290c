"""Groups and arrays of a result."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.core.units import image_range

from .metadata import LABELS, channels_of_color, checked, image_label, multiscales
from .unfinished import NOTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import zarr

    from napari_kmeans_quantizer.core.palette import Palette

    from .grid import Grid
    from .plan import Plan

WRITE_ALL = {"array.write_empty_chunks": True}
"""What is there tells what is done: chunks of nothing but 0 are written, too."""
LEVEL = 3
"""How hard zstd tries: 9 takes ten times as long for labels that are a tenth smaller."""


@dataclass(frozen=True, eq=False)
class Level:
    """One level of a result; travels to workers."""

    grid: Grid
    labels: zarr.Array[Any]
    picture: zarr.Array[Any] | None
    channels_to: int | None
    """Axis of the channels in `picture`."""

    def in_picture(self, region: tuple[slice, ...]) -> tuple[slice, ...]:
        """Return a region with all channels."""
        at = self.channels_to
        return region if at is None else (*region[:at], slice(None), *region[at:])

    def is_done(self, region: tuple[int, ...]) -> bool:
        """Tell whether a region is written."""
        folder = Path(self.labels.store.root) / self.labels.path  # type: ignore[attr-defined]
        name = self.labels.metadata.encode_chunk_key
        return all((folder / name(place)).is_file() for place in self.grid.files(region))


def create(folder: Path, plan: Plan, palette: Palette, ours: Mapping[str, Any]) -> None:
    """Create groups and arrays, with all that is told of them; what was there of them goes."""
    import zarr

    version, steps = plan.version, plan.steps
    for child in folder.iterdir():
        if child.name != NOTES:
            shutil.rmtree(child) if child.is_dir() else child.unlink()
    inner = multiscales(version, LABELS, plan.label_space, steps)
    if plan.has_picture:
        picture_steps = [plan.with_channels(step, 1) for step in steps]
        told = multiscales(version, plan.name, plan.picture_space, picture_steps)
        if omero := _omero(plan, palette):
            told["omero"] = omero
    else:  # a group of labels belongs to an image: here it is that of their numbers
        told = multiscales(version, plan.name, plan.label_space, steps, f"labels/{LABELS}/")
    fmt: Any = 2 if version == "0.4" else 3
    root = zarr.create_group(folder, zarr_format=fmt, attributes=checked(version, told))
    group = root.create_group("labels", attributes=checked(version, {"labels": [LABELS]}))
    attributes = checked(version, inner | image_label(version, palette), ours)
    labels = group.create_group(LABELS, attributes=attributes)
    label_dtype = np.dtype(np.uint8 if len(palette) <= 255 else np.uint16)
    for index, grid in enumerate(plan.grids):
        names = [axis.name for axis in plan.label_space.axes]
        _create_array(labels, str(index), grid.shape, grid.chunks, grid.shards, label_dtype, names)
        if plan.has_picture:
            _create_array(
                root, str(index), plan.with_channels(grid.shape, plan.n_channels),
                plan.with_channels(grid.chunks, plan.channel_chunk),
                None if grid.shards is None else plan.with_channels(grid.shards, _all(plan)),
                plan.source.data.dtype, [axis.name for axis in plan.picture_space.axes],
            )  # fmt: skip


def _all(plan: Plan) -> int:
    """Return channels of a shard: all, in whole chunks."""
    return -(-plan.n_channels // plan.channel_chunk) * plan.channel_chunk


def _create_array(
    group: zarr.Group,
    name: str,
    shape: tuple[int, ...],
    chunks: tuple[int, ...],
    shards: tuple[int, ...] | None,
    dtype: np.dtype[Any],
    dimension_names: list[str],
) -> None:
    """Create an array, compressed by zstd; for version 0.4 in blosc, which all readers know."""
    native = dtype.newbyteorder("=")
    how: dict[str, Any] = {"shape": shape, "chunks": chunks, "dtype": native, "fill_value": 0}
    if group.metadata.zarr_format == 2:
        from numcodecs import Blosc  # type: ignore[import-untyped]

        how["compressors"] = Blosc("zstd", LEVEL, Blosc.NOSHUFFLE)
        how["chunk_key_encoding"] = {"name": "v2", "separator": "/"}
    else:
        from zarr.codecs import ZstdCodec

        how |= {"compressors": ZstdCodec(level=LEVEL), "shards": shards}
        how["dimension_names"] = dimension_names
    group.create_array(name, **how)


def levels_of(folder: Path, plan: Plan) -> list[Level]:
    """Return the levels of what `create` has created."""
    import zarr

    with zarr.config.set(WRITE_ALL):
        root = zarr.open_group(folder, mode="r+")
        return [
            Level(
                grid,
                _array(root, f"labels/{LABELS}/{index}"),
                _array(root, str(index)) if plan.has_picture else None,
                plan.channels_to,
            )
            for index, grid in enumerate(plan.grids)
        ]


def _array(root: zarr.Group, path: str) -> zarr.Array[Any]:
    array: zarr.Array[Any] = root[path]  # type: ignore[assignment]
    return array


def _omero(plan: Plan, palette: Palette) -> Mapping[str, Any] | None:
    """Return how channels are shown: as those of the source, or as colors."""
    if plan.source.omero is not None:
        return _valid(plan.source.omero)
    if plan.source.channels_at is None or palette.n_channels != 3:
        return None
    dtype = np.dtype(plan.source.data.dtype)
    _, white = palette.value_range if len(palette) else image_range(dtype, 0, 1)
    return channels_of_color(plan.n_channels, white)


def _valid(omero: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return it if others can be expected to understand it."""
    from pydantic import ValidationError
    from yaozarrs._omero import Omero

    try:
        Omero.model_validate(omero)
    except ValidationError:
        return None
    return omero
