"""Quantizing: when it is asked for, and with Live on whenever something changes."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QSlider

from napari_kmeans_quantizer.plugin.models.levels import reduced
from napari_kmeans_quantizer.plugin.pipeline import produced

from .messages import NO_IMAGE, obstacle, told

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from magicgui.widgets import CheckBox

    from napari_kmeans_quantizer import Progress
    from napari_kmeans_quantizer.plugin.jobs import Worker
    from napari_kmeans_quantizer.plugin.models.source import Source
    from napari_kmeans_quantizer.plugin.pipeline import Product
    from napari_kmeans_quantizer.plugin.session import Session

    from .choice import Choice
    from .form import Form
    from .work import Work

TOGETHER = 5  # milliseconds: changes that come in one go count as one
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
        self._soon.setInterval(TOGETHER)
        self._soon.timeout.connect(self._run_live)
        self._again = QTimer(live.native)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self.run)
        self._slider: QSlider = _qt_slider(form)
        self._slider.sliderReleased.connect(self._on_released)

    @property
    def pending(self) -> bool:
        """Whether a run is under way, or about to start."""
        return self._work.running or self._soon.isActive() or self._again.isActive()

    def run(self) -> Worker | None:
        """Start a run that somebody waits for; None if there is no image, or it cannot be."""
        self._soon.stop()
        self._work.cancel()
        source = self.source()
        return None if source is None else self._quantize(source, asked=True)

    def source(self, asked: bool = True, preview: bool = False) -> Source | None:
        """Return what is to be quantized; if it or the controls are wrong, say so: None."""
        try:
            source = self._choice.source(preview)
            self._choice.settings(source)
        except (TypeError, ValueError) as error:
            self._work.complain(told(error), asked)
            return None
        if source is None:
            self._work.complain(NO_IMAGE, asked)
        return source

    def soon(self, _: object = None) -> None:
        """With Live on, run in a moment, with all changes that have come until then."""
        if self._live.value and not self._soon.isActive():
            self._soon.start()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Change controls without a run, also with Live on."""
        was_due = self._soon.isActive()
        yield
        if not was_due:
            self._soon.stop()

    def on_step(self, _: object = None) -> None:
        """With Live on, follow the slice that is shown, if it alone is quantized."""
        # New layers move the viewer's dims, too: only another slice of the image counts.
        if self._choice.is_another_slice():
            self.soon()

    def stop(self) -> None:
        """Cancel what is under way, and what was about to start."""
        self._soon.stop()
        self._again.stop()
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
        if self._work.running or (state is not None and state.is_preview):
            self.soon()

    def _quantize(self, source: Source, asked: bool) -> Worker | None:
        settings = self._choice.settings(source)
        held = reduced(source)
        if not asked and settings.fit_on is not None and settings.fit_on <= held.level:
            settings = replace(settings, fit_on=None)  # all pixels take too long for that
        roles = self._session.roles(source.key, self._form.wanted())
        if trouble := obstacle(source, settings, roles):
            self._work.complain(trouble, asked)
            return None

        def steps() -> Generator[Progress, None, Product]:
            # Of the state when it begins: it may have to wait for another run.
            return produced(source, settings, self._session.settled(source.key))

        then = partial(self._show, passing=not asked)
        return self._work.begin(then, steps, asked=asked, brief=held.is_small)

    def _show(self, product: Product, passing: bool) -> str:
        source = product.state.source
        if not self._session.holds(source):
            return REMOVED
        self._session.show(product, self._form.wanted(), passing)
        if self._misses_edits(product):
            self._again.start()
        return self._told()

    def _misses_edits(self, product: Product) -> bool:
        """Tell whether something was edited or locked since the run began."""
        source, settings = product.state.source, product.state.settings
        if product.is_only_painted:
            return False
        given = settings.palette or settings.choose_from
        if source.key != self._choice.key or given is not None:
            return False
        return self._choice.fixed_colors(source) != settings.fixed_colors


def _qt_slider(form: Form) -> QSlider:
    native = form.slider.native
    found = native if isinstance(native, QSlider) else native.findChild(QSlider)
    assert found is not None
    return found
