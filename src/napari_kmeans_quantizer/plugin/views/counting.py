"""Counts the pixels of large stacks in a thread, one stack at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_kmeans_quantizer.plugin.jobs import in_background

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
        self._wanted: FrameCounts | None = None
        self._under_way: FrameCounts | None = None
        self._given_up = False

    def begin(self, frames: FrameCounts) -> None:
        """Count these frames, unless that is under way; others come to an end first."""
        self._wanted = frames
        if self._under_way is None:
            self._under_way, self._given_up = frames, False
            in_background(self._count, self._finish)

    def stop(self) -> None:
        """End what is under way: nobody looks at it any more."""
        self._wanted = None

    def _count(self) -> None:
        frames = self._under_way
        if frames is not None:
            frames.count(lambda: self._wanted is frames)
            self._given_up = not frames.is_known

    def _finish(self) -> None:
        counted, self._under_way = self._under_way, None
        wanted = self._wanted
        if wanted is not None and (wanted is not counted or self._given_up):
            self.begin(wanted)
        elif wanted is not None:
            self._wanted = None
            self._on_end()
