"""How often clusters occur in regions and frames of lazy labels: counted part by part."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .arrays import as_dask
from .beside import beside, found_in
from .image import TARGET_PIXELS, merged_chunks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.parts import Place

    Counts = NDArray[np.int64]

SLAB = 1 << 20
"""Pixels that are counted at a time, for this takes room: chunks may be large."""


def lazy_counts(
    labels: Any,
    mask: Any,
    n_colors: int,
    regions: Sequence[Any],
    by_frame: bool,
    known: Sequence[int] = (),
) -> tuple[list[int], Counts]:
    """Return the counts in regions of lazy labels, as `labeled_counts` does in memory.

    Parameters
    ----------
    labels : lazy array of uint8 or uint16
    mask : array of bool or None
        Which pixels take part; None: all.
    n_colors : int
        How many clusters there are.
    regions : sequence of array of int, or of None
        Numbers of regions, of the shape of the labels, lazy or not; several, if regions overlap.
        None: every pixel is of region 1.
    by_frame : bool
        Whether frames, along the first axis, count by themselves.
    known : sequence of int
        Regions whose counts are told even if no pixel is theirs.

    Returns
    -------
    ids : list of int
        The regions, ascending.
    counts : (R, T, K) ndarray of int64
        Their counts; T is 1 unless by frame.
    """
    array = as_dask(labels, "labels")
    n_frames = array.shape[0] if by_frame else 1
    nothing = np.empty(0, np.int64)
    tally = Tally(np.asarray(known, np.int64), nothing, nothing, n_frames * n_colors)
    if regions:
        parts = beside([array, mask, *regions], merged_chunks(array.chunks, TARGET_PIXELS))
        found = found_in(_Tallying(n_colors, n_frames), [part for _, part in parts])
        tally = found.joined(tally._replace(ids=tally.ids.astype(found.ids.dtype)))
    counts = np.zeros(len(tally.ids) * tally.stride, np.int64)
    counts[tally.keys] = tally.counts
    return tally.ids.tolist(), counts.reshape(len(tally.ids), n_frames, n_colors)


class Tally(NamedTuple):
    """How often each cluster occurs in the regions and frames of some parts; of no other."""

    ids: NDArray[Any]
    """(R,), ascending: the regions."""
    keys: NDArray[np.int64]
    """(n,), ascending: the place among `ids`, times `stride`, plus that of frame and cluster."""
    counts: Counts
    """(n,) pixels."""
    stride: int
    """Frames times clusters."""

    @property
    def nbytes(self) -> int:
        """Size in memory."""
        return self.ids.nbytes + self.keys.nbytes + self.counts.nbytes

    def joined(self, other: Tally) -> Tally:
        """Return what occurs in these parts and others."""
        ids = _distinct(np.concatenate([self.ids, other.ids]))
        joint = np.concatenate([self._keys_among(ids), other._keys_among(ids)])
        order = np.argsort(joint, kind="stable")
        starts = _starts(joint[order])
        if not len(starts):
            return Tally(ids, joint, joint, self.stride)
        counts = np.concatenate([self.counts, other.counts])[order]
        return Tally(ids, joint[order][starts], np.add.reduceat(counts, starts), self.stride)

    def _keys_among(self, ids: NDArray[Any]) -> NDArray[np.int64]:
        region, rest = np.divmod(self.keys, self.stride)
        keys: NDArray[np.int64] = np.searchsorted(ids, self.ids)[region] * self.stride + rest
        return keys


@dataclass(frozen=True)
class _Tallying:
    """Counts what occurs in a part; travels to workers."""

    n_colors: int
    n_frames: int

    def __call__(self, blocks: list[Any], place: Place) -> Tally:
        labels, mask, *regions = (_flat(block) for block in blocks)
        everywhere = np.broadcast_to(np.uint8(1), labels.shape)
        tallies = (
            self._tally(labels, mask, everywhere if ids is None else ids, span, place)
            for ids in regions
            for span in _spans(len(labels))
        )
        return reduce(Tally.joined, tallies)

    def _tally(self, labels: Any, mask: Any, ids: Any, span: slice, place: Place) -> Tally:
        found, rows = _rows_of(ids[span])
        inside = ids[span] != 0
        if mask is not None:
            inside &= mask[span]
        keys = rows[inside] * self.n_frames
        if self.n_frames > 1:
            frames = np.arange(span.start, span.stop) // (len(labels) // place.shape[0])
            keys += frames[inside] + place.origin[0]
        keys = keys * self.n_colors + labels[span][inside]
        stride = self.n_frames * self.n_colors
        return Tally(found, *_occurring(keys, len(found) * stride), stride)


def _rows_of(ids: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return the numbers but 0, ascending, and the place among them of each one."""
    # Pixels beside each other are often of one region: runs are few.
    starts = _starts(ids)
    runs = ids[starts]
    found = _distinct(runs[runs != 0])
    return found, np.searchsorted(found, runs).repeat(np.diff(starts, append=len(ids)))


def _distinct(values: NDArray[Any]) -> NDArray[Any]:
    """Return what `numpy.unique` does, which takes long if most values differ."""
    ascending = np.sort(values)
    return ascending[_starts(ascending)]


def _starts(values: NDArray[Any]) -> NDArray[np.intp]:
    """Return where a value differs from the one before it."""
    differs = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=differs[1:])
    return np.flatnonzero(differs)


def _flat(block: Any) -> Any:
    """Return a block as a run of pixels, None as it is."""
    if block is None:
        return None
    if np.ma.is_masked(block):
        raise TypeError(
            "`regions` is a masked array, whose mask would be lost. Pass "
            "`da.ma.filled(regions, 0)`."
        )
    return np.asarray(block).reshape(-1)


def _spans(size: int) -> Iterator[slice]:
    for start in range(0, size, SLAB):
        yield slice(start, min(start + SLAB, size))


def _occurring(keys: NDArray[Any], n_bins: int) -> tuple[NDArray[np.int64], Counts]:
    """Return which of the keys 0 to ``n_bins - 1`` occur, and how often."""
    if n_bins > len(keys):
        ascending = np.sort(keys)
        starts = _starts(ascending)
        return ascending[starts], np.diff(starts, append=len(keys))
    counts = np.bincount(keys, minlength=n_bins)
    there = np.flatnonzero(counts)
    return there, counts[there]
