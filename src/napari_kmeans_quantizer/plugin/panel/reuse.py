"""What is done with a result: its way as a script, and its settings again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from napari.utils.notifications import show_info

from napari_kmeans_quantizer.plugin.layers.about import About
from napari_kmeans_quantizer.plugin.models.kept import Kept
from napari_kmeans_quantizer.plugin.models.script import python_script
from napari_kmeans_quantizer.plugin.views.parts import to_clipboard

from .messages import NO_RESULT, Trouble

if TYPE_CHECKING:
    import napari.viewer

    from napari_kmeans_quantizer.plugin.session import Session

    from .choice import Choice
    from .work import Work

NOBODY = Trouble("There is no other image to paint in these colors: open one, or select some.")


class Reuse:
    """Copies scripts, restores settings.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Whose layers are meant.
    choice, work, session
        The widget's parts.
    """

    def __init__(
        self,
        viewer: napari.viewer.Viewer,
        choice: Choice,
        work: Work,
        session: Session,
    ) -> None:
        self._viewer, self._choice = viewer, choice
        self._work, self._session = work, session

    # -- scripts

    def copy_as_python(self) -> str | None:
        """Copy a script for napari's console that makes the result again; return it, too."""
        state = self._choice.state
        if state is None:
            self._work.complain(NO_RESULT)
            return None
        source = state.source
        if source.region_name is not None and source.region not in self._viewer.layers:
            self._work.complain(
                Trouble(
                    f'The region "{source.region_name}" was removed, and a script cannot find it: '
                    "quantize with another Region, or with everything, first."
                )
            )
            return None
        script = python_script(
            replace(source, step=1), state.settings, state.hidden, state.background
        )
        to_clipboard(script)
        show_info("Copied: paste it into napari's console.")
        return script

    # -- settings

    def restore_settings(self) -> None:
        """Set the controls to what made the viewer's active layer."""
        layer = self._viewer.layers.selection.active
        about = None if layer is None else About.of_layer(layer)
        if about is None or not about.source_ids:
            text = "Select a layer that this panel made, in the layer list: its settings come back."
            self._work.complain(Trouble(text))
            return
        if not self._choice.restore(about):
            text = f'The region "{about.region}" was removed: Region is set to everything.'
            self._work.complain(Trouble(text))
        state = self._choice.state
        if state is not None:
            kept = tuple(map(Kept.locked, about.settings.fixed_colors))
            self._session.change(replace(state, kept=kept))
