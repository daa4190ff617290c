"""Docks for further views: made when they are wanted, and again when they were closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from weakref import ref

from qtpy.compat import isalive
from qtpy.QtCore import QEvent, QObject, Qt

if TYPE_CHECKING:
    from collections.abc import Callable

    import napari.viewer
    from qtpy.QtWidgets import QWidget

    View = TypeVar("View", bound=QWidget)

HEIGHT = 300  # pixels, at first
ASIDE = 60  # pixels from the window's corner
LOWER_CORNERS = {
    Qt.Corner.BottomLeftCorner: Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.Corner.BottomRightCorner: Qt.DockWidgetArea.RightDockWidgetArea,
}


class Docks(QObject):
    """The views of one widget, by their titles: tabs of one dock area below the canvas.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        In whose window they open.
    on_close : callable
        Gets the title of a view that was closed.
    """

    def __init__(self, viewer: napari.viewer.Viewer, on_close: Callable[[str], None]) -> None:
        super().__init__()
        self._viewer, self._on_close = viewer, on_close
        self._views: dict[str, QWidget] = {}
        self._window: Callable[[], Any] = lambda: None  # a weak reference
        self._corners: dict[Any, Any] = {}

    def open(self, title: str, make: Callable[[], View], apart: bool = False) -> View:
        """Return the view of this title, and bring it to the front; make it if there is none.

        Parameters
        ----------
        title : str
            Of its tab.
        make : callable
            Makes the view.
        apart : bool, optional
            Whether it opens in a window of its own, which can be docked.
        """
        view: Any = self.get(title)
        if view is None:
            view = self._add(title, make())
            if apart:
                self._float(view)
        dock: Any = view.parent()
        dock.show()
        dock.raise_()
        return view

    def _add(self, title: str, view: QWidget) -> QWidget:
        others = [dock for dock in self._docks() if not dock.isFloating()]
        self._viewer.window.add_dock_widget(
            view, name=title, area="bottom", add_vertical_stretch=False
        )
        self._views[title] = view
        view.installEventFilter(self)
        dock: Any = view.parent()
        self._window = ref(dock.parent())
        if others:
            dock.parent().tabifyDockWidget(others[-1], dock)
        else:
            self._make_room(dock)
        return view

    def _float(self, view: QWidget) -> None:
        dock: Any = view.parent()
        corner = dock.window().geometry().topLeft()
        dock.setFloating(True)
        dock.resize(view.sizeHint().boundedTo(dock.screen().availableSize() * 0.8))
        dock.move(corner.x() + ASIDE, corner.y() + ASIDE)

    def _docks(self) -> list[Any]:
        views: list[Any] = [self.get(title) for title in list(self._views)]
        return [view.parent() for view in views if view is not None]

    def _make_room(self, dock: Any) -> None:
        """Leave the sides of the window as high as they are: the view takes room of the canvas."""
        window = dock.parent()
        if not self._corners:
            self._corners = {corner: window.corner(corner) for corner in LOWER_CORNERS}
        for corner, area in LOWER_CORNERS.items():
            window.setCorner(corner, area)
        window.resizeDocks([dock], [HEIGHT], Qt.Orientation.Vertical)

    def _give_room_back(self) -> None:
        window = self._window()
        if window is not None and isalive(window):
            for corner, area in self._corners.items():
                window.setCorner(corner, area)
        self._corners = {}

    def eventFilter(self, view: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """See that a dock was closed with its X: it neither closes nor hides, but lets go."""
        if event is not None and event.type() == QEvent.Type.ParentChange:
            gone: Any = view
            if gone.parent() is None:
                self._forget(gone)
        return False

    def _forget(self, gone: QWidget) -> None:
        titles = [title for title, view in self._views.items() if view is gone]
        gone.removeEventFilter(self)
        gone.deleteLater()
        for title in titles:
            del self._views[title]
            self._on_close(title)
        if not self._views:
            self._give_room_back()

    def get(self, title: str) -> QWidget | None:
        """Return the view of this title, if it is open."""
        view = self._views.get(title)
        if view is not None and isalive(view) and title in self._viewer.window.dock_widgets:
            return view
        self._views.pop(title, None)  # the window has closed
        return None

    def close(self) -> None:
        """Close all views."""
        for title in list(self._views):
            if (view := self.get(title)) is not None:
                self._viewer.window.remove_dock_widget(view)
        self._views.clear()
