"""Several arrays of one picture, such as labels, mask and regions, looked at part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .arrays import as_dask, is_lazy
from .batches import Adding, Beside, in_batches, places_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .batches import Found

    Chunks = tuple[tuple[int, ...], ...]


def beside(
    arrays: Sequence[Any], chunks: Chunks, channel_axis: int | None = None
) -> Iterator[tuple[tuple[int, ...], Beside]]:
    """Yield the index of every chunk that is not empty, and what of the arrays lies there.

    Parameters
    ----------
    arrays : sequence of array or None
        Of the shape of the picture, lazy or not. Only the first may have channels.
    chunks : tuple of tuples of int
        Sizes of the parts, along spatial axes.
    channel_axis : int or None
        Of the first array.
    """
    blocks = [
        None if array is None else _cut(array, chunks, channel_axis if i == 0 else None)
        for i, array in enumerate(arrays)
    ]
    for index, place in places_of(chunks):
        yield index, Beside([None if cut is None else cut[index] for cut in blocks], place)


def found_in(look: Callable[..., Found], parts: Sequence[Beside]) -> Found:
    """Return what is found in some parts, in batches.

    Parameters
    ----------
    look : callable
        Called with the blocks of a part and its place; it travels to workers.
    parts : sequence of Beside
        At least one.
    """
    adding = Adding(look)
    for _ in in_batches(adding, parts):
        pass
    return adding.result()


def _cut(array: Any, chunks: Chunks, channel_axis: int | None) -> Any:
    """Return the parts of an array, (...) Delayed, each with all channels."""
    whole = list(chunks)
    if channel_axis is not None:
        whole.insert(channel_axis, (array.shape[channel_axis],))
    # Not optimized: what several arrays are made of is then read once for all of them.
    blocks = _as_lazy(array, tuple(whole)).to_delayed(optimize_graph=False)
    return blocks if channel_axis is None else np.take(blocks, 0, axis=channel_axis)


def _as_lazy(array: Any, chunks: Chunks) -> Any:
    import dask.array as da

    if not is_lazy(array):
        return da.from_array(array, chunks, name=False)
    return as_dask(array, "image").rechunk(chunks)
