"""The views beside the palette, each in a dock of its own that opens when it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtCore import QSignalBlocker

from napari_kmeans_quantizer.plugin.work import frame_shares

from .docks import Docks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import napari.viewer

    from napari_kmeans_quantizer import Quantization
    from napari_kmeans_quantizer.plugin.models.state import State

    from .color_space.view import ColorSpaceView
    from .explore.view import ExploreView
    from .shares.view import SharesView

COLOR_SPACE, EXPLORE, SHARES = "Color space", "Explore K", "Shares of colors"


class Views:
    """Opens views, and draws the state into those that are open."""

    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        self._docks = Docks(viewer)

    def show(self, state: State | None) -> None:
        """Draw a state into the views that follow it."""
        view: Any = self._docks.get(COLOR_SPACE)
        if view is not None:
            _draw_color_space(view, state)
        explore: Any = self._docks.get(EXPLORE)
        if explore is not None and state is not None:
            explore.set_chosen(len(state.result.palette))

    def color_space(self, state: State | None) -> ColorSpaceView:
        """Open the 3-D plot of the pixels' colors."""
        from .color_space.view import ColorSpaceView

        view = self._docks.open(COLOR_SPACE, ColorSpaceView)
        _draw_color_space(view, state)
        return view

    def set_reference(self, color: Any) -> None:
        """Measure distances in the color space view, if it is open, from this color."""
        view: Any = self._docks.get(COLOR_SPACE)
        if view is not None:
            view.set_reference(color)

    def explore(self, on_explore: Callable[..., Any], on_chosen: Callable[..., Any]) -> ExploreView:
        """Open the curve of errors over the number of colors."""
        from .explore.view import ExploreView

        def make() -> ExploreView:
            view = ExploreView()
            view.explore_requested.connect(on_explore)
            view.n_colors_chosen.connect(on_chosen)
            return view

        return self._docks.open(EXPLORE, make)

    def exploring(self, first: int, last: int, arrangement: str) -> None:
        """Show in the curve's view, if it is open, what is being computed."""
        view = self.explored
        if view is None:
            return
        view.set_busy(True)
        with QSignalBlocker(view.first), QSignalBlocker(view.last):
            view.last.setValue(last)
            view.first.setValue(first)
        view.arrangement.setCurrentIndex(view.arrangement.findData(arrangement))

    @property
    def explored(self) -> ExploreView | None:
        """The open view of the curve, if there is one."""
        view: Any = self._docks.get(EXPLORE)
        return view

    def frame_shares(self, state: State, on_frame: Callable[[int], Any]) -> SharesView:
        """Open the shares of the colors in every frame of a stack or time series."""
        shares, counts = frame_shares(state.result)
        view = self._shares(on_frame)
        view.show_shares(
            f"{state.source.name}: shares by {state.source.main.axis_labels[0]}",
            "frames",
            [str(t) for t in range(len(shares))],
            state.result.palette.hex,
            shares,
            counts,
        )
        return view

    def layer_shares(
        self, names: Sequence[str], results: Sequence[Quantization], on_frame: Callable[[int], Any]
    ) -> SharesView:
        """Open the shares of the same colors in several layers."""
        palettes = [result.palette for result in results]
        view = self._shares(on_frame)
        view.show_shares(
            "The same colors in several layers" if len(names) > 1 else f"{names[0]}: shares",
            "layers",
            names,
            palettes[0].hex,
            np.stack([palette.share for palette in palettes]),
            np.stack([palette.counts for palette in palettes]),
        )
        return view

    def _shares(self, on_frame: Callable[[int], Any]) -> SharesView:
        from .shares.view import SharesView

        def make() -> SharesView:
            view = SharesView()
            view.frame_clicked.connect(on_frame)
            return view

        return self._docks.open(SHARES, make)

    def close(self) -> None:
        """Close all views."""
        self._docks.close()


def _draw_color_space(view: ColorSpaceView, state: State | None) -> None:
    if state is None:
        view.clear()
    else:
        view.show_result(state.sample.values, state.sampled_labels(), state.result.palette)
