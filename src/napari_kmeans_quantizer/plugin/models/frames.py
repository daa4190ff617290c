"""How often each cluster occurs in every frame of a stack or time series."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_kmeans_quantizer import Quantization


@dataclass(frozen=True, eq=False)
class FrameCounts:
    """Pixels of the clusters of a fit in every frame, counted when they are wanted.

    Frames are what lies along the first axis of a stack or time series.
    """

    fitted: Quantization

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Pixels, (n, K)."""
        labels, mask = self.fitted.labels, self.fitted.mask
        frames = labels.reshape(len(labels), -1)
        masks = None if mask is None else mask.reshape(frames.shape)
        counts = np.empty((len(frames), len(self.fitted.palette)), np.int64)
        for t in range(len(frames)):
            part = frames[t] if masks is None else frames[t][masks[t]]
            counts[t] = np.bincount(part, minlength=counts.shape[1])
        return counts
