"""Watches output layers: what people do to them in napari's own controls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.plugin.models.display import UNNOTICEABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from napari.layers import Labels, Layer, Points

    from napari_kmeans_quantizer.plugin.models.display import Color
    from napari_kmeans_quantizer.plugin.models.state import State


class Watch:
    """Connects to the layers of results, once each.

    Parameters
    ----------
    on_colors : callable
        Gets a Points layer whose colors may have changed.
    on_label : callable
        Gets a Labels layer of which another label was selected.
    on_move : callable
        Gets a Points layer that was moved as a whole.
    """

    def __init__(
        self,
        on_colors: Callable[[Points], None],
        on_label: Callable[[Labels], None],
        on_move: Callable[[Points], None],
    ) -> None:
        self._on_colors, self._on_label, self._on_move = on_colors, on_label, on_move

    def add(self, labels: Layer | None, palette: Layer | None) -> None:
        """Watch these layers; napari keeps neither this object nor a second connection."""
        if palette is not None:
            palette.events.face_color.connect(self._colors_changed)
            # An edit in the layer controls fires only this one; so does selecting a point.
            palette.events.current_face_color.connect(self._colors_changed)
            palette.events.affine.connect(self._moved)
        if labels is not None:
            labels.events.selected_label.connect(self._label_changed)

    def _colors_changed(self, event: Any) -> None:
        self._on_colors(event.source)

    def _moved(self, event: Any) -> None:
        self._on_move(event.source)

    def _label_changed(self, event: Any) -> None:
        self._on_label(event.source)


def recolored_points(state: State, layer: Points) -> dict[int, Color]:
    """Return what colors were given to a palette's points, in the image's units."""
    given = np.asarray(layer.face_color)[:, :3]
    if given.shape != state.shown.shape or not state.display.can_be_told:
        return {}  # points were added or removed, or a mixture of channels cannot be told
    changed = np.flatnonzero(np.abs(given - state.shown).max(axis=1) > UNNOTICEABLE)
    return {int(k): state.display.values(given[k], state.color(int(k))) for k in changed}
