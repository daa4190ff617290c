"""From the table of many images to their colors."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

import numpy as np

from .brush import Brush
from .how_many import elbow_of
from .progress import completed
from .search.centers import Sought, find_centers
from .settling import Rest, Tally, apart, mean_shift, repeated, row_keys, settled
from .threads import workers
from .totals import Sweep
from .weighted_points import WeightedPoints, read_only

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from .color_table import ColorTable
    from .search.efforts import Effort
    from .sweeps.sampled import Whole
    from .units import Units

    Floats = NDArray[np.float64]

    Result = TypeVar("Result")
    Steps: TypeAlias = Generator[None, None, Result]

MOST_MENDED = 100
MOST_PARTS = 64


class Joint(NamedTuple):
    """Many images, and what is sought in them."""

    table: ColorTable
    distinct: ColorTable | None
    """Distinct colors if there are no more than palette colors."""
    whole: Whole | None
    """All pixels, if the table is not enough; None if it is, or if they cannot be seen again."""
    most_sweeps: int
    """How often they may be seen again."""
    sought: Sought
    effort: Effort
    rng: np.random.Generator
    units: Units
    dtype: np.dtype[Any]
    value_range: tuple[float, float]
    largest: float
    """At least the size of all values, in these units."""
    n_pixels: int

    def shown(self, centers: Floats) -> NDArray[Any]:
        """Return centers as they are painted."""
        return self.units.to_dtype(centers, self.dtype)


class Fit(NamedTuple):
    """Centers, the most frequent first, and their weights."""

    centers: Floats
    counts: Floats


def at_elbow(joint: Joint, most: int) -> int:
    """Return the number of colors at the elbow; all if there are so few."""
    if _known_colors(joint, most) is not None:
        return most
    return completed(elbow_of(joint.table, joint.sought, most, joint.rng))


def fitting(joint: Joint, n_colors: int) -> Steps[Fit]:
    """Return the best centers, each at rest at the mean of its pixels, as far as they are known.

    It may be ended between two images.
    """
    fixed, offered = joint.sought.fixed, joint.sought.offered
    centers, n_fixed = _known_colors(joint, n_colors), n_colors
    if centers is None:
        sought, effort = joint.sought, joint.effort
        rng = deepcopy(joint.rng)  # whatever was tried before
        centers, _ = find_centers(joint.table, sought, n_colors, effort, rng)
        n_fixed = len(centers) if len(offered) > 0 else len(fixed)
    fit = yield from _at_rest(joint, centers, n_fixed)
    if joint.whole is not None:
        fit = yield from _swept(joint, joint.whole, fit, n_fixed)
    centers, counts = fit
    kept = counts > 0
    kept[: len(fixed)] = True
    order = np.argsort(-counts, kind="stable")
    order = order[kept[order]]
    return Fit(centers[order], counts[order])


def _known_colors(joint: Joint, n_colors: int) -> Floats | None:
    """Return the colors if nothing is to be fitted, fixed ones first; None if something is."""
    _, fixed, offered = joint.sought
    if len(fixed) == n_colors:
        return fixed
    if joint.distinct is None or len(offered) > 0:
        return None
    known = np.concatenate([fixed, joint.distinct.colors])
    known = known[~repeated(joint.shown(known))]
    return known if len(known) <= n_colors else None


def _at_rest(
    joint: Joint, centers: Floats, n_fixed: int, all_means: Floats | None = None
) -> Steps[Fit]:
    """Return centers that are the means of their entries, none without any or like another one.

    If the means of all pixels are known of these centers, by which entries are off is made up for:
    it changes little as centers move.
    """
    free = np.arange(len(centers)) >= n_fixed
    rest = Rest.of(joint.effort, joint.table.variance, len(centers))
    with workers(MOST_PARTS) as map_:
        data = WeightedPoints(*_points(joint), map_)

        off: Floats | float = 0.0
        if all_means is not None:
            off = all_means - (yield from _tally(joint, data, centers)).means

        def tally(centers: Floats) -> Steps[Tally]:
            found = yield from _tally(joint, data, centers)
            return found._replace(means=found.means + off)

        for _ in range(MOST_MENDED):
            if (alike := free & repeated(joint.shown(centers))).any():
                centers = _replaced(joint, centers, alike)
            if free.any():
                centers = yield from settled(tally, centers, free, rest, joint.shown)
            counts = (yield from tally(centers)).counts.astype(np.float64)
            empty = free & (counts == 0)
            if not empty.any():
                break
            centers = _replaced(joint, centers, empty)
    return Fit(centers, counts)


def _points(joint: Joint) -> tuple[Floats, Floats]:
    """Return the table as points in the color space, and their weights."""
    table, space = joint.table, joint.sought.space
    points = table.colors if space is None else space.forward(table.colors)
    return read_only(points), read_only(table.counts.astype(np.float64))


def _tally(joint: Joint, data: WeightedPoints, centers: Floats) -> Steps[Tally]:
    space = joint.sought.space
    places = centers if space is None else space.forward(centers)
    yield
    data.assign(places)
    sums, totals = data.sums(data.labels, len(places))
    means = np.where(totals[:, np.newaxis] > 0, sums / np.maximum(totals, 1)[:, np.newaxis], places)
    if space is None:
        return Tally(totals, means, data.inertia() / float(totals.sum()))
    means = np.where(totals[:, np.newaxis] > 0, space.backward(means), centers)
    return Tally(totals, means, np.inf)  # it is not known in the image's units


def _swept(joint: Joint, whole: Whole, fit: Fit, n_fixed: int) -> Steps[Fit]:
    """Return centers brought to the means of all pixels, which are looked at a few times."""
    centers, free = fit.centers, np.arange(len(fit.centers)) >= n_fixed
    rest = Rest.of(joint.effort, joint.table.variance, len(centers))
    for _ in range(joint.most_sweeps):
        brush = Brush(centers, joint.shown(centers), joint.units, joint.sought.space)
        sweep = Sweep(brush, joint.largest)
        clusters = sweep.clusters((yield from whole.totals(sweep)))
        counts = clusters.counts
        if (free & (counts == 0)).any():
            break  # what was known before is better
        fit = Fit(centers, counts.astype(np.float64))
        means = np.where(free[:, np.newaxis], clusters.means, centers)
        shift = mean_shift(centers, apart(centers, means, joint.shown), counts * free)
        if rest.reached(shift, clusters.squared_error / counts.sum()):
            break
        centers, _ = yield from _at_rest(joint, centers, n_fixed, means)
    return fit


def _replaced(joint: Joint, centers: Floats, unusable: NDArray[np.bool_]) -> Floats:
    """Put unusable centers on colors of the table, far ones first, that no other looks like."""
    colors, usable = joint.table.colors, centers[~unusable]
    squares = np.full(len(colors), np.inf)
    for center in usable:
        squares = np.minimum(squares, ((colors - center) ** 2).sum(axis=1))
    far = colors[np.argsort(-squares, kind="stable")]
    keys = row_keys(joint.shown(far))
    first = np.sort(np.unique(keys, return_index=True)[1])
    spare = first[~np.isin(keys[first], row_keys(joint.shown(usable)))]
    replaced, places = centers.copy(), np.flatnonzero(unusable)[: len(spare)]
    replaced[places] = far[spare[: len(places)]]
    return replaced
