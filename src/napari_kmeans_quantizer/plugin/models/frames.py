"""The frames of a stack or time series: where they lie, and how often each cluster occurs there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from napari_kmeans_quantizer.core.counting import frame_counts
from napari_kmeans_quantizer.core.measurement import Frames

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from numpy.typing import NDArray

    from napari_kmeans_quantizer import Quantization
    from napari_kmeans_quantizer.core.measurement import Measurement

    from .state import State

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


def frames_of(state: State) -> Frames | None:
    """Return where the frames of a result lie, None if it has none.

    They have the numbers that napari's slider shows, and the places of their layers in the world.
    """
    labels, placed = state.result.labels, state.placement.whole
    if labels.ndim <= 2:
        return None
    first = state.source.index[0].start
    numbers = state.source.origin[0] + np.arange(len(labels)) * state.source.reduction[0]
    positions = state.placement.frame_positions(len(labels))
    if len(labels) > 1 and positions[0] == positions[-1]:  # an affine turned them across
        return Frames(first, numbers)
    label, unit = placed["axis_labels"][0], placed["units"][0]
    shown = "" if str(unit) == "pixel" else f"{unit:~P}"
    if label.lstrip("-").isdigit():  # napari's name for one that has none
        is_number = not shown and np.array_equal(positions, numbers)
        label = "frame" if is_number else "position"
    return Frames(first, positions, shown, label)


def measured_by_frame(state: State) -> Measurement:
    """Return the measurement of all that takes part, frame by frame; of a plane as a whole.

    Counts the pixels, unless ``state.frames.is_known``.
    """
    frames = frames_of(state)
    if frames is None:
        return state.measured
    return replace(state.measured_pixels, counts=state.frame_counts()[np.newaxis], frames=frames)
