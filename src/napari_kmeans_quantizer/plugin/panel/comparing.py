"""Original and result of the chosen image, beside each other or one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_kmeans_quantizer.plugin.layers.comparison import Comparison

from .messages import NO_RESULT

if TYPE_CHECKING:
    from collections.abc import Callable

    import napari.viewer

    from napari_kmeans_quantizer.plugin.session import Session

    from .choice import Choice
    from .messages import Trouble

BLINK_KEY, GRID_KEY = "K", "Shift-K"


class Comparing:
    """Compares by buttons and keys.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Where layers are shown and hidden.
    choice, session
        The widget's parts.
    complain : callable
        Tells why nothing is shown.
    """

    def __init__(
        self,
        viewer: napari.viewer.Viewer,
        choice: Choice,
        session: Session,
        complain: Callable[[Trouble], None],
    ) -> None:
        self._comparison = Comparison(viewer)
        self._choice, self._session, self._complain = choice, session, complain

    @property
    def keys(self) -> dict[str, Callable[[object], None]]:
        """What keys do."""
        return {BLINK_KEY: self.blink, GRID_KEY: self.compare}

    def compare(self, _: object = None) -> None:
        """Show the original beside the result, with one camera for both; or go back."""
        state, shown = self._choice.state, self._session.layer(self._choice.key, "image")
        if state is not None and shown is not None:
            n_colors = len(state.result.palette)
            caption = f"{n_colors} color{'s' * (n_colors != 1)}"
            self._comparison.toggle_grid(list(state.source.layers), shown, caption)
        elif not self._comparison.leave():
            self._complain(NO_RESULT)

    def blink(self, _: object = None) -> None:
        """Hide the result, so that the original is seen in its place; or show it again."""
        if self._choice.state is not None:
            found = [self._session.layer(self._choice.key, role) for role in ("image", "labels")]
            self._comparison.blink([layer for layer in found if layer is not None])

    def leave(self) -> None:
        """Show all as it was before."""
        self._comparison.leave()
        self._comparison.show_results()
