"""Tasks that write a region each: of the finest level from the source, of others from the finer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from dask.array import Array
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.quantization import Quantization

    from .layout import Level

    Place = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Tasks:
    """One task for each region of a level, which returns True once it is written."""

    array: Array
    """A block for each region."""
    channels_at: int | None = None
    """Axis of `array` that regions have not."""

    def key(self, region: Place) -> tuple[Any, ...]:
        """Return what dask calls the task of a region."""
        at = self.channels_at
        place = region if at is None else (*region[:at], 0, *region[at:])
        return (self.array.name, *place)


def tasks_of_finest(result: Quantization, level: Level) -> Tasks:
    """Return what writes the finest level: labels and picture from one block of the source.

    Parameters
    ----------
    result : Quantization
        Lazy; its blocks are the regions of the level, each with all channels.
    level : Level
        Where it goes.
    """
    import dask.array as da

    at = result.channel_axis
    labels, mask = (_expanded(array, at) for array in (result.labels, result.mask))
    parts = [labels]
    parts += [mask] if mask is not None else []
    parts += [result.image] if level.picture is not None else []
    write = partial(_write, level, at, mask is not None)
    ones = tuple((1,) * n for n in labels.numblocks)
    array = da.map_blocks(
        write, *parts, dtype=bool, chunks=ones, meta=np.empty((0,) * labels.ndim, bool)
    )
    return Tasks(array, at)


def _expanded(array: Any, at: int | None) -> Any:
    """Return an array with an axis of length 1 for the channels."""
    import dask.array as da

    return array if array is None or at is None else da.expand_dims(array, at)


def _write(
    level: Level,
    at: int | None,
    has_mask: bool,
    labels: NDArray[Any],
    *others: NDArray[Any],
    block_id: Any = None,
) -> NDArray[np.bool_]:
    """Write labels and picture of a block; labels last, for they tell what is done."""
    place = block_id if at is None else block_id[:at] + block_id[at + 1 :]
    region = level.grid.slices(place)
    if level.picture is not None:
        picture = others[-1]
        if at is not None and level.channels_to is not None:
            picture = np.moveaxis(picture, at, level.channels_to)
        level.picture[level.in_picture(region)] = picture
    shifted = labels.astype(level.labels.dtype) + level.labels.dtype.type(1)
    if has_mask:
        shifted *= others[0]
    level.labels[region] = shifted if at is None else np.squeeze(shifted, at)
    return np.ones((1,) * labels.ndim, bool)


def tasks_of_coarser(finer: Level, level: Level, steps: tuple[int, ...]) -> Tasks:
    """Return what writes a level that holds every so many pixels of the finer one."""
    import dask.array as da

    ones = tuple((1,) * n for n in level.grid.counts)
    thin = partial(_thin, finer, level, steps)
    meta = np.empty((0,) * len(ones), bool)
    return Tasks(da.map_blocks(thin, chunks=ones, dtype=bool, meta=meta))


def _thin(
    finer: Level, level: Level, steps: tuple[int, ...], block_id: Any = None
) -> NDArray[np.bool_]:
    region = level.grid.slices(block_id)
    wide = tuple(
        slice(part.start * step, min(part.stop * step, n))
        for part, step, n in zip(region, steps, finer.grid.shape, strict=True)
    )
    every = tuple(slice(None, None, step) for step in steps)
    if level.picture is not None and finer.picture is not None:
        block: Any = finer.picture[finer.in_picture(wide)]
        level.picture[level.in_picture(region)] = block[level.in_picture(every)]
    labels: Any = finer.labels[wide]
    level.labels[region] = labels[every]
    return np.ones((1,) * len(region), bool)
