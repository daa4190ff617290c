"""What is shown while it works."""

from __future__ import annotations

import threading

from qtpy.QtCore import Qt
from skimage import data

from napari_kmeans_quantizer import Progress
from napari_kmeans_quantizer.plugin import pipeline
from napari_kmeans_quantizer.plugin.panel import busy

PHOTO = data.coffee()[::4, ::4]
LEFT = Qt.MouseButton.LeftButton


def test_progress_is_shown_and_taken_away(viewer, widget, held, qtbot, monkeypatch):
    monkeypatch.setattr(busy, "SHOW_AFTER", 0)
    viewer.add_image(PHOTO, name="photo")
    worker = widget.run()
    qtbot.waitUntil(lambda: widget._busy.activity is not None, timeout=60_000)
    qtbot.waitUntil(lambda: widget.message == "Counting colors ...", timeout=60_000)
    with qtbot.waitSignal(worker.finished, timeout=300_000):
        held.set()
    qtbot.waitUntil(lambda: not widget.running, timeout=60_000)
    assert widget._busy.activity is None
    assert widget._busy.row.native.isHidden()


def test_time_left_and_stage_are_told_and_cancel_is_quick(viewer, widget, qtbot, monkeypatch):
    go, begun = threading.Event(), threading.Event()
    steps = pipeline.quantize_steps

    def slow(*args, **options):
        inner = steps(*args, **options)
        for step in inner:
            yield step._replace(fraction=0.5)
            begun.set()
            go.wait(1.2)
            yield step._replace(fraction=0.5)
        return None

    monkeypatch.setattr(pipeline, "quantize_steps", slow)
    viewer.add_image(PHOTO, name="photo")
    widget.run()
    qtbot.waitUntil(lambda: "s left" in widget.message, timeout=60_000)
    assert widget._busy.bar.value == 50
    assert widget._busy.activity is not None
    qtbot.mouseClick(widget._busy.cancel.native, LEFT)
    assert not widget.running
    assert widget._busy.activity is None
    assert widget.message == "Cancelled."
    go.set()
    qtbot.wait(100)
    assert [layer.name for layer in viewer.layers] == ["photo"]


def test_what_was_waited_for_does_not_count_for_the_time_left(qtbot, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(busy.time, "perf_counter", lambda: clock[0])
    shown = busy.Busy()
    for part in (shown.row, shown.status):
        qtbot.addWidget(part.native)
    shown.begin(at_once=True)
    shown.step(Progress("Preparing, once: 12 of 40", 0.3))
    clock[0] += 60
    shown.step(Progress("Preparing, once: 39 of 40", 0.975))
    assert shown.status.value.endswith("about 2 s left")
    shown.step(Progress("Counting colors", 0.1))
    clock[0] += 2
    shown.step(Progress("Searching", 0.2))
    assert shown.status.value.endswith("about 8 s left")
    shown.end("")
