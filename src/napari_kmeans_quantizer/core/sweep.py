"""One sweep over all pixels: every pixel to its nearest center, figures of every cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .image import CHUNK_PIXELS
from .palette import to_dtype
from .threads import map_chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from .image import Pixels


class Clusters(NamedTuple):
    """Figures of the clusters around `centers`: they add up over chunks."""

    counts: NDArray[np.int64]
    """Pixels, (K,)."""
    sums: NDArray[np.float64]
    """Sum of the pixels' offsets from the center, (K, C)."""
    inertia: NDArray[np.float64]
    """Sum of squared distances to the center, (K,)."""

    def plus(self, other: Clusters) -> Clusters:
        """Return the figures of both."""
        return Clusters(
            self.counts + other.counts, self.sums + other.sums, self.inertia + other.inertia
        )

    def means(self, centers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean of every cluster; an empty one stays where it is."""
        return centers + self.sums / np.maximum(self.counts, 1)[:, np.newaxis]

    def error_around(self, centers: NDArray[np.float64], others: NDArray[np.float64]) -> float:
        """Return the sum of squared distances to `others` instead of `centers`."""
        shift = centers - others
        moved = 2 * (self.sums * shift).sum(axis=1) + self.counts * (shift**2).sum(axis=1)
        return max(0.0, float((self.inertia + moved).sum()))


class Canvas(NamedTuple):
    """What a sweep paints."""

    labels: NDArray[Any]
    """Index of the nearest center, one per pixel, flat."""
    image: NDArray[Any]
    """The painted image."""

    @classmethod
    def blank(cls, pixels: Pixels, n_colors: int) -> Canvas:
        """Return a canvas for `n_colors` colors."""
        dtype = np.uint8 if n_colors <= 256 else np.uint16
        return cls(np.zeros(pixels.size, dtype), pixels.blank())


def sweep(pixels: Pixels, centers: NDArray[np.float64], canvas: Canvas) -> Iterator[Clusters]:
    """Paint every pixel in its nearest center's color; yield figures chunk by chunk, in order."""
    from .kernels.points import assign

    values = to_dtype(centers, pixels.image.dtype)

    def one(index: int) -> Clusters:
        chunk = pixels.chunk(index)
        points = chunk.astype(np.float64)
        nearest = np.zeros(len(points), np.int32)
        distances = np.empty(len(points))
        assign(points, centers, nearest, distances)
        pixels.write(canvas.image, index, values[nearest])
        labels = canvas.labels[index * CHUNK_PIXELS : (index + 1) * CHUNK_PIXELS]
        labels[... if pixels.mask is None else pixels.chunk_mask(index)] = nearest
        return _clusters(points, nearest, distances, centers)

    yield from map_chunks(one, pixels.n_chunks)


def _clusters(
    points: NDArray[np.float64],
    nearest: NDArray[np.int32],
    distances: NDArray[np.float64],
    centers: NDArray[np.float64],
) -> Clusters:
    K = len(centers)
    counts = np.bincount(nearest, minlength=K)
    sums: NDArray[np.float64]
    inertia: NDArray[np.float64]
    # Offsets, not values: the sum of a million values of 60,000 would lose digits.
    sums = np.stack(
        [
            np.bincount(nearest, column, K).astype(np.float64)
            for column in (points - centers[nearest]).T
        ],
        axis=1,
    )
    inertia = np.bincount(nearest, distances, K).astype(np.float64)
    return Clusters(counts, sums, inertia)
