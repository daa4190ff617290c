"""What a viewer shows, and from where: to show something else, and then put everything back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import napari.viewer
    from napari.layers import Layer


class Viewpoint:
    """Which layers are visible now, and where the camera is.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Whose.
    """

    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        self._viewer = viewer
        self._visible = {layer: layer.visible for layer in viewer.layers}
        self.camera = camera_of(viewer)

    def show_only(self, shown: Collection[Layer]) -> None:
        """Hide the layers that were there, but these."""
        for layer in self._visible:
            if layer in self._viewer.layers:
                layer.visible = layer in shown

    def restore(self) -> None:
        """Show all as it was, as far as it is still there."""
        for layer, visible in self._visible.items():
            if layer in self._viewer.layers:
                layer.visible = visible
        self.restore_camera()

    def restore_camera(self) -> None:
        """Look from where it was looked from."""
        camera = self._viewer.scene.camera
        camera.center, camera.zoom = self.camera


def camera_of(viewer: napari.viewer.Viewer) -> tuple[tuple[float, ...], float]:
    """Return the center and the zoom of a viewer's camera."""
    camera = viewer.scene.camera
    return tuple(camera.center), float(camera.zoom)


def look_at(viewer: napari.viewer.Viewer, layers: Sequence[Layer], margin: float = 0.05) -> None:
    """Fit the canvas with these layers; with all, where napari cannot tell where these are."""
    if any(layer.ndim == viewer.dims.ndim for layer in layers):
        viewer.reset_view(layers=layers, margin=margin)
    else:
        viewer.reset_view(margin=margin)
