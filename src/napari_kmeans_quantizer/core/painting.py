"""From good centers to a picture that holds the palette's promises.

Paint the picture. While it does not hold what is promised, mend the centers and paint again: every
center the mean of its pixels, none empty, none that looks like another one, most frequent first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .progress import Progress, retold
from .settling import MOST_SWEEPS, Momentum, Rest, apart, mean_shift, repeated, row_keys, settled
from .sweeps.base import Canvas, Follower
from .sweeps.sampled import Sampled
from .threads import chunks, map_chunks
from .weighted_points import read_only

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from .image import Pixels
    from .search.efforts import Effort
    from .settling import Shown, Tally
    from .sweeps.base import Clusters, Sweeper

    Floats = NDArray[np.float64]

MAX_SORTS = 3
MOST_WHOLE_SWEEPS = 2
"""Over all pixels of images too large to be followed."""
MOST_STEPS = 10
"""On pixels that were drawn, between those."""
MOST_MENDED = 100
"""Where colors differ by less than can be squared, centers stay empty whatever is done."""


class Painting(NamedTuple):
    """A painted picture, and what is known of it."""

    centers: Floats
    canvas: Canvas
    clusters: Clusters
    n_sweeps: int
    is_unchanged: bool = False
    """Whether the image comes back as it is."""
    is_matched: bool = False
    """Whether all centers are colors of the image, too near each other for distances to tell."""


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
    if isinstance(sweeper, Sampled):
        return (yield from _refine_drawn(pixels, sweeper, centers, variance, effort, n_fixed))
    free = np.arange(len(centers)) >= n_fixed
    canvas, shown = Canvas.blank(pixels, len(centers)), pixels.values
    rest, momentum = Rest.of(effort, variance, len(centers)), Momentum(shown)
    n_sweeps = n_sorts = n_mended = 0
    while True:
        if isinstance(sweeper, Follower) and not repeated(shown(centers)).any():
            centers, free, n_sweeps = yield from _settle(
                sweeper, centers, canvas, free, rest, shown, n_sweeps
            )
        n_sweeps += 1
        clusters = yield from paint(sweeper, centers, canvas, 1 - 0.7**n_sweeps)
        unusable = free & ((clusters.counts == 0) | _looks_taken(shown(centers), free))
        if unusable.any() and n_mended < MOST_MENDED:
            n_mended += 1
            centers = _replaced(pixels, centers, unusable)
            continue
        means = np.where(free[:, np.newaxis], clusters.means, centers)
        shift = mean_shift(centers, apart(centers, means, shown), clusters.counts * free)
        error = clusters.squared_error / clusters.counts.sum()
        at_rest = rest.reached(shift, error) or n_sweeps >= MOST_SWEEPS
        order = np.argsort(-clusters.counts, kind="stable")
        if at_rest and not clusters.ties:
            return _sorted(Painting(centers, canvas, clusters, n_sweeps), order, pixels.mask)
        if at_rest and (n_sorts == MAX_SORTS or (np.diff(clusters.counts) <= 0).all()):
            return Painting(centers, canvas, clusters, n_sweeps)
        # Which of equally near colors is the first depends on the order: labels are not replaced
        # but made again.
        n_sorts += at_rest
        centers = (centers if at_rest else momentum.next(centers, means, clusters.counts))[order]
        free = free[order]
        momentum.reorder(order)


def _refine_drawn(
    pixels: Pixels,
    sweeper: Sampled,
    centers: Floats,
    variance: float,
    effort: Effort,
    n_fixed: int,
) -> Generator[Progress, None, Painting]:
    """Mend centers on the pixels that were drawn, then once more on all if need be."""
    fixed = {row.tobytes() for row in centers[:n_fixed]}
    closer = effort._replace(tolerance=effort.tolerance / 4, excess=effort.excess / 4)
    followed, shown = sweeper.followed(), pixels.values
    first = yield from refine(pixels, followed, centers, variance, closer, n_fixed)
    centers, rest = first.centers, Rest.of(effort, variance, len(centers))
    best: Painting | None = None
    for n_sweeps in range(first.n_sweeps + 1, first.n_sweeps + 1 + MOST_WHOLE_SWEEPS):
        free = np.array([row.tobytes() not in fixed for row in centers])
        clusters = yield from paint(sweeper, centers, first.canvas, 0.8)
        if best is not None and (free & (clusters.counts == 0)).any():
            break  # what was known before is better
        best = Painting(centers, Canvas.none(), clusters, n_sweeps)
        means = np.where(free[:, np.newaxis], clusters.means, centers)
        shift = mean_shift(centers, apart(centers, means, shown), clusters.counts * free)
        at_rest = rest.reached(shift, clusters.squared_error / clusters.counts.sum())
        if at_rest and (not clusters.ties or (np.diff(clusters.counts) <= 0).all()):
            break
        order = np.argsort(-clusters.counts, kind="stable")
        if not at_rest and n_sweeps == first.n_sweeps + 1:
            still = Rest.of(closer, variance, len(centers))
            steps = _settled_as_all(followed, first.canvas, centers, means, free, still, shown)
            centers = yield from retold(steps, lambda _: Progress("Painting", 0.8))
        centers = centers[order]
    assert best is not None
    order = np.argsort(-best.clusters.counts, kind="stable")
    return best if best.clusters.ties else _sorted(best, order, None)


def _settled_as_all(
    followed: Follower,
    canvas: Canvas,
    centers: Floats,
    all_means: Floats,
    free: NDArray[np.bool_],
    rest: Rest,
    shown: Shown,
) -> Generator[object, None, Floats]:
    """Bring centers to the means of all pixels, known of where they are now, on those drawn.

    By how much means of these are off is made up for: it changes little as centers move.
    """
    off = all_means - (yield from followed.tally(centers, canvas)).means
    for _ in range(MOST_STEPS):  # short ones: farther away it would change
        counts, means, error, _ = yield from followed.tally(centers, canvas)
        means = apart(centers, np.where(free[:, np.newaxis], means + off, centers), shown)
        if rest.reached(mean_shift(centers, means, counts * free), error):
            break
        centers = means
    return centers


def _settle(
    sweeper: Follower,
    centers: Floats,
    canvas: Canvas,
    free: NDArray[np.bool_],
    rest: Rest,
    shown: Shown,
    n_done: int,
) -> Generator[Progress, None, tuple[Floats, NDArray[np.bool_], int]]:
    """Bring centers to rest, and into order; return them, which are free, and the sweeps."""
    n_sweeps = n_done

    def tally(centers: Floats) -> Generator[None, None, Tally]:
        nonlocal n_sweeps
        n_sweeps += 1
        return sweeper.tally(centers, canvas)

    def told(_: object) -> Progress:
        return Progress("Painting", 1 - 0.8 * 0.7**n_sweeps)

    steps = settled(tally, centers, free, rest, shown)
    centers = yield from retold(steps, told)
    for _ in range(MAX_SORTS):
        counts, *_, ties = yield from retold(sweeper.tally(centers, canvas), told)
        if not ties or (np.diff(counts) <= 0).all():
            break  # without ties, labels can be put in order when all is painted
        order = np.argsort(-counts, kind="stable")
        sweeper.reorder(order)
        centers, free = centers[order], free[order]
    return centers, free, n_sweeps


def _sorted(
    painting: Painting, order: NDArray[np.intp], mask: NDArray[np.bool_] | None
) -> Painting:
    """Return a picture with its clusters in another order; the labels are replaced in place."""
    centers, canvas, clusters, *_ = painting
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


def _looks_taken(values: NDArray[Any], free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which rows look like an earlier one; those that are not free count as the first."""
    order = np.argsort(free, kind="stable")
    taken = np.empty(len(values), bool)
    taken[order] = repeated(values[order])
    return taken


