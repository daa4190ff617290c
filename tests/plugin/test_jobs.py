from __future__ import annotations

import gc
import subprocess
import sys
import threading
import warnings
import weakref
from functools import partial

import pytest
from qtpy.QtCore import QThreadPool
from superqt.utils import create_worker

from napari_kmeans_quantizer import Progress
from napari_kmeans_quantizer.plugin import jobs
from napari_kmeans_quantizer.plugin.jobs import LatestJob, Worker, in_background

WAIT = 10_000  # milliseconds, at most


class Told:
    """Notes what a job tells, and in which thread."""

    def __init__(self):
        self.steps, self.errors, self.results, self.threads = [], [], [], set()

    def _note(self, notes, value):
        notes.append(value)
        self.threads.add(threading.current_thread())

    def progress(self, step):
        self._note(self.steps, step)

    def error(self, error):
        self._note(self.errors, error)

    def result(self, result):
        self._note(self.results, result)


class Held:
    """Work that waits in its first step until it may go on."""

    def __init__(self, name="held", error=None):
        self.name, self.error = name, error
        self.begun, self.go, self.ended = threading.Event(), threading.Event(), threading.Event()
        self.went_on = False

    def steps(self):
        try:
            self.begun.set()
            self.go.wait(10)
            if self.error is not None:
                raise self.error
            yield Progress(self.name, 0.5)
            self.went_on = True
            yield Progress(self.name, 0.9)
            return self.name
        finally:
            self.ended.set()


def quick(name, n_steps=3):
    for i in range(n_steps):
        yield Progress(name, i / n_steps)
    return name


def failing(error):
    yield Progress("failing", 0.0)
    raise error


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def job(told, qtbot):
    return LatestJob(told.progress, told.error)


@pytest.fixture
def held():
    """Make held work, which goes on at the end of the test in any case."""
    made = []

    def make(*args, **options):
        made.append(Held(*args, **options))
        return made[-1]

    yield make
    for work in made:
        work.go.set()
        assert not work.begun.is_set() or work.ended.wait(10)


@pytest.fixture
def begun(job, told, held):
    """Start held work, and return it when it has begun."""

    def begin(*args, result=told.result, brief=False, **options):
        work = held(*args, **options)
        job.start(result, work.steps, brief=brief)
        assert work.begun.wait(10)
        return work

    return begin


def finish(qtbot):
    """Wait for the end of all threads, and handle all that they have told."""
    wait_for_threads()
    qtbot.wait(30)


def wait_for_threads():
    """Wait for the end of all threads, without handling what they have told."""
    for worker in list(jobs._under_way):
        assert worker.wait(WAIT / 1000)


def test_result_and_progress_come_to_the_gui_thread(job, told, qtbot):
    assert not job.running
    job.start(told.result, quick, "a")
    assert job.running
    finish(qtbot)
    assert not job.running
    assert told.results == ["a"]
    assert told.errors == []
    assert {step.stage for step in told.steps} <= {"a"}
    assert told.threads == {threading.main_thread()}


def test_progress_is_told_while_work_goes_on(job, told, held, qtbot):
    gate = threading.Event()

    def steps():
        yield Progress("first", 0.25)
        gate.wait(10)
        yield Progress("second", 0.75)

    job.start(told.result, steps)
    try:
        qtbot.waitUntil(lambda: told.steps == [Progress("first", 0.25)], timeout=WAIT)
    finally:
        gate.set()
    qtbot.waitUntil(lambda: not job.running, timeout=WAIT)
    assert told.results == [None]


def test_the_latest_wins(job, told, held, begun, qtbot):
    first, second = begun("first"), held("second")
    job.start(told.result, second.steps)
    job.start(told.result, quick, "third")
    first.go.set()
    second.go.set()
    finish(qtbot)
    assert not job.running
    assert told.results == ["third"]
    assert {step.stage for step in told.steps} <= {"third"}
    assert told.errors == []


def test_what_was_told_before_a_restart_but_not_heard_yet_is_dropped(job, told, qtbot):
    """The first one ends before the second one begins; its signals still wait to be handled."""
    job.start(told.result, quick, "first")
    wait_for_threads()
    assert job.running
    job.start(told.result, quick, "second")
    finish(qtbot)
    assert not job.running
    assert told.results == ["second"]
    assert {step.stage for step in told.steps} <= {"second"}


def test_results_arrive_in_the_order_of_requests(job, told, qtbot):
    for number in range(30):
        job.start(told.result, quick, number, 2)
        if number % 3 == 0:
            qtbot.wait(2)
    qtbot.waitUntil(lambda: not job.running, timeout=WAIT)
    finish(qtbot)
    assert told.results == sorted(set(told.results))
    assert told.results[-1] == 29


