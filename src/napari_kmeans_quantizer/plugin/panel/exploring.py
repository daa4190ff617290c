"""Several numbers of colors: from a range to a curve, and from its points to a choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_kmeans_quantizer.plugin.pipeline import explored

from .runs import REMOVED

if TYPE_CHECKING:
    import napari.viewer

    from napari_kmeans_quantizer.plugin.jobs import Worker
    from napari_kmeans_quantizer.plugin.models.exploration import Exploration
    from napari_kmeans_quantizer.plugin.models.source import Key
    from napari_kmeans_quantizer.plugin.session import Session
    from napari_kmeans_quantizer.plugin.views.views import Views

    from .choice import Choice
    from .form import Form
    from .runs import Runs
    from .work import Work


class Exploring:
    """Explores the chosen image, and shows what came out.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Whose sliders are turned to a number of colors.
    choice, form, runs, work, session, views
        The widget's parts.
    """

    def __init__(
        self,
        viewer: napari.viewer.Viewer,
        choice: Choice,
        form: Form,
        runs: Runs,
        work: Work,
        session: Session,
        views: Views,
    ) -> None:
        self._viewer, self._choice, self._form = viewer, choice, form
        self._runs, self._work, self._session, self._views = runs, work, session, views

    def explore(self, first: int, last: int, arrangement: str) -> Worker | None:
        """Quantize with ``first`` to ``last`` colors, and show all results."""
        if not 1 <= first <= last or arrangement not in ("stack", "grid"):
            raise ValueError(
                'Explore needs 1 <= first <= last, and "stack" or "grid"; '
                f"got {first}, {last}, {arrangement!r}."
            )
        self._work.cancel()
        source = self._runs.source()
        if source is None:
            return None
        settings = self._choice.settings(source)
        self._views.exploring(first, last, arrangement)
        least = len(settings.fixed_colors)
        numbers = range(max(first, least), max(last, least) + 1)
        return self._work.begin(self._show, explored, source, settings, numbers, arrangement)

    def _show(self, found: Exploration) -> str:
        if not self._session.holds(found.source):
            return REMOVED
        self._session.show_explored(found)
        n_colors, curve = self._form.n_colors.value, found.curve
        self._turn_to(found.source.key, n_colors if n_colors in curve.n_colors else curve.suggested)
        return f"{len(curve.n_colors)} results; the elbow is at {curve.suggested} colors."

    def take(self, n_colors: int) -> None:
        """Quantize with this number of colors, and turn the explored stack to it."""
        self._form.n_colors.value = n_colors
        self._turn_to(self._choice.key, n_colors)
        if not self._runs.pending:  # with Live on it is about to start
            self._runs.run()

    def _turn_to(self, key: Key, n_colors: int) -> None:
        curve, stack = self._session.curve(key), self._session.layer(key, "explored")
        if curve is not None and stack is not None and curve.arrangement == "stack":
            axis = self._viewer.dims.ndim - stack.ndim
            self._viewer.dims.set_point(axis, n_colors)
