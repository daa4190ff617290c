"""How often each cluster occurs: in an image, in its frames, and in regions of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Mask = NDArray[np.bool_] | None

CHUNK = 1 << 19  # labels; few enough for a processor's cache


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
    if labels.dtype.itemsize > 1:
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
    frames = list(zip(labels, ids, strict=True)) if by_frame else [(labels, ids)]
    found = np.unique(np.concatenate([np.unique(own) for _, own in frames]))
    found = found[found != 0]
    counts = np.zeros((len(found), len(frames), n_colors), np.int64)
    for t, (frame, own) in enumerate(frames):
        inside = own != 0
        if mask is not None:
            inside = inside & (mask[t] if by_frame else mask)
        rows = np.searchsorted(found, own[inside])
        joint = rows * n_colors + frame[inside]
        counts[:, t] = _counted(joint, len(found) * n_colors).reshape(len(found), n_colors)
    return found.tolist(), counts


def _counted(values: NDArray[Any], n_bins: int) -> Counts:
    counts = np.zeros(n_bins, np.int64)
    for start in range(0, len(values), CHUNK):
        counts += np.bincount(values[start : start + CHUNK], minlength=n_bins)
    return counts