def test_errors_are_handed_over(job, told, qtbot):
    for error in (ValueError("no"), MemoryError(), RuntimeError("bad"), KeyError("k")):
        job.start(told.result, failing, error)
        qtbot.waitUntil(lambda: not job.running, timeout=WAIT)
        assert told.errors.pop() is error
    assert told.results == []
    assert told.threads == {threading.main_thread()}
    job.start(told.result, quick, "after")
    qtbot.waitUntil(lambda: not job.running, timeout=WAIT)
    assert told.results == ["after"]


@pytest.mark.parametrize("error", [ValueError("late"), RuntimeError("late")])
def test_late_errors_are_dropped(job, told, begun, qtbot, error):
    first = begun(error=error)
    job.start(told.result, quick, "latest")
    first.go.set()
    finish(qtbot)
    assert told.errors == []
    assert told.results == ["latest"]


def test_cancel_ends_the_thread_at_its_next_step(job, told, begun, qtbot):
    work = begun()
    assert job.cancel()
    assert not job.running
    assert not job.cancel()
    work.go.set()
    assert work.ended.wait(2)  # also closed: what it held is let go
    finish(qtbot)
    assert not work.went_on
    assert (told.steps, told.errors, told.results) == ([], [], [])


def test_cancel_before_the_thread_begins(job, told, qtbot):
    job.start(told.result, quick, "a")
    assert job.cancel()
    finish(qtbot)
    assert (told.steps, told.errors, told.results) == ([], [], [])


def test_cancel_and_start_again(job, told, begun, qtbot):
    work = begun("first")
    job.cancel()
    job.start(told.result, quick, "again")
    work.go.set()
    finish(qtbot)
    assert told.results == ["again"]
    assert {step.stage for step in told.steps} <= {"again"}


def test_cancel_without_work(job):
    assert not job.cancel()


def test_the_next_run_may_start_when_one_has_ended(job, told, qtbot):
    def again(result):
        told.result(result)
        if result < 3:
            assert not job.running
            job.start(again, quick, result + 1)

    job.start(again, quick, 0)
    qtbot.waitUntil(lambda: 3 in told.results and not job.running, timeout=WAIT)
    assert told.results == [0, 1, 2, 3]


def test_progress_that_handles_events_is_not_told_within_itself(told, qtbot):
    """As napari's progress bars do."""
    depth, deepest = [], []

    def progress(step):
        depth.append(step)
        deepest.append(len(depth))
        qtbot.wait(5)
        depth.pop()

    job = LatestJob(progress, told.error)
    job.start(told.result, quick, "a", 200)
    qtbot.waitUntil(lambda: not job.running, timeout=WAIT)
    assert told.results == ["a"]
    assert set(deepest) <= {1}


def test_results_are_not_kept(job, told, qtbot):
    class Big:
        pass

    def steps():
        yield Progress("big", 0.0)
        return Big()

    seen = []
    job.start(lambda big: seen.append(weakref.ref(big)), steps)
    qtbot.waitUntil(lambda: not job.running, timeout=WAIT)
    finish(qtbot)
    qtbot.wait(30)
    gc.collect()
    assert seen[0]() is None


# -- brief work is finished before what waits begins


def test_what_waits_lets_brief_work_finish(job, told, begun, qtbot):
    first = begun("first", brief=True)
    job.start(told.result, quick, "second", brief=True, waits=True)
    qtbot.wait(50)
    assert told.results == []
    first.go.set()
    qtbot.waitUntil(lambda: not job.running, timeout=WAIT)
    assert first.went_on
    assert told.results == ["first", "second"]


def test_of_what_waits_only_the_latest_begins(job, told, begun, qtbot):
    first, began = begun("first", brief=True), []
    for name in "abc":
        job.start(told.result, quick, name, waits=True, begin=partial(began.append, name))
    assert began == []
    first.go.set()
    qtbot.waitUntil(lambda: not job.running, timeout=WAIT)
    assert told.results == ["first", "c"]
    assert began == ["c"]


def test_what_waits_looks_about_when_it_begins(job, told, begun, qtbot):
    shown = ["old"]

    def steps():
        assert threading.current_thread() is threading.main_thread()
        return quick(shown[-1])

    first = begun("first", brief=True, result=lambda _: shown.append("new"))
    job.start(told.result, steps, waits=True)
    first.go.set()
    qtbot.waitUntil(lambda: not job.running, timeout=WAIT)
    assert told.results == ["new"]


def test_long_work_is_cancelled_also_by_what_waits(job, told, begun, qtbot):
    first = begun("first")
    job.start(told.result, quick, "second", waits=True)
    qtbot.waitUntil(lambda: told.results == ["second"], timeout=WAIT)
    first.go.set()
    finish(qtbot)
    assert told.results == ["second"]


