from __future__ import annotations

import pytest
from guest import Guest


@pytest.fixture
def guest(make_napari_viewer, qtbot):
    viewer = make_napari_viewer(show=True)
    viewer.window._qt_window.setGeometry(0, 0, 1280, 720)
    qtbot.wait(100)
    return Guest(viewer, qtbot)
