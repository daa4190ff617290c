"""From a lazy array to a result whose labels and painted image are lazy, too."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.core.arguments import as_generator, as_most_colors
from napari_kmeans_quantizer.core.dither import spread_of
from napari_kmeans_quantizer.core.drawing import seed_of
from napari_kmeans_quantizer.core.image import MASKED_ALL
from napari_kmeans_quantizer.core.large import brush_of, fitted_to
from napari_kmeans_quantizer.core.mixing import Mixing, padded
from napari_kmeans_quantizer.core.progress import Progress
from napari_kmeans_quantizer.core.request import check_all, request_of
from napari_kmeans_quantizer.core.results import Picture, result_of
from napari_kmeans_quantizer.core.search.efforts import EFFORTS
from napari_kmeans_quantizer.core.stand_in import StandIn, stand_in
from napari_kmeans_quantizer.core.survey import Plan
from napari_kmeans_quantizer.core.totals import Sweep
from napari_kmeans_quantizer.core.values import checked_units, known_extent

from .arrays import as_given
from .first import first_places
from .image import LazyImage
from .painting import painted

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from napari_kmeans_quantizer.core.brush import Brush
    from napari_kmeans_quantizer.core.painting import Painting
    from napari_kmeans_quantizer.core.quantization import Quantization
    from napari_kmeans_quantizer.core.request import Request
    from napari_kmeans_quantizer.core.survey import Survey

    Steps = Generator[Progress, None, Quantization]
    Dithered = Generator[Progress, None, tuple[Painting, Brush]]

READING = 0.7
"""Fraction of the work that the first look takes, about."""


def lazy_steps(
    steps_of: Callable[..., Steps],
    image: Any,
    mask: Any = None,
    channel_axis: Any = "auto",
    **options: Any,
) -> Steps:
    """Check the arguments of `quantize` for a lazy array; return the steps.

    Parameters
    ----------
    steps_of : callable
        What quantizes an array in memory, step by step.
    image, mask, channel_axis, **options
        As of `quantize`; the image is lazy.
    """
    check_all(**options)
    if options.get("dither") == "floyd-steinberg":
        raise ValueError(
            '`dither="floyd-steinberg"` passes errors on from pixel to pixel through the whole '
            'image, which lazy arrays, painted chunk by chunk, cannot. Pass `dither="ordered"` '
            'or "blue-noise", or `image.compute()` if it fits into memory.'
        )
    if options.get("random_state", 0) is None:
        options["random_state"] = as_generator(None)
    lazy = LazyImage.of(image, mask, channel_axis)
    if known_extent(lazy.array.dtype) is not None:
        request_of(_nothing_of(lazy), **options)
    if lazy.is_large:
        return _large(lazy, image, options)
    return _small(steps_of, lazy, image, channel_axis, options)


def _nothing_of(lazy: LazyImage) -> StandIn:
    """Return pixels of the same kind, none of which is known."""
    n_channels = lazy.layout.n_channels
    colors = np.empty((0, n_channels), lazy.array.dtype.newbyteorder("="))
    extent = known_extent(lazy.array.dtype) or (0, 1)
    return StandIn(colors, 1, n_channels, (0,), None, n_seen=1, extent=extent)


def _small(
    steps_of: Callable[..., Steps], lazy: LazyImage, image: Any, channel_axis: Any, options: Any
) -> Steps:
    """Read an image as a whole, and quantize it."""
    import dask.array as da

    reading = lazy.read()
    array, mask = yield from _told("Reading", reading)
    axis = lazy.layout.channel_axis
    result = yield from steps_of(array, mask=mask, channel_axis=channel_axis, **options)
    labels = da.from_array(result.labels, lazy.places)
    seen = None if result.mask is None else da.from_array(result.mask, lazy.places)
    return replace(
        result,
        labels=as_given(labels, image, axis),
        image=as_given(da.from_array(result.image, lazy.array.chunks), image),
        mask=None if seen is None else as_given(seen, image, axis),
    )


def _large(lazy: LazyImage, image: Any, options: dict[str, Any]) -> Steps:
    """Look at all parts of an image once or a few times; what is painted is lazy."""
    survey, pixels, request = yield from surveyed(lazy, options)
    painting, n_iter = yield from fitted_to(survey, pixels, request, lazy)
    brush = brush_of(request, painting)
    if request.dither is not None:
        painting, brush = yield from _dithered(lazy, request, painting, brush)
    picture = _picture(lazy, image, brush, painting.is_unchanged)
    result = result_of(request, painting, n_iter, picture)
    return result.ordered() if brush.mixing and request.palette is None else result


def surveyed(
    lazy: LazyImage, options: dict[str, Any]
) -> Generator[Progress, None, tuple[Survey, StandIn, Request]]:
    """Look at all parts of an image for the first time; return what stands for it, too."""
    survey = yield from _told("Counting colors", lazy.survey(_plan_of(lazy, options)))
    _check_seen(lazy, survey)
    units = checked_units(survey.values, lazy.layout.channel_axis, lazy.array.ndim)
    pixels = stand_in(survey, units)
    request = request_of(pixels, **options)
    return survey, replace(pixels, units=request.pixels.units), request


def _plan_of(lazy: LazyImage, options: dict[str, Any]) -> Plan:
    is_given = options.get("palette") is not None
    most = as_most_colors(options.get("n_colors", 16), options.get("min_psnr"))
    return Plan.of(
        _nothing_of(lazy),
        0 if is_given else most,
        EFFORTS[options.get("effort", "balanced")],
        seed_of(deepcopy(as_generator(options.get("random_state", 0)))),
        options.get("color_space", "rgb") != "rgb",
        options.get("sample"),
    )


def _check_seen(lazy: LazyImage, survey: Survey) -> None:
    """Refuse a mask that leaves nothing out of an image some of which can be seen."""
    if survey.n_seen or lazy.mask is None:
        return
    if not lazy.layout.has_alpha or not lazy.mask.any().compute():
        raise ValueError(MASKED_ALL)


def _dithered(lazy: LazyImage, request: Request, painting: Painting, brush: Brush) -> Dithered:
    """Mix colors by thresholds; one that would lose all of its pixels keeps the first."""
    spread = spread_of(padded(brush.places))
    if painting.clusters.squared_error == 0 or spread == 0:
        return painting, brush
    mixing = Mixing.of(str(request.dither), brush.centers, spread, request.dither_strength)
    given_back: dict[int, int] = {}
    while True:
        mixed = replace(brush, mixing=replace(mixing, given_back=dict(given_back)))
        sweep = Sweep(mixed, request.pixels.largest_number)
        adding = lazy.totals(sweep)
        totals = yield from _told("Dithering", adding)
        clusters = sweep.clusters(totals)
        lost = (painting.clusters.counts > 0) & (clusters.counts == 0)
        if not lost.any():
            return painting._replace(clusters=clusters, is_unchanged=False), mixed
        given_back |= yield from _told("Dithering", first_places(lazy, brush, lost))


def _picture(lazy: LazyImage, image: Any, brush: Brush, is_unchanged: bool) -> Picture:
    """Return what is painted when it is looked at."""
    axis, seen = lazy.layout.channel_axis, lazy.seen()
    labels, painting = painted(lazy.array, lazy.mask, lazy.layout, brush)
    return Picture(
        as_given(labels.rechunk(lazy.places), image, axis),
        image if is_unchanged else as_given(painting, image),
        None if seen is None else as_given(seen.rechunk(lazy.places), image, axis),
        axis,
    )


def _told(stage: str, steps: Generator[Any, None, Any]) -> Generator[Progress, None, Any]:
    """Tell the steps of dask."""
    while True:
        try:
            fraction = next(steps)
        except StopIteration as end:
            return end.value
        yield Progress(stage, READING * (fraction or 0.0))
