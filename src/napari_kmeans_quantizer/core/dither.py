"""Dithering: colors that a palette lacks are mixed by pixels of others.

What is fitted stays: this begins with a painted picture, and ends with another one in its colors.

**Floyd-Steinberg**: a pixel gets the color nearest to its own and to the errors that its neighbors
have passed on. What it gets in one channel is limited, for errors that no color of the palette can
make up for would pile up, and run far from where they come from.

**Thresholds**: a pixel gets one of two colors, which are mixed in the shares of the point of the
line between them that is nearest to the pixel. They are its nearest color, and the one nearest to
what lies beyond the pixel, as seen from that color: three times as far away, and at least as far as
neighboring colors are apart. Colors of the palette stay as they are. The usual way, to add to the
pixel a threshold times the distance of colors, leaves up to twice the error once the picture is
blurred as by the eye.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .brush import Brush, Labeled
from .mixing import Mixing, padded
from .parts import Place
from .progress import Progress
from .threads import map_chunks, workers
from .totals import Sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from numpy.typing import NDArray

    from .color_space import ColorSpace
    from .image import Pixels
    from .painting import Painting
    from .totals import Totals

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
        """The centers where distances are measured, in at least three coordinates."""
        return padded(self.in_space(self.centers))

    @property
    def height(self) -> int:
        """Rows of a plane."""
        return self.pixels.shape[-2] if len(self.pixels.shape) > 1 else 1

    @property
    def width(self) -> int:
        """Columns of a plane."""
        return self.pixels.shape[-1]

    def in_space(self, numbers: Floats) -> Floats:
        """Return colors where distances are measured."""
        return numbers if self.space is None else self.space.forward(numbers)

    def points(self, part: slice) -> Floats:
        """Return the places of a range of pixels; of those that take no part anything finite."""
        colors = self.pixels.block(part)
        if self.pixels.mask is not None:  # NaN, say
            colors = np.where(self.mask(part)[:, np.newaxis], colors, colors.dtype.type(0))
        return padded(self.in_space(self.pixels.numbers(colors)))

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
    scene = _Scene(pixels, space, np.array(painting.centers, order="C"), strength)
    spread, nearest = spread_of(scene.places), painting.canvas.labels
    if painting.clusters.squared_error == 0 or spread == 0:
        return painting
    labels = np.empty_like(nearest)
    if method == "floyd-steinberg":
        yield from _diffused(scene, spread, labels)
    else:
        yield from _mixed(scene, method, spread, nearest, labels)
    while True:
        result = yield from _painted(scene, labels, painting)
        lost = (painting.clusters.counts > 0) & (result.clusters.counts == 0)
        if not lost.any():
            return result
        _give_back(lost, nearest, labels, pixels.mask)


def _diffused(scene: _Scene, spread: float, labels: Labels) -> Steps:
    """Label by diffusion of the error: planes in threads, some rows of each after the others."""
    height, width, diffuse = scene.height, scene.width, _diffusion(scene, spread)
    size, n_rows = height * width, max(1, PART // width)
    n_planes = len(labels) // size
    errors: dict[int, Floats] = {}

    def some_rows(row: int, first: int, index: int) -> None:
        start, stop = row * width, min(row + n_rows, height) * width
        plane = (first + index) * size
        part = slice(plane + start, plane + stop)
        if row == 0:
            errors[index] = np.zeros((width, scene.places.shape[1]))
        found = np.empty(stop - start, np.int32)
        diffuse(scene.points(part), scene.mask(part), row, errors[index], found)
        labels[part] = found

    for first in range(0, n_planes, PLANES):
        n = min(PLANES, n_planes - first)
        with workers(n) as map_:
            for row in range(0, height, n_rows):
                yield Progress("Dithering", (first + n * row / height) / n_planes)
                list(map_(partial(some_rows, row, first), n))


def _diffusion(scene: _Scene, spread: float) -> Diffusion:
    """Return what labels rows of an image of so many channels."""
    from .kernels import dithering as kernels

    places, how = scene.places, (scene.strength, REACH * spread)
    if scene.pixels.n_channels > 3:
        room = len(places[0])
        return lambda points, mask, row, errors, labels: kernels.diffuse_channels(
            points, mask, row, *how, places, errors, np.empty((4, room)), labels
        )
    lookup = _lookup(places, scene.pixels.n_channels, spread)
    return lambda points, mask, row, errors, labels: kernels.diffuse(
        points, mask, row, *how, *lookup, errors, labels
    )


def _mixed(scene: _Scene, method: str, spread: float, nearest: Labels, labels: Labels) -> Steps:
    """Label by thresholds, pixel by pixel."""
    pixels = scene.pixels
    mixing = Mixing.of(method, scene.centers, spread, scene.strength)
    place = Place.everything(pixels.shape)

    def one(index: int) -> None:
        span = pixels.span(index)
        for start in range(span.start, span.stop, PART):
            part = slice(start, min(start + PART, span.stop))
            found = nearest[part].astype(np.int32)
            mixing.mix(scene.points(part), scene.places, found, start, place)
            labels[part] = found
        if pixels.mask is not None:
            labels[span] *= pixels.chunk_mask(index)

    for done, _ in enumerate(map_chunks(one, pixels.n_chunks)):
        yield Progress("Dithering", done / pixels.n_chunks)


def _give_back(
    lost: NDArray[np.bool_], nearest: Labels, labels: Labels, mask: NDArray[np.bool_] | None
) -> None:
    """Give colors that have lost all of their pixels the first one back that is nearest to them."""
    theirs = lost[nearest]
    if mask is not None:
        theirs &= mask.reshape(-1)
    places = np.flatnonzero(theirs)
    colors, first = np.unique(nearest[places], return_index=True)
    labels[places[first]] = colors


def _painted(
    scene: _Scene, labels: Labels, painting: Painting
) -> Generator[Progress, None, Painting]:
    """Paint in these labels, and gather the figures."""
    from .kernels.dithering import paint

    pixels, centers = scene.pixels, scene.centers
    values, canvas = pixels.values(centers), painting.canvas._replace(labels=labels)
    sweep = Sweep(Brush(centers, values, pixels.units, scene.space), pixels.largest_number)

    def one(index: int) -> Totals:
        colors, selected = pixels.chunk(index), pixels.selected(index)
        found = labels[pixels.span(index)]
        found = found if selected is None else found[selected]
        painted, totals = np.empty_like(colors), sweep.no_totals()
        for start in range(0, len(colors), PART):
            numbers = pixels.numbers(colors[start : start + PART])
            some = found[start : start + PART].astype(np.int32)
            paint(values.view(np.uint8), some, painted[start : start + PART].view(np.uint8))
            sweep.add(totals, Labeled(numbers, scene.in_space(numbers), some, False))
        pixels.write(canvas.image, index, painted)
        return totals

    totals = sweep.no_totals()
    for some in map_chunks(one, pixels.n_chunks):
        totals = totals.joined(some)
        yield Progress("Dithering", 1.0)
    return painting._replace(canvas=canvas, clusters=sweep.clusters(totals), is_unchanged=False)


# -- the nearest color


def spread_of(places: Floats) -> float:
    """Return the mean distance of colors to the nearest other one; 0 if there is none."""
    gaps = []
    for place in places[:: -(-len(places) // MOST_MEASURED)]:
        squares = np.zeros(len(places))
        for channel, value in enumerate(place):
            squares += (places[:, channel] - value) ** 2
        gaps.append(math.sqrt(squares[squares > 0].min(initial=np.inf)))
    known = [gap for gap in gaps if gap < math.inf]
    return math.fsum(known) / max(len(known), 1)


def _lookup(places: Floats, n_channels: int, spread: float) -> _Lookup:
    """Return what tells the nearest color: cells as far as a mean distance around the colors."""
    from .kernels.dithering import list_places

    n_colors = len(places)
    sides, blocks = np.array(CELLS[n_channels])
    least, most = places.min(axis=0), places.max(axis=0)
    around = np.maximum(spread, AROUND * (most - least))
    low, steps = least - around, (most - least + 2 * around) / sides
    near, distances = np.empty((2, n_colors), np.int32), np.empty(n_colors)
    entries = np.empty(int(sides.prod()) + 1, np.int64)
    lists = np.empty(2 * len(entries) + n_colors, np.int32)
    while True:
        needed = list_places(places - low, steps, sides, blocks, near, distances, entries, lists)
        if needed <= len(lists):
            return _Lookup(places, low, 1 / steps, sides, entries, lists)
        lists = np.empty(needed, np.int32)
