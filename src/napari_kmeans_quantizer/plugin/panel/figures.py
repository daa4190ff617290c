"""Figures that the panel exports: of what is shown at the moment when they are asked for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from napari_kmeans_quantizer.plugin.figures import (
    Explored,
    figure_of_grid,
    figure_of_result,
    figure_of_swatches,
    place_shown,
    write_figure,
)
from napari_kmeans_quantizer.plugin.layers.ours import bare
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.views import files

from .kinds import Kind
from .messages import EXPLORE

if TYPE_CHECKING:
    from pathlib import Path

    import napari.viewer

    from napari_kmeans_quantizer.plugin.models.state import State
    from napari_kmeans_quantizer.plugin.session import Session

    from .choice import Choice

NOT_EXPLORED = (
    "There are no pictures of several K: open Explore K, click Explore, and leave its view open."
)


class Figures:
    """Knows which figures of the chosen image can be made.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Which shows a plane of a stack.
    choice, session
        The widget's parts.
    """

    def __init__(self, viewer: napari.viewer.Viewer, choice: Choice, session: Session) -> None:
        self._viewer, self._choice, self._session = viewer, choice, session

    def kinds(self) -> dict[str, Kind]:
        """Return all figures, of what is shown now."""
        explored = self._explored()
        place = self._place()

        def result(path: Path, state: State, overwrite: bool) -> None:
            write_figure(path, partial(figure_of_result, state, place), overwrite)

        def swatches(path: Path, state: State, overwrite: bool) -> None:
            write_figure(path, partial(figure_of_swatches, state), overwrite)

        def grid(path: Path, _: State | None, overwrite: bool) -> None:
            assert explored is not None
            write_figure(path, partial(figure_of_grid, explored), overwrite)

        return {
            "figure": _kind("figure.png", result),
            "swatches": _kind("swatches.png", swatches),
            "grid": _kind(_grid_name(explored), grid)._replace(
                obstacle=lambda _: NOT_EXPLORED if explored is None else "",
                remedy=EXPLORE,
                needs_result=False,
            ),
        }

    def _place(self) -> tuple[int, ...]:
        state = self._choice.state
        return () if state is None else place_shown(state.source, self._viewer.dims)

    def _explored(self) -> Explored | None:
        key = self._choice.key
        curve, layer = self._session.curve(key), self._session.layer(key, "explored")
        if curve is None or layer is None:
            return None
        image: Any = bare(layer)
        place = place_shown(Source((image,)), self._viewer.dims)
        return Explored(curve, image, place if curve.tiles is not None else place[1:])


def _kind(name: str, write: Any) -> Kind:
    filters = [files.PNG, files.SVG, files.PDF]
    return Kind("Save figure", lambda _: filters, lambda _: name, lambda _: "", write)


def _grid_name(explored: Explored | None) -> str:
    if explored is None:
        return "grid.png"
    numbers = explored.curve.n_colors
    return f"{numbers[0]} to {numbers[-1]} colors.png"
