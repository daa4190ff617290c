"""A guest who takes a tour: what tests of tours share."""

from __future__ import annotations

from napari._qt.widgets.qt_viewer_tour import _TourOverlay
from qtpy.QtCore import QPoint, QRect, Qt
from qtpy.QtWidgets import QFrame, QLabel, QPushButton

from napari_kmeans_quantizer.plugin.tours.opening import TUTORIALS

NAME = "napari-kmeans-quantizer"
LEFT = Qt.MouseButton.LeftButton


class Guest:
    """Somebody who takes a tour: opens its sample, reads, and clicks.

    Attributes
    ----------
    viewer : napari.Viewer
        Where.
    steps : tuple of Step
        Those of the tour.
    """

    def __init__(self, viewer, qtbot):
        self.viewer, self._qtbot = viewer, qtbot

    def open(self, name):
        """Choose a tutorial in File > Open Sample, and wait for its first step."""
        self.steps = TUTORIALS[name].steps
        self.viewer.open_sample(NAME, name)
        self.arrive(self.steps[0])

    @property
    def window(self):
        return self.viewer.window._qt_window  # not kept: the viewer could not go

    @property
    def widget(self):
        return self.viewer.window.add_plugin_dock_widget(NAME)[1]

    @property
    def text(self):
        """The frame with the text of the tour, None if there is none."""
        return self.window.findChild(QFrame, "qt_viewer_tour_tooltip")

    @property
    def lit(self):
        """What of the window is not in the shade."""
        return self.window.findChild(_TourOverlay)._spotlight

    @property
    def says(self):
        """What can be read: title, text, and which step of how many."""
        return [label.text() for label in self.text.findChildren(QLabel)]

    @property
    def is_read(self):
        """Whether nothing of the window lies on the text."""
        corners = [QPoint(5, 5), QPoint(self.text.width() - 5, self.text.height() - 5)]
        found = [self.window.childAt(self.text.mapTo(self.window, corner)) for corner in corners]
        return all(part is self.text or self.text.isAncestorOf(part) for part in found)

    @property
    def photograph(self):
        return self.viewer.layers[0]

    def arrive(self, step):
        """Wait until a step is shown, its work is done, and nothing moves any more."""
        self._qtbot.waitUntil(lambda: self.text is not None and self.says[0] == step.title)
        self.settle()

    def settle(self):
        """Wait until the panel rests, and the tour has seen that."""
        self._qtbot.wait(250)
        self._qtbot.waitUntil(lambda: not self.widget.running, timeout=300_000)
        self._qtbot.wait(250)

    def button(self, text):
        """Return a button of the tour."""
        [button] = [b for b in self.text.findChildren(QPushButton) if b.text() == text]
        return button

    def click(self, text):
        """Click a button of the tour."""
        self._qtbot.mouseClick(self.button(text), LEFT)

    def go(self, n):
        """Go to step n, counted from 1, from whichever is shown."""
        while (now := self.number) < n:
            self.click("Next")
            self.arrive(self.steps[now])

    @property
    def number(self):
        return int(self.says[2].split("/")[0])

    def over(self):
        """Wait until there is no tour."""
        self._qtbot.waitUntil(lambda: self.window._viewer_tour is None)
        self._qtbot.waitUntil(lambda: self.text is None)
        self._qtbot.wait(20)  # an event loop comes round, in which Qt deletes


def place_of(part, window):
    """Return where a part of a window is."""
    return QRect(part.mapTo(window, QPoint()), part.size())
