"""The views beside the palette, each in a dock of its own that opens when it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtCore import QSignalBlocker

from napari_kmeans_quantizer.plugin.jobs import Worker
from napari_kmeans_quantizer.plugin.models.pixel_rows import PixelRows
from napari_kmeans_quantizer.plugin.models.shares import (
    is_counted,
    shares_of_images,
    shares_of_state,
)

from .ahead import import_ahead
from .counting import Counting
from .docks import Docks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import napari.viewer
    from numpy.typing import ArrayLike

    from napari_kmeans_quantizer import Palette
    from napari_kmeans_quantizer.plugin.models.exploration import Curve
    from napari_kmeans_quantizer.plugin.models.source import Key
    from napari_kmeans_quantizer.plugin.models.state import State

    from .color_space.view import ColorSpaceView
    from .explore.view import ExploreView
    from .help import HelpView
    from .measure.view import MeasureView
    from .pixels.view import PixelsView
    from .shares.view import SharesView

COLOR_SPACE, PIXELS, EXPLORE, SHARES = "Color space", "Pixels", "Explore K", "Shares"
MEASURE = "Measure"
HELP = "Help: K-means colors"


class Views:
    """Opens views, and draws into those that are open what is known of the chosen image.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        In whose window they open.
    state_of : callable
        Returns the State of an image by its key, None if there is none.

    Attributes
    ----------
    on_explore_closed, on_measure_closed : callable
        Called when the view of the curve, or of the measurement, was closed.
    on_pixels : callable
        Called when other pixels are chosen: see `PixelsView.pixels_chosen`.
    """

    def __init__(
        self, viewer: napari.viewer.Viewer, state_of: Callable[[Key], State | None]
    ) -> None:
        self._docks = Docks(viewer, self._on_close)
        self._dims = viewer.dims
        self._state_of = state_of
        self._counting = Counting(self._on_counted)
        self._is_ahead = False
        self.on_explore_closed: Callable[[], object] = lambda: None
        self.on_pixels: Callable[[PixelRows | None, Any, int | None], object] = lambda *_: None
        self.on_measure_closed: Callable[[], object] = lambda: None
        self._state: State | None = None
        self._name = ""
        self._compared: dict[Key, Palette] = {}

    def show(self, state: State | None, curve: Curve | None, name: str, n_colors: int) -> None:
        """Draw what is known of an image into all open views.

        Parameters
        ----------
        state : State or None
            Its result.
        curve : Curve or None
            What was explored of it.
        name : str
            What it is called, "" if there is none.
        n_colors : int
            The number of colors that is set.
        """
        self._state, self._name = state, name
        if state is not None and not self._is_ahead:  # views are of use from now on
            self._is_ahead = True
            Worker(import_ahead).start()
        if (view := self.find(COLOR_SPACE)) is not None:
            self._draw_color_space(view)
        if (view := self.find(PIXELS)) is not None:
            self._draw_pixels(view)
        if (view := self.find(SHARES)) is not None:
            self._draw_shares(view)
        if (view := self.explored) is not None:
            chosen = n_colors if state is None else len(state.result.palette)
            _draw_curve(view, curve, name, chosen)

    def find(self, title: str) -> Any:
        """Return the view of this title, if it is open."""
        return self._docks.get(title)

    def _on_close(self, title: str) -> None:
        if title == EXPLORE:
            self.on_explore_closed()
        elif title == MEASURE:
            self.on_measure_closed()
        elif title == SHARES:
            self._counting.stop()
        elif title == PIXELS:
            self._on_chosen(None, (), None)

    # -- the color space

    def color_space(self) -> ColorSpaceView:
        """Open the 3-D plot of the pixels' colors."""
        from .color_space.view import ColorSpaceView

        def make() -> ColorSpaceView:
            view = ColorSpaceView()
            view.point_picked.connect(self._select_pixel)
            return view

        view = self._docks.open(COLOR_SPACE, make)
        self._draw_color_space(view)
        if (pixels := self.find(PIXELS)) is not None:
            view.mark(pixels.chosen)
        return view

    def _draw_color_space(self, view: ColorSpaceView) -> None:
        state = self._state
        if state is None:
            view.clear()
        else:
            view.name = state.source.name
            view.show_result(
                state.sample.values, state.sampled_labels(), state.result.palette, state.display
            )

    def set_reference(self, color: ArrayLike) -> None:
        """Measure distances in the color space view, if it is open, from this color."""
        if (view := self.find(COLOR_SPACE)) is not None:
            view.set_reference(color)

    # -- pixels

    def pixels(self) -> PixelsView:
        """Open the table of the pixels."""
        from .pixels.view import PixelsView

        def make() -> PixelsView:
            view = PixelsView()
            view.pixels_chosen.connect(self._on_chosen)
            return view

        view = self._docks.open(PIXELS, make)
        self._draw_pixels(view)
        return view

    def _draw_pixels(self, view: PixelsView) -> None:
        if self._state is None:
            view.clear()
        elif view.rows is None or view.rows.state is not self._state:
            view.show_pixels(PixelRows(self._state))

    def _on_chosen(self, rows: PixelRows | None, chosen: Any, gone_to: int | None) -> None:
        """Mark pixels wherever they are seen."""
        if (view := self.find(COLOR_SPACE)) is not None:
            view.mark(chosen)
        self.on_pixels(rows, chosen, gone_to)

    def select_pixel_at(self, position: ArrayLike, displayed: Sequence[int]) -> None:
        """Select in the table, if it is open, the pixel nearest to a place of the image."""
        if (view := self.find(PIXELS)) is not None and view.rows is not None:
            nearest = view.rows.nearest(position, displayed)
            if nearest is not None:
                view.select(nearest)

    def _select_pixel(self, pixel: int) -> None:
        if (view := self.find(PIXELS)) is not None:
            view.select(pixel)

    # -- several numbers of colors

    def explore(
        self, on_explore: Callable[[int, int, str], object], on_chosen: Callable[[int], object]
    ) -> ExploreView:
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
        view: ExploreView | None = self.find(EXPLORE)
        return view

    def work_ended(self) -> None:
        """Unlock what was locked while something was computed."""
        if (view := self.explored) is not None:
            view.set_busy(False)

    # -- shares

    def shares(self, on_frame: Callable[[int], object]) -> SharesView:
        """Open the shares of the colors: of a stack frame by frame, else beside other images'."""
        from .shares.view import SharesView

        def make() -> SharesView:
            view = SharesView()
            view.frame_clicked.connect(on_frame)
            return view

        state = self._state
        if state is None or state.source.key not in self._compared or state.result.labels.ndim > 2:
            self._compared = {}
        view = self._docks.open(SHARES, make)
        self._draw_shares(view)
        return view

    def compare_shares(self, states: list[State]) -> None:
        """Let the shares, once they are open, be those of the same colors in several images."""
        self._compared = {state.source.key: state.result.palette for state in states}
        if (view := self.find(SHARES)) is not None:
            self._draw_shares(view)

    def _draw_shares(self, view: SharesView) -> None:
        """Draw the images that are compared, as long as they have their colors; else the chosen."""
        states = [self._state_of(key) for key in self._compared]
        same = [
            state
            for state, before in zip(states, self._compared.values(), strict=True)
            if state is not None and np.array_equal(state.result.palette.colors, before.colors)
        ]
        if same:
            view.show_shares(shares_of_images(same))
        elif self._state is None:
            view.clear()
        elif is_counted(self._state):
            view.show_shares(shares_of_state(self._state))
            self.follow_frame()
        else:
            view.show_counting()
            self._counting.begin(self._state.frames)

    def follow_frame(self, _: object = None) -> None:
        """Let the cursor of the shares, if they are open, show where the viewer is."""
        view, state = self.find(SHARES), self._state
        if view is not None and state is not None and state.result.labels.ndim > 2:
            view.show_frame(state.placement.frame_at(self._dims, len(state.result.labels)))

    def _on_counted(self) -> None:
        view = self.find(SHARES)
        if view is None or self._state is None:
            return
        if is_counted(self._state):
            self._draw_shares(view)
        else:
            view.clear("The pixels could not be counted.")

    # -- measuring

    def measure(self, connect: Callable[[MeasureView], None]) -> MeasureView:
        """Open the table of areas and shares; who makes it connects to it."""
        from .measure.view import MeasureView

        def make() -> MeasureView:
            view = MeasureView()
            connect(view)
            return view

        return self._docks.open(MEASURE, make)

    @property
    def measure_view(self) -> MeasureView | None:
        """The open table of areas and shares, if there is one."""
        view: MeasureView | None = self.find(MEASURE)
        return view

    # -- help

    def help(self) -> HelpView:
        """Open the walk through the panel, in a window of its own that can be docked."""
        from .help import HelpView

        return self._docks.open(HELP, HelpView, apart=True)

    def close(self) -> None:
        """Close all views."""
        self._counting.stop()
        self._docks.close()


def _draw_curve(view: ExploreView, curve: Curve | None, name: str, chosen: int) -> None:
    if curve is None:
        view.clear(name)
    elif view.shown_curve is curve:
        view.set_chosen(chosen)
    else:
        view.show_curve(curve, chosen)
