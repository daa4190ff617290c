"""Reading what a layer holds piece by piece, so that it can be told and ended in between."""

from __future__ import annotations

import math
import os
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_kmeans_quantizer import Progress

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from numpy.typing import NDArray

    Index = tuple[slice, ...]

MOST_PIECES = 200
"""Each costs a few milliseconds, however small it is."""


class Values(NamedTuple):
    """An array in memory, and where NumPy masks it: of the same shape, None for nowhere."""

    array: NDArray[Any]
    masked: NDArray[np.bool_] | None = None


def is_lazy(data: Any) -> bool:
    """Tell whether data must be read or computed before they are an array."""
    return not isinstance(data, np.ndarray)


def read(data: Any, index: Index, stage: str, name: str = "") -> Generator[Progress, None, Values]:
    """Read a part of an array; of a lazy one some chunks at a time.

    Parameters
    ----------
    data : array_like
        NumPy's, or anything that has `shape` and `dtype` and can be sliced.
    index : tuple of slice
        What is wanted of the first axes, with steps above 0; of the others all.
    stage : str
        What is told.
    name : str, optional
        What people call the data.

    Raises
    ------
    ValueError
        If a part of lazy data cannot be read, whatever its store says.
    """
    if not is_lazy(data):
        return _values(data[index])
    sizes = data.shape[: len(index)]
    index = tuple(slice(*part.indices(n)) for part, n in zip(index, sizes, strict=True))
    parts = [_parts(part, edges) for part, edges in zip(index, _edges(data, index), strict=True)]
    pieces = list(_pieces(parts, _at_once(data, parts)))
    shape = (*(part[-1].stop if part else 0 for part in parts), *data.shape[len(index) :])
    array, masked = np.empty(shape, data.dtype), None
    for done, places in enumerate(pieces):
        yield Progress(f"{stage}, {done} of {len(pieces)}", done / len(pieces))
        values = _loaded(data, tuple(map(_taken, index, places)), name)
        array[places] = values.array
        if values.masked is not None:
            masked = np.zeros(shape, np.bool_) if masked is None else masked
            masked[places] = values.masked
    return Values(array, masked)


def _loaded(data: Any, part: Index, name: str) -> Values:
    try:
        return _values(data[part])
    except MemoryError:
        raise
    except Exception as error:
        raise ValueError(unreadable(name, part, error)) from error


def unreadable(name: str, part: Index | None, error: Exception) -> str:
    """Return for people that an image cannot be read, and where and why, as far as it is known."""
    places = ", ".join(f"{one.start} to {one.stop}" for one in part or ())
    where = f" at pixels {places}" if places else ""
    return f'"{name}" cannot be read{where}: {type(error).__name__}: {error}'


def _values(part: Any) -> Values:
    """Load what is lazy, and part the values of a masked array from its mask."""
    return values_of(part.compute() if hasattr(part, "compute") else part)


def values_of(loaded: Any) -> Values:
    """Part the values of a masked array from its mask; others are masked nowhere."""
    loaded = np.asanyarray(loaded)
    masked = np.ma.getmask(loaded)
    return Values(np.ma.getdata(loaded), masked if np.any(masked) else None)


def _edges(data: Any, index: Index) -> Iterator[list[int]]:
    """Yield where chunks begin, axis by axis; without chunks a stack is read slice by slice."""
    chunks = getattr(data, "chunks", None)
    for axis, size in enumerate(data.shape[: len(index)]):
        if isinstance(chunks, tuple) and len(chunks) == len(data.shape):
            sizes = chunks[axis]
            yield [*range(0, size, sizes)] if isinstance(sizes, int) else [*_starts(sizes)]
        else:
            yield [*range(size)] if axis == 0 and len(index) > 2 else [0]


def _starts(sizes: tuple[int, ...]) -> Iterator[int]:
    start = 0
    for size in sizes:
        yield start
        start += size


def _parts(index: slice, edges: list[int]) -> list[slice]:
    """Cut what is taken of an axis at the edges of chunks, as places in the result."""
    n = len(range(index.start, index.stop, index.step))
    cuts = {min(max(-(-(edge - index.start) // index.step), 0), n) for edge in edges}
    ends = sorted(cuts | {0, n})
    return [slice(*pair) for pair in pairwise(ends)]


def _taken(index: slice, places: slice) -> slice:
    """Return what of the data comes to some places of the result."""
    first, end = (index.start + place * index.step for place in (places.start, places.stop))
    return slice(first, min(end, index.stop), index.step)


def _at_once(data: Any, parts: list[list[slice]]) -> int:
    """Return how many chunks to read in one piece: as many as there are processors to compute."""
    n_chunks = math.prod(map(len, parts))
    n_processors = (os.cpu_count() or 1) if hasattr(data, "compute") else 1
    return max(n_processors, -(-n_chunks // MOST_PIECES))


def _pieces(parts: list[list[slice]], at_once: int) -> Iterator[Index]:
    """Yield blocks of up to so many chunks, along the first axes as far as that will do."""
    if not parts:
        yield ()
        return
    first, *others = parts
    beneath = math.prod(map(len, others))
    if beneath >= at_once:
        for part in first:
            for inner in _pieces(others, at_once):
                yield (part, *inner)
    else:
        n = at_once // beneath
        whole = [slice(other[0].start, other[-1].stop) for other in others]
        for i in range(0, len(first), n):
            some = first[i : i + n]
            yield (slice(some[0].start, some[-1].stop), *whole)
