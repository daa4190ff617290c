"""What is quantized: an image of OME-Zarr, a plain zarr array, or an array."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np

from napari_kmeans_quantizer.core.arrays import as_array
from napari_kmeans_quantizer.core.image import CHANNEL_DIMENSIONS
from napari_kmeans_quantizer.core.lazy.arrays import as_dask, is_lazy

from .coordinates import coordinates_of
from .needed import check_installed
from .reading import metadata_of, space_of
from .space import ORDER, Axis, Space, named_axes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import zarr
    from dask.array import Array

    ChannelAxis = int | Literal["auto"] | None

PLANE = 1024
"""Rows and columns of the chunks of what has none."""
Part = TypeVar("Part")


@dataclass(frozen=True, eq=False)
class Source:
    """An image, as it is stored.

    Attributes
    ----------
    data : zarr.Array or dask.array.Array or ndarray
        All pixels.
    channel_axis : int, "auto" or None
        As of `quantize`; "auto": the last axis, which may hold alpha.
    space : Space
        Axes in the order of `data`.
    chunks, shards : tuple of int, None
        How `data` is stored; None: it has none, or they are not alike.
    name : str
        What people call it.
    path : str
        Where it comes from; "" if that is not known.
    version : str
        Of OME-Zarr; "" if it is none.
    omero : mapping or None
        How its channels are shown.
    """

    data: Any
    channel_axis: ChannelAxis
    space: Space
    chunks: tuple[int, ...] | None
    shards: tuple[int, ...] | None = None
    name: str = ""
    path: str = ""
    version: str = ""
    omero: Mapping[str, Any] | None = None

    @property
    def channels_at(self) -> int | None:
        """Axis of the channels, whether there is alpha among them or not; None for grey."""
        axis = self.channel_axis
        return len(self.data.shape) - 1 if axis == "auto" else axis

    @property
    def spatial(self) -> tuple[int, ...]:
        """The other axes."""
        return tuple(i for i in range(len(self.data.shape)) if i != self.channels_at)

    @property
    def order(self) -> tuple[int, ...]:
        """How OME-Zarr wants the axes of the image to be ordered: channels before space."""
        axes, places = self.space.axes, {"time": 0, "space": 2}
        return tuple(sorted(range(len(axes)), key=lambda i: places.get(axes[i].type, 1)))

    @property
    def pixel_bytes(self) -> int:
        """Bytes of a pixel, all channels."""
        axis = self.channels_at
        n_channels = 1 if axis is None else self.data.shape[axis]
        return int(n_channels * np.dtype(self.data.dtype).itemsize)

    def without_channels(self, values: Sequence[Part]) -> tuple[Part, ...]:
        """Return what belongs to the other axes, of values for all."""
        return tuple(values[i] for i in self.spatial)

    def lazy(self, region: Sequence[int]) -> Array:
        """Return the image in blocks of a spatial shape, each of which holds all channels."""
        import dask.array as da

        sizes = dict(zip(self.spatial, region, strict=True))
        blocks = tuple(sizes.get(i, -1) for i in range(len(self.data.shape)))
        if is_lazy(self.data):
            chunked: Array = self.data.rechunk(blocks)
            return chunked
        array: Array = da.from_array(self.data, blocks, name=None if self.path else False)
        return array


SUFFIX = ".zarr"
FILES = ("zarr.json", ".zgroup", ".zarray", ".zattrs")
"""One of these is in every group and array."""


def is_zarr(name: str) -> bool:
    """Tell whether a picture is in zarr: a folder that is, an address, or a name that says so."""
    if "://" in name or name.rstrip("/\\").lower().endswith((SUFFIX, SUFFIX + ".zip")):
        return True
    return any((Path(name) / file).is_file() for file in FILES)


def lazily(path: str) -> tuple[Array, ChannelAxis]:
    """Return an image in zarr as a lazy array in its own chunks, and the axis of its channels."""
    import dask.array as da

    check_installed()
    source = opened(path)
    chunks = source.shards or source.chunks
    array = source.data if is_lazy(source.data) else da.from_array(source.data, chunks)
    return array, source.channel_axis


def name_of(path: str | os.PathLike[str]) -> str:
    """Return what people call an image: the name of its file without what tells the format."""
    name = Path(path).name
    for suffix in (".zip", ".zarr", ".ome"):
        name = name.removesuffix(suffix)
    return name


def opened(source: Any, channel_axis: ChannelAxis = "auto") -> Source:
    """Return what is to be quantized; nothing but metadata is read. A `Source` is one.

    Raises
    ------
    FileNotFoundError
        If there is no such path.
    TypeError, ValueError
        If it is no image, or OME-Zarr cannot hold such a one.
    """
    import zarr
    from zarr.abc.store import Store
    from zarr.storage import StorePath

    if isinstance(source, Source):
        return source
    if isinstance(source, str | os.PathLike | StorePath | Store):
        name = str(source)
        try:
            return opened(_open(source, name), channel_axis)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
    if isinstance(source, zarr.Group):
        return _of_group(source, channel_axis)
    if isinstance(source, zarr.Array):
        return _of_zarr(source, channel_axis)
    return _of_array(source, channel_axis)


def _open(path: Any, name: str) -> Any:
    import zarr

    if isinstance(path, str | os.PathLike) and "://" not in name and not os.path.exists(name):
        raise FileNotFoundError(f"{name}: there is no such file or folder.")
    if isinstance(path, str | os.PathLike) and name.endswith(".zip") and os.path.isfile(name):
        path = zarr.storage.ZipStore(name, mode="r")
    try:
        return zarr.open(path, mode="r")
    except (FileNotFoundError, ValueError, NotADirectoryError) as error:
        raise ValueError("is no zarr array, and no OME-Zarr image.") from error


def _of_group(group: zarr.Group, channel_axis: ChannelAxis) -> Source:
    version, metadata = metadata_of(group)
    name, finest, space = space_of(version, metadata)
    array: Any = group[finest]
    if len(array.shape) != len(space.axes):
        raise ValueError(f"has {len(space.axes)} axes, and an array of shape {array.shape}.")
    found = [i for i, axis in enumerate(space.axes) if axis.type == "channel"]
    at: ChannelAxis = (found[0] if found else None) if channel_axis == "auto" else channel_axis
    path = _path_of(group)
    return Source(
        array, _checked(at, array.shape), space, array.chunks, array.shards,
        name or name_of(path), path, version, metadata.get("omero"),
    )  # fmt: skip


def _of_zarr(array: zarr.Array[Any], channel_axis: ChannelAxis) -> Source:
    names = getattr(array.metadata, "dimension_names", None)
    at, axes = _understood(array.shape, names, channel_axis)
    path = _path_of(array)
    return Source(
        array, at, _unmeasured(axes), array.chunks, array.shards, name_of(path), path
    )  # fmt: skip


def _of_array(image: Any, channel_axis: ChannelAxis) -> Source:
    dims, lazy = getattr(image, "dims", None), is_lazy(image)
    remedy = "`source.data` and `mask=~np.ma.getmaskarray(source)`"
    data: Any = as_dask(image, "source") if lazy else as_array(image, "source", remedy)
    if 0 in data.shape:
        raise ValueError(f"`source` must have at least one pixel, got shape {data.shape}.")
    at, axes = _understood(data.shape, dims, channel_axis)
    space = coordinates_of(image, axes) if dims is not None else _unmeasured(axes)
    chunks = data.chunksize if lazy else tuple(map(_in_planes, axes, data.shape))
    name = "" if dims is None else str(image.name or "")
    return Source(data, at, space, chunks, name=name)


def _in_planes(axis: Axis, length: int) -> int:
    """Return how much of an axis of an array in memory makes a chunk: parts of planes."""
    if axis.type == "channel":
        return length
    return min(length, PLANE) if axis.name in ("y", "x") else 1


def _understood(
    shape: tuple[int, ...], names: Sequence[Any] | None, channel_axis: ChannelAxis
) -> tuple[ChannelAxis, tuple[Axis, ...]]:
    """Return which axis holds channels, and what all are: by their names, else by their order."""
    lowered = [str(name).lower() for name in names or ()]
    at = channel_axis
    if at == "auto":
        is_color = len(shape) >= 3 and shape[-1] in (3, 4)
        told = [i for i, name in enumerate(lowered) if name in CHANNEL_DIMENSIONS]
        if not (is_color and told in ([], [len(shape) - 1])) or _is_space(lowered):
            at = told[0] if told else None
    at = _checked(at, shape)
    index = len(shape) - 1 if at == "auto" else at
    others = [i for i in range(len(shape)) if i != index]
    if not 2 <= len(others) <= 4:
        raise ValueError(
            "`source` must have two to four axes besides channels, for OME-Zarr has t, z, y and x, "
            f"got shape {shape}"
            + (f" with channels on axis {index}." if index is not None else ".")
        )
    spatial = [lowered[i] for i in others] if lowered else []
    if sorted(spatial) != [name for name in sorted("tzyx") if name in spatial] or not spatial:
        spatial = list("tzyx"[-len(others) :])
    found = dict(zip(others, spatial, strict=True))
    axes = named_axes([found.get(i, "c") for i in range(len(shape))])
    in_order = [axis.name for axis in axes if axis.name != "c"]
    if in_order != [name for name in ORDER if name in in_order]:
        raise ValueError(
            f"`source` must have its axes in the order of t, z, y, x, got {', '.join(in_order)}. "
            "Transpose it first."
        )
    return at, axes


def _is_space(names: Sequence[str]) -> bool:
    """Tell whether the last axis is named as one of space, such as x, whatever its length."""
    return bool(names) and names[-1] in ("t", "z", "y", "x")


def _checked(at: ChannelAxis, shape: tuple[int, ...]) -> ChannelAxis:
    """Return an axis that there is."""
    if at is None or at == "auto":
        return at
    if not isinstance(at, int | np.integer) or isinstance(at, bool):
        raise TypeError(f'`channel_axis` must be an integer, None or "auto", got {at!r}.')
    if not -len(shape) <= at < len(shape):
        raise ValueError(
            f"`channel_axis` must lie in {-len(shape)}..{len(shape) - 1} for an image of shape "
            f"{shape}, got {at}."
        )
    return int(at) % len(shape)


def _unmeasured(axes: tuple[Axis, ...]) -> Space:
    return Space(axes, (1.0,) * len(axes), (0.0,) * len(axes))


def _path_of(node: zarr.Group | zarr.Array[Any]) -> str:
    """Return where something lies: a path of the file system if it is one."""
    root = getattr(node.store, "root", None)
    if root is None:
        return str(node.store_path)
    return str((Path(root) / node.path).resolve())
