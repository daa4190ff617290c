"""From good centers to the palette's promises: means of their pixels, none empty, none twice."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from .palette import to_dtype
from .progress import Progress
from .sweep import Clusters, sweep
from .threads import map_chunks

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from .image import Pixels

TOLERANCE = 1e-4
"""Of the mean variance of the channels, as in scikit-learn: sum of the centers' squared shifts."""
MAX_SWEEPS = 100
MAX_REPAIRS = 20


def refine(
    pixels: Pixels, centers: NDArray[np.float64], variance: float
) -> Generator[Progress, None, tuple[NDArray[np.float64], NDArray[np.int64], int]]:
    """Move centers to the means of their pixels until they rest.

    Returns the centers, the pixel counts around the ones before, and the number of sweeps.
    """
    n_sweeps = 0
    shift = np.inf
    while shift > TOLERANCE * variance and n_sweeps < MAX_SWEEPS:
        clusters = yield from total(pixels, centers, f"Refining, sweep {n_sweeps + 1}", 0.5)
        means = clusters.means(centers)
        shift = float(((means - centers) ** 2).sum())
        n_sweeps += 1
        centers = means
        unusable = _unusable(centers, clusters.counts, pixels)
        if unusable.any():
            centers, counts = yield from _repair(pixels, centers, unusable)
            return centers, counts, n_sweeps
    return centers, clusters.counts, n_sweeps


def total(
    pixels: Pixels, centers: NDArray[np.float64], stage: str, fraction: float, **outputs: Any
) -> Generator[Progress, None, Clusters]:
    """Add up a sweep over all chunks."""
    parts = []
    for part in sweep(pixels, centers, **outputs):
        parts.append(part)
        yield Progress(stage, fraction)
    return reduce(_add, parts)


def _add(a: Clusters, b: Clusters) -> Clusters:
    return Clusters(a.counts + b.counts, a.sums + b.sums, a.inertia + b.inertia)


def _unusable(
    centers: NDArray[np.float64], counts: NDArray[np.int64], pixels: Pixels
) -> NDArray[np.bool_]:
    """Return which centers are empty, or look like an earlier one once rounded."""
    empty: NDArray[np.bool_] = counts == 0
    return empty | _repeated(to_dtype(centers, pixels.image.dtype))


def _repeated(rows: NDArray[Any]) -> NDArray[np.bool_]:
    repeated = np.ones(len(rows), bool)
    repeated[np.unique(rows, axis=0, return_index=True)[1]] = False
    return repeated


def _repair(
    pixels: Pixels, centers: NDArray[np.float64], unusable: NDArray[np.bool_]
) -> Generator[Progress, None, tuple[NDArray[np.float64], NDArray[np.int64]]]:
    """Put unusable centers on colors of the image that the palette lacks, farthest first.

    A center on a color of the image is never empty. It moves on to the mean of its pixels unless
    that would look like another center; once it has come back often, it stays.
    """
    dtype = pixels.image.dtype
    for attempt in range(MAX_REPAIRS + len(centers)):
        if unusable.any():
            spare = _spare_colors(pixels, centers, unusable)
            index = np.flatnonzero(unusable)[: len(spare)]
            centers[index] = spare[: len(index)]
        clusters = yield from total(pixels, centers, "Separating colors", 0.8)
        if attempt < MAX_REPAIRS:
            centers = _move_apart(centers, clusters.means(centers), dtype)
            clusters = yield from total(pixels, centers, "Separating colors", 0.8)
        unusable = _unusable(centers, clusters.counts, pixels)
        if not unusable.any():
            break
    return centers, clusters.counts


def _move_apart(
    centers: NDArray[np.float64], means: NDArray[np.float64], dtype: np.dtype[Any]
) -> NDArray[np.float64]:
    """Return `means`, but the old center where a mean would look like another one."""
    moved = means.copy()
    while (clash := _repeated(to_dtype(moved, dtype))).any():
        stay = clash | _repeated(to_dtype(moved[::-1], dtype))[::-1]
        if (moved[stay] == centers[stay]).all():
            break
        moved[stay] = centers[stay]
    return moved


def _spare_colors(
    pixels: Pixels, centers: NDArray[np.float64], unusable: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return distinct colors of the image that no usable center looks like, farthest first."""
    from . import kernels

    usable = centers[~unusable]
    taken = _row_keys(to_dtype(usable, pixels.image.dtype))
    wanted = int(unusable.sum())

    def one(index: int) -> tuple[NDArray[Any], NDArray[np.float64]]:
        chunk = pixels.chunk(index)
        chunk = chunk[~np.isin(_row_keys(chunk), taken)]
        colors = chunk[np.unique(_row_keys(chunk), return_index=True)[1]]
        distances = np.empty(len(colors))
        labels = np.empty(len(colors), np.int32)
        kernels.assign(colors.astype(np.float64), usable, labels, distances)
        far = np.argsort(-distances, kind="stable")[:wanted]
        return colors[far], distances[far]

    colors, distances = map(np.concatenate, zip(*map_chunks(one, pixels.n_chunks), strict=True))
    first = np.unique(_row_keys(colors), return_index=True)[1]
    order = first[np.argsort(-distances[first], kind="stable")]
    return colors[order[:wanted]].astype(np.float64)


def _row_keys(rows: NDArray[Any]) -> NDArray[Any]:
    """Return one comparable item per row."""
    rows = np.ascontiguousarray(rows + rows.dtype.type(0) if rows.dtype.kind == "f" else rows)
    return rows.view(np.dtype((np.void, rows.shape[1] * rows.itemsize))).reshape(-1)
