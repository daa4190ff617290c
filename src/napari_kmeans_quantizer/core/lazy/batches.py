"""Parts of a lazy image are looked at by dask, a batch at a time; what is found adds up in a tree.

A batch holds some parts for each worker. Between batches a person can cancel, and what was found
may tell how to look at the next ones. In which order parts come does not matter.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

import numpy as np

from napari_kmeans_quantizer.core.image import Pixels
from napari_kmeans_quantizer.core.parts import Place

from .memory import give_back

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.image import Layout

    Task = Callable[..., Any]
    Batch = Sequence["Part | Beside"]

PER_WORKER = 8
"""Parts of a batch for each worker: enough that few wait for the last one."""
IN_TREE = 4
"""Findings that are joined at once."""
MOST_BYTES = 1 << 23
"""Of what is found in the parts of a batch, for each worker; but one part it may have."""
TRIES = 3
"""Of a part that cannot be read."""

Found = TypeVar("Found", bound="Joinable")


class Joinable(Protocol):
    """What was found in some parts."""

    @property
    def nbytes(self) -> int:
        """Size in memory."""

    def joined(self: Found, other: Found) -> Found:
        """Return what was found in these and others."""


class Looking(Protocol[Found]):
    """What is looked for, and what was found so far."""

    def look(self) -> Callable[..., Found]:
        """Return what looks at the next parts, called with pixels and place; it travels."""

    def add(self, found: Found) -> None:
        """Add what was found in some parts."""


class Adding(Generic[Found]):
    """Looking at all parts in one way."""

    def __init__(self, look: Callable[..., Found]) -> None:
        self._look, self._found = look, list[Found]()

    def look(self) -> Callable[..., Found]:
        """See `Looking`."""
        return self._look

    def add(self, found: Found) -> None:
        """See `Looking`."""
        self._found.append(found)
        # What grows with the image is joined to its like: not all of it after each batch.
        while len(self._found) > 1 and self._found[-2].nbytes <= 2 * self._found[-1].nbytes:
            last = self._found.pop()
            self._found[-1] = self._found[-1].joined(last)

    def result(self) -> Found:
        """Return what was found in all parts."""
        return reduce(lambda a, b: a.joined(b), self._found)


class Part(NamedTuple):
    """A part of an image that dask knows how to get."""

    block: Any
    mask: Any
    place: Place


class Beside(NamedTuple):
    """Parts of several arrays that lie at one place, None for what is not there."""

    blocks: list[Any]
    place: Place


class _Task:
    """A look at a part, on a worker; dask does not look into it."""

    def __init__(self, look: Callable[[Pixels, Place], Any], layout: Layout) -> None:
        self.look, self.layout = look, layout

    def __call__(self, block: Any, mask: Any, place: Place) -> Any:
        return self.look(pixels_of(block, mask, self.layout), place)


def pixels_of(block: Any, mask: Any, layout: Layout) -> Pixels:
    """Return a block, and a mask of its spatial shape, as pixels."""
    if isinstance(block, np.ma.MaskedArray) and np.ma.is_masked(block):
        raise TypeError(
            "`image` is a masked array, whose mask would be lost. Pass "
            "`da.ma.getdata(image)` and `mask=~da.ma.getmaskarray(image)`."
        )
    array, axis = np.asarray(block), layout.channel_axis
    shape = array.shape if axis is None else array.shape[:axis] + array.shape[axis + 1 :]
    seen: NDArray[np.bool_] | None = None if mask is None else np.asarray(mask)
    if layout.has_alpha:
        visible = array[..., -1] > 0
        seen = visible if seen is None else visible & seen
    return Pixels(array, axis, layout.n_channels, shape, seen)


def in_batches(
    looking: Looking[Found], parts: Batch, layout: Layout | None = None
) -> Generator[float, None, None]:
    """Look at all parts; yield the fraction done.

    With a layout these are parts of an image, looked at as pixels; else several beside each other.
    """
    client, workers, done, of = current_client(), n_workers(), 0, len(parts)
    size, largest = workers, PER_WORKER * workers
    while done < of:
        yield done / of
        check_open(client)
        batch, look = parts[done : done + size], looking.look()
        found = _found(look if layout is None else _Task(look, layout), batch, client)
        looking.add(found)
        most = MOST_BYTES * workers * len(batch) // max(found.nbytes, 1)
        largest = max(workers, min(largest, most))
        del found
        give_back()
        done, size = done + len(batch), min(2 * size, largest)


def n_workers() -> int:
    """Return how many parts dask looks at at a time."""
    import dask
    from dask.system import CPU_COUNT

    scheduler = dask.config.get("scheduler", None)
    if scheduler in ("synchronous", "sync", "single-threaded"):
        return 1
    client = current_client()
    if client is not None:
        return max(1, int(sum(client.nthreads().values())))
    return int(dask.config.get("num_workers", None) or CPU_COUNT)


def current_client() -> Any:
    """Return the client of a cluster that dask uses now, None if there is none."""
    import sys

    import dask

    if "distributed" not in sys.modules:
        return None
    from distributed import default_client

    if dask.config.get("scheduler", None) not in (None, "dask.distributed", "distributed"):
        return None
    try:
        return default_client()
    except ValueError:
        return None


def check_open(client: Any, error: Exception | None = None) -> None:
    """Refuse to work where nobody has asked for it, if the client that was to do it is closed."""
    if client is not None and client.status in ("closed", "closing"):
        raise RuntimeError("The client of dask was closed: connect to a new one.") from error


def _found(task: Task, batch: Batch, client: Any) -> Any:
    """Return what is found in some parts; what cannot be read is tried again, one by one."""
    try:
        return _computed(task, batch)
    except Exception as error:
        check_open(client, error)
        return reduce(lambda a, b: a.joined(b), (_tried(task, part) for part in batch))


def _computed(task: Task, batch: Batch) -> Any:
    from dask.base import annotate, compute
    from dask.delayed import delayed

    with annotate(retries=TRIES - 1):
        shared = delayed(task, pure=False, traverse=False)
        found = [shared(*part) for part in batch]
        while len(found) > 1:
            found = [_join(found[i : i + IN_TREE]) for i in range(0, len(found), IN_TREE)]
    [result] = compute(found[0])
    return result


def _join(found: list[Any]) -> Any:
    from dask.delayed import delayed

    return found[0] if len(found) == 1 else delayed(_joined, pure=False)(found)


def _joined(found: list[Any]) -> Any:
    return reduce(lambda a, b: a.joined(b), found)


def _tried(task: Task, part: Part | Beside) -> Any:
    for _ in range(TRIES - 1):
        try:
            return _computed(task, [part])
        except Exception as error:
            last = error
    kind = type(last) if isinstance(last, TypeError | ValueError | MemoryError) else OSError
    raise kind(f"`image` could not be read at {part.place.text}: {last}") from last


def parts_of(blocks: Any, masks: Any, layout: Layout, chunks: Any) -> Iterator[Part]:
    """Yield the parts of an image, none empty.

    Parameters
    ----------
    blocks, masks : ndarray of Delayed
        The chunks of image and mask; masks may be None.
    layout : Layout
    chunks : tuple of tuples of int
        Their sizes along spatial axes.
    """
    if layout.channel_axis is not None:
        blocks = np.take(blocks, 0, axis=layout.channel_axis)
    for index, place in places_of(chunks):
        yield Part(blocks[index], None if masks is None else masks[index], place)


def places_of(chunks: Any) -> Iterator[tuple[tuple[int, ...], Place]]:
    """Yield the index of every chunk that is not empty, and where it lies."""
    whole = tuple(int(sum(sizes)) for sizes in chunks)
    starts = [np.concatenate([[0], np.cumsum(sizes)[:-1]]) for sizes in chunks]
    for index in np.ndindex(*map(len, chunks)):
        shape = tuple(int(sizes[i]) for sizes, i in zip(chunks, index, strict=True))
        if all(shape):
            origin = tuple(int(start[i]) for start, i in zip(starts, index, strict=True))
            yield index, Place(origin, shape, whole)
