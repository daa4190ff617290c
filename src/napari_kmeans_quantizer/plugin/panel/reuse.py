"""What is done with a result: other images in its colors, and its way as a script."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from napari.layers import Image
from napari.utils.notifications import show_info
from qtpy.QtWidgets import QApplication, QWidget

from napari_kmeans_quantizer.plugin.layers.about import About
from napari_kmeans_quantizer.plugin.layers.ours import bare
from napari_kmeans_quantizer.plugin.models.kept import Kept
from napari_kmeans_quantizer.plugin.models.script import python_script
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.pipeline import apply_palette
from napari_kmeans_quantizer.plugin.views.apply import ApplyDialog, Candidate

from .messages import NO_RESULT, Trouble, channels, told

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import napari.viewer

    from napari_kmeans_quantizer.plugin.jobs import Worker
    from napari_kmeans_quantizer.plugin.models.state import State
    from napari_kmeans_quantizer.plugin.pipeline import Failure, Product
    from napari_kmeans_quantizer.plugin.session import Session

    from .choice import Choice
    from .form import Form
    from .work import Work

NOBODY = Trouble("There is no other image to paint in these colors: open one, or select some.")


class Reuse:
    """Applies palettes, copies scripts, restores settings.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Whose layers are meant.
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

    # -- other images

    def open_apply_palette(self, parent: QWidget) -> ApplyDialog | None:
        """Ask which images shall get the colors of the result, and where in each."""
        state = self._choice.state
        if state is None:
            self._work.complain(NO_RESULT)
            return None
        regions = [(x.name, bare(x)) for x in self._form.region.choices if x is not None]
        asked = ApplyDialog(state.source.name, state.hex, self._candidates(state), regions, parent)
        asked.applied.connect(self._apply)
        asked.show()
        return asked

    def _images(self) -> list[Image]:
        images: list[Any] = list(self._form.image.choices)
        return [bare(image) for image in images]

    def _candidates(self, state: State) -> list[Candidate]:
        selected = [x for x in self._others(state) if x in self._viewer.layers.selection]
        ticked = selected or self._others(state)
        found = []
        for image in self._images():
            known = self._session.state((str(image.unique_id),))
            region = None if known is None else known.source.region
            n, wanted = Source((image,)).n_clustered, state.result.palette.n_channels
            fits = n == wanted
            refusal = "" if fits else f"It has {channels(n)}, and the colors have {wanted}."
            found.append(Candidate(image.name, image, image in ticked, region, refusal))
        return found

    def _others(self, state: State) -> list[Image]:
        return [image for image in self._images() if image not in state.source.layers]

    def _apply(self, chosen: list[tuple[Image, Any]]) -> None:
        there = [pair for pair in chosen if pair[0] in self._viewer.layers]
        self.apply_palette_to([image for image, _ in there], [region for _, region in there])

    def apply_to_selected(self) -> Worker | None:
        """Paint all selected images but its own in the palette of the result."""
        state, selection = self._choice.state, self._viewer.layers.selection
        others = [] if state is None else [x for x in self._others(state) if x in selection]
        return self.apply_palette_to(others)

    def apply_palette_to(
        self, images: Sequence[Image], regions: Sequence[Any] | None = None
    ) -> Worker | None:
        """Paint images in the palette of the result, and compare the shares of its colors."""
        state = self._choice.state
        if state is None or not images:
            self._work.complain(NO_RESULT if state is None else NOBODY)
            return None
        if regions is not None and len(regions) != len(images):
            raise ValueError(
                f"`regions` must be as many as `images`, {len(images)}, got {len(regions)}. "
                "Give None for images that are painted everywhere."
            )
        self._work.cancel()
        inside = [None if x is None else bare(x) for x in regions or [None] * len(images)]
        sources = [Source((bare(x),), region) for x, region in zip(images, inside, strict=True)]
        known = {source.key: self._session.settled(source.key) for source in sources}
        return self._work.begin(
            lambda made: self._show_applied(state, made),
            apply_palette,
            sources,
            state.palette,
            state.settings,
            {key: before for key, before in known.items() if before is not None},
        )

    def _show_applied(self, origin: State, made: tuple[list[Product], list[Failure]]) -> str:
        products, failures = made
        kept = [product for product in products if self._session.holds(product.state.source)]
        for product in kept:
            self._session.show(product, self._form.wanted())
        if kept:
            keys = [origin.source.key, *(product.state.source.key for product in kept)]
            states = [self._session.state(key) for key in dict.fromkeys(keys)]
            self._show_shares([state for state in states if state is not None])
        if failures:
            lines = [f'"{failed.source.name}": {told(failed.error).text}' for failed in failures]
            text = "\n".join(["Not painted in these colors:", *lines])
            self._work.complain(Trouble(text))
        images = "image" if len(kept) == 1 else "images"
        missing = f", {len(failures)} not" if failures else ""
        return f"{len(kept)} {images} in the same colors{missing}."

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
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(script)
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
