"""The label of every pixel, kept true to centers that move."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.core.threads import map_chunks
from napari_kmeans_quantizer.core.weighted_points import largest_other

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.color_space import ColorSpace
    from napari_kmeans_quantizer.core.image import Pixels

    Floats = NDArray[np.float64]
    Gaps = NDArray[np.float32]
    Labels = NDArray[np.int32]

PART_VALUES = 1 << 18
"""Values that are converted to float64 at once: 1 MB, which stays in the cache."""
MOST_WITH_GAPS = 1 << 21
"""Pixels of up to three channels for which gaps are kept; of more channels they are small."""
MOST_TRIED = 32
"""Up to so many centers of few channels mostly rest at once: gaps are made once they move."""
MOST_LOST = 1e-6
"""Of the squares: if less is left of them, their differences are not trusted."""
SAFE = 1e-4
"""Gaps are kept so much smaller: more than a thousand subtractions in float32 can be off."""
TINY = 1e-300
"""Against division by zero."""
CURVE_BITS = 15
"""Of the places on the curve."""
LEAST_GAP, LARGEST_GAP = 1e-30, 1e30
"""What float32 holds with all its digits."""


class Labeling:
    """The nearest center of every pixel.

    With every label its gap is kept: how much nearer the nearest center is than the second one.
    While centers have moved by less, the label holds, and the pixel need not be looked at.
    """

    def __init__(self, pixels: Pixels, space: ColorSpace | None) -> None:
        self._pixels, self._space = pixels, space
        self._may_keep = pixels.n_channels > 3 or pixels.size <= MOST_WITH_GAPS
        self._gaps: list[Gaps] = []
        self._flat: NDArray[Any] | None = None
        self._places = self._origins = np.empty((0, 0))
        self._totals, self._reordered = np.empty((0, 0)), False

    def follow(self, places: Floats, flat: NDArray[Any]) -> Generator[None, None, None]:
        """Label all pixels in `flat`, those of a canvas, by the nearest of `places`."""
        known = flat is self._flat and places.shape == self._places.shape
        if known and not self._reordered and np.array_equal(places, self._places):
            return
        self._flat = None  # not known, should this be left half done
        n_chunks = self._pixels.n_chunks
        if known and self._gaps:
            moved = self._moved(places)
            changes = map_chunks(lambda i: self._update(i, places, moved, flat), n_chunks)
        else:
            likely_at_rest = len(places) <= MOST_TRIED and places.shape[1] <= 3
            if self._may_keep and (known or not likely_at_rest):
                self._gaps = [np.empty(0, np.float32)] * n_chunks
            self._origins, self._totals = places, blank_totals(places)
            changes = map_chunks(lambda i: self._label(i, places, flat), n_chunks)
        for change in changes:
            self._totals += change
            yield
        self._flat, self._places, self._reordered = flat, places, False

    def reorder(self, order: NDArray[np.intp]) -> None:
        """Follow the centers into another order; of equally near ones `follow` finds the first."""
        if self._flat is None or not self._gaps:
            return
        new_labels = np.empty(len(order), self._flat.dtype)
        new_labels[order] = np.arange(len(order))
        for index in range(len(self._gaps)):
            labels = self.labels(index, self._flat)
            self._pixels.write_labels(self._flat, index, new_labels[labels])
        self._places, self._origins = self._places[order], self._origins[order]
        self._totals, self._reordered = self._totals[order], True

    def counts_and_means(self) -> tuple[NDArray[np.int64], Floats]:
        """Return pixels and mean of each cluster, in the color space; of an empty one its place."""
        return counts_and_means(self._totals, self._origins, self._places)

    def squared_error(self, values: Floats | None = None) -> float | None:
        """Return the sum of squared distances to values, one a cluster, by default the places.

        None if so little is left of the squares that digits were lost.
        """
        away = (self._places if values is None else values) - self._origins
        counts, squares, offsets = self._totals[:, 0], self._totals[:, 1], self._totals[:, 2:]
        terms = counts[:, np.newaxis] * away**2 - 2 * offsets * away
        error = float((squares + terms.sum(axis=1)).sum())
        all_squares = float((squares + counts * (away**2).sum(axis=1)).sum())
        return error if error > MOST_LOST * all_squares or all_squares == 0 else None

    def labels(self, index: int, flat: NDArray[Any]) -> NDArray[Any]:
        """Return the labels of one chunk's pixels that take part."""
        selected = self._pixels.selected(index)
        labels = flat[self._pixels.span(index)]
        return labels if selected is None else labels[selected]

    def parts(self, n: int) -> Iterator[slice]:
        """Cut n pixels of a chunk into parts that fit into the cache."""
        size = max(PART_VALUES // self._pixels.n_channels, 64)
        return (slice(start, min(start + size, n)) for start in range(0, n, size))

    def points(self, colors: NDArray[Any]) -> Floats:
        """Return the places of colors in the color space: float64 and read-only, for numba."""
        values = self._pixels.numbers(colors)
        points = values if self._space is None else self._space.forward(values)
        points.flags.writeable = False
        return points

    def _moved(self, places: Floats) -> Gaps:
        """Return by how much each center's gaps shrink at most."""
        shifts = np.sqrt(((places - self._places) ** 2).sum(axis=1))
        moved = np.minimum((shifts + largest_other(shifts)) * (1 + SAFE), 10 * LARGEST_GAP)
        above: Gaps = np.nextafter(moved.astype(np.float32), np.float32(np.inf))
        return above

    def _label(self, index: int, places: Floats, flat: NDArray[Any]) -> Floats:
        """Label a chunk anew; return its totals."""
        from napari_kmeans_quantizer.core.kernels.points import tally

        colors, totals = self._pixels.chunk(index), blank_totals(places)
        labels = np.empty(len(colors), flat.dtype)
        gaps = np.empty(len(colors) if self._gaps else 0, np.float32)
        for part in self.parts(len(colors)):
            points = self.points(colors[part])
            if self._gaps:
                nearest, gaps[part] = nearest_and_gaps(points, places)
            else:
                nearest = nearest_labels(points, places)
            labels[part] = nearest
            tally(points, nearest, places, 1.0, totals)
        if self._gaps:
            self._gaps[index] = gaps
        self._pixels.write_labels(flat, index, labels)
        return totals

    def _update(self, index: int, places: Floats, moved: Gaps, flat: NDArray[Any]) -> Floats:
        """Label the pixels of a chunk that may have another center; return changes of totals."""
        from napari_kmeans_quantizer.core.kernels.points import tally

        labels, gaps, totals = self.labels(index, flat), self._gaps[index], blank_totals(places)
        gaps -= moved[labels]
        stale = np.flatnonzero(gaps <= 0)
        if len(stale) == 0:
            return totals
        colors = self._pixels.chunk(index)
        for part in self.parts(len(stale)):
            rows = stale[part]
            points = self.points(colors[rows])
            nearest, gaps[rows] = nearest_and_gaps(points, places)
            old = labels[rows].astype(np.int32)
            labels[rows] = nearest
            changed = np.flatnonzero(old != nearest)
            if len(changed):
                points = points[changed]
                points.flags.writeable = False
                tally(points, old[changed], self._origins, -1.0, totals)
                tally(points, nearest[changed], self._origins, 1.0, totals)
        if self._pixels.mask is not None:  # else these are the labels in `flat`
            self._pixels.write_labels(flat, index, labels)
        return totals


def blank_totals(places: Floats) -> Floats:
    """Return room for counts, squares and offsets of each cluster."""
    return np.zeros((len(places), 2 + places.shape[1]))


def counts_and_means(
    totals: Floats, origins: Floats, places: Floats
) -> tuple[NDArray[np.int64], Floats]:
    """Return pixels and mean of each cluster; of an empty one its place."""
    counts = totals[:, 0].astype(np.int64)
    means = origins + totals[:, 2:] / np.maximum(totals[:, :1], 1)
    return counts, np.where(counts[:, np.newaxis] > 0, means, places)


def nearest_labels(points: Floats, places: Floats) -> Labels:
    """Return the nearest place of each point; points are read-only, for numba."""
    from napari_kmeans_quantizer.core.kernels.points import assign

    if len(places) > MOST_TRIED:
        return nearest_and_gaps(points, places)[0]
    labels = np.zeros(len(points), np.int32)
    assign(points, places, labels, np.empty(len(points)))
    return labels


def nearest_telling_ties(points: Floats, places: Floats) -> tuple[Labels, bool]:
    """Return the nearest place of each point, and whether some point has two equally near."""
    from napari_kmeans_quantizer.core.kernels.ties import assign_telling_ties

    if len(places) <= MOST_TRIED and places.shape[1] <= 3:
        labels = np.empty(len(points), np.int32)
        return labels, bool(assign_telling_ties(points, places, labels))
    labels, gaps = nearest_and_gaps(points, places)
    return labels, _has_ties(points[gaps <= 0], places)


def _has_ties(points: Floats, places: Floats) -> bool:
    """Tell whether some point has two places equally near; gaps only tell that it may."""
    size = max(1, PART_VALUES // len(places))
    for start in range(0, len(points), size):
        squares = np.zeros((len(points[start : start + size]), len(places)))
        for values, coordinates in zip(points[start : start + size].T, places.T, strict=True):
            squares += (values[:, np.newaxis] - coordinates) ** 2
        least = squares.min(axis=1, keepdims=True)
        if ((squares == least).sum(axis=1) > 1).any():
            return True
    return False


def nearest_and_gaps(points: Floats, places: Floats) -> tuple[Labels, Gaps]:
    """Return the nearest places, and how much farther the second ones are; 0 of ties."""
    from napari_kmeans_quantizer.core.kernels.points import reassign

    labels, gaps = np.zeros(len(points), np.int32), np.full(len(points), -1.0)
    order = None
    if len(places) > MOST_TRIED:
        points, order = _along_curve(points, places)
    reassign(points, places, np.zeros(len(places)), labels, gaps)
    gaps *= 1 - SAFE
    if gaps.min() < LEAST_GAP:
        gaps[gaps < LEAST_GAP] = 0.0
    kept = np.minimum(gaps, LARGEST_GAP).astype(np.float32)
    if order is None:
        return labels, kept
    labels_in_place, gaps_in_place = np.empty_like(labels), np.empty_like(kept)
    labels_in_place[order], gaps_in_place[order] = labels, kept
    return labels_in_place, gaps_in_place


def _along_curve(points: Floats, places: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Sort points along Morton's curve in up to three features: few centers are near a run."""
    from napari_kmeans_quantizer.core.kernels.points import sort_by_cell

    low, spread = places.min(axis=0), places.max(axis=0) - places.min(axis=0)
    features = np.argsort(-spread, kind="stable")[:3]
    bits_of = _spaced_bits(len(features))
    scales = bits_of.shape[1] / np.maximum(spread[features], TINY)
    keys, order = np.empty(len(points), np.int64), np.empty(len(points), np.int64)
    starts, along = np.zeros((1 << CURVE_BITS) + 1, np.int64), np.empty(points.shape)
    sort_by_cell(points, features, low[features], scales, bits_of, starts, keys, order, along)
    along.flags.writeable = False
    return along, order


@cache
def _spaced_bits(n_features: int) -> NDArray[np.int64]:
    """Return for each feature and cell its bits of the key, between those of the others."""
    bits = CURVE_BITS // n_features
    cells = np.arange(1 << bits)
    spaced = np.zeros((n_features, len(cells)), np.int64)
    for feature in range(n_features):
        for bit in range(bits):
            spaced[feature] |= ((cells >> bit) & 1) << (bit * n_features + feature)
    return spaced
