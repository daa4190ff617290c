"""Changes of the palette, and which of its colors is selected in panel and viewer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .messages import NO_RESULT, Trouble, told

if TYPE_CHECKING:
    from collections.abc import Callable

    import napari.viewer

    from napari_kmeans_quantizer.plugin.models.state import State
    from napari_kmeans_quantizer.plugin.session import Session
    from napari_kmeans_quantizer.plugin.views.palette.view import PaletteView

    from .choice import Choice


class Editing:
    """Changes the state of the chosen image.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Where layers are selected.
    choice : Choice
        Which image is meant.
    session : Session
        Where its state is kept.
    complain : callable
        Tells what cannot be.
    """

    def __init__(
        self,
        viewer: napari.viewer.Viewer,
        choice: Choice,
        session: Session,
        complain: Callable[[Trouble], None],
    ) -> None:
        self._viewer, self._choice, self._session = viewer, choice, session
        self._complain = complain

    def change(self, made_of: Callable[[State], State]) -> None:
        """Replace the state by what is made of it, or say why that cannot be."""
        state = self._choice.state
        if state is None:
            self._complain(NO_RESULT)
            return
        try:
            self._session.change(made_of(state))
        except ValueError as error:
            self._complain(told(error))

    def select(self, index: int) -> None:
        """Select the label of a color in the viewer, and its layer."""
        labels: Any = self._session.layer(self._choice.key, "labels")
        if index >= 0 and self._choice.state is not None and labels is not None:
            labels.selected_label = index + 1
            self._viewer.layers.selection.active = labels


def draw_palette(view: PaletteView, state: State | None) -> None:
    """List the colors of a state, or that there are none."""
    if state is None:
        view.show_palette(None)
        return
    view.show_palette(
        state.result.palette,
        display=state.display,
        locked=state.locked,
        hidden=state.hidden,
        pixel_area=state.placement.pixel_area,
        edited=state.is_edited or bool(state.hidden),
    )
