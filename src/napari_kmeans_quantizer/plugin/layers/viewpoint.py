"""What a viewer shows, and from where: to show something else, and then put everything back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.plugin.models.placement import Area

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
    some = len(layers) < len(viewer.layers)  # of all napari knows the extent: a list takes it long
    if some and any(layer.ndim == viewer.dims.ndim for layer in layers):
        viewer.reset_view(layers=layers, margin=margin)
    else:
        viewer.reset_view(margin=margin)


def view_area(viewer: napari.viewer.Viewer) -> Area:
    """Return what of the last two axes of the world a viewer shows, if it shows a plane."""
    camera = viewer.scene.camera
    turn = slice(None, None, -1 if is_transposed(viewer.dims.order) else 1)
    center = np.array(camera.center[-2:])
    half = np.array(viewer.canvas.size) / camera.zoom / 2
    return Area((center - half)[turn], (center + half)[turn])


def is_transposed(order: Sequence[int]) -> bool:
    """Tell whether a viewer's dims show the later of their last two axes downwards."""
    return order[-2] > order[-1]


def is_upright(camera: Any) -> bool:
    """Tell whether a viewer's first axis runs down the screen, and its last one to the right."""
    return tuple(map(str, camera.orientation2d)) == ("down", "right")


def screen_em() -> float:
    """Return how large an em is that napari draws for a text of size 1.

    It takes a screen for one with 96 dots per inch, and Qt draws letters in points, 72 an inch.
    """
    from qtpy.QtGui import QGuiApplication  # scripts that show nothing need no Qt

    screen = QGuiApplication.primaryScreen() if QGuiApplication.instance() else None
    dots = 96.0 if screen is None else screen.logicalDotsPerInch()
    return 96 / 72 * dots / 72
