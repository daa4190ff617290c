"""From good centers to a picture that holds the palette's promises.

Paint the picture. While it does not hold what is promised, mend the centers and paint again: every
center the mean of its pixels, none empty, none that looks like another one, most frequent first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .progress import Progress, retold
from .sweeps.base import Canvas
from .threads import chunks, map_chunks

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from .image import Pixels
    from .search.efforts import Effort
    from .sweeps.base import Clusters, Sweeper

    Floats = NDArray[np.float64]

STEP = 1.5
"""Times the way to the mean: fewer sweeps until centers rest."""
MAX_SWEEPS = 100
MAX_SORTS = 3


class Painting(NamedTuple):
    """A painted picture, and what is known of it."""

    centers: Floats
    canvas: Canvas
    clusters: Clusters
    n_sweeps: int


def paint(
    sweeper: Sweeper, centers: Floats, canvas: Canvas, fraction: float = 0.0
) -> Generator[Progress, None, Clusters]:
    """Paint every pixel in its nearest center's color."""
    return retold(sweeper.sweep(centers, canvas), lambda _: Progress("Painting", fraction))


def refine(
    pixels: Pixels,
    sweeper: Sweeper,
    centers: Floats,
    variance: float,
    effort: Effort,
    n_fixed: int = 0,
) -> Generator[Progress, None, Painting]:
    """Mend centers and paint until the picture holds the promises.

    The first `n_fixed` centers, no two of which look alike, only change places.
    """
    free = np.arange(len(centers)) >= n_fixed
    canvas = Canvas.blank(pixels, len(centers))
    # A single center is the mean exactly: nothing else would move with it.
    tolerance = variance * (effort.tolerance if len(centers) > 1 else 1e-20)
    n_sorts = 0
    look = getattr(sweeper, "look", None)  # until centers rest
    for n_sweeps in range(1, MAX_SWEEPS + len(centers)):
        if look is not None and n_sweeps < MAX_SWEEPS:
            clusters = look(centers)
            yield Progress("Painting", 1 - 0.7**n_sweeps)
        else:
            clusters = yield from paint(sweeper, centers, canvas, 1 - 0.7**n_sweeps)
        unusable = free & ((clusters.counts == 0) | _looks_taken(pixels.values(centers), free))
        if unusable.any():
            centers = _replaced(pixels, centers, unusable)
            continue
        means = np.where(free[:, np.newaxis], clusters.means, centers)
        shift = _mean_shift(_moved_apart(pixels, centers, means) - centers, clusters.counts * free)
        error = clusters.squared_error / clusters.counts.sum()
        rest = shift <= min(tolerance, effort.excess * error) or n_sweeps >= MAX_SWEEPS
        if rest and look is not None and n_sweeps < MAX_SWEEPS:
            look = None
            continue
        order = np.argsort(-clusters.counts, kind="stable")
        if rest and not clusters.ties:
            return _sorted(Painting(centers, canvas, clusters, n_sweeps), order, pixels.mask)
        if rest and (n_sorts == MAX_SORTS or (np.diff(clusters.counts) <= 0).all()):
            break
        # Which of equally near colors is the first depends on the order: labels are not replaced
        # but made again.
        n_sorts += rest
        centers = (centers if rest else _moved_far(pixels, centers, means))[order]
        free = free[order]
    return Painting(centers, canvas, clusters, n_sweeps)


def _sorted(
    painting: Painting, order: NDArray[np.intp], mask: NDArray[np.bool_] | None
) -> Painting:
    """Return a picture with its clusters in another order; the labels are replaced in place."""
    centers, canvas, clusters, _ = painting
    _relabel(canvas.labels, order)
    if mask is not None:  # what does not take part keeps label 0
        np.multiply(canvas.labels, mask.reshape(-1), out=canvas.labels)
    clusters = clusters._replace(counts=clusters.counts[order], means=clusters.means[order])
    return painting._replace(centers=centers[order], clusters=clusters)


def _relabel(labels: NDArray[Any], order: NDArray[np.intp]) -> None:
    """Replace label ``order[k]`` by k."""
    if (np.diff(order) == 1).all():
        return
    from .kernels.points import relabel

    new_labels = np.empty(len(order), labels.dtype)
    new_labels[order] = np.arange(len(order))
    parts = chunks(len(labels))
    for _ in map_chunks(lambda i: relabel(new_labels, labels[parts[i]]), len(parts)):
        pass


def repeated(rows: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which rows look like an earlier one."""
    again = np.ones(len(rows), bool)
    again[np.unique(rows, axis=0, return_index=True)[1]] = False
    return again


def _looks_taken(values: NDArray[Any], free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which rows look like an earlier one; those that are not free count as the first."""
    order = np.argsort(free, kind="stable")
    taken = np.empty(len(values), bool)
    taken[order] = repeated(values[order])
    return taken


def _mean_shift(shifts: Floats, counts: NDArray[np.int64]) -> float:
    """Return the mean squared length of the shifts over the pixels counted, 0 if there are none."""
    return float(((shifts**2).sum(axis=1) * counts).sum() / max(int(counts.sum()), 1))


def _moved_apart(pixels: Pixels, centers: Floats, means: Floats) -> Floats:
    """Return `means`, but the old center where a mean, once rounded, would look like another."""
    moved = means.copy()
    while (clash := repeated(pixels.values(moved))).any():
        stay = clash | repeated(pixels.values(moved[::-1]))[::-1]
        moved[stay] = centers[stay]
    return moved


def _moved_far(pixels: Pixels, centers: Floats, means: Floats) -> Floats:
    """Move centers further than to the means, but not out of the colors' range."""
    far = centers + STEP * (means - centers)
    return _moved_apart(pixels, centers, np.clip(far, means.min(axis=0), means.max(axis=0)))


def _replaced(pixels: Pixels, centers: Floats, unusable: NDArray[np.bool_]) -> Floats:
    """Put unusable centers on colors of the image that no other center looks like.

    The farthest from their centers come first. A center on a color of the image is never empty.
    """
    from .kernels.points import assign

    usable = centers[~unusable]
    taken = _row_keys(pixels.values(usable))
    wanted = int(unusable.sum())

    def one(index: int) -> tuple[NDArray[Any], Floats]:
        chunk = pixels.chunk(index)
        colors = chunk[np.unique(_row_keys(chunk), return_index=True)[1]]
        colors = colors[~np.isin(_row_keys(colors), taken)]
        distances = np.empty(len(colors))
        labels = np.empty(len(colors), np.int32)
        assign(pixels.numbers(colors), usable, labels, distances)
        far = np.argsort(-distances, kind="stable")[:wanted]
        return colors[far], distances[far]

    colors, distances = map(np.concatenate, zip(*map_chunks(one, pixels.n_chunks), strict=True))
    first = np.unique(_row_keys(colors), return_index=True)[1]
    spare = colors[first[np.argsort(-distances[first], kind="stable")][:wanted]]
    replaced = centers.copy()
    replaced[np.flatnonzero(unusable)[: len(spare)]] = pixels.numbers(spare)
    return replaced


def _row_keys(rows: NDArray[Any]) -> NDArray[Any]:
    """Return one comparable item per row; -0.0 is 0.0."""
    rows = np.ascontiguousarray(rows + rows.dtype.type(0) if rows.dtype.kind == "f" else rows)
    return rows.view(np.dtype((np.void, rows.shape[1] * rows.itemsize))).reshape(-1)
