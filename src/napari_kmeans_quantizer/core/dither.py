"""Dithering: colors that a palette lacks are mixed by pixels of others.

What is fitted stays: this begins with a painted picture, and ends with another one in its colors.

**Floyd-Steinberg**: a pixel gets the color nearest to its own and to the errors that its neighbors
have passed on. What it gets in one channel is limited, for errors that no color of the palette can
make up for would pile up, and run far from where they come from.

**Thresholds**: a pixel gets one of two colors, which are mixed in the shares of the point of the
line between them that is nearest to the pixel. They are its nearest color, and the one nearest to
what lies beyond the pixel by three times the error. Colors of the palette stay as they are. Of the
usual way, which adds to the pixel a threshold times the distance of colors, four times as much
error is left in 64 colors, once the picture is blurred as by the eye.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .progress import Progress
from .sweeps.base import Clusters
from .sweeps.labeling import blank_totals, counts_and_means
from .threads import map_chunks, workers
from .weighted_points import read_only

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from numpy.typing import NDArray

    from .color_space import ColorSpace
    from .image import Pixels
    from .painting import Painting

    Floats = NDArray[np.float64]
    Labels = NDArray[Any]
    Steps = Generator[Progress, None, None]
    Diffusion = Callable[[Floats, NDArray[np.bool_], int, Floats, Labels], None]
    """Gets points, mask, number of the first row, errors; labels some rows."""

REACH = 2.0
"""Most that a pixel gets in a channel, in mean distances of neighboring colors."""
MOST_MEASURED = 256
"""Colors from which these are measured."""
CELLS = {1: ((1 << 15, 1, 1), (64, 1, 1)), 2: ((192, 192, 1), (8, 8, 1)), 3: ((32,) * 3, (4,) * 3)}
"""Of a lookup by the number of channels: along each of them, and of these in a block."""
NO_CELLS = (0, 0, 0), (1, 1, 1)
AROUND = 0.5
"""How far cells reach beyond the colors, in what these differ by."""
PART = 1 << 14
"""Pixels that are converted at a time, of diffusion in whole rows."""
PLANES = 16
"""Planes whose errors are kept at a time."""


class _Lookup(NamedTuple):
    """Tells the nearest color; see `kernels.dithering`."""

    places: Floats
    low: Floats
    scales: Floats
    sides: NDArray[np.int64]
    entries: NDArray[np.int64]
    lists: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class _Scene:
    """What is dithered, and how much."""

    pixels: Pixels
    space: ColorSpace | None
    centers: Floats
    strength: float

    @cached_property
    def places(self) -> Floats:
        """The centers, where distances are measured."""
        return self.in_space(self.centers)

    @property
    def height(self) -> int:
        """Rows of a plane."""
        return self.pixels.shape[-2] if len(self.pixels.shape) > 1 else 1

    @property
    def width(self) -> int:
        return self.pixels.shape[-1]

    def in_space(self, numbers: Floats) -> Floats:
        return numbers if self.space is None else self.space.forward(numbers)

    def points(self, part: slice) -> Floats:
        """Return the places of a range of pixels, all of them, whatever they are."""
        colors = self.pixels.block(part)
        if self.pixels.mask is not None:  # NaN, say
            colors = np.where(self.mask(part)[:, np.newaxis], colors, colors.dtype.type(0))
        return read_only(self.in_space(self.pixels.numbers(colors)))

    def mask(self, part: slice) -> NDArray[np.bool_]:
        """Return which pixels of a range take part; an empty array if all do."""
        mask = self.pixels.mask
        return np.empty(0, bool) if mask is None else mask.reshape(-1)[part]


def dithered(
    pixels: Pixels,
    space: ColorSpace | None,
    painting: Painting,
    method: str,
    strength: float,
) -> Generator[Progress, None, Painting]:
    """Paint a picture anew in its colors, dithered; one without error stays as it is.

    Parameters
    ----------
    pixels, space
        The image, and where distances are measured.
    painting : Painting
        Every pixel in its nearest color; its image is painted over.
    method : str
        "floyd-steinberg", "ordered" or "blue-noise".
    strength : float
        0..1.
    """
    scene = _Scene(pixels, space, painting.centers, strength)
    spread, nearest = _spread(scene.places), painting.canvas.labels
    if painting.clusters.squared_error == 0 or spread == 0:
        return painting
    labels = np.empty_like(nearest)
    if method == "floyd-steinberg":
        yield from _diffused(scene, spread, labels)
    else:
        tile = bayer() if method == "ordered" else blue_noise()
        yield from _mixed(scene, tile, nearest, labels)
    _give_back(painting, labels, pixels.mask)
    return (yield from _painted(scene, labels, painting))


def _diffused(scene: _Scene, spread: float, labels: Labels) -> Steps:
    """Label by diffusion of the error: planes in threads, some rows of each after the others."""
    height, width = scene.height, scene.width
    size, n_rows, diffuse = height * width, max(1, PART // width), _diffusion(scene, spread)
    n_planes, errors = len(labels) // size, {}  # type: int, dict[int, Floats]

    def one(plane: int, row: int) -> None:
        start = plane * size
        part = slice(start + row * width, start + min(row + n_rows, height) * width)
        if row == 0:
            errors[plane] = np.zeros((width, max(3, scene.places.shape[1])))
        found = np.empty(part.stop - part.start, np.int32)
        diffuse(scene.points(part), scene.mask(part), row, errors[plane], found)
        labels[part] = found

    for first in range(0, n_planes, PLANES):
        n = min(PLANES, n_planes - first)
        with workers(n) as map_:
            for row in range(0, height, n_rows):
                yield Progress("Dithering", (first + n * row / height) / n_planes)
                list(map_(lambda i, at=(first, row): one(at[0] + i, at[1]), n))  # type: ignore[misc]
        errors.clear()


def _diffusion(scene: _Scene, spread: float) -> Diffusion:
    """Return what labels rows of an image of so many channels."""
    from .kernels import dithering as kernels

    how = scene.strength, REACH * spread
    if scene.places.shape[1] > 3:
        room = scene.places.shape[1]
        return lambda points, mask, row, errors, labels: kernels.diffuse_channels(
            points, mask, row, *how, scene.places, errors, np.empty((4, room)), labels
        )
    lookup = _lookup(scene.places, spread)
    return lambda points, mask, row, errors, labels: kernels.diffuse(
        read_only(_padded(points)), mask, row, *how, *lookup, errors, labels
    )


def _mixed(scene: _Scene, tile: Floats, nearest: Labels, labels: Labels) -> Steps:
    """Label by thresholds, pixel by pixel."""
    from .kernels import dithering as kernels
    from .kernels.points import assign

    pixels, places = scene.pixels, scene.places
    ranks = np.argsort(np.argsort(scene.centers.sum(axis=1), kind="stable"), kind="stable")

    def one_part(part: slice) -> None:
        points, found = scene.points(part), nearest[part].astype(np.int32)
        beyond, others = np.empty_like(points), np.zeros(len(points), np.int32)
        kernels.look_beyond(points, found, places, beyond)
        assign(read_only(beyond), places, others, np.empty(len(points)))
        kernels.mix(
            points, others, part.start, scene.width, scene.height, tile, places, ranks,
            scene.strength, found,
        )  # fmt: skip
        labels[part] = found

    def one(index: int) -> None:
        span = pixels.span(index)
        for start in range(span.start, span.stop, PART):
            one_part(slice(start, min(start + PART, span.stop)))
        if pixels.mask is not None:
            labels[span] *= pixels.chunk_mask(index)

    for done, _ in enumerate(map_chunks(one, pixels.n_chunks)):
        yield Progress("Dithering", done / pixels.n_chunks)


def _give_back(painting: Painting, labels: Labels, mask: NDArray[np.bool_] | None) -> None:
    """Leave no color without pixels that had some: give those back that are nearest to it."""
    nearest, counts = painting.canvas.labels, painting.clusters.counts
    seen: Any = ... if mask is None else mask.reshape(-1)
    while True:
        lost = (counts > 0) & (np.bincount(labels[seen], minlength=len(counts)) == 0)
        if not lost.any():
            return
        again = np.zeros(len(labels), bool)
        again[seen] = lost[nearest[seen]]
        labels[again] = nearest[again]


def _painted(
    scene: _Scene, labels: Labels, painting: Painting
) -> Generator[Progress, None, Painting]:
    """Paint in these labels, and gather the figures."""
    from .kernels.points import tally

    pixels, centers, places = scene.pixels, scene.centers, scene.places
    values, canvas = pixels.values(centers), painting.canvas._replace(labels=labels)

    def one(index: int) -> tuple[Floats, Floats]:
        colors, selected = pixels.chunk(index), pixels.selected(index)
        found = labels[pixels.span(index)].astype(np.int32)
        found = found if selected is None else found[selected]
        pixels.write(canvas.image, index, np.take(values, found, axis=0, mode="clip"))
        about, in_space = blank_totals(centers), blank_totals(places)
        for start in range(0, len(colors), PART):
            part = slice(start, start + PART)
            numbers = read_only(pixels.numbers(colors[part]))
            tally(numbers, found[part], centers, 1.0, about)
            if scene.space is not None:
                tally(read_only(scene.in_space(numbers)), found[part], places, 1.0, in_space)
        return about, about if scene.space is None else in_space

    about, in_space = blank_totals(centers), blank_totals(places)
    for some, others in map_chunks(one, pixels.n_chunks):
        about += some
        in_space += others
        yield Progress("Dithering", 1.0)
    counts, means = counts_and_means(about, centers, centers)
    # The squares about the painted colors, from those about the centers before they are rounded.
    away = pixels.numbers(values) - centers
    change = (counts[:, np.newaxis] * away - 2 * about[:, 2:]) * away
    error = math.fsum([*about[:, 1], *change.reshape(-1)])
    clusters = Clusters(counts, means, float(in_space[:, 1].sum()), max(error, 0.0))
    return painting._replace(canvas=canvas, clusters=clusters)


# -- the nearest color


def _padded(points: Floats) -> Floats:
    """Return points with at least three coordinates."""
    missing = 3 - points.shape[1]
    return points if missing <= 0 else np.pad(points, ((0, 0), (0, missing)))


def _spread(places: Floats) -> float:
    """Return the mean distance of colors to the nearest other one; 0 if there is none."""
    gaps = []
    for place in places[:: -(-len(places) // MOST_MEASURED)]:
        squares = np.zeros(len(places))
        for channel, value in enumerate(place):
            squares += (places[:, channel] - value) ** 2
        gaps.append(math.sqrt(squares[squares > 0].min(initial=np.inf)))
    known = [gap for gap in gaps if gap < math.inf]
    return math.fsum(known) / max(len(known), 1)


def _lookup(places: Floats, spread: float) -> _Lookup:
    """Return what tells the nearest color: cells as far as a mean distance around the colors."""
    from .kernels.dithering import list_places

    n_colors, n_channels = places.shape
    sides, blocks = (np.array(cells, np.int64) for cells in CELLS.get(n_channels, NO_CELLS))
    low, steps, scales = np.zeros((3, 3))
    if n_channels <= 3:
        least, most = places.min(axis=0), places.max(axis=0)
        around = np.maximum(spread, AROUND * (most - least))
        low[:n_channels] = least - around
        steps[:n_channels] = most + around - low[:n_channels]
        steps /= sides
        scales[:n_channels] = 1 / steps[:n_channels]
    places = _padded(places)
    offsets = places.copy()
    offsets[:, :3] -= low
    near, distances = np.empty((2, n_colors), np.int32), np.empty(n_colors)
    entries = np.empty(int(sides.prod()) + 1, np.int64)
    lists = np.empty(2 * len(entries) + n_colors, np.int32)
    while True:
        needed = list_places(offsets, steps, sides, blocks, near, distances, entries, lists)
        if needed <= len(lists):
            return _Lookup(places, low, scales, sides, entries, lists)
        lists = np.empty(needed, np.int32)


# -- thresholds


@cache
def bayer() -> Floats:
    """Return Bayer's 8 x 8 thresholds, in 0..1."""
    ranks = np.zeros((1, 1), np.int64)
    while len(ranks) < 8:
        ranks = np.block([[4 * ranks, 4 * ranks + 2], [4 * ranks + 3, 4 * ranks + 1]])
    return _thresholds(ranks)


@cache
def blue_noise() -> Floats:
    """Return 64 x 64 thresholds in 0..1 without low frequencies, made by the void-and-cluster way.

    ``scripts/blue_noise.py`` has made their ranks.
    """
    return _thresholds(np.load(Path(__file__).with_name("blue_noise.npy")))


def _thresholds(ranks: NDArray[Any]) -> Floats:
    thresholds: Floats = (ranks + 0.5) / ranks.size
    return thresholds
