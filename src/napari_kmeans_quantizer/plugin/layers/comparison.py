"""Original beside result, or one after the other in the same place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari.components.overlays import TextOverlay
from napari.settings import get_settings

from .viewpoint import Viewpoint, look_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    import napari.viewer
    from napari.layers import Layer

LEFT, RIGHT = "kmeans_original", "kmeans_result"
"""What our captions are called among the overlays of napari's canvas."""
LARGEST = 14.0  # points; larger text would not fit above its picture


class Comparison:
    """Shows an original and its result, and puts everything back.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Whose layers are shown and hidden.
    """

    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        self._viewer = viewer
        self._before: Viewpoint | None = None
        self._grid: tuple[bool, int, tuple[int, int]] = (False, 1, (-1, -1))
        self._named: list[Layer] = []
        self._blinked: list[Layer] = []

    def toggle_grid(self, originals: Sequence[Layer], result: Layer, caption: str = "") -> None:
        """Show these beside each other, with one camera for all; or go back.

        Parameters
        ----------
        originals : sequence of Layer
            One, or several channels.
        result : Layer
            What became of them.
        caption : str, optional
            What is written above the result, such as "8 colors".
        """
        if not self.leave():
            self._enter([*originals, result])
            self._write_captions(originals, caption)

    def _enter(self, shown: list[Layer]) -> None:
        self.show_results()
        grid = self._viewer.canvas.grid
        self._grid = (grid.enabled, grid.stride, grid.shape)
        self._before = Viewpoint(self._viewer)
        self._before.show_only(shown)
        # Only visible layers take a place; with stride 1 the first in the list is the left one.
        order = self._viewer.layers.index
        grid.stride = 1 if order(shown[0]) < order(shown[-1]) else -1
        grid.shape = (1, len(shown))
        grid.enabled = True
        look_at(self._viewer, shown)  # the palette is hidden and needs no room
        self._make_room(shown)

    def _make_room(self, shown: list[Layer]) -> None:
        """Look from so far away that captions lie above the pictures."""
        viewer = self._viewer
        if viewer.dims.ndisplay > 2:
            return
        extent = viewer.layers.get_extent(shown)
        low, high = extent.world
        row = viewer.dims.displayed[0] - (viewer.dims.ndim - len(low))
        room = viewer.canvas.size[0] - 2 * (2 * _font_size() + 16)
        if row >= 0 and room > 0:
            height = float(high[row] - low[row] + extent.step[row])  # between the outer edges
            viewer.scene.camera.zoom = min(viewer.scene.camera.zoom, room / height)

    def _titled(self, name: str, text: str, n_cells: int) -> str:
        """Return a caption, with the name where both fit into the width of a cell."""
        width = self._viewer.canvas.size[1] / n_cells - 24
        caption = f"{name}: {text}"
        return caption if len(caption) * 0.9 * _font_size() <= width else text

    def _write_captions(self, originals: Sequence[Layer], caption: str) -> None:
        """Tell what is what; of several channels napari writes their names."""
        name = " + ".join(layer.name for layer in originals)
        n_cells = len(originals) + 1
        texts = {RIGHT: (self._titled(name, caption, n_cells), "top_right")}
        if len(originals) == 1:
            texts[LEFT] = (self._titled(name, "original", n_cells), "top_left")
        else:
            self._named = [layer for layer in originals if not layer.name_overlay.visible]
            for layer in self._named:
                layer.name_overlay.visible = True
        for key, (text, position) in texts.items():
            # In black or white, whichever stands out from napari's canvas.
            overlay = TextOverlay(text=text, position=position, font_size=_font_size())
            overlay.visible = True
            self._viewer.canvas.overlays[key] = overlay

    def _remove_captions(self) -> None:
        for key in (LEFT, RIGHT):
            if key in self._viewer.canvas.overlays:
                del self._viewer.canvas.overlays[key]
        for layer in self._named:
            layer.name_overlay.visible = False
        self._named = []

    def leave(self) -> bool:
        """Show all as it was before; return whether the grid was on."""
        before, self._before = self._before, None
        if before is None:
            return False
        self._remove_captions()
        grid = self._viewer.canvas.grid
        grid.enabled, grid.stride, grid.shape = self._grid
        before.restore()
        return True

    def blink(self, results: list[Layer]) -> None:
        """Hide these layers, so that the original is seen below; or show them again."""
        if any(not layer.visible for layer in self._blinked):
            self.show_results()
            return
        # None were hidden, or a person has shown all of them meanwhile.
        self._blinked = [layer for layer in results if layer.visible]
        for layer in self._blinked:
            layer.visible = False

    def show_results(self) -> None:
        """Show again what `blink` has hidden."""
        for layer in self._blinked:
            layer.visible = True
        self._blinked = []


def _font_size() -> float:
    return min(float(get_settings().appearance.font_size), LARGEST)
