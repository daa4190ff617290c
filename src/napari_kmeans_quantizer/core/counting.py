"""How often each cluster occurs: in an image, in its frames, and in regions of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .progress import completed

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Mask = NDArray[np.bool_] | None

CHUNK = 1 << 19  # labels; few enough for a processor's cache
FEW = 1 << 15  # labels; a table of all pairs would take longer than they do
SLAB = 1 << 22  # labels; what is worked out of them fits into any memory


class Region(NamedTuple):
    """A part of an image; regions may overlap.

    Attributes
    ----------
    name : str
        What people call it.
    box : tuple of slice
        Where it lies, one slice with start and stop per spatial axis.
    inside : ndarray of bool
        Which pixels of the box are its; of the box's shape, or one that can be broadcast to it.
    """

    name: str
    box: tuple[slice, ...]
    inside: NDArray[np.bool_]


def label_counts(labels: NDArray[Any], n_colors: int) -> Counts:
    """Return how often 0 to ``n_colors - 1`` occur in flat labels of 8 or 16 bits."""
    if labels.dtype.itemsize > 1 or len(labels) < FEW:
        return _counted(labels, n_colors)
    # Two at a time, as one number of 16 bits: half as many to count.
    even = len(labels) & ~1
    pairs = np.ascontiguousarray(labels[:even]).view(np.uint16)
    table = _counted(pairs, 1 << 16).reshape(256, 256)
    counts: Counts = (table.sum(axis=0) + table.sum(axis=1))[:n_colors]
    return counts + _counted(labels[even:], n_colors)


def frame_counts(labels: NDArray[Any], mask: Mask, n_colors: int) -> Iterator[Counts]:
    """Yield the counts in every frame, (K,): in what lies along the first axis.

    Parameters
    ----------
    labels : ndarray of uint8 or uint16
        Where `mask` is False they are 0.
    mask : ndarray of bool or None
        Which pixels take part; None: all.
    n_colors : int
        How many clusters there are.
    """
    for t in range(len(labels)):
        counts = label_counts(labels[t].reshape(-1), n_colors)
        if mask is not None:
            counts[0] -= mask[t].size - np.count_nonzero(mask[t])
        yield counts


def region_counts(
    labels: NDArray[Any], mask: Mask, n_colors: int, regions: Sequence[Region], by_frame: bool
) -> Counts:
    """Return the counts in regions that may overlap, (R, T, K); T is 1 unless by frame."""
    counts = np.zeros((len(regions), len(labels) if by_frame else 1, n_colors), np.int64)
    for row, region in zip(counts, regions, strict=True):
        part, there = labels[region.box], np.broadcast_to(region.inside, labels[region.box].shape)
        if mask is not None:
            there = there & mask[region.box]
        if by_frame:
            for t, (frame, inside) in enumerate(zip(part, there, strict=True), region.box[0].start):
                row[t] = label_counts(frame[inside], n_colors)
        else:
            row[0] = label_counts(part[there], n_colors)
    return counts


def labeled_counts(
    labels: NDArray[Any], mask: Mask, n_colors: int, ids: NDArray[Any], by_frame: bool
) -> tuple[list[int], Counts]:
    """Return the counts in the regions of a label image, whose pixels of 0 are in none.

    Parameters
    ----------
    labels, mask, n_colors
        As in `frame_counts`.
    ids : ndarray of int
        Of the shape of `labels`, or broadcast to it.
    by_frame : bool
        Whether frames count by themselves.

    Returns
    -------
    ids : list of int
        The regions, ascending.
    counts : (R, T, K) ndarray of int
        Their counts; T is 1 unless by frame.
    """
    return completed(labeled_steps(labels, mask, n_colors, ids, by_frame))


def labeled_steps(
    labels: NDArray[Any],
    mask: Mask,
    n_colors: int,
    ids: NDArray[Any],
    by_frame: bool,
    known: Sequence[int] = (),
) -> Generator[float, None, tuple[list[int], Counts]]:
    """Do what `labeled_counts` does slab by slab; yield the fraction that is done.

    Of regions that are `known`, counts are told even if no pixel is theirs.
    """
    slabs = list(_slabs(labels.shape, by_frame))
    seen = [np.asarray(known, ids.dtype)]
    for done, slab in enumerate(slabs):
        yield done / len(slabs) / 2
        seen.append(np.unique(_once(ids[slab])))
    found = np.unique(np.concatenate(seen))
    found = found[found != 0]
    counts = np.zeros((len(found), len(labels) if by_frame else 1, n_colors), np.int64)
    for done, slab in enumerate(slabs):
        yield (done / len(slabs) + 1) / 2
        inside = ids[slab] != 0
        if mask is not None:
            inside &= mask[slab]
        rows = np.searchsorted(found, ids[slab][inside])
        joint = rows * n_colors + labels[slab][inside]
        own = _counted(joint, len(found) * n_colors).reshape(len(found), n_colors)
        counts[:, slab.start if by_frame else 0] += own
    return found.tolist(), counts


def _slabs(shape: tuple[int, ...], by_frame: bool) -> Iterator[slice]:
    """Yield parts of the first axis that are one frame each, or of a moderate size."""
    n = 1 if by_frame else max(1, SLAB // max(1, math.prod(shape[1:])))
    for start in range(0, shape[0], n):
        yield slice(start, min(start + n, shape[0]))


def _once(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array without the repetitions of broadcasting."""
    alike = tuple(slice(0, 1 if step == 0 else None) for step in array.strides)
    return array[alike]


def _counted(values: NDArray[Any], n_bins: int) -> Counts:
    counts = np.zeros(n_bins, np.int64)
    for start in range(0, len(values), CHUNK):
        counts += np.bincount(values[start : start + CHUNK], minlength=n_bins)
    return counts
