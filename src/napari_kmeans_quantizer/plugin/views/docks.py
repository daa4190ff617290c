"""Docks for further views: made when they are wanted, and again when they were closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from qtpy.compat import isalive
from qtpy.QtCore import Qt

if TYPE_CHECKING:
    from collections.abc import Callable

    import napari.viewer
    from qtpy.QtWidgets import QWidget

    View = TypeVar("View", bound=QWidget)


class Docks:
    """The views of one widget, by their titles.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        In whose window they open.
    """

    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        self._viewer = viewer
        self._views: dict[str, QWidget] = {}

    def open(self, title: str, make: Callable[[], View], area: str = "bottom") -> View:
        """Return the view of this title, and bring it to the front; make it if there is none."""
        view: Any = self.get(title)
        if view is None:
            view = self._views[title] = make()
            self._viewer.window.add_dock_widget(
                view, name=title, area=area, add_vertical_stretch=False
            )
            self._share_the_room()
        dock: Any = view.parent()
        dock.show()
        dock.raise_()
        return view

    def _share_the_room(self) -> None:
        """Make all docks equally wide."""
        views: list[Any] = [self.get(title) for title in list(self._views)]
        docks = [view.parent() for view in views if view is not None]
        docks[0].window().resizeDocks(docks, [1] * len(docks), Qt.Orientation.Horizontal)

    def get(self, title: str) -> QWidget | None:
        """Return the view of this title, if it is open."""
        view = self._views.get(title)
        # A dock that is closed with its X tells nobody: neither a close nor a hide event.
        if view is not None and isalive(view) and title in self._viewer.window.dock_widgets:
            return view
        self._views.pop(title, None)
        if view is not None and isalive(view):
            view.deleteLater()
        return None

    def close(self) -> None:
        """Close all views."""
        for title in list(self._views):
            if (view := self.get(title)) is not None:
                self._viewer.window.remove_dock_widget(view)
        self._views.clear()
