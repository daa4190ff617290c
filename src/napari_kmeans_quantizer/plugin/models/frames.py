"""How often each cluster occurs in every frame of a stack or time series."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from numpy.typing import NDArray

    from napari_kmeans_quantizer import Quantization

    Counts = NDArray[np.int64]

CHUNK = 1 << 19  # labels; few enough for a processor's cache


@dataclass(frozen=True, eq=False)
class FrameCounts:
    """Pixels of the clusters of a fit in every frame, counted when they are wanted.

    Frames are what lies along the first axis of a stack or time series.
    """

    fitted: Quantization

    @cached_property
    def counts(self) -> Counts:
        """Pixels, (n, K)."""
        return np.stack(list(self._rows()))

    @property
    def is_known(self) -> bool:
        """Whether they are counted already."""
        return "counts" in self.__dict__

    def steps(self) -> Generator[int, None, None]:
        """Count them frame by frame, in any thread; yield how many frames are done."""
        rows = []
        for row in self._rows():
            rows.append(row)
            yield len(rows)
        self.__dict__["counts"] = np.stack(rows)

    def _rows(self) -> Iterator[Counts]:
        labels, mask = self.fitted.labels, self.fitted.mask
        for t in range(len(labels)):
            counts = label_counts(labels[t].reshape(-1), len(self.fitted.palette))
            if mask is not None:  # where it is False, labels are 0
                counts[0] -= mask[t].size - np.count_nonzero(mask[t])
            yield counts


def label_counts(labels: NDArray[Any], n_colors: int) -> Counts:
    """Return how often 0 to ``n_colors - 1`` occur in flat labels of 8 or 16 bits."""
    if labels.dtype.itemsize > 1:
        return _counted(labels, n_colors)
    # Two at a time, as one number of 16 bits: half as many to count.
    even = len(labels) & ~1
    pairs = np.ascontiguousarray(labels[:even]).view(np.uint16)
    table = _counted(pairs, 1 << 16).reshape(256, 256)
    counts = (table.sum(axis=0) + table.sum(axis=1))[:n_colors]
    return counts + _counted(labels[even:], n_colors)


def _counted(values: NDArray[Any], n_bins: int) -> Counts:
    counts = np.zeros(n_bins, np.int64)
    for start in range(0, len(values), CHUNK):
        counts += np.bincount(values[start : start + CHUNK], minlength=n_bins)
    return counts
