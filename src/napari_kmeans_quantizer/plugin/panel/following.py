"""What the widget does when the viewer's layers, their selection or its slice change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from napari.layers import Image
from qtpy.compat import isalive

from napari_kmeans_quantizer.plugin.layers.ours import is_ours

from .gl_context import make_canvas_current

if TYPE_CHECKING:
    from collections.abc import Callable

    import napari.viewer
    from qtpy.QtWidgets import QWidget

    from napari_kmeans_quantizer.plugin.session import Session

    from .choice import Choice
    from .form import Form
    from .runs import Runs


class Following:
    """Keeps controls and session true to a viewer's layers.

    Parameters
    ----------
    panel : QWidget
        As long as it lives, anything is done.
    choice, form, runs, session
        The widget's parts.
    on_change : callable
        Called when another image is chosen.
    look : callable
        Called when other controls may mean something.
    """

    def __init__(
        self,
        panel: QWidget,
        choice: Choice,
        form: Form,
        runs: Runs,
        session: Session,
        on_change: Callable[[], None],
        look: Callable[[], None],
    ) -> None:
        self._panel, self._choice, self._form = panel, choice, form
        self._runs, self._session, self._on_change = runs, session, on_change
        self._look = look

    def events(self, viewer: napari.viewer.Viewer) -> dict[Any, Callable[..., None]]:
        """Return what is to be connected: the viewer's emitters, and who hears them."""
        layers = viewer.layers
        return {
            layers.selection.events.active: self._on_active,
            layers.selection.events.changed: self.on_selection,
            layers.events.inserted: self._on_inserted,
            layers.events.reordered: self._on_layers,
            layers.events.renamed: self._on_renamed,
            layers.events.removing: self._on_removing,
            layers.events.removed: self._on_removed,
            viewer.dims.events.current_step: self._runs.on_step,
            viewer.dims.events.order: self._session.arrange_palettes,
            viewer.dims.events.ndisplay: self._session.arrange_palettes,
            viewer.scene.camera.events.orientation: self._session.arrange_palettes,
            viewer.canvas.events.background_color: self._session.follow_theme,
        }

    def on_selection(self, _: object = None) -> None:
        """Remember several selected images as channels."""
        if isalive(self._panel):
            before = self._choice.key
            self._choice.keep_channels()
            if self._choice.key != before:
                self._on_change()
            self._look()

    def _on_active(self, _: object = None) -> None:
        self._choice.follow_active()

    def _on_layers(self, _: object = None) -> None:
        if isalive(self._panel):
            self._form.reset_choices()
            self._look()

    def _on_renamed(self, _: object = None) -> None:
        self._on_layers()
        if isalive(self._panel):
            self._on_change()  # tables and plots tell what images are called

    def _on_inserted(self, event: Any) -> None:
        self._on_layers()
        self._session.take_over()
        if isinstance(event.value, Image) and not is_ours(event.value):
            self._session.arrange_palettes()  # it may lie where one stands

    def _on_removing(self, _: object = None) -> None:
        if isalive(self._panel):
            make_canvas_current(self._panel)

    def _on_removed(self, _: object = None) -> None:
        self._on_layers()
        self._session.forget_removed()
