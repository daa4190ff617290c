"""Images too large to be followed pixel by pixel: surveyed, swept once or twice, painted.

    whole -> Survey -> StandIn and sweeper -> the same way as for any image -> picture

It is one way for arrays in memory and for lazy ones, and gives the same bits.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING

from .brush import Brush
from .color_table import distinct_values
from .dither import dithered
from .drawing import drawn, seed_of
from .fitting import fitted
from .image import Pixels
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
        """See `Whole`."""
        found = sweep.no_totals()
        for some in map_chunks(lambda i: sweep(*self._part(i)), self._pixels.n_chunks):
            found = found.joined(some)
            yield
        return found

    def _part(self, index: int) -> tuple[Pixels, Place]:
        pixels, span = self._pixels, self._pixels.span(index)
        mask = None if pixels.mask is None else pixels.chunk_mask(index)
        block, shape = pixels.block(span), (span.stop - span.start,)
        part = Pixels(block, 1, pixels.n_channels, shape, mask, pixels.units)
        return part, Place((span.start,), shape, (pixels.size,))

    def painted(self, brush: Brush) -> Generator[None, None, Canvas]:
        """Label and paint all pixels."""
        pixels = self._pixels
        canvas = Canvas.blank(pixels, len(brush.centers))

        def one(index: int) -> None:
            brush.label_chunk(pixels, index, canvas.labels)
            brush.paint_chunk(pixels, index, canvas.labels, canvas.image)

        for _ in map_chunks(one, pixels.n_chunks):
            yield
        return canvas


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
    return result_of(asked, painting, n_iter, picture_of(pixels, painting))


def plan_of(request: Request) -> Plan:
    """Return what must be known of an image; the request's generator is left as it is."""
    return Plan.of(
        request.pixels,
        0 if request.palette is not None else request.n_colors,
        request.space is not None,
        request.sample,
        seed_of(deepcopy(request.rng)),
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
