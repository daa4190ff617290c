"""Pixels that are chosen in the table: marked in the picture, at the slice where they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_kmeans_quantizer.plugin.models.parts import current_slice, show_slice

if TYPE_CHECKING:
    import napari.viewer
    import numpy as np
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.plugin.models.pixel_rows import PixelRows
    from napari_kmeans_quantizer.plugin.session import Session


class Marking:
    """Marks pixels.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Whose sliders are turned to them.
    session : Session
        Which shows the marks.
    """

    def __init__(self, viewer: napari.viewer.Viewer, session: Session) -> None:
        self._viewer, self._session = viewer, session
        self._marked: tuple[PixelRows, NDArray[np.intp]] | None = None

    def mark(self, rows: PixelRows | None, chosen: NDArray[np.intp], gone_to: int | None) -> None:
        """Mark pixels, no others, and go to the slice of one of them.

        Parameters
        ----------
        rows : PixelRows or None
            The pixels; None if there are none.
        chosen : ndarray of int
            Which of them.
        gone_to : int or None
            The one that somebody has just gone to.
        """
        self._marked = None if rows is None or not len(chosen) else (rows, chosen)
        self.draw()
        if rows is not None and gone_to is not None:
            self._go_to(rows, gone_to)

    def draw(self, _: object = None) -> None:
        """Show the marks; not in napari's grid, where their layer would take a place of its own."""
        if self._marked is None or self._viewer.canvas.grid.enabled:
            self._session.remove_marks()
        else:
            self._session.show_marks(*self._marked)

    def _go_to(self, rows: PixelRows, pixel: int) -> None:
        layer, dims = rows.state.source.main, self._viewer.dims
        shown = current_slice(layer, dims)
        if shown is None:
            return
        wanted = tuple(
            part if part.start is None else slice(int(i), int(i) + 1)
            for part, i in zip(shown, rows.positions[pixel], strict=True)
        )
        if wanted != shown:
            show_slice(layer, dims, wanted)
