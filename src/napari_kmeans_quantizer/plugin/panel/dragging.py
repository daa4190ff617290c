"""Palettes are moved on the canvas: with Shift and the mouse, where napari has no use for both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from napari.utils.transforms import Affine

from napari_kmeans_quantizer.plugin.layers.ours import bare
from napari_kmeans_quantizer.plugin.models.geometry import data_to_world

if TYPE_CHECKING:
    from collections.abc import Generator

    from napari_kmeans_quantizer.plugin.session import Session

MODIFIERS = ["Shift"]
LEFT = 1


class Dragging:
    """A mouse drag callback of a viewer.

    Parameters
    ----------
    session : Session
        Whose palettes are moved.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def on_drag(self, viewer: Any, event: Any) -> Generator[None, None, None]:
        """Move the palette that was pressed on, as napari's transform mode does."""
        if not _means_it(viewer, event):
            return
        palette = self._session.palette_at(event.position)
        if palette is None:
            return
        layer = bare(palette)
        held = np.array(layer.world_to_data(event.position))
        yield
        while event.type == "mouse_move":
            by = np.array(layer.world_to_data(event.position)) - held
            shift = data_to_world(layer)[:-1, :-1] @ by[-2:]
            layer.affine = Affine(translate=shift).compose(layer.affine)
            yield


def _means_it(viewer: Any, event: Any) -> bool:
    """Tell whether a press begins a drag, and is no stroke of a brush or choice of a point."""
    active = viewer.layers.selection.active
    at_rest = active is None or str(active.mode) == "pan_zoom"
    plane = len(event.dims_displayed) == 2 and event.button == LEFT
    return at_rest and plane and list(event.modifiers) == MODIFIERS
