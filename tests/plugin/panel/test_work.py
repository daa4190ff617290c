"""However work ends, the controls can be used afterwards, and what happened is told."""

from __future__ import annotations

import threading

import pytest
from magicgui.widgets import PushButton

from napari_kmeans_quantizer import Progress
from napari_kmeans_quantizer.plugin.panel.busy import Busy
from napari_kmeans_quantizer.plugin.panel.work import FAILED, Work


@pytest.fixture
def busy(qtbot):
    busy = Busy()
    for part in (busy.row, busy.status):
        qtbot.addWidget(part.native)
    return busy


@pytest.fixture
def start(qtbot):
    start = PushButton(text="Quantize")
    qtbot.addWidget(start.native)
    return start


@pytest.fixture
def ends():
    return []


@pytest.fixture
def work(busy, start, ends):
    return Work(busy, start, lambda: ends.append(True))


def steps(result, error=None):
    yield Progress("working", 0.5)
    if error is not None:
        raise error
    return result


def wait_for(work, qtbot):
    qtbot.waitUntil(lambda: not work.running, timeout=60_000)


def test_the_result_is_handed_on_and_the_message_shown(work, busy, start, ends, qtbot):
    results = []
    work.begin(lambda result: results.append(result) or "Done.", steps, 7)
    assert work.running
    assert not start.enabled
    wait_for(work, qtbot)
    assert results == [7]
    assert busy.status.value == busy.status.tooltip == "Done."
    assert start.enabled
    assert ends == [True]


def test_work_that_nobody_asked_for_leaves_the_button_alone(work, start, qtbot):
    work.begin(str, steps, 7, asked=False)
    assert start.enabled
    wait_for(work, qtbot)


@pytest.mark.parametrize("error", [ValueError("no"), TypeError("no"), MemoryError("no")])
@pytest.mark.parametrize("asked", [True, False])
def test_known_errors_are_told(work, busy, start, ends, notices, qtbot, error, asked):
    work.begin(str, steps, 7, error, asked=asked)
    wait_for(work, qtbot)
    assert [notice.message for notice in notices] == (["no"] if asked else [])
    assert busy.status.value == (FAILED if asked else "no")
    assert start.enabled
    assert ends == [True]


def test_lack_of_memory_is_told_in_words(work, notices, qtbot):
    work.begin(str, steps, 7, MemoryError())
    wait_for(work, qtbot)
    assert [notice.message for notice in notices] == ["Not enough memory for this image."]


@pytest.mark.parametrize("where", ["in the thread", "afterwards"])
def test_faults_of_ours_are_raised_and_end_the_work(work, busy, start, ends, qtbot, where):
    def fail(_):
        raise KeyError("fault")

    with qtbot.capture_exceptions() as caught:
        if where == "afterwards":
            work.begin(fail, steps, 7)
        else:
            work.begin(str, steps, 7, KeyError("fault"))
        qtbot.waitUntil(lambda: bool(caught), timeout=60_000)
    assert caught[0][0] is KeyError
    assert busy.status.value == FAILED
    assert start.enabled
    assert not work.running
    assert ends == [True]


def test_cancel(work, busy, start, ends, qtbot):
    go, begun, results = threading.Event(), threading.Event(), []

    def held():
        begun.set()
        go.wait(10)
        yield Progress("working", 0.5)
        return 7

    worker = work.begin(results.append, held)
    assert begun.wait(10)
    work.cancel()
    assert not work.running
    assert busy.status.value == "Cancelled."
    assert start.enabled
    with qtbot.waitSignal(worker.finished, timeout=60_000):
        go.set()
    qtbot.wait(20)
    assert results == []
    work.cancel()  # of nothing
    assert ends == [True]


def test_while_brief_work_is_finished_the_next_piece_is_not_announced(
    work, busy, start, ends, qtbot
):
    go, begun, results = threading.Event(), threading.Event(), []

    def held():
        begun.set()
        go.wait(10)
        yield Progress("working", 0.5)
        return 7

    def show(result):
        results.append(result)
        return f"Done: {result}."

    work.begin(show, held, brief=True)
    assert begun.wait(10)
    work.begin(show, steps, 8, asked=False, brief=True)
    assert not start.enabled  # somebody still waits for the first
    go.set()
    wait_for(work, qtbot)
    assert results == [7, 8]
    assert busy.status.value == "Done: 8."
    assert start.enabled
    assert ends == [True, True]


def test_complaints(work, busy, notices):
    work.complain("There is no image.")
    assert [notice.message for notice in notices] == ["There is no image."]
    assert busy.status.value == ""
    work.complain("There is no image, still.", asked=False)
    assert len(notices) == 1
    assert busy.status.value == "There is no image, still."
