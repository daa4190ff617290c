"""From an image made ready to be swept to a painting in the best colors."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .color_table import ColorTable, matching_rows
from .how_many import elbow_of, fewest_of, seen_of
from .painting import Painting, paint, refine
from .progress import Progress
from .results import figures_of
from .search.centers import find_centers
from .settling import repeated
from .sweeps.base import Canvas, Clusters
from .sweeps.choose import as_new, choose_table
from .sweeps.sampled import Sampled

if TYPE_CHECKING:
    from collections.abc import Generator

    from .image import Pixels
    from .request import Request
    from .sweeps.base import Sweeper

    Painted = Generator[Progress, None, Painting]
    Fitted = Generator[Progress, None, tuple[Painting, int]]
    Trial = tuple[Painting, int, np.random.Generator]


def fitted(sweeper: Sweeper, request: Request) -> Fitted:
    """Find the colors and paint in them; return the number of sweeps, too."""
    if request.palette is not None:
        return (yield from _assigned(sweeper, request)), 0
    if request.min_psnr is not None:
        if isinstance(sweeper, Sampled):
            return (yield from _fewest_drawn(sweeper, request))
        return (yield from _fewest(sweeper, request))
    if request.is_auto and _known_colors(sweeper, request) is None:
        table, most = seen_of(sweeper, request), request.n_colors
        n_colors = yield from elbow_of(table, request.sought, most, request.rng)
        request = replace(request, n_colors=n_colors)
    return (yield from _fitted(sweeper, request))


def _fewest(sweeper: Sweeper, request: Request) -> Fitted:
    """Paint in the fewest colors that reach a PSNR, or in as many as there may be."""
    pixels, rng = request.pixels, request.rng

    def trial(n_colors: int) -> Generator[Progress, None, tuple[Trial, float]]:
        one = replace(request, n_colors=n_colors, rng=deepcopy(rng))
        painting, n_iter = yield from _fitted(as_new(sweeper, pixels, request.space), one)
        return (painting, n_iter, one.rng), figures_of(one, painting).psnr

    painting, n_iter, used = yield from fewest_of(sweeper, request, trial)
    rng.bit_generator.state = used.bit_generator.state  # as if nothing else had been tried
    return painting, n_iter


def _fewest_drawn(sweeper: Sampled, request: Request) -> Fitted:
    """Find the fewest colors on the pixels that were drawn; all pixels have the last word."""
    drawn = replace(request, rng=deepcopy(request.rng))
    painting, _ = yield from _fewest(sweeper.followed(), drawn)
    for n_colors in range(len(painting.centers), request.n_colors + 1):
        one = replace(request, n_colors=n_colors, rng=deepcopy(request.rng))
        painting, n_iter = yield from _fitted(sweeper, one)
        if figures_of(one, painting).psnr >= (request.min_psnr or 0.0):
            break
    request.rng.bit_generator.state = one.rng.bit_generator.state
    return painting, n_iter


def _fitted(sweeper: Sweeper, request: Request) -> Fitted:
    """Find `n_colors` and paint in them; return the number of sweeps, too."""
    known = _known_colors(sweeper, request)
    if known is not None:
        return (yield from _painted_in(known, sweeper, request)), 0
    pixels, rng = request.pixels, request.rng
    table = choose_table(pixels, sweeper, request.n_colors, request.sample, rng)
    yield Progress("Searching centers", 0.2)
    centers, n_iter = find_centers(table, request.sought, request.n_colors, request.effort, rng)
    whole = table if request.sample is None else sweeper.table(request.n_colors, rng)
    are_chosen = request.choose_from is not None
    n_fixed = len(centers) if are_chosen else len(request.given)
    painting = yield from refine(pixels, sweeper, centers, whole.variance, request.effort, n_fixed)
    painting = yield from _without_empty(sweeper, request, painting)
    return painting, 0 if are_chosen else n_iter + painting.n_sweeps


def _assigned(sweeper: Sweeper, request: Request) -> Painted:
    """Paint in a given palette."""
    centers = request.given
    canvas = Canvas.blank(request.pixels, len(centers))
    clusters = yield from paint(sweeper, centers, canvas)
    return Painting(centers, canvas, clusters, 0)


def _without_empty(sweeper: Sweeper, request: Request, painting: Painting) -> Painted:
    """Paint without colors that no pixel is nearest to, but for fixed ones.

    Of fitted ones some remain only where colors differ by less than can be measured, such as blacks
    in CIELAB.
    """
    fixed = {center.tobytes() for center in request.given}
    rows = zip(painting.centers, painting.clusters.counts, strict=True)
    centers = np.array([row for row, n in rows if n > 0 or row.tobytes() in fixed])
    if len(centers) == len(painting.centers):
        return painting
    n_fixed = len(centers)
    return (yield from refine(request.pixels, sweeper, centers, 0.0, request.effort, n_fixed))


def _painted_in(known: ColorTable, sweeper: Sweeper, request: Request) -> Painted:
    """Paint in colors none of which is fitted."""
    pixels, colors = request.pixels, known.colors
    painting = yield from refine(pixels, sweeper, colors, 0.0, request.effort, n_fixed=len(colors))
    is_all = len(request.given) == 0
    if is_all and not painting.clusters.counts.all():
        painting = _matched(pixels, known)
    if is_all or painting.clusters.squared_error == 0:
        painting = painting._replace(is_unchanged=True)
    return painting


def _matched(pixels: Pixels, known: ColorTable) -> Painting:
    """Paint all colors of an image that lie too near each other for distances to tell apart."""
    colors, canvas = known.colors, Canvas.blank(pixels, len(known.colors))
    if len(canvas.labels):
        for index in range(pixels.n_chunks):
            labels = matching_rows(pixels.numbers(pixels.chunk(index)), colors)
            pixels.write_labels(canvas.labels, index, labels)
    clusters = Clusters(np.asarray(known.counts, np.int64), colors, inertia=0.0, squared_error=0.0)
    return Painting(colors, canvas, clusters, 1, is_matched=True)


def _known_colors(sweeper: Sweeper, request: Request) -> ColorTable | None:
    """Return the palette if nothing is to be fitted, fixed colors first; None if something is.

    Counts are those of distinct colors, 0 of fixed ones.
    """
    fixed, n_colors = request.given, request.n_colors
    if request.choose_from is not None:
        return None
    if len(fixed) == n_colors:
        return ColorTable(fixed, np.zeros(len(fixed), np.int64))
    few = sweeper.distinct(n_colors)
    if few is None:
        return None
    order = np.argsort(-few.counts, kind="stable")
    colors = np.concatenate([fixed, few.colors[order]])
    counts = np.concatenate([np.zeros(len(fixed), np.int64), few.counts[order]])
    if len(fixed) > 0:
        different = ~repeated(request.pixels.values(colors))
        colors, counts = colors[different], counts[different]
    return ColorTable(colors, counts) if len(colors) <= n_colors else None
