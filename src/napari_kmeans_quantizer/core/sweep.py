"""One sweep over all pixels: every pixel to its nearest center, figures of every cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .image import CHUNK_PIXELS
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

    def means(self, centers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean of every cluster; an empty one stays where it is."""
        return centers + self.sums / np.maximum(self.counts, 1)[:, np.newaxis]

    def error_around(self, centers: NDArray[np.float64], others: NDArray[np.float64]) -> float:
        """Return the sum of squared distances to `others` instead of `centers`."""
        shift = centers - others
        moved = 2 * (self.sums * shift).sum(axis=1) + self.counts * (shift**2).sum(axis=1)
        return max(0.0, float((self.inertia + moved).sum()))


def sweep(
    pixels: Pixels,
    centers: NDArray[np.float64],
    labels: NDArray[Any] | None = None,
    painted: NDArray[Any] | None = None,
    values: NDArray[Any] | None = None,
) -> Iterator[Clusters]:
    """Yield the figures of the clusters chunk by chunk, in order.

    With `labels` (flat, one per pixel) and `painted` (from ``pixels.blank``) these are filled with
    the indices of the nearest centers and with their `values`.
    """
    from . import kernels

    def one(index: int) -> Clusters:
        chunk = pixels.chunk(index)
        points = chunk.astype(np.float64)
        nearest = np.empty(len(points), np.int32)
        distances = np.empty(len(points))
        kernels.assign(points, centers, nearest, distances)
        if labels is not None and painted is not None and values is not None:
            _write_labels(pixels, index, nearest, labels)
            pixels.write(painted, index, values[nearest])
        return _clusters(points, nearest, distances, centers)

    yield from map_chunks(one, pixels.n_chunks)


def _write_labels(
    pixels: Pixels, index: int, nearest: NDArray[np.int32], labels: NDArray[Any]
) -> None:
    start = index * CHUNK_PIXELS
    if pixels.mask is None:
        labels[start : start + len(nearest)] = nearest
    else:
        labels[start : start + CHUNK_PIXELS][pixels.chunk_mask(index)] = nearest


def _clusters(
    points: NDArray[np.float64],
    nearest: NDArray[np.int32],
    distances: NDArray[np.float64],
    centers: NDArray[np.float64],
) -> Clusters:
    K = len(centers)
    counts = np.bincount(nearest, minlength=K)
    # Offsets, not values: the sum of a million values of 60,000 would lose digits.
    sums = np.stack(
        [np.bincount(nearest, column, K) for column in (points - centers[nearest]).T], axis=1
    )
    return Clusters(counts, sums, np.bincount(nearest, distances, K))
