"""Counts the pixels of large stacks in a thread, one stack at a time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from napari_kmeans_quantizer.plugin.jobs import Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from napari_kmeans_quantizer.plugin.models.frames import FrameCounts


class Counting:
    """Lets a fit's pixels be counted; who wants another fit's no longer wants the first.

    Parameters
    ----------
    on_end : callable
        Called when what was wanted is counted, or could not be.
    """

    def __init__(self, on_end: Callable[[], None]) -> None:
        self._on_end = on_end
        self._frames: FrameCounts | None = None
        self._worker: Worker | None = None

    def begin(self, frames: FrameCounts) -> None:
        """Count these frames, unless that is under way."""
        if frames is self._frames:
            return
        self.stop()
        self._frames, self._worker = frames, Worker(frames.steps)
        self._worker.finished.connect(partial(self._finish, frames))
        self._worker.start()

    def stop(self) -> None:
        """End what is under way: nobody looks at it any more."""
        if self._worker is not None:
            self._worker.quit()
        self._frames = self._worker = None

    def _finish(self, frames: FrameCounts) -> None:
        if frames is self._frames:
            self._frames = self._worker = None
            self._on_end()
