"""Lazy stacks at the widget: reading is told, can be cancelled, and keeps nobody waiting."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
import time

import dask.array as da
import numpy as np
import pytest
from napari._qt.qthreading import create_worker
from pictures import GREY
from qtpy.QtCore import Qt

LEFT = Qt.MouseButton.LeftButton
N_FRAMES = 40


class Slow:
    """Frames that take their time, and which of them were read."""

    def __init__(self, seconds, go=None):
        self.read, self._seconds, self._go = [], seconds, go
        lazy = da.zeros((N_FRAMES, *GREY.shape), np.uint8, chunks=(1, *GREY.shape))
        self.stack = lazy.map_blocks(self._frame, dtype=np.uint8)

    def _frame(self, zeros, block_info=None):
        self.read.append(block_info[0]["chunk-location"][0])
        if self._go is not None:
            self._go.wait(30)
        time.sleep(self._seconds)
        return zeros + GREY


@pytest.fixture
def slow(viewer):
    """Let frames be slow to read, for the widget and not for napari."""

    def slow(*args):
        made = Slow(*args)
        viewer.add_image(np.zeros((N_FRAMES, *GREY.shape), np.uint8), name="stack")
        viewer.layers["stack"]._data = made.stack  # without reading what is shown of it
        return made

    return slow


def test_the_bar_tells_how_much_was_read(viewer, widget, slow, qtbot):
    slow(0.05)
    told = []
    step = widget._busy.step
    widget._work._job._on_progress = lambda s: (told.append(s), step(s))
    qtbot.mouseClick(widget._start.native, LEFT)
    qtbot.waitUntil(lambda: not widget.running, timeout=60_000)
    read = [s for s in told if s.stage.startswith("Reading the image, ")]
    assert len(read) > 5
    for step in read:
        done, of = map(int, step.stage.removeprefix("Reading the image, ").split(" of "))
        assert step.fraction == pytest.approx(done / of / 2)
    assert len(viewer.layers) == 4


def test_cancel_ends_the_reading(widget, slow, qtbot):
    frames = slow(0.1)
    qtbot.mouseClick(widget._start.native, LEFT)
    qtbot.waitUntil(lambda: len(frames.read) > 2, timeout=60_000)
    qtbot.waitUntil(lambda: "of" in widget.message, timeout=60_000)
    qtbot.mouseClick(widget._busy.cancel.native, LEFT)
    assert not widget.running
    assert widget.message == "Cancelled."
    qtbot.wait(300)
    n_read = len(frames.read)
    assert n_read < N_FRAMES
    qtbot.wait(500)
    assert len(frames.read) == n_read


def test_cancelled_reads_keep_nobody_waiting(viewer, widget, slow, qtbot):
    """Neither the next run nor other plugins, however long a piece takes."""
    go, others = threading.Event(), []
    frames = slow(0, go)
    stack = viewer.layers["stack"]
    try:
        for n_reads in range(1, 5):
            widget.image.value = stack
            qtbot.mouseClick(widget._start.native, LEFT)
            qtbot.waitUntil(lambda n=n_reads: len(frames.read) >= n, timeout=60_000)
            widget.cancel()
        viewer.add_image(GREY, name="small")
        qtbot.mouseClick(widget._start.native, LEFT)
        worker = create_worker(lambda: "done", _connect={"returned": others.append})
        qtbot.waitUntil(lambda: not widget.running and others == ["done"], timeout=60_000)
        assert not go.is_set()
        assert "small · quantized" in [layer.name for layer in viewer.layers]
    finally:
        go.set()
    del worker


def test_leaving_in_mid_run_says_nothing():
    """In a program of its own."""
    code = """
        import time
        import dask.array as da
        import napari
        import numpy as np
        from qtpy.QtCore import QTimer
        from napari_kmeans_quantizer.plugin.first_use import FIRST_USE
        FIRST_USE.over = True
        def frame(zeros):
            time.sleep(0.5)
            return zeros
        viewer = napari.Viewer(show=False)
        zeros = da.zeros((200, 20, 30), np.uint8, chunks=(1, 20, 30))
        lazy = zeros.map_blocks(frame, dtype=np.uint8)
        viewer.add_image(lazy, contrast_limits=(0, 255))
        dock, widget = viewer.window.add_plugin_dock_widget("napari-kmeans-quantizer")
        widget.run()
        def leave():
            if "Reading the image, " in widget.message:
                timer.stop()
                print("left", flush=True)
                viewer.close()
                napari.qt.get_qapp().quit()
        timer = QTimer()
        timer.timeout.connect(leave)
        timer.start(50)
        napari.run(force=True)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "left\n"), done.stderr
    assert "Traceback" not in done.stderr
    assert "deleted" not in done.stderr
