"""The first use: what is compiled in the background, and that people are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from napari.layers import Image

from napari_kmeans_quantizer.plugin.jobs import in_background
from napari_kmeans_quantizer.plugin.pipeline import PREPARING, warm_up

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

TOLD = f"{PREPARING} ..."


class Preparation:
    """Compiles what the first run needs; later sessions find it on disk.

    Parameters
    ----------
    on_end : callable
        Called when it is done, if its object is still there: a method.
    """

    def __init__(self, on_end: Callable[[], None]) -> None:
        self._on_end = on_end
        self.under_way = False

    def begin(self) -> None:
        """Start it in a thread."""
        self.under_way = True
        # The first layer makes napari's register of units, which two threads cannot do at once.
        Image(np.zeros((1, 1)))
        in_background(_steps, self._finish)

    def _finish(self) -> None:
        self.under_way = False
        self._on_end()


def _steps() -> Generator[None, None, None]:
    warm_up()
    yield
