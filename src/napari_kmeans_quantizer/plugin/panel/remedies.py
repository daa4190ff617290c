"""What helps when something went wrong: one click, instead of a control to be looked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from napari_kmeans_quantizer.core.version import PROGRAM

from . import messages
from .dithering import NONE

if TYPE_CHECKING:
    from collections.abc import Callable

    import napari.viewer

    from napari_kmeans_quantizer.plugin.session import Session

    from .choice import Choice
    from .form import Form

SAMPLE = (PROGRAM, "coffee")


class Remedies:
    """Does what the button beside a message says.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Where samples are opened.
    choice, form, session
        The widget's parts.
    run, explore : callable
        Quantizes; opens the view of several numbers of colors.
    """

    def __init__(
        self,
        viewer: napari.viewer.Viewer,
        choice: Choice,
        form: Form,
        session: Session,
        run: Callable[[], object],
        explore: Callable[[], object],
    ) -> None:
        self._viewer, self._choice, self._form = viewer, choice, form
        self._session, self._run, self._explore = session, run, explore
        self._set: dict[str, list[tuple[Any, Any]]] = {
            messages.USE_RGB: [(form.color_space, "rgb")],
            messages.USE_EVERYTHING: [(form.region, None)],
            messages.FIT: [(form.palette_from, None)],
            messages.NO_AUTO: [(form.auto, False)],
            messages.NO_DITHERING: [(form.dither, NONE)],
            messages.ONLY_THIS: [(form.channels, False)],
            messages.CLUSTER_ALPHA: [(form.alpha, "channel")],
            messages.ADD_ALL: [(x, True) for x in (form.add_image, form.add_labels)]
            + [(form.add_palette, True)],
            messages.QUANTIZE: [],
        }

    def of(self, name: str) -> Callable[[], object] | None:
        """Return what a button of this name does, None if there is no such remedy."""
        if name == messages.OPEN_SAMPLE:
            return self._open_sample
        if name == messages.UNLOCK:
            return self._unlock
        if name == messages.EXPLORE:
            return self._explore
        return (lambda: self._apply(name)) if name in self._set else None

    def _apply(self, name: str) -> None:
        for control, value in self._set[name]:
            control.value = value
        self._run()

    def _open_sample(self) -> None:
        self._viewer.open_sample(*SAMPLE)

    def _unlock(self) -> None:
        state = self._choice.state
        if state is not None:
            self._session.change(replace(state, kept=()))
        self._run()
