"""The first use: compiled by a process, counted, waited for, and ended with the program."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest
from napari.layers import Image
from pictures import PHOTO
from qtpy.QtCore import Qt

from napari_kmeans_quantizer import Progress, quantize
from napari_kmeans_quantizer.core import warm_up as core
from napari_kmeans_quantizer.plugin import jobs, pipeline, warm_up
from napari_kmeans_quantizer.plugin.first_use import FirstUse, needed
from napari_kmeans_quantizer.plugin.jobs import lines_of
from napari_kmeans_quantizer.plugin.models.settings import Settings
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.panel import preparation

COUNTED = [Progress(f"Preparing, once: {i} of 40", i / 40) for i in range(41)]


@pytest.fixture
def begun():
    """What was begun in this process, by name."""
    return []


@pytest.fixture
def quick(monkeypatch, begun):
    """Pieces that take no time, of which nothing is on disk."""
    pieces = {name: lambda name=name: begun.append(name) for name in warm_up.PIECES}
    monkeypatch.setattr(warm_up, "PIECES", pieces)
    monkeypatch.setattr(core, "is_done", lambda *_: False)
    monkeypatch.setattr(core, "kernels", list)
    monkeypatch.setattr(core, "_note", lambda *_: None)


@pytest.fixture
def process(monkeypatch):
    """Let the process be some lines of Python."""

    def process(code):
        command = [sys.executable, "-c", textwrap.dedent(code)]
        monkeypatch.setattr(jobs, "lines_of", lambda _: lines_of(command))

    return process


def told(steps):
    return list(dict.fromkeys(step for step in steps if step is not None))


PRINTS = """
    print("Welcome to this machine!")
    for i in range(41):
        print(i, 40, "photographs" if i < 20 else "labels", flush=True)
