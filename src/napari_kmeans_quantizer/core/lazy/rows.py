"""Some pixels of a picture that may be lazy: only the chunks in which they lie are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_kmeans_quantizer.core.image import Layout

from .arrays import as_dask, is_lazy
from .batches import pixels_of
from .beside import beside, found_in

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.image import Pixels
    from napari_kmeans_quantizer.core.parts import Place

    from .batches import Beside
    from .beside import Chunks

    Places = NDArray[np.intp]


class Rows(NamedTuple):
    """Some pixels, in any order."""

    places: Places
    """Where they lie in the run of all pixels, (n,)."""
    values: NDArray[Any]
    """Their values, without alpha, (n, C)."""
    labels: NDArray[Any]
    """(n,)."""


class _Pieces(NamedTuple):
    """What was found in some parts."""

    pieces: list[tuple[Any, ...]]

    @property
    def nbytes(self) -> int:
        """Size in memory."""
        return sum(part.nbytes for piece in self.pieces for part in piece)

    def joined(self, other: _Pieces) -> _Pieces:
        """Return all."""
        return _Pieces(self.pieces + other.pieces)


def lazy_rows(pixels: Pixels, labels: Any, chosen: Places) -> Rows:
    """Return some of the pixels that take part, in their order.

    Parameters
    ----------
    pixels : Pixels
        Image and mask, lazy or not.
    labels : array of uint8 or uint16
        Lazy or not.
    chosen : (n,) ndarray of int
        Which of the pixels that take part, counted in their run; ascending.
    """
    if not len(chosen):
        dtype = pixels.image.dtype.newbyteorder("=")
        return Rows(chosen, np.empty((0, pixels.n_channels), dtype), np.empty(0, labels.dtype))
    layout = Layout(pixels.channel_axis, pixels.n_channels, pixels.shape, False)
    parts = _parts(pixels, labels, chosen, _chunks(pixels, labels, layout))
    found = found_in(_Reading(layout), parts).pieces
    places, values, own = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.argsort(places)
    return Rows(places[order], values[order], own[order])


def _parts(pixels: Pixels, labels: Any, chosen: Places, chunks: Chunks) -> list[Beside]:
    """Return the parts in which some pixels lie, each with where these are in it."""
    parts = dict(beside([pixels.image, labels, pixels.mask], chunks, pixels.channel_axis))
    numbers, rows, ranks = _whereabouts(chosen, chunks, pixels)
    order = np.argsort(numbers, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1)
    wanted = []
    for group in groups:
        index = np.unravel_index(numbers[group[0]], tuple(map(len, chunks)))
        part = parts[tuple(map(int, index))]
        wanted.append(part._replace(blocks=[*part.blocks, rows[group], ranks[group]]))
    return wanted


def _chunks(pixels: Pixels, labels: Any, layout: Layout) -> Chunks:
    """Return the chunks in which to read: those of the labels, or of what else is lazy."""
    if is_lazy(labels):
        chunks: Chunks = as_dask(labels, "labels").chunks
        return chunks
    return layout.without_channels(as_dask(pixels.image, "image").chunks)


def _whereabouts(chosen: Places, chunks: Chunks, pixels: Pixels) -> tuple[Places, Places, Places]:
    """Return of some pixels the number of the chunk, and the row in it, all but the last axis.

    And which pixel of the row in the chunk that takes part.
    """
    if pixels.mask is None:
        *leading, column = np.unravel_index(chosen, pixels.shape)
        across, ranks = _along(column, chunks[-1])
    else:
        counts = _seen_in_runs(pixels.mask, chunks)
        runs, ranks = _along(chosen, counts.reshape(-1))
        *leading, across = np.unravel_index(runs, counts.shape)
    numbers, rows = (np.zeros(len(chosen), np.intp) for _ in range(2))
    for along, sizes in zip(leading, chunks[:-1], strict=True):
        at, within = _along(along, sizes)
        numbers = numbers * len(sizes) + at
        rows = rows * np.asarray(sizes, np.intp)[at] + within
    return numbers * len(chunks[-1]) + across, rows, ranks


def _along(places: Places, sizes: Any) -> tuple[Places, Places]:
    """Return in which of some pieces, one after another, places lie, and where in it."""
    lengths = np.asarray(sizes, np.intp)
    ends = np.cumsum(lengths)
    which = np.searchsorted(ends, places, side="right")
    within: Places = places - (ends - lengths)[which]
    return which, within


def _seen_in_runs(mask: Any, chunks: Chunks) -> NDArray[np.int64]:
    """Return how many pixels of each row in each chunk take part.

    Of the shape of the mask, but for the last axis, which is that of the chunks.
    """
    parts = [part for _, part in beside([mask], chunks)]
    shape = tuple(map(sum, chunks[:-1]))
    counts: NDArray[Any] = np.zeros((*shape, len(chunks[-1])), np.int64)
    for origin, found in found_in(_count_rows, parts).pieces:
        where = [slice(a, a + b) for a, b in zip(origin, found.shape, strict=False)]
        across, _ = _along(origin[-1:], chunks[-1])
        counts[(*where, across[0])] = found
    return counts


def _count_rows(blocks: list[Any], place: Place) -> _Pieces:
    seen = np.count_nonzero(np.asarray(blocks[0]), axis=-1)
    return _Pieces([(np.array(place.origin), np.asarray(seen))])


@dataclass(frozen=True)
class _Reading:
    """Reads some pixels of a part; travels to workers."""

    layout: Layout

    def __call__(self, blocks: list[Any], place: Place) -> _Pieces:
        image, labels, mask, rows, ranks = blocks
        pixels = pixels_of(image, mask, self.layout)
        index = np.unravel_index(_flat(pixels.mask, rows, ranks, place), place.shape)
        axis, n_channels = self.layout.channel_axis, self.layout.n_channels
        view = pixels.image[..., np.newaxis]
        if axis is not None:
            view = np.moveaxis(pixels.image, axis, -1)
        values = view[index][:, :n_channels].astype(view.dtype.newbyteorder("="))
        whole = tuple(a + b for a, b in zip(index, place.origin, strict=True))
        places = np.ravel_multi_index(whole, place.whole)
        return _Pieces([(places, values, np.asarray(labels)[index])])


def _flat(mask: NDArray[np.bool_] | None, rows: Places, ranks: Places, place: Place) -> Places:
    """Return where some pixels lie in the run of a block."""
    if mask is None:
        return rows * place.shape[-1] + ranks
    seen = np.count_nonzero(mask, axis=-1).reshape(-1)
    before = np.cumsum(seen) - seen
    places: Places = np.flatnonzero(mask)[before[rows] + ranks]
    return places
