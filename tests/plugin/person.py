"""A person at the widget: what tests of whole stories share, so that it is told in one place."""

from __future__ import annotations

import warnings

import numpy as np
from napari._app_model import get_app_model
from napari.layers import Image, Labels, Points
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QAbstractItemView, QDockWidget, QLineEdit, QPushButton

from napari_kmeans_quantizer.plugin.panel.notice import Notice

NAME = "napari-kmeans-quantizer"


class Person:
    """Opens the widget in a viewer, clicks, and waits.

    Attributes
    ----------
    viewer, widget : napari.Viewer and the quantizer's widget
        What is used.
    """

    def __init__(self, viewer, qtbot):
        self.viewer, self._qtbot = viewer, qtbot
        self.open()

    def open(self):
        """Open the panel, for the first time or again."""
        self.widget = self.viewer.window.add_plugin_dock_widget(NAME)[1]
        self.widget.live.value = False  # whatever was used last
        return self.widget

    def close_by_x(self, widget=None):
        """Click the X of the panel's dock, or of another one's."""
        dock = getattr(widget or self.widget, "native", widget)
        while not isinstance(dock, QDockWidget):
            dock = dock.parent()
        self._qtbot.mouseClick(dock.titleBarWidget().close_button, Qt.MouseButton.LeftButton)
        self._qtbot.wait(20)

    # -- running

    def settled(self):
        """Wait until nothing is under way or about to start."""
        self._qtbot.wait(20)
        self._qtbot.waitUntil(lambda: not self.widget.running, timeout=300_000)

    @property
    def status(self):
        """What the status line says."""
        return self.widget.message

    def button(self, text):
        """Return the panel's button with this text."""
        buttons = self.widget.native.findChildren(QPushButton)
        found = [button for button in buttons if button.text() == text]
        if len(found) > 1:  # the message of a trouble, or a dialog, may offer the same
            window = self.widget.native.window()
            found = [button for button in found if not isinstance(button.parent(), Notice)]
            found = [button for button in found if button.window() is window]
        [one] = found
        return one

    def click(self, text):
        """Click a button of the panel."""
        self._qtbot.mouseClick(self.button(text), Qt.MouseButton.LeftButton)

    def run(self, image=None, n_colors=None):
        """Choose image and number of colors, click "Quantize", and wait for the layers."""
        if image is not None:
            self.widget.image.value = image
        if n_colors is not None:
            self.widget.n_colors.value = n_colors
        self.click("Quantize")
        self.settled()

    def name(self, row, name):
        """Click a color in the list, press N, and type what it is called."""
        colors = self.widget.palette_view.findChild(QAbstractItemView)
        self.click_color(row)
        self._qtbot.keyClick(colors, Qt.Key.Key_N)
        field = colors.findChild(QLineEdit)
        self._qtbot.keyClicks(field, name)
        self._qtbot.keyClick(field, Qt.Key.Key_Return)
        self._qtbot.wait(20)

    def click_color(self, row):
        """Click a row of the list of colors."""
        colors = self.widget.palette_view.findChild(QAbstractItemView)
        where = colors.visualRect(colors.model().index(row, 0)).center()
        self._qtbot.mouseClick(colors.viewport(), Qt.MouseButton.LeftButton, pos=where)

    def assert_at_rest(self):
        """The widget can be started, and does not pretend to be working."""
        assert self.button("Quantize").isEnabled(), "cannot be started"
        assert not self.button("Cancel").isVisibleTo(self.widget.native), "seems to be busy"
        assert not self.status.endswith("..."), self.status

    # -- layers

    def menu(self, command, *layers):
        """Choose an entry of the layer list's context menu; return the layers that are new."""
        selection, before = self.viewer.layers.selection, list(self.viewer.layers)
        selection.clear()
        selection.update(layers)
        if len(layers) == 1:
            selection.active = layers[0]
        with warnings.catch_warnings():  # napari's own, when it converts images to labels
            warnings.filterwarnings("ignore", "projection mode")
            get_app_model().commands.execute_command(f"napari.layer.{command}").result()
        return [layer for layer in self.viewer.layers if layer not in before]

    def only(self, kind, theirs=()):
        """Return the one layer of this kind that is not a person's."""
        found = [x for x in self.viewer.layers if type(x) is kind and x not in theirs]
        assert len(found) == 1, f"{len(found)} layers of {kind.__name__}: {found}"
        return found[0]

    def assert_shown(self, result, theirs):
        """All three layers, each of them once, show a result; the others are a person's."""
        image = self.only(Image, theirs)
        shown = image.data[..., :3] if image.rgb else image.data
        state = self.widget.state  # hidden clusters lie under a veil
        hidden = state.hidden if state is not None and state.result is result else ()
        seen = ~np.isin(result.labels, list(hidden))
        np.testing.assert_array_equal(shown[seen], result.image[seen], err_msg="quantized")
        labels = self.only(Labels, theirs).data
        np.testing.assert_array_equal(labels, result.labels + 1, err_msg="clusters")
        palette = self.only(Points, theirs)
        assert len(palette.data) == len(result.palette), "palette"

    def hexes(self):
        """Return the colors that the palette panel tells, in its order."""
        model = self.widget.palette_view.findChild(QAbstractItemView).model()
        rows = [model.index(row, 0) for row in range(model.rowCount())]
        texts = [index.data(Qt.ItemDataRole.DisplayRole) for index in rows]
        return [next(w for w in text.split() if w.startswith("#")) for text in texts]


def contents(layer):
    """Return what a layer shows, where, and what it knows."""
    features = getattr(layer, "features", None)
    return {
        "data": np.array(layer.data),
        "place": np.array(layer.extent.world),
        "features": None if features is None else features.to_numpy(),
        "colors": layer.face_color.copy() if isinstance(layer, Points) else None,
        "metadata": sorted(layer.metadata),
    }


class Untouched:
    """Remembers layers, to tell later that nobody has changed them."""

    def __init__(self, *layers):
        self._before = [(layer, contents(layer)) for layer in layers]

    def check(self):
        """Look at the pixels of all of them first: nothing is worse than to lose those."""
        after = [contents(layer) for layer, _ in self._before]
        for what in ("data", "place", "features", "colors", "metadata"):
            for (layer, before), now in zip(self._before, after, strict=True):
                message = f"{what} of {layer.name}"
                np.testing.assert_array_equal(now[what], before[what], err_msg=message)
