"""What layers of a source hold that is too large to be held: arrays of dask, level by level.

A block is painted when it is looked at, in the colors of the state of which the layer is.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.plugin.models.blocks import part_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from dask.array import Array
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.plugin.models.blocks import Level
    from napari_kmeans_quantizer.plugin.models.painter import Painter
    from napari_kmeans_quantizer.plugin.models.state import State

    Block = Callable[..., NDArray[Any]]

_numbers = count()


def lazy_ids(state: State) -> dict[str, Any]:
    """Return the clusters as labels: 1..K, and 0 where nothing takes part; as `label_ids`."""
    painter, n_colors = _painter_of(state), len(state.result.palette)
    dtype = np.dtype(np.uint8 if n_colors <= 255 else np.uint16)
    new_ids = np.zeros(len(state.fitted.palette) + 1, dtype)
    new_ids[1:] = np.add(state.fitted_places, 1)

    def of(level: Level) -> Block:
        return lambda part: _looked_up(new_ids, painter.ids(level, part))

    return _data(painter, of, dtype, ())


def lazy_picture(
    state: State,
    values: NDArray[Any],
    finish: Callable[[NDArray[Any], NDArray[np.bool_]], NDArray[Any]] | None,
) -> dict[str, Any]:
    """Return the painted picture.

    Parameters
    ----------
    state : State
        Of the image.
    values : (K, C) or (K,) ndarray
        How each cluster is painted.
    finish : callable or None
        What is done with a block, and where its clusters are hidden.
    """
    painter, places = _painter_of(state), np.array([0, *state.fitted_places])
    hidden = np.isin(places, list(state.hidden))
    hidden[0] = False
    table, keeps = values[places], values.dtype == state.result.image.dtype

    def of(level: Level) -> Block:
        def paint(part: Any) -> NDArray[Any]:
            ids = painter.ids(level, part)
            painted = _painted(painter, level, part, _looked_up(table, ids), ids, keeps)
            return painted if finish is None else finish(painted, _looked_up(hidden, ids))

        return paint

    n_values = 4 if finish is not None else _n_values(state, values)
    return _data(painter, of, table.dtype, (n_values,) if values.ndim > 1 else ())


def _looked_up(table: NDArray[Any], ids: NDArray[Any]) -> NDArray[Any]:
    found: NDArray[Any] = np.take(table, ids, axis=0, mode="clip")  # twice as quick as by index
    return found


def _n_values(state: State, values: NDArray[Any]) -> int:
    return state.source.n_values if state.source.rgb else values.shape[-1]


def _painted(
    painter: Painter,
    level: Level,
    part: Any,
    painted: NDArray[Any],
    ids: NDArray[Any],
    keeps: bool,
) -> NDArray[Any]:
    """Put what is not painted into a block: alpha, and pixels that take no part."""
    has_alpha = level.assembly.has_alpha
    if not has_alpha and ids.all():
        return painted
    read = painter.read(level, part) if keeps else None
    if read is None:
        painted[ids == 0] = 0
        if has_alpha:
            painted = np.concatenate([painted, np.zeros_like(painted[..., :1])], axis=-1)
        return painted
    whole = np.array(read[0])
    there = ids > 0
    if has_alpha:
        whole[..., : painted.shape[-1]][there] = painted[there]
    else:
        whole[there] = painted[there]
    return whole


def _painter_of(state: State) -> Painter:
    assert state.painter is not None
    return state.painter


def _data(
    painter: Painter, of: Callable[[Level], Block], dtype: np.dtype[Any], colors: tuple[int, ...]
) -> dict[str, Any]:
    """Return the arguments of a layer that holds all levels."""
    arrays = [_array(level, of(level), dtype, colors) for level in painter.levels]
    if painter.is_pyramid:
        return {"data": arrays, "multiscale": True}
    return {"data": arrays[0], "multiscale": False}


def _array(level: Level, paint: Block, dtype: np.dtype[Any], colors: tuple[int, ...]) -> Array:
    import dask.array as da

    chunks = level.chunks

    def block(block_id: tuple[int, ...] = ()) -> NDArray[Any]:
        return paint(part_of(chunks, block_id[: len(chunks)]))

    array: Array = da.map_blocks(
        block,
        chunks=(*chunks, *((n,) for n in colors)),
        dtype=dtype,
        meta=np.empty((0,) * (len(chunks) + len(colors)), dtype),
        name=f"quantized-{next(_numbers)}",  # what is kept under a name is never another's
    )
    return array
