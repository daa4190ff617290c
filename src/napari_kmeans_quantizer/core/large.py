"""Images too large to be followed pixel by pixel: surveyed, swept once or twice, painted.

    whole -> Survey -> StandIn and sweeper -> the same way as for any image -> picture

It is one way for arrays in memory and for lazy ones, and gives the same bits.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .brush import Brush
from .color_table import distinct_values
from .dither import dithered
from .drawing import drawn, seed_of
from .fitting import fitted
from .parts import Place
from .progress import Progress, retold
from .results import left_alone, picture_of, result_of
from .stand_in import stand_in, sweeper_of
from .survey import Plan, Survey
from .sweeps.base import Canvas
from .threads import map_chunks
from .values import Values

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from .image import Pixels
    from .painting import Painting
    from .quantization import Quantization
    from .request import Request
    from .stand_in import StandIn
    from .sweeps.sampled import Whole
    from .totals import Sweep, Totals

    Steps = Generator[Progress, None, Quantization]
    Fitted = Generator[Progress, None, tuple[Painting, int]]

PAINTING = Progress("Painting", 0.9)


class Held:
    """An image in memory whose pixels are points; implements `sweeps.sampled.Whole`."""

    def __init__(self, pixels: Pixels) -> None:
        self._pixels = pixels
        self._labels, self._centers = np.empty(0, np.uint16), np.empty((0, 0))

    def survey(self, plan: Plan) -> Survey:
        """Look at all pixels, whose values were checked before."""
        pixels = self._pixels
        return Survey(
            plan,
            pixels.n_seen,
            Values(pixels.image.dtype, pixels.extent),
            distinct=distinct_values(pixels, plan.n_distinct),
            drawn=drawn(pixels, plan.n_drawn, plan.seed),
        )

    def totals(self, sweep: Sweep) -> Generator[None, None, Totals]:
        """See `Whole`; the labels are kept for the painting."""
        pixels, brush = self._pixels, sweep.brush
        found, place = sweep.no_totals(), Place((0,), (pixels.size,), (pixels.size,))
        self._centers = np.empty((0, 0))  # not known, should this be left half done
        if self._labels.dtype != brush.label_dtype or len(self._labels) == 0:
            self._labels = np.zeros(pixels.size, brush.label_dtype)

        def one(index: int) -> Totals:
            return sweep.over(pixels, [index], place, self._labels)

        for some in map_chunks(one, pixels.n_chunks):
            found = found.joined(some)
            yield
        self._centers = brush.centers
        return found

    def painted(self, brush: Brush) -> Generator[None, None, Canvas]:
        """Label and paint all pixels."""
        pixels = self._pixels
        order = self._order_of(brush)
        labels = np.zeros(pixels.size, brush.label_dtype) if order is None else self._labels
        canvas = Canvas(labels, pixels.blank())

        def one(index: int) -> None:
            if order is None:
                brush.label_chunk(pixels, index, labels)
            else:
                brush.relabel_chunk(pixels, index, labels, order)
            brush.paint_chunk(pixels, index, labels, canvas.image)

        for _ in map_chunks(one, pixels.n_chunks):
            yield
        return canvas

    def _order_of(self, brush: Brush) -> NDArray[Any] | None:
        """Return new labels for the old ones if pixels were labeled by the same centers."""
        if self._centers.shape != brush.centers.shape or brush.is_matched:
            return None
        places = {row.tobytes(): k for k, row in enumerate(brush.centers)}
        order = [places.get(row.tobytes(), -1) for row in self._centers]
        if len(places) < len(order) or -1 in order:
            return None
        return np.array(order, brush.label_dtype)


def held_steps(request: Request) -> Steps:
    """Quantize a large image in memory whose pixels are points; some of them take part."""
    whole, pixels = Held(request.pixels), request.pixels
    survey = whole.survey(plan_of(request))
    stood_for = stand_in(survey, pixels.units)
    asked = replace(request, pixels=stood_for)
    painting, n_iter = yield from fitted_to(survey, stood_for, asked, whole)
    canvas = yield from retold(whole.painted(brush_of(asked, painting)), lambda _: PAINTING)
    painting = painting._replace(canvas=canvas)
    if request.dither is not None:
        dithering = request.dither, request.dither_strength
        painting = yield from dithered(pixels, request.space, painting, *dithering)
    result = result_of(asked, painting, n_iter, picture_of(pixels, painting))
    is_in_order = request.dither is None or request.palette is not None
    return result if is_in_order else result.ordered()


def plan_of(request: Request) -> Plan:
    """Return what must be known of an image; the request's generator is left as it is."""
    return Plan.of(
        request.pixels,
        0 if request.palette is not None else request.n_colors,
        request.effort,
        seed_of(deepcopy(request.rng)),
        request.space is not None,
        request.sample,
    )


def fitted_to(survey: Survey, pixels: StandIn, request: Request, whole: Whole) -> Fitted:
    """Find the colors of an image of which a survey was made; return the number of sweeps, too."""
    if pixels.is_empty:
        return left_alone(request), 0
    sweeper = sweeper_of(survey, pixels, request.space, whole)
    return (yield from fitted(sweeper, request))


def brush_of(request: Request, painting: Painting) -> Brush:
    """Return how a painting is made."""
    pixels, centers = request.pixels, painting.centers
    values, is_matched = pixels.values(centers), painting.is_matched
    return Brush(centers, values, pixels.units, request.space, is_matched=is_matched)
