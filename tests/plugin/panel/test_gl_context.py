"""Layers are removed in the context of napari's own canvas: else the next frame may crash."""

from __future__ import annotations

import numpy as np
import pytest
from qtpy.QtGui import QOpenGLContext
from qtpy.QtOpenGLWidgets import QOpenGLWidget

NAME = "napari-kmeans-quantizer"


@pytest.fixture
def viewer(make_napari_viewer):
    return make_napari_viewer(show=True)


@pytest.mark.parametrize("floating", [False, True])
def test_layers_are_removed_in_the_canvas_s_own_context(viewer, qtbot, floating):
    dock, _ = viewer.window.add_plugin_dock_widget(NAME)
    other = QOpenGLWidget()
    viewer.window.add_dock_widget(other, name="other")
    dock.setFloating(floating)
    canvas = viewer.window._qt_viewer.canvas.native
    qtbot.waitUntil(lambda: canvas.isValid() and other.isValid())
    photo = viewer.add_image(np.zeros((9, 9)))
    points = viewer.add_points(np.zeros((3, 2)))
    current = []

    def look():
        current.append(QOpenGLContext.currentContext() is not None)
        current.append(QOpenGLContext.currentContext() == canvas.context())

    viewer.layers.events.removed.connect(look, position="first")
    for layer in (points, photo):
        other.makeCurrent()
        viewer.layers.remove(layer)
        assert current == [True, True]
        current.clear()
    viewer.window.remove_dock_widget(other)


def test_without_a_window_there_is_nothing_to_do(qtbot):
    from napari.components import ViewerModel

    from napari_kmeans_quantizer.plugin.widget import QuantizerWidget

    viewer = ViewerModel()
    widget = QuantizerWidget(viewer)
    qtbot.addWidget(widget.native)
    viewer.add_image(np.zeros((9, 9)))
    viewer.layers.clear()
    assert widget.image.value is None