"""


def test_a_process_compiles_and_counts(quick, process, begun):
    process(PRINTS)
    first = FirstUse()
    assert told(first.steps()) == COUNTED
    assert begun == list(warm_up.EVERY_TIME)  # loaded, nothing else
    assert first.over
    assert first.progress is None


def test_what_is_on_disk_is_found_and_nothing_said(quick, process, begun, monkeypatch):
    process("raise SystemExit('no process is needed')")
    monkeypatch.setattr(core, "is_done", lambda *_: True)
    assert told(FirstUse().steps()) == []
    assert begun == list(warm_up.EVERY_TIME)


@pytest.mark.parametrize("why", ["nothing can be kept", "no interpreter", "frozen", "it fails"])
def test_without_a_process_it_is_done_here(quick, process, begun, monkeypatch, why):
    process("print('1 40 photographs', flush=True); raise SystemExit(3)")
    if why == "nothing can be kept":
        monkeypatch.setattr(core, "is_done", lambda *_: None)
    elif why == "no interpreter":
        monkeypatch.setattr(sys, "executable", "")
    elif why == "frozen":
        monkeypatch.setattr(sys, "frozen", True, raising=False)
    first = FirstUse()
    steps = told(first.steps())
    assert begun == [*warm_up.PIECES]
    assert steps[-1].stage.startswith("Preparing, once: ")
    assert first.over


def test_a_process_that_cannot_be_started(quick, begun, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    told(FirstUse().steps())
    assert begun == [*warm_up.PIECES]


def test_whoever_waits_is_told_of_what_it_needs_and_goes_on_when_that_is_there(
    quick, process, begun
):
    process("""
        import time
        print(7, 40, "photographs", flush=True)
        time.sleep(1)
        print(20, 40, "other images", flush=True)
        time.sleep(60)
    """)
    first = FirstUse()
    steps = first.steps()
    while next(steps) is None:
        pass
    waiting = first.waiting({"photographs", "labels"})
    order = [*warm_up.PIECES]
    n_needed = 1 + max(order.index("photographs"), order.index("labels"))
    near = order.index("photographs") / n_needed  # so the time that is left is not that of all
    assert next(waiting) == Progress("Preparing, once: 7 of 40", near)
    assert begun == []
    while next(steps) is None:
        pass
    while "labels" not in first._done:
        next(steps)
    assert begun == ["photographs", "labels"]  # also in this process: layers are made in its window
    assert list(waiting) == []
    others = first.waiting({"fixed colors"})
    assert next(others).stage == "Preparing, once: 20 of 40"
    steps.close()  # as when the program ends
    assert list(others) == []


def test_the_second_only_watches(quick, process, begun):
    process(PRINTS)
    first = FirstUse()
    steps, second = first.steps(), first.steps()
    next(steps)
    assert next(second) is not None
    told(steps)
    assert told(second) == []
    assert told(first.steps()) == []
    assert begun == list(warm_up.EVERY_TIME)


def test_lines_of_a_process_that_is_ended_early():
    code = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    lines = lines_of([sys.executable, "-c", code])
    while (pid := next(lines)) is None:
        pass
    lines.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


@pytest.mark.parametrize("code", [0, 3])
def test_the_exit_code_of_a_process(code):
    command = [sys.executable, "-c", f"print('a'); print('b'); raise SystemExit({code})"]
    codes = []

    def steps():
        codes.append((yield from lines_of(command)))

    assert [line for line in steps() if line is not None] == ["a", "b"]
    assert codes == [code]


# -- at the widget


@pytest.fixture
def preparing(monkeypatch):
    """A first use that goes on until the event is set."""
    first, go = FirstUse(), threading.Event()

    def prepare():
        first._done.add("photographs")  # one of three that a small photograph needs
        for first.progress in COUNTED[12:15]:
            yield first.progress
        while not go.is_set():
            yield None
            time.sleep(0.01)

    monkeypatch.setattr(first, "_prepare", prepare)
    monkeypatch.setattr(preparation, "FIRST_USE", first)
    monkeypatch.setattr(pipeline, "FIRST_USE", first)
    yield go
    go.set()


def test_the_widget_says_so(preparing, widget, qtbot):
    qtbot.waitUntil(lambda: widget.message == "Preparing, once: 14 of 40", timeout=10_000)
    preparing.set()
    qtbot.waitUntil(lambda: widget.message == "", timeout=10_000)


def test_a_run_meanwhile_waits_says_so_and_can_be_cancelled(preparing, viewer, widget, qtbot):
    viewer.add_image(PHOTO, rgb=True, name="photo")
    qtbot.mouseClick(widget._start.native, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: widget.message.startswith("Preparing, once: 14 of 40"), timeout=10_000)
    qtbot.waitUntil(lambda: widget._busy.bar.value == 33, timeout=10_000)
    assert widget.running
    qtbot.mouseClick(widget._busy.cancel.native, Qt.MouseButton.LeftButton)
    assert not widget.running
    assert widget.message == "Cancelled."
    qtbot.mouseClick(widget._start.native, Qt.MouseButton.LeftButton)
    preparing.set()
    qtbot.waitUntil(lambda: not widget.running, timeout=60_000)
    assert (viewer.layers["photo · quantized"].data == quantize(PHOTO, 16).image).all()


def test_leaving_in_mid_preparation_ends_the_process_and_says_nothing(tmp_path):
    """In a program of its own, with nothing on disk."""
    code = """
        import time
        import napari
        from qtpy.QtCore import QTimer
        from napari_kmeans_quantizer.plugin import jobs
        popen = jobs.subprocess.Popen
        class Noted(popen):
            def __init__(self, *args, **options):
                super().__init__(*args, **options)
                if "warm_up" in str(args):
                    print(self.pid, flush=True)
        jobs.subprocess.Popen = Noted
        viewer = napari.Viewer(show=False)
        dock, widget = viewer.window.add_plugin_dock_widget("napari-kmeans-quantizer")
        until = time.monotonic() + 60
        def leave():
            if "once" in widget.message or time.monotonic() > until:
                timer.stop()
                print(widget.message)
                viewer.close()
                napari.qt.get_qapp().quit()
        timer = QTimer()
        timer.timeout.connect(leave)
        timer.start(50)
        napari.run(force=True)
    """
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True, text=True, timeout=300, env=environment, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    pid, message = done.stdout.splitlines()
    assert message.startswith("Preparing, once: ")
    assert "Traceback" not in done.stderr
    assert "deleted" not in done.stderr
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)
    assert time.monotonic() - started < 200


@pytest.mark.parametrize(("side", "piece"), [(90, core.OTHER_IMAGES), (91, core.PHOTOGRAPHS)])
def test_thumbnails_and_photographs_wait_for_what_they_need(side, piece):
    source = Source((Image(np.zeros((side, side, 3), np.uint8)),))
    assert needed(source, Settings()) == {piece, warm_up.LABELS}


@pytest.mark.parametrize(
    ("settings", "many"),
    [
        (Settings(64), False),
        (Settings(65), True),
        (Settings("auto"), False),
        (Settings("auto", min_psnr=30.0), True),
    ],
)
def test_many_colors_are_waited_for_where_there_may_be_many(settings, many):
    source = Source((Image(np.zeros((9, 9, 3), np.uint8)),))
    assert (core.MANY_COLORS in needed(source, settings)) == many


@pytest.mark.parametrize(
    ("settings", "piece"),
    [
        (Settings(dither="ordered"), core.DITHERING),
        (Settings(4, choose_from=((0.0, 0.0, 0.0),)), core.GIVEN_COLORS),
        (Settings(4, fixed_colors=((0.0, 0.0, 0.0),)), core.FIXED_COLORS),
        (Settings(4, "lab"), core.COLOR_SPACES),
    ],
)
def test_only_who_asks_for_something_waits_for_it(settings, piece):
    source = Source((Image(np.zeros((9, 9, 3), np.uint8)),))
    assert needed(source, settings) - needed(source, Settings(4)) == {piece}
