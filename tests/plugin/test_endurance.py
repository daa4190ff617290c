"""Many runs, progress bars that handle events, and the end of everything."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import weakref

import psutil
import pytest
from napari.utils import progress
from qtpy.QtWidgets import QApplication
from skimage import data

from napari_kmeans_quantizer.plugin.panel import busy

PHOTO = data.coffee()[::8, ::8]


@pytest.fixture
def viewer(make_napari_viewer):
    return make_napari_viewer()


def names(viewer):
    return [layer.name for layer in viewer.layers]


def n_callbacks(viewer):
    """Count what is connected to the viewer and to its layers."""
    dims = viewer.dims
    groups = [viewer.layers.events, viewer.layers.selection.events, dims.events, viewer.events]
    groups += [layer.events for layer in viewer.layers]
    counts = [len(e.callbacks) for group in groups for e in group.emitters.values()]
    return sum(counts) + len(viewer.mouse_drag_callbacks) + len(viewer.keymap)


# -- many runs


def test_fifty_mixed_runs_leave_nothing_behind(viewer, widget, run, settled, qtbot):
    viewer.add_image(PHOTO[::2, ::2], name="photo")
    widget.open_color_space()
    widget.open_explore()
    widget.open_pixels()

    def mixed(i):
        widget.live.value = i % 2 == 0
        widget.n_colors.value = 3 + i % 4
        settled(widget)
        if i % 2:
            run(widget)
        if i % 10 == 5:
            widget.explore(2, 3)
            settled(widget)
            viewer.layers.selection.active = viewer.layers["photo"]
        edits = [
            lambda: widget.recolor(0, (i, 0, 0)),
            lambda: widget.hide_colors(frozenset({1})),
            lambda: widget.merge(1, 0),
        ]
        edits[i % 3]()
        widget.lock(0, locked=i % 3 == 0)
        if i % 5 == 0:
            widget.reset_colors()
        qtbot.wait(1)

    for i in range(12):
        mixed(i)
    gc.collect()
    callbacks, threads, layers = n_callbacks(viewer), threading.active_count(), names(viewer)
    widgets, memory = len(QApplication.allWidgets()), psutil.Process().memory_info().rss
    results = []
    for i in range(50):
        mixed(i)
        results.append(weakref.ref(widget.result))
    gc.collect()
    assert sorted(names(viewer)) == sorted(layers)
    assert n_callbacks(viewer) <= callbacks + 2
    assert threading.active_count() <= threads + 1
    assert len(QApplication.allWidgets()) <= widgets + 5
    assert not progress._all_instances
    assert psutil.Process().memory_info().rss - memory < 30_000_000
    viewer.layers.clear()  # results are kept as long as they can be undone
    settled(widget)
    qtbot.wait(50)
    gc.collect()
    assert sum(result() is not None for result in results) <= 2


def test_bars_nest_in_no_way(viewer, request, settled, monkeypatch):
    # napari handles events while it makes and updates its bar: more progress, and the end.
    monkeypatch.setattr(busy, "SHOW_AFTER", 0)
    depth, deepest = 0, 0
    step = busy.Busy.step

    def counted(self, *args):
        nonlocal depth, deepest
        depth += 1
        deepest = max(deepest, depth)
        try:
            step(self, *args)
        finally:
            depth -= 1

    monkeypatch.setattr(busy.Busy, "step", counted)
    widget = request.getfixturevalue("widget")  # which holds what it calls
    viewer.add_image(data.coffee(), name="photo")
    for last in (4, 3):
        widget.explore(2, last)
        settled(widget)
    widget.explore(2, 3)
    viewer.layers.remove("photo")
    settled(widget)
    assert deepest == 1
    assert not progress._all_instances


# -- the end of everything

SLOWED = """
import sys, time
import napari
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QApplication
from skimage.data import coffee
from napari_kmeans_quantizer.plugin import pipeline as module

steps = module.quantized
def slow(*args):
    inner = steps(*args)
    while True:
        try:
            step = next(inner)
        except StopIteration as stop:
            return stop.value
        time.sleep(0.05)
        yield step
module.quantized = slow

viewer = napari.Viewer()
viewer.add_image(coffee(), name="photo")
_, widget = viewer.window.add_plugin_dock_widget("napari-kmeans-quantizer")
worker = widget.run()
done = []
worker.finished.connect(lambda: done.append(True))
worker.finished.connect(lambda: QTimer.singleShot(200, QApplication.quit))
close = viewer.close if sys.argv[1] == "close" else viewer.window._qt_window.close
QTimer.singleShot(300, close)
QApplication.instance().setQuitOnLastWindowClosed(False)
QApplication.instance().exec()
print("done", done)
"""


@pytest.mark.parametrize("how", ["close", "window"])
def test_viewer_closed_during_a_run(how):
    done = subprocess.run(
        [sys.executable, "-c", SLOWED, how], capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    assert "done [True]" in done.stdout
    assert "Error" not in done.stderr


CLOSING = """
import time
import napari
import napari.qt
import numpy as np
from napari_kmeans_quantizer.plugin.panel import busy
busy.SHOW_AFTER = 0.05

def spin(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        app.processEvents()
        time.sleep(0.002)

def closed(what):
    viewer = napari.Viewer()
    viewer.add_image(noise.astype(np.uint8), name="photo")
    _, widget = viewer.window.add_plugin_dock_widget("napari-kmeans-quantizer")
    if what == "views":
        widget.run()
        while widget.running:
            spin(0.02)
        widget.open_color_space(); widget.open_explore(); widget.open_shares()
        widget.open_pixels()
        widget.compare()
    elif what == "live":
        widget.live.value = True
        for n_colors in range(3, 33):
            widget.n_colors.value = n_colors
            spin(0.02)
    elif what == "explore":
        widget.open_explore()
        widget.explore(2, 12)
    else:
        widget.run()
    spin(0.2)
    (viewer.close if what in ("run", "views") else viewer.window._qt_window.close)()

app = napari.qt.get_qapp()
noise = np.random.default_rng(0).integers(0, 256, (400, 400, 3))
for what in ("views", "live", "explore"):
    closed(what)
    spin(0.3)
closed("run")  # and the program ends at once
print("done")
"""


def test_viewer_closed_in_the_middle_of_everything():
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", CLOSING],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert "done" in done.stdout
    assert "Error" not in done.stderr, done.stderr
