"""How often each cluster occurs in every frame of a stack or time series."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from napari_kmeans_quantizer.core.counting import frame_counts

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from numpy.typing import NDArray

    from napari_kmeans_quantizer import Quantization

    Counts = NDArray[np.int64]


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
        return frame_counts(self.fitted.labels, self.fitted.mask, len(self.fitted.palette))
