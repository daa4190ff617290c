"""The title of the panel's dock: short enough to be read in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.compat import isalive
from qtpy.QtCore import QEvent, QObject, QTimer
from qtpy.QtWidgets import QDockWidget

if TYPE_CHECKING:
    from qtpy.QtWidgets import QWidget

TITLE = "K-means colors"


class ShortTitle(QObject):
    """Lets docks of napari's show a short title.

    napari makes it of the widget's and the plugin's full names, and of that width there is none.
    Its own name of the dock, by which it is found, stays.

    Parameters
    ----------
    panel : QWidget
        What is docked.
    """

    def __init__(self, panel: QWidget) -> None:
        super().__init__(panel)
        self._panel = panel
        self._docks: set[int] = set()
        panel.installEventFilter(self)

    def eventFilter(self, _: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """See the panel come into a dock, and that into a window."""
        if event is not None and event.type() in (QEvent.Type.Show, QEvent.Type.ParentChange):
            self._soon()
        return False

    def _soon(self, _: object = None) -> None:
        QTimer.singleShot(0, self._write)

    def _write(self) -> None:
        """Write it anew; napari makes another one whenever the dock floats or lands."""
        dock: Any = self._panel.parent() if isalive(self) and isalive(self._panel) else None
        if not isinstance(dock, QDockWidget):
            return
        if id(dock) not in self._docks:
            self._docks.add(id(dock))
            dock.topLevelChanged.connect(self._soon)
            dock.dockLocationChanged.connect(self._soon)
        dock.setWindowTitle(TITLE)  # of tabs, and of a floating window
        written: Any = getattr(dock.titleBarWidget(), "title", None)
        if hasattr(written, "setText"):
            written.setText(TITLE)
            written.setToolTip(str(getattr(dock, "name", TITLE)))
