"""Original beside result, or one after the other in the same place."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import napari.viewer
    from napari.layers import Layer


class Comparison:
    """Shows an original and its result, and puts everything back.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Whose layers are shown and hidden.
    """

    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        self._viewer = viewer
        self._visible: dict[Layer, bool] = {}
        self._grid: tuple[bool, int, tuple[int, int]] | None = None
        self._view: tuple[tuple[float, ...], float] = ((), 1.0)
        self._blinked: list[Layer] = []

    def toggle_grid(self, originals: Sequence[Layer], result: Layer) -> None:
        """Show these beside each other, with one camera for all; or go back."""
        if not self.leave():
            self._enter([*originals, result])

    def _enter(self, shown: list[Layer]) -> None:
        self.show_results()
        grid = self._viewer.canvas.grid
        self._grid = (grid.enabled, grid.stride, grid.shape)
        camera = self._viewer.scene.camera
        self._view = (camera.center, camera.zoom)
        self._visible = {layer: layer.visible for layer in self._viewer.layers}
        for layer in self._viewer.layers:
            layer.visible = layer in shown
        # Only visible layers take a place; with stride 1 the first in the list is the left one.
        order = self._viewer.layers.index
        grid.stride = 1 if order(shown[0]) < order(shown[-1]) else -1
        grid.shape = (1, len(shown))
        grid.enabled = True
        if all(layer.ndim == self._viewer.dims.ndim for layer in shown):
            self._viewer.fit_to_view(layers=shown)  # the palette is hidden and needs no room
        else:  # napari cannot tell where layers of fewer dimensions are
            self._viewer.reset_view()

    def leave(self) -> bool:
        """Show all as it was before; return whether the grid was on."""
        if self._grid is None:
            return False
        grid = self._viewer.canvas.grid
        grid.enabled, grid.stride, grid.shape = self._grid
        self._grid = None
        for layer, visible in self._visible.items():
            if layer in self._viewer.layers:
                layer.visible = visible
        self._visible = {}
        self._viewer.scene.camera.center, self._viewer.scene.camera.zoom = self._view
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
