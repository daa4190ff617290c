"""What is shown while it works."""

from __future__ import annotations

import threading

from qtpy.QtCore import Qt
from skimage import data

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
        if args[0].shape == (40, 40, 3):  # what is compiled in the background goes on
            return (yield from inner)
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
