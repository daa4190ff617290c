"""What takes part of a source: its pixels, those in the region, and those that have data."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_kmeans_quantizer.plugin.steps import as_part

from .region import region_steps

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from napari_kmeans_quantizer import Progress

    from .source import Source

    Mask = NDArray[np.bool_] | None
    """Where something is so; None: everywhere."""


class Pixels(NamedTuple):
    """The pixels of a source, and which of them take part.

    Attributes
    ----------
    array : ndarray
        All of them.
    inside : ndarray of bool or None
        Which lie in the region and have data: colors are fitted to these. None: all.
    present : ndarray of bool or None
        Which have data; the same as `inside` without a region.
    region : ndarray of bool or None
        Which lie in the region, whether they have data or not.
    """

    array: NDArray[Any]
    inside: Mask
    present: Mask
    region: Mask

    def n_without_data(self, everywhere: bool) -> int:
        """Return how many have no data, in the region or everywhere."""
        if self.present is None:
            return 0
        if everywhere or self.region is None or self.inside is None:
            return self.present.size - int(np.count_nonzero(self.present))
        return int(np.count_nonzero(self.region)) - int(np.count_nonzero(self.inside))

    @property
    def fingerprint(self) -> int:
        """A number that tells other pixels, and others that take part, from these.

        It is quick, and the only way: arrays are changed in place, and regions are painted on.
        """
        mark = zlib.crc32(repr((self.array.shape, self.array.dtype)).encode())
        for part in (self.array, self.inside, self.present):
            mark = _checksum(part, mark)
        return mark


def _checksum(array: NDArray[Any] | None, start: int) -> int:
    if array is None:
        return zlib.crc32(b"all", start)
    if array.flags.c_contiguous:
        return zlib.crc32(array.data, start)
    for plane in array:  # a copy of all of it might need much memory
        start = zlib.crc32(np.ascontiguousarray(plane).data, start)
    return start


def read_pixels(source: Source, no_data: float | None = None) -> Generator[Progress, None, Pixels]:
    """Read a source, and find out what takes part.

    Pixels without data are those that are masked, NaN or infinite in any channel, or hold the
    value `no_data` in all of them.

    Raises
    ------
    ValueError
        If nothing takes part.
    """
    first = int(source.has_lazy_region)
    region = yield from as_part(region_steps(source), 0, first + 1)
    array, present = yield from as_part(source.reading(no_data), first, first + 1)
    inside = region if present is None else present
    if present is not None and region is not None:
        inside = present & region
    if inside is not None and not inside.any():
        raise ValueError(_nothing(source, no_data))
    return Pixels(array, inside, present, region)


def _nothing(source: Source, no_data: float | None) -> str:
    where = f'"{source.name}" has no pixel with data'
    if source.region_name is not None:
        where += f' in the region "{source.region_name}"'
    value = "NaN or infinite" if no_data is None else f'NaN, infinite or "No data" ({no_data:g})'
    return (
        f"{where}: all are masked, {value}. "
        'Choose another image or region, or another value of "No data" under Advanced.'
    )
