"""Quantizing: when it is asked for, and with Live on whenever something changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QSlider

from napari_kmeans_quantizer.plugin.pipeline import produced

from .messages import NO_IMAGE, obstacle, told

if TYPE_CHECKING:
    from collections.abc import Callable

    from magicgui.widgets import CheckBox
    from superqt.utils import GeneratorWorker

    from napari_kmeans_quantizer.plugin.models.source import Source
    from napari_kmeans_quantizer.plugin.pipeline import Product
    from napari_kmeans_quantizer.plugin.session import Session

    from .choice import Choice
    from .form import Form
    from .work import Work

DEBOUNCE = 5  # milliseconds: changes that come in one go count as one
REMOVED = "The image was removed; its result is dropped."


class Runs:
    """Starts runs, and shows their results.

    Parameters
    ----------
    choice : Choice
        What is to be quantized, and how.
    form : Form
        The controls.
    live : CheckBox
        Whether layers follow.
    work : Work
        Where it runs.
    session : Session
        Where results go.
    told : callable
        Returns what is told of the chosen image when nothing is under way.
    """

    def __init__(
        self,
        choice: Choice,
        form: Form,
        live: CheckBox,
        work: Work,
        session: Session,
        told: Callable[[], str],
    ) -> None:
        self._choice, self._form, self._live = choice, form, live
        self._work, self._session, self._told = work, session, told
        self._soon = QTimer(live.native)
        self._soon.setSingleShot(True)
        self._soon.setInterval(DEBOUNCE)
        self._soon.timeout.connect(self._run_live)
        self._slider: QSlider = _qt_slider(form)
        self._slider.sliderReleased.connect(self._on_released)

    @property
    def pending(self) -> bool:
        """Whether a run is under way, or about to start."""
        return self._work.running or self._soon.isActive()

    def run(self) -> GeneratorWorker | None:
        """Start a run that somebody waits for; None if there is no image, or it cannot be."""
        self._soon.stop()
        self._work.cancel()
        source = self.source()
        return None if source is None else self._quantize(source, asked=True)

    def source(self, asked: bool = True, preview: bool = False) -> Source | None:
        """Return what is to be quantized; if that cannot be, say why and return None."""
        try:
            source = self._choice.source(preview)
        except (TypeError, ValueError) as error:
            self._work.complain(told(error), asked)
            return None
        if source is None:
            self._work.complain(NO_IMAGE, asked)
        return source

    def soon(self) -> None:
        """With Live on, run once no more changes come."""
        if self._live.value:
            self._soon.start()

    def on_step(self, _: object = None) -> None:
        """With Live on, follow the slice that is shown, if it alone is quantized."""
        # New layers move the viewer's dims, too: only another slice of the image counts.
        if self._live.value and self._choice.is_another_slice():
            self._soon.start()

    def stop(self) -> None:
        """Cancel what is under way, and what was about to start."""
        self._soon.stop()
        self._work.cancel()

    def _run_live(self) -> None:
        if not self._choice.layers or not self._live.value:
            return
        source = self.source(asked=False, preview=self._slider.isSliderDown())
        if source is not None:
            self._quantize(source, asked=False)

    def _on_released(self) -> None:
        """Replace the preview that was made while the slider was dragged."""
        state = self._choice.state
        if self._work.running or (state is not None and state.source.step > 1):
            self.soon()

    def _quantize(self, source: Source, asked: bool) -> GeneratorWorker | None:
        settings = self._choice.settings(source)
        roles = self._session.roles(source.key, self._form.wanted())
        if trouble := obstacle(source, settings, roles):
            self._work.complain(trouble, asked)
            return None
        missing = self._session.is_missing(source, roles)
        return self._work.begin(
            self._show, produced, source, settings, missing, asked=asked, at_once=asked
        )

    def _show(self, product: Product) -> str:
        if not self._session.holds(product.state.source):
            return REMOVED
        self._session.show(product, self._form.wanted())
        return self._told()


def _qt_slider(form: Form) -> QSlider:
    native = form.slider.native
    found = native if isinstance(native, QSlider) else native.findChild(QSlider)
    assert found is not None
    return found
