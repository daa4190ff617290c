"""How the pixels of an image, or of a part of one, get their labels and colors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .color_table import matching_rows
from .image import Pixels
from .parts import Place
from .sweeps.base import Canvas
from .sweeps.grid import label_cells
from .sweeps.labeling import PART_VALUES, nearest_labels, nearest_telling_ties
from .sweeps.rgb_pixels import RgbPixels
from .weighted_points import read_only

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from .color_space import ColorSpace
    from .mixing import Mixing
    from .sweeps.rgb_pixels import Tree
    from .units import Units

    Floats = NDArray[np.float64]


class Labeled(NamedTuple):
    """Some pixels that take part."""

    numbers: Floats
    """Their colors, (m, C), in the units of the brush."""
    points: Floats
    """The same where distances are measured."""
    labels: NDArray[Any]
    """Of their colors in the palette, (m,)."""
    ties: bool
    """Whether one has two colors equally near."""


N_CELLS = 1 << 18
"""Of the grid of 8-bit colors."""


@dataclass(frozen=True, eq=False)
class Brush:
    """Colors to paint in; it travels to workers.

    Attributes
    ----------
    centers : (K, C) ndarray of float64
        Colors in the units of `units`.
    values : (K, C) ndarray
        The same as they are painted.
    units : Units
        In which colors are computed.
    space : ColorSpace or None
        Where distances are measured; None: in these units.
    mixing : Mixing or None
        Whether colors are mixed by thresholds; None: every pixel gets the nearest one.
    is_matched : bool
        Whether every pixel has one of the colors: distances are not needed.
    """

    centers: Floats
    values: NDArray[Any]
    units: Units
    space: ColorSpace | None = None
    mixing: Mixing | None = None
    is_matched: bool = False

    @property
    def label_dtype(self) -> np.dtype[Any]:
        """What holds the labels."""
        return np.dtype(np.uint8 if len(self.centers) <= 256 else np.uint16)

    @cached_property
    def painted(self) -> Floats:
        """The colors as they are painted, as numbers."""
        return self.units.of_values(self.values)

    @cached_property
    def places(self) -> Floats:
        """The colors where distances are measured."""
        return self.in_space(self.centers)

    def in_space(self, numbers: Floats) -> Floats:
        """Return colors where distances are measured."""
        return numbers if self.space is None else self.space.forward(numbers)

    def labeled(
        self, pixels: Pixels, index: int, place: Place | None = None, ties: bool = True
    ) -> Iterator[Labeled]:
        """Label those pixels of one chunk that take part, some at a time, in order.

        Parameters
        ----------
        pixels : Pixels
            An image, or a block of one.
        index : int
            Of the chunk.
        place : Place, optional
            Of a block: thresholds depend on it.
        ties : bool, optional
            Whether to look for them.
        """
        if self.mixing is not None:
            yield from self._mixed(pixels, index, place or Place.everything(pixels.shape))
            return
        colors, places = pixels.chunk(index), self.places
        size = max(PART_VALUES // pixels.n_channels, 64)
        for start in range(0, len(colors), size):
            numbers = self.units.of_values(colors[start : start + size])
            points = read_only(self.in_space(numbers))
            if self.is_matched:
                yield Labeled(numbers, points, matching_rows(numbers, self.centers), False)
            elif ties:
                yield Labeled(numbers, points, *nearest_telling_ties(points, places))
            else:
                yield Labeled(numbers, points, nearest_labels(points, places), False)

    def _mixed(self, pixels: Pixels, index: int, place: Place) -> Iterator[Labeled]:
        """Mix colors by thresholds. Pixels that take no part are passed over at the end."""
        mixing = self.mixing
        assert mixing is not None
        span, places = pixels.span(index), self.places
        size = max(PART_VALUES // pixels.n_channels, 64)
        for start in range(span.start, span.stop, size):
            part = slice(start, min(start + size, span.stop))
            colors, seen = pixels.block(part), np.ones(part.stop - part.start, np.bool_)
            if pixels.mask is not None:
                seen = pixels.mask.reshape(-1)[part]
                colors = np.where(seen[:, np.newaxis], colors, colors.dtype.type(0))  # NaN, say
            numbers = self.units.of_values(colors)
            points = read_only(self.in_space(numbers))
            labels = nearest_labels(points, places)
            mixing.mix(points, places, labels, start, place)
            yield Labeled(numbers[seen], points[seen], labels[seen], False)

    def labels(self, pixels: Pixels, place: Place | None = None) -> NDArray[Any]:
        """Return the labels of an image or a block, spatial shape; 0 where the mask is False."""
        flat = np.zeros(pixels.size, self.label_dtype)
        for index in range(pixels.n_chunks if len(self.centers) else 0):
            self.label_chunk(pixels, index, flat, place)
        return flat.reshape(pixels.shape)

    def label_chunk(
        self, pixels: Pixels, index: int, flat: NDArray[Any], place: Place | None = None
    ) -> None:
        """Write the labels of one chunk."""
        if self._has_tree and RgbPixels.suits(pixels):
            self._look_up(pixels, index, flat)
            return
        parts = [part.labels for part in self.labeled(pixels, index, place, ties=False)]
        labels = np.concatenate(parts) if parts else np.empty(0, self.label_dtype)
        pixels.write_labels(flat, index, labels)

    @property
    def _has_tree(self) -> bool:
        return self.space is None and self.mixing is None and not self.is_matched

    @property
    def _tree(self) -> Tree:
        """The nearest color of every 8-bit color."""
        return _tree_of(self.centers.tobytes(), len(self.centers))

    def _look_up(self, pixels: Pixels, index: int, flat: NDArray[Any]) -> None:
        """Write the labels of one chunk of 8-bit colors."""
        span = pixels.span(index)
        mask = None if pixels.mask is None else np.ascontiguousarray(pixels.chunk_mask(index))
        colors = pixels.block(span)
        chunk = Pixels(colors, 1, 3, (len(colors),), mask)
        canvas = Canvas(flat[span], np.empty_like(colors))
        RgbPixels(chunk).paint(0, self._tree, canvas)

    def relabel_chunk(
        self, pixels: Pixels, index: int, flat: NDArray[Any], new_labels: NDArray[Any]
    ) -> None:
        """Replace the labels of one chunk by new ones."""
        span, selected = pixels.span(index), pixels.selected(index)
        labels = new_labels.take(flat[span], mode="clip")
        pixels.write_labels(flat, index, labels if selected is None else labels[selected])

    def image(self, pixels: Pixels, labels: NDArray[Any]) -> NDArray[Any]:
        """Return pixels painted in the colors of their labels; alpha, what is masked as it is."""
        painted, flat = pixels.blank(), labels.reshape(-1)
        for index in range(pixels.n_chunks):
            self.paint_chunk(pixels, index, flat, painted)
        return painted

    def paint_chunk(
        self, pixels: Pixels, index: int, flat: NDArray[Any], painted: NDArray[Any]
    ) -> None:
        """Paint one chunk in the colors of its labels."""
        chosen, selected = flat[pixels.span(index)], pixels.selected(index)
        chosen = chosen if selected is None else chosen[selected]
        pixels.write(painted, index, np.take(self.values, chosen, axis=0, mode="clip"))


@lru_cache(maxsize=4)
def _tree_of(centers: bytes, n_colors: int) -> Tree:
    """Return the nearest color of every 8-bit color.

    It is kept for a process, not for a brush: every task of a worker has a brush of its own, which
    may stay for long.
    """
    everywhere = np.ones(N_CELLS, np.uint64)
    colors = np.frombuffer(centers).reshape(n_colors, -1)
    return label_cells(everywhere, np.empty(N_CELLS, np.uint32), colors)[0]
