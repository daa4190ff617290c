"""Clicks into the picture: a tile of a grid is chosen, or a pixel, which is the reference, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.compat import isalive

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from numpy.typing import NDArray
    from qtpy.QtWidgets import QWidget

    from napari_kmeans_quantizer.plugin.models.source import Source
    from napari_kmeans_quantizer.plugin.views.views import Views

    from .choice import Choice


class Pointing:
    """A mouse drag callback of a viewer.

    Parameters
    ----------
    panel : QWidget
        As long as it lives, clicks mean something.
    choice : Choice
        Of which image values are taken.
    views : Views
        Who gets them.
    take_at : callable
        Gets a place in the world; returns whether a tile lies there, which is then chosen.
    """

    def __init__(
        self, panel: QWidget, choice: Choice, views: Views, take_at: Callable[[Any], bool]
    ) -> None:
        self._panel, self._choice, self._views = panel, choice, views
        self._take_at = take_at

    def on_drag(self, _: object, event: Any) -> Generator[None, None, None]:
        """Take the tile, or the values of the pixel, that was clicked; not where a drag began."""
        dragged, place = False, event.position
        yield
        while event.type == "mouse_move":
            dragged = True
            yield
        if dragged or not isalive(self._panel) or self._take_at(place):
            return
        state = self._choice.state
        values = None if state is None else value_at(state.source, event)
        if state is None or values is None:
            return
        self._views.set_reference(values[: state.result.palette.n_channels])
        displayed = displayed_axes(state.source, event)
        if len(displayed) == 2:  # in space, a click is a line
            self._views.select_pixel_at(position_at(state.source, event), displayed)


def position_at(source: Source, event: Any) -> NDArray[np.float64]:
    """Return where in a source's layer the mouse is."""
    return np.asarray(source.main.world_to_data(event.position), np.float64)[-source.ndim :]


def displayed_axes(source: Source, event: Any) -> list[int]:
    """Return which axes of a source a viewer displays; its own last ones are the source's."""
    further = len(event.position) - source.ndim
    return [axis - further for axis in event.dims_displayed if axis >= further]


def value_at(source: Source, event: Any) -> list[Any] | None:
    """Return the values of a source where the mouse is, one per channel; None beside it."""
    values: list[Any] = []
    for layer in source.layers:
        value = layer.get_value(
            event.position,
            view_direction=event.view_direction,
            dims_displayed=list(event.dims_displayed),
            world=True,
        )
        value = value[-1] if isinstance(value, tuple) else value  # multiscale: (level, value)
        if value is None:
            return None
        values.extend(value if source.rgb else [value])
    return values
