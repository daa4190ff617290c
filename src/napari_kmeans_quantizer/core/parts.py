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

    @property
    def text(self) -> str:
        """How it is cut out of the image, for people."""
        ends = (a + b for a, b in zip(self.origin, self.shape, strict=True))
        cuts = (f"{start}:{stop}" for start, stop in zip(self.origin, ends, strict=True))
        return f"[{', '.join(cuts)}]"

    def inside(self, pixels: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """Return which of some pixels, places in the run of the whole image, lie in the block.

        And their places in the run of the block.
        """
        indices = np.array(np.unravel_index(pixels, self.whole)).reshape(len(self.whole), -1)
        indices = indices - np.array(self.origin)[:, np.newaxis]
        lies_in = ((indices >= 0) & (indices < np.array(self.shape)[:, np.newaxis])).all(axis=0)
        which = np.flatnonzero(lies_in)
        return which, np.ravel_multi_index(tuple(indices[:, which]), self.shape).astype(np.int64)

    @classmethod
    def everything(cls, shape: tuple[int, ...]) -> Place:
        """Return the place of an image in itself."""
        return cls((0,) * len(shape), shape, shape)

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
