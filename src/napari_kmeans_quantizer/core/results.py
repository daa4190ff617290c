"""From a painting to the result, its palette and its figures."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .color_table import matching_rows
from .painting import Painting
from .palette import Palette
from .quantization import Quantization, psnr
from .sweeps.base import Canvas, Clusters
from .units import image_range, peak

if TYPE_CHECKING:
    from .image import Pixels
    from .request import Request


class Picture(NamedTuple):
    """What was painted, in the shape of the image, arrays or lazy ones."""

    labels: Any
    image: Any
    mask: Any
    channel_axis: int | None


class Figures(NamedTuple):
    """How far what is painted is from the image, in the image's units."""

    inertia: float
    mse: float
    rmse: float
    peak: float
    value_range: tuple[float, float]

    @property
    def psnr(self) -> float:
        """Peak signal-to-noise ratio in dB."""
        return psnr(self.peak, self.rmse)


def left_alone(request: Request) -> Painting:
    """Return an image of which no pixel takes part as it is, in the colors that were given."""
    centers = request.given
    clusters = Clusters(np.zeros(len(centers), np.int64), centers, inertia=0.0, squared_error=0.0)
    canvas = Canvas.blank(request.pixels, len(centers))
    return Painting(centers, canvas, clusters, 0, is_unchanged=True)


def picture_of(pixels: Pixels, painting: Painting) -> Picture:
    """Return what was painted on a canvas."""
    canvas, image = painting.canvas, painting.canvas.image
    if painting.is_unchanged:  # whatever cannot be told by value: -0.0 is 0.0
        image = np.array(pixels.image, order="C", subok=False)
    return Picture(canvas.labels.reshape(pixels.shape), image, pixels.mask, pixels.channel_axis)


def result_of(request: Request, painting: Painting, n_iter: int, picture: Picture) -> Quantization:
    """Gather what came out, in the image's units."""
    pixels, figures, dtype = (
        request.pixels,
        figures_of(request, painting),
        request.pixels.image.dtype,
    )
    return Quantization(
        labels=picture.labels,
        palette=_palette(request, painting, figures.value_range),
        image=picture.image,
        mask=picture.mask,
        inertia=figures.inertia,
        n_iter=n_iter,
        mse=figures.mse,
        source_bits=pixels.n_channels * (1 if dtype == np.bool_ else 8 * dtype.itemsize),
        peak=figures.peak,
        channel_axis=picture.channel_axis,
        rmse=figures.rmse,
        settings=request.settings,
    )


def figures_of(request: Request, painting: Painting) -> Figures:
    """Return the figures of a painting."""
    pixels, clusters = request.pixels, painting.clusters
    scale, value_range = pixels.units.scale, image_range(pixels.image.dtype, *pixels.extent)
    n_values = max(int(clusters.counts.sum()), 1) * pixels.n_channels
    mse = _squared_error(pixels, painting) / n_values
    return Figures(
        inertia=clusters.inertia / scale / scale,
        mse=mse / scale / scale,
        rmse=math.sqrt(mse) / scale,
        peak=peak(value_range),
        value_range=value_range,
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
    is_of_these = painting.canvas.image.shape == pixels.image.shape  # not of others they stand for
    if error == 0 and is_of_these and not painting.is_unchanged:
        painted = replace(pixels, image=painting.canvas.image)
        chunks = range(pixels.n_chunks)
        if not all(np.array_equal(painted.chunk(i), pixels.chunk(i)) for i in chunks):
            return float(np.finfo(np.float64).tiny)  # less than a float can tell
    return error
