"""From a painting to the result, its palette and its figures."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .color_table import matching_rows
from .painting import Painting
from .palette import Palette
from .quantization import Quantization
from .sweeps.base import Canvas, Clusters
from .units import image_range, peak

if TYPE_CHECKING:
    from .image import Pixels
    from .request import Request


def left_alone(request: Request) -> Quantization:
    """Return an image of which no pixel takes part as it is, in the colors that were given."""
    pixels, centers = request.pixels, request.given
    counts = np.zeros(len(centers), np.int64)
    clusters = Clusters(counts, centers, inertia=0.0, squared_error=0.0)
    return result_of(request, Painting(centers, Canvas.blank(pixels, len(centers)), clusters, 0), 0)


def result_of(request: Request, painting: Painting, n_iter: int) -> Quantization:
    """Gather the figures of a painted picture, in the image's units."""
    pixels, clusters = request.pixels, painting.clusters
    dtype, scale = pixels.image.dtype, pixels.units.scale
    value_range = image_range(dtype, *pixels.extent)
    n_values = max(int(clusters.counts.sum()), 1) * pixels.n_channels
    mse = _squared_error(pixels, painting) / n_values
    return Quantization(
        labels=painting.canvas.labels.reshape(pixels.shape),
        palette=_palette(request, painting, value_range),
        image=painting.canvas.image,
        mask=pixels.mask,
        inertia=clusters.inertia / scale / scale,
        n_iter=n_iter,
        mse=mse / scale / scale,
        source_bits=pixels.n_channels * (1 if dtype == np.bool_ else 8 * dtype.itemsize),
        peak=peak(value_range),
        channel_axis=pixels.channel_axis,
        rmse=math.sqrt(mse) / scale,
        settings=request.settings,
    )


def _palette(request: Request, painting: Painting, value_range: tuple[float, float]) -> Palette:
    """Return the palette; a given one's colors and range as they are."""
    pixels, given, centers = request.pixels, request.palette, painting.centers
    if request.choose_from is not None:
        rows = matching_rows(centers, request.offered)
        given = request.choose_from._at(rows, painting.clusters.counts)
    colors = pixels.units.to_values(centers)
    if given is not None:
        colors, value_range = given.colors, given.value_range
    counts, dtype = painting.clusters.counts, pixels.image.dtype
    names = None if given is None else given.names
    return Palette._of_values(colors, pixels.values(centers), counts, names, dtype, value_range)


def _squared_error(pixels: Pixels, painting: Painting) -> float:
    """Return the squared error; 0 if, and only if, nothing was changed."""
    error = painting.clusters.squared_error
    if error == 0:
        painted = replace(pixels, image=painting.canvas.image)
        chunks = range(pixels.n_chunks)
        if not all(np.array_equal(painted.chunk(i), pixels.chunk(i)) for i in chunks):
            return float(np.finfo(np.float64).tiny)  # less than a float can tell
    return error
