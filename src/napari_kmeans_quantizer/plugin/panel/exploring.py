"""Several numbers of colors: from a range to a curve, and from its points to a choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from napari_kmeans_quantizer.plugin.layers.explored import EXPLORED
from napari_kmeans_quantizer.plugin.layers.make import set_titles
from napari_kmeans_quantizer.plugin.layers.viewpoint import Viewpoint, camera_of, look_at
from napari_kmeans_quantizer.plugin.pipeline import explored_product

from .runs import REMOVED

if TYPE_CHECKING:
    import napari.viewer
    from napari.layers import Layer

    from napari_kmeans_quantizer.plugin.jobs import Worker
    from napari_kmeans_quantizer.plugin.models.source import Key
    from napari_kmeans_quantizer.plugin.pipeline import ExploredProduct
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
        Whose sliders are turned to a number of colors, and where a grid is shown alone.
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
        self._grid_of: Key | None = None  # of whose pictures a grid is shown
        self._before: Viewpoint | None = None
        self._arrived: object = None
        views.on_explore_closed = self.close

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
        settings, kept = self._choice.settings(source), self._choice.kept(source)
        self._views.exploring(first, last, arrangement)
        numbers = range(first, last + 1)
        return self._work.begin(
            self._show, explored_product, source, settings, numbers, arrangement, kept
        )

    def _show(self, product: ExploredProduct) -> str:
        source, curve = product.source, product.curve
        if not self._session.holds(source):
            return REMOVED
        self._leave_grid()
        self._before = Viewpoint(self._viewer)
        self._session.show_explored(product)
        n_colors = self._form.n_colors.value
        self._turn_to(source.key, n_colors if n_colors in curve.n_colors else curve.suggested)
        self._look(source.key, alone=curve.tiles is not None)
        return f"{len(curve.n_colors)} results; the elbow is at {curve.suggested} colors."

    def _look(self, key: Key, alone: bool) -> None:
        """Let the new pictures be seen, those of a grid alone: they lie over everything else."""
        if alone and self._before is not None:
            self._before.show_only(())
            self._grid_of = key
            self._viewer.layers.events.removed.connect(self._on_removed)
        look_at(self._viewer, self._pictures(key))
        self._arrived = camera_of(self._viewer)

    def _pictures(self, key: Key) -> list[Layer]:
        found = [self._session.layer(key, role) for role in EXPLORED]
        return [layer for layer in found if layer is not None]

    # -- choosing

    def take(self, n_colors: int) -> None:
        """Quantize with this number of colors; turn the stack to it, or leave the grid."""
        self._form.n_colors.value = n_colors
        self._leave_grid()
        self._turn_to(self._choice.key, n_colors)
        if not self._runs.pending:  # with Live on it is about to start
            self._runs.run()

    def take_at(self, position: Any) -> bool:
        """Take the number of colors whose picture of a grid lies at a place in the world.

        Returns
        -------
        bool
            Whether there is one.
        """
        key = self._choice.key
        curve, sheet = self._session.curve(key), self._session.layer(key, "explored")
        if curve is None or curve.tiles is None or sheet is None or not sheet.visible:
            return False
        n_colors = curve.n_colors_at(*sheet.world_to_data(position)[-2:])
        if n_colors is not None:
            self.take(n_colors)
        return n_colors is not None

    def _turn_to(self, key: Key, n_colors: int) -> None:
        curve, stack = self._session.curve(key), self._session.layer(key, "explored")
        if curve is not None and stack is not None and curve.arrangement == "stack":
            axis = self._viewer.dims.ndim - stack.ndim
            self._viewer.dims.set_point(axis, n_colors)

    def mark(self) -> None:
        """Mark the picture with as many colors as the result of the chosen image has."""
        key, state = self._choice.key, self._choice.state
        curve, titles = self._session.curve(key), self._session.layer(key, "titles")
        if curve is not None and curve.tiles is not None and titles is not None:
            set_titles(titles, curve.titles(None if state is None else len(state.result.palette)))

    # -- leaving

    def close(self) -> None:
        """Take all pictures away, and show what was shown before."""
        self._leave_grid()
        view = Viewpoint(self._viewer)
        if self._before is not None and view.camera == self._arrived:
            view = self._before  # nobody has looked elsewhere since
        self._session.remove_explored()
        view.restore_camera()  # napari looks at everything where a slider comes or goes
        self._before = None

    def _leave_grid(self) -> None:
        """Hide the pictures of a grid, and show what was shown before."""
        key, self._grid_of = self._grid_of, None
        if key is None or self._before is None:
            return
        self._viewer.layers.events.removed.disconnect(self._on_removed)
        for layer in self._pictures(key):
            layer.visible = False
        self._before.restore()
        self._before = None

    def _on_removed(self, _: object = None) -> None:
        if self._grid_of is not None and self._session.layer(self._grid_of, "explored") is None:
            self._leave_grid()
