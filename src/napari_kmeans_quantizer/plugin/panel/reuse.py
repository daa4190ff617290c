"""What is done with a result: other images in its colors, and its way as a script."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from napari.utils.notifications import show_error, show_info
from qtpy.QtWidgets import QApplication

from napari_kmeans_quantizer.plugin.layers.about import About
from napari_kmeans_quantizer.plugin.layers.ours import bare
from napari_kmeans_quantizer.plugin.models.kept import Kept
from napari_kmeans_quantizer.plugin.models.script import python_script
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.pipeline import apply_palette

if TYPE_CHECKING:
    from collections.abc import Callable

    import napari.viewer

    from napari_kmeans_quantizer.plugin.jobs import Worker
    from napari_kmeans_quantizer.plugin.models.state import State
    from napari_kmeans_quantizer.plugin.pipeline import Failure, Product
    from napari_kmeans_quantizer.plugin.session import Session

    from .choice import Choice
    from .form import Form
    from .work import Work


class Reuse:
    """Applies palettes, copies scripts, restores settings.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Whose selected layers are meant.
    choice, form, work, session
        The widget's parts.
    show_shares : callable
        Shows several states beside each other.
    """

    def __init__(
        self,
        viewer: napari.viewer.Viewer,
        choice: Choice,
        form: Form,
        work: Work,
        session: Session,
        show_shares: Callable[[list[State]], object],
    ) -> None:
        self._viewer, self._choice, self._form = viewer, choice, form
        self._work, self._session, self._show_shares = work, session, show_shares

    def apply_to_selected(self) -> Worker | None:
        """Paint all selected images in the palette of the result, and compare their shares."""
        state, selected = self._choice.state, self._viewer.layers.selection
        images = [bare(x) for x in self._form.image.choices if x in selected]
        if state is None or not images:
            show_error(
                "There is nothing to apply: quantize an image first, then select the images "
                "that shall get its colors."
            )
            return None
        self._work.cancel()
        sources = [Source((image,)) for image in images]
        color_space, no_data = state.settings.color_space, state.settings.no_data
        return self._work.begin(
            self._show_applied, apply_palette, sources, state.palette, color_space, no_data
        )

    def _show_applied(self, made: tuple[list[Product], list[Failure]]) -> str:
        products, failures = made
        kept = [product for product in products if self._session.holds(product.state.source)]
        for product in kept:
            self._session.show(product, self._form.wanted())
        if kept:
            states = [self._session.state(product.state.source.key) for product in kept]
            self._show_shares([state for state in states if state is not None])
        if failures:
            lines = [f'"{failed.source.name}": {failed.error}' for failed in failures]
            show_error("\n".join(["Not painted in these colors:", *lines]))
        images = "image" if len(kept) == 1 else "images"
        missing = f", {len(failures)} not" if failures else ""
        return f"{len(kept)} {images} in the same colors{missing}."

    def copy_as_python(self) -> str | None:
        """Copy a script for napari's console that makes the result again; return it, too."""
        state = self._choice.state
        if state is None:
            show_error("There is no result to copy: quantize an image first.")
            return None
        script = python_script(replace(state.source, step=1), state.settings)
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(script)
        show_info("Copied: paste it into napari's console.")
        return script

    def restore_settings(self) -> None:
        """Set the controls to what made the viewer's active layer."""
        layer = self._viewer.layers.selection.active
        about = None if layer is None else About.of_layer(layer)
        if about is None:
            show_error("Select a layer that this widget made; its settings are restored.")
            return
        self._choice.restore(about)
        state = self._choice.state
        if state is not None:
            kept = tuple(map(Kept.locked, about.settings.fixed_colors))
            self._session.change(replace(state, kept=kept))
