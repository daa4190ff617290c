"""What a source that is too large to be held has at each level: as arrays of dask, and in blocks.

Nothing is read before it is asked for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .assembly import Read
from .display import fractions
from .levels import whole
from .reading import unreadable, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dask.array import Array
    from numpy.typing import NDArray

    from .inside import Inside
    from .source import Source

    Part = tuple[slice, ...]
    """A part of a level, one slice with start and stop per spatial axis."""
    Chunks = tuple[tuple[int, ...], ...]

SIDE = 1024  # of blocks of what has no chunks of its own


class Level:
    """All pixels of one level, and which of them take part.

    It knows no layer: other processes can read it, too.

    Parameters
    ----------
    source : Source
        Which.
    inside : Inside
        Which pixels take part by their place.
    no_data : float or None
        The value of pixels without data.

    Attributes
    ----------
    name : str
        What people call the image.
    number : int
        Of the level; 0 is the finest.
    assembly : Assembly
        How what is read becomes pixels.
    """

    def __init__(self, source: Source, inside: Inside, no_data: float | None) -> None:
        self.name, self.number, self.assembly = source.name, source.level, source.assembly
        self._ndim, self._grid = source.ndim, source.grid
        self._inside, self._no_data = inside, no_data
        self._planes = _planes(source)

    @property
    def chunks(self) -> Chunks:
        """The sizes of the blocks, by spatial axis."""
        chunks: Chunks = self._planes[0].chunks
        return chunks[: self._ndim]

    def parts(self) -> Iterator[Part]:
        """Yield where the blocks lie."""
        for block in np.ndindex(*map(len, self.chunks)):
            yield part_of(self.chunks, block)

    def read(self, part: Part) -> Read:
        """Read a part, in this thread; `present` also tells of its place, and of alpha.

        Raises
        ------
        ValueError
            If it cannot be read, whatever its store says.
        """
        try:
            planes = [
                values_of(plane[part].compute(scheduler="synchronous")) for plane in self._planes
            ]
        except Exception as error:  # of any store
            raise ValueError(unreadable(self.name, part, error)) from error
        array, present = self.assembly.pixels(planes, self._no_data)
        if self.assembly.has_alpha:
            present = _both(present, array[..., 3] > 0)
        return Read(array, self._in_region(present, part))

    def array(self) -> Array:
        """Return all pixels, as `Source.array` does."""
        import dask.array as da

        planes = [da.map_blocks(np.ma.getdata, plane) for plane in self._planes]
        if len(planes) == 1:
            return planes[0]
        dtype, limits = self.assembly.dtype, self.assembly.limits
        if limits is not None:
            planes = [
                plane.map_blocks(_scaled, pair, dtype, dtype=dtype)
                for plane, pair in zip(planes, limits, strict=True)
            ]
        return da.stack(planes, axis=-1).astype(dtype).rechunk({self._ndim: -1})

    def mask(self) -> Array | None:
        """Return which take part by their data and their place, None if that is no question."""
        import dask.array as da

        kinds = [plane.dtype.kind for plane in self._planes]
        masked = any(isinstance(plane._meta, np.ma.MaskedArray) for plane in self._planes)
        if self._inside is None and self._no_data is None and "f" not in kinds and not masked:
            return None
        mask: Array = da.map_blocks(
            self._present,
            *self._planes,
            dtype=np.bool_,
            meta=np.empty((0,) * self._ndim, np.bool_),
            drop_axis=list(range(self._ndim, self._planes[0].ndim)),
        )
        return mask

    def _present(self, *blocks: Any, block_id: tuple[int, ...] = ()) -> NDArray[np.bool_]:
        _, present = self.assembly.pixels([*map(values_of, blocks)], self._no_data)
        shape = np.shape(blocks[0])[: self._ndim]
        there = self._in_region(present, part_of(self.chunks, block_id[: len(shape)]))
        return np.ones(shape, np.bool_) if there is None else there

    def _in_region(self, present: NDArray[np.bool_] | None, part: Part) -> Any:
        if self._inside is None:
            return present
        return _both(present, self._inside(self._grid, part))


def levels(held: Source, inside: Inside, no_data: float | None) -> list[Level]:
    """Return all levels of a source of which a part is held, the finest first.

    Parameters
    ----------
    held : Source
        What is held.
    inside : Inside
        Which pixels take part by their place.
    no_data : float or None
        The value of pixels without data.
    """
    full = replace(whole(held), region=None)
    sources = [replace(full, level=level) for level in range(full.n_levels)]
    return [Level(source, inside, no_data) for source in sources]


def part_of(chunks: Chunks, block: tuple[int, ...]) -> Part:
    """Return where a block lies, from the sizes of all."""
    starts = [sum(sizes[:place]) for sizes, place in zip(chunks, block, strict=True)]
    ends = zip(starts, chunks, block, strict=True)
    return tuple(slice(start, start + sizes[place]) for start, sizes, place in ends)


def _planes(source: Source) -> list[Array]:
    """Return what a source has of each of its layers; the channels of colors lie in one chunk."""
    planes = [_as_dask(source.data_of(layer), source.ndim)[source.index] for layer in source.layers]
    return [plane.rechunk(planes[0].chunks) for plane in planes]


def _as_dask(data: Any, ndim: int) -> Array:
    """Return anything that can be sliced as an array of dask, in its own chunks."""
    import dask.array as da

    if hasattr(data, "dims") and hasattr(data, "coords"):  # of xarray
        data = data.data
    if hasattr(data, "dask"):
        array: Array = data
    else:
        own = getattr(data, "chunks", None)
        chunks = own or (*(1,) * (ndim - 2), SIDE, SIDE, *data.shape[ndim:])
        # Files, unlike zarr and NumPy, may not be read by several threads at once.
        safe = isinstance(data, np.ndarray) or type(data).__module__.startswith("zarr")
        array = da.from_array(data, chunks, name=False, lock=not safe, asarray=False)
    return array.rechunk(dict.fromkeys(range(ndim, array.ndim), -1))


def _scaled(plane: NDArray[Any], limits: tuple[float, float], dtype: np.dtype[Any]) -> NDArray[Any]:
    return fractions(plane, limits).astype(dtype)


def _both(one: NDArray[np.bool_] | None, other: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return other if one is None else one & other
