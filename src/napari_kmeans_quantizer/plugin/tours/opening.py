"""How a tutorial is opened: from the panel's menu, or with its photograph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari.utils.notifications import show_info

from napari_kmeans_quantizer.core.version import PROGRAM

from . import from_scratch, how_many
from .guide import show_again, tour_under_way
from .tour import Tour, bring_to_front, main_window

if TYPE_CHECKING:
    import napari.viewer
    from napari.layers import Image

    from napari_kmeans_quantizer.plugin.panel.preferences import Memory
    from napari_kmeans_quantizer.plugin.views.views import Views
    from napari_kmeans_quantizer.plugin.widget import QuantizerWidget

    from .step import Tutorial

TUTORIALS = {one.TUTORIAL.name: one.TUTORIAL for one in (from_scratch, how_many)}
ONE_AT_A_TIME = "Finish this tour first, or press Esc."


def photograph_in(viewer: napari.viewer.Viewer, name: str) -> Image | None:
    """Return the photograph of a tutorial that was opened last; None if there is none."""
    for layer in reversed(viewer.layers):
        if layer.source.sample == (PROGRAM, name):
            return layer
    return None


class Tutorials:
    """Opens tutorials in one viewer.

    Parameters
    ----------
    widget : QuantizerWidget
        The panel that a tour leads through.
    viewer : napari.viewer.Viewer
        Its viewer.
    views : Views
        Where the help is opened if there can be no tour.
    memory : Memory
        What is set by a tour is nobody's choice, and not remembered.
    """

    def __init__(
        self,
        widget: QuantizerWidget,
        viewer: napari.viewer.Viewer,
        views: Views,
        memory: Memory,
    ) -> None:
        self._widget, self._viewer = widget, viewer
        self._views, self._memory = views, memory

    def open(self, name: str) -> None:
        """Open a tutorial; its photograph first, if that is not there: the rest comes with it."""
        photograph = photograph_in(self._viewer, name)
        if photograph is None:
            self._viewer.open_sample(PROGRAM, name)
            return
        window = main_window(self._widget)
        if window is None or not window.isVisible():
            return
        bring_to_front(self._widget.native)
        if (tour := tour_under_way(window)) is not None:
            show_again(tour, window)  # else the panel lies on its text
            show_info(ONE_AT_A_TIME)
        else:
            self._begin(TUTORIALS[name], photograph)

    def _begin(self, tutorial: Tutorial, photograph: Image) -> None:
        tour = Tour(tutorial, self._widget, self._viewer, photograph)
        self._memory.pause()
        if not tour.start(self._memory.go_on):
            self._memory.go_on()
            self._views.help().show_passage(tutorial.passage)
