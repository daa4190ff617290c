"""Parts of an image: where they lie in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Place(NamedTuple):
    """Where a block lies in an image; spatial axes only."""

    origin: tuple[int, ...]
    """Index of its first pixel."""
    shape: tuple[int, ...]
    """Shape of the block."""
    whole: tuple[int, ...]
    """Shape of the image."""

    @property
    def corner(self) -> tuple[int, int]:
        """Row and column of its first pixel: the last two axes."""
        row = self.origin[-2] if len(self.origin) > 1 else 0
        return row, self.origin[-1]

    def index_of(self, pixel: int) -> tuple[int, ...]:
        """Return the index in the image of one of the pixels of the block, counted in C order."""
        inside = np.unravel_index(pixel, self.shape)
        return tuple(int(a + b) for a, b in zip(self.origin, inside, strict=True))

    def starts(self) -> NDArray[np.int64]:
        """Return where its rows, along the last axis, begin in the run of all pixels, (rows,)."""
        shape = self.shape
        starts, stride = np.full(1, self.origin[-1], np.int64), self.whole[-1]
        for axis in reversed(range(len(shape) - 1)):
            along = (self.origin[axis] + np.arange(shape[axis], dtype=np.int64)) * stride
            starts = (along[:, np.newaxis] + starts).reshape(-1)
            stride *= self.whole[axis]
        return starts