def test_what_does_not_wait_cancels_brief_work_and_what_waits(job, told, begun, qtbot):
    first = begun("first", brief=True)
    job.start(told.result, quick, "waiting", waits=True)
    job.start(told.result, quick, "asked")
    first.go.set()
    finish(qtbot)
    assert told.results == ["asked"]


def test_cancel_drops_also_what_waits(job, told, begun, qtbot):
    first = begun("first", brief=True)
    job.start(told.result, quick, "waiting", waits=True)
    assert job.cancel()
    assert not job.running
    first.go.set()
    finish(qtbot)
    assert told.results == []


@pytest.mark.parametrize("error", [ValueError("no"), RuntimeError("no")])
def test_what_waits_begins_also_after_an_error(job, told, begun, qtbot, error):
    first = begun(error=error, brief=True)
    job.start(told.result, quick, "second", waits=True)
    first.go.set()
    qtbot.waitUntil(lambda: told.results == ["second"], timeout=WAIT)
    assert told.errors == [error]


# -- nobody is kept waiting, or changed


def test_work_that_was_cancelled_keeps_no_other_waiting(job, told, begun, qtbot):
    """However many there are: neither work of ours nor that of other plugins."""
    for _ in range(3 * QThreadPool.globalInstance().maxThreadCount()):
        begun()
        job.cancel()
    job.start(told.result, quick, "small")
    other = create_worker(told.result, "another plugin", _start_thread=True)
    qtbot.waitUntil(lambda: len(told.results) == 2, timeout=2_000)
    assert not job.running
    del other


def test_overlapping_work_leaves_warnings_as_they_were(job, told, begun, qtbot):
    before = warnings.showwarning, warnings.filters, list(warnings.filters)
    first = begun("first")
    second = begun("second")  # before the first one ends
    first.go.set()
    assert first.ended.wait(10)
    second.go.set()
    finish(qtbot)
    assert told.results == ["second"]
    assert warnings.showwarning is before[0]
    assert warnings.filters is before[1]
    assert list(warnings.filters) == before[2]


def test_a_worker_tells_how_it_goes(told, qtbot):
    worker, ends = Worker(quick, "a", 2), []
    worker.yielded.connect(told.progress)
    worker.returned.connect(told.result)
    worker.finished.connect(lambda: ends.append(worker.is_running))
    worker.start()
    qtbot.waitUntil(lambda: len(ends) == 1, timeout=WAIT)
    assert told.results == ["a"]
    assert told.steps == [Progress("a", 0.0), Progress("a", 0.5)]
    assert told.threads == {threading.main_thread()}


def test_a_worker_that_quits_only_ends(told, held, qtbot):
    work, ends = held(), []
    worker = Worker(work.steps)
    worker.returned.connect(told.result)
    worker.errored.connect(told.error)
    worker.finished.connect(lambda: ends.append(True))
    worker.start()
    assert work.begun.wait(10)
    worker.quit()
    work.go.set()
    qtbot.waitUntil(lambda: ends == [True], timeout=WAIT)
    assert (told.results, told.errors) == ([], [])


def test_programs_that_end_in_mid_run_say_nothing():
    """Qt's objects go while the thread goes on."""
    code = """
import time
from qtpy.QtWidgets import QApplication
from napari_kmeans_quantizer.plugin import jobs
app = QApplication([])
jobs.PATIENCE = 0.2
def steps():
    while True:
        time.sleep(1)
        yield 1
def late():
    yield 0
    time.sleep(0.6)  # longer than anybody waits
    yield 1
job = jobs.LatestJob(print, print)
for _ in range(2):
    job.start(print, steps)
    job.start(print, late)
time.sleep(0.1)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# -- in the background


class Waiting:
    """An object with a method to be called at each step and in the end."""

    def __init__(self):
        self.threads = []

    def changed(self):
        self.threads.append(threading.current_thread())


def test_in_background(qtbot):
    waiting, work = Waiting(), []

    def steps():
        work.append(threading.current_thread())
        yield "told"
        yield None  # not told

    in_background(steps, waiting.changed)
    qtbot.waitUntil(lambda: len(waiting.threads) == 2, timeout=WAIT)
    assert set(waiting.threads) == {threading.main_thread()}
    assert work[0] is not threading.main_thread()
    finish(qtbot)


def test_in_background_ends_also_on_errors(qtbot):
    def fail():
        raise ValueError("no")
        yield

    waiting = Waiting()
    in_background(fail, waiting.changed)
    finish(qtbot)
    assert len(waiting.threads) == 1


def test_in_background_keeps_nobody(qtbot):
    waiting, go = Waiting(), threading.Event()

    def steps():
        go.wait(10)
        yield

    gone = weakref.ref(waiting)
    in_background(steps, waiting.changed)
    del waiting
    gc.collect()
    assert gone() is None
    go.set()
    finish(qtbot)