def _replaced(pixels: Pixels, centers: Floats, unusable: NDArray[np.bool_]) -> Floats:
    """Put unusable centers on colors of the image that no other center looks like.

    The farthest from their centers come first. A center on a color of the image is never empty.
    """
    from .kernels.points import assign

    usable = centers[~unusable]
    taken = row_keys(pixels.values(usable))
    wanted = int(unusable.sum())

    def one(index: int) -> tuple[NDArray[Any], Floats]:
        chunk = pixels.chunk(index)
        colors = chunk[np.unique(row_keys(chunk), return_index=True)[1]]
        colors = colors[~np.isin(row_keys(colors), taken)]
        distances = np.empty(len(colors))
        labels = np.empty(len(colors), np.int32)
        assign(read_only(pixels.numbers(colors)), usable, labels, distances)
        far = np.argsort(-distances, kind="stable")[:wanted]
        return colors[far], distances[far]

    colors, distances = map(np.concatenate, zip(*map_chunks(one, pixels.n_chunks), strict=True))
    first = np.unique(row_keys(colors), return_index=True)[1]
    spare = colors[first[np.argsort(-distances[first], kind="stable")][:wanted]]
    replaced = centers.copy()
    replaced[np.flatnonzero(unusable)[: len(spare)]] = pixels.numbers(spare)
    return replaced
