"""Watches output layers: what people do to them in napari's own controls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.plugin.models.source import display_colors

if TYPE_CHECKING:
    from collections.abc import Callable

    from napari.layers import Labels, Points
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.plugin.models.settings import Color
    from napari_kmeans_quantizer.plugin.models.state import State

UNNOTICEABLE = 0.4 / 255
SHADES = 1024


class Watch:
    """Connects to the layers of results, once each.

    Parameters
    ----------
    on_colors : callable
        Gets a Points layer whose colors may have changed.
    on_label : callable
        Gets a Labels layer of which another label was selected.
    """

    def __init__(
        self, on_colors: Callable[[Points], None], on_label: Callable[[Labels], None]
    ) -> None:
        self._on_colors, self._on_label = on_colors, on_label

    def add(self, labels: Labels | None, palette: Points | None) -> None:
        """Watch these layers; napari keeps neither this object nor a second connection."""
        if palette is not None:
            palette.events.face_color.connect(self._colors_changed)
            # An edit in the layer controls fires only this one; so does selecting a point.
            palette.events.current_face_color.connect(self._colors_changed)
        if labels is not None:
            labels.events.selected_label.connect(self._label_changed)

    def _colors_changed(self, event: Any) -> None:
        self._on_colors(event.source)

    def _label_changed(self, event: Any) -> None:
        self._on_label(event.source)


def recolored_points(state: State, layer: Points) -> dict[int, Color]:
    """Return what colors were given to a palette's points, in the image's units."""
    shown = display_colors(state.source, state.result.palette)
    given = np.asarray(layer.face_color)[:, :3]
    if given.shape != shown.shape or len(state.source.layers) > 1:
        return {}  # points were added or removed, or a mixture of channels cannot be told
    changed = np.flatnonzero(np.abs(given - shown).max(axis=1) > UNNOTICEABLE)
    return {int(k): _in_units(state, int(k), given[k], shown[k]) for k in changed}


def _in_units(state: State, index: int, rgb: NDArray[Any], shown: NDArray[Any]) -> Color:
    """Return the color of the image that is shown like this, of grey images the most like it.

    Channels in which it is shown as before keep their values; alpha does, too.
    """
    source, palette = state.source, state.result.palette
    if source.rgb:
        low, high = palette.value_range
        values = palette.colors[index].copy()
        changed = np.flatnonzero(np.abs(rgb - shown) > UNNOTICEABLE)
        values[changed] = low + np.asarray(rgb, np.float64)[changed] * (high - low)
        if palette.dtype.kind in "bui":
            values[changed] = np.rint(values[changed])
        return tuple(map(float, values))
    low, high = source.main.contrast_limits
    levels = np.linspace(0, 1, SHADES)
    shades = source.main.colormap.map(levels**source.main.gamma)[:, :3]
    nearest = ((shades - rgb) ** 2).sum(axis=1).argmin()
    return (float(low + levels[nearest] * (high - low)),)
