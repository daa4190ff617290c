"""The first use: begun when the widget opens, and that people are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from napari.layers import Image

from napari_kmeans_quantizer.plugin.first_use import FIRST_USE
from napari_kmeans_quantizer.plugin.jobs import in_background

if TYPE_CHECKING:
    from collections.abc import Callable


class Preparation:
    """Prepares the first run in the background.

    Parameters
    ----------
    on_change : callable
        Called when there is something else to tell, if its object is still there: a method.
    """

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change

    @property
    def told(self) -> str:
        """How far it is; "" if nothing is compiled."""
        progress = FIRST_USE.progress
        return "" if progress is None else progress.stage

    def begin(self) -> None:
        """Begin, unless it is done."""
        if not FIRST_USE.over:
            # The first layer makes napari's register of units, which two threads cannot do at once.
            Image(np.zeros((1, 1)))
            in_background(FIRST_USE.steps, self._on_change)
