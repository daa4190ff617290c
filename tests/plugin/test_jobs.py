from __future__ import annotations

import gc
import threading
import weakref

import pytest
from qtpy.QtCore import QThreadPool

from napari_kmeans_quantizer import Progress
from napari_kmeans_quantizer.plugin.jobs import LatestJob, in_background

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


def finish(qtbot):
    """Wait for the end of all threads, and handle all that they have told."""
    assert QThreadPool.globalInstance().waitForDone(WAIT)
    qtbot.wait(30)


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


def test_the_latest_wins(job, told, held, qtbot):
    first, second = held("first"), held("second")
    job.start(told.result, first.steps)
    assert first.begun.wait(10)
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
    assert QThreadPool.globalInstance().waitForDone(WAIT)
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
def test_late_errors_are_dropped(job, told, held, qtbot, error):
    first = held(error=error)
    job.start(told.result, first.steps)
    assert first.begun.wait(10)
    job.start(told.result, quick, "latest")
    first.go.set()
    finish(qtbot)
    assert told.errors == []
    assert told.results == ["latest"]


def test_cancel_ends_the_thread_at_its_next_step(job, told, held, qtbot):
    work = held()
    job.start(told.result, work.steps)
    assert work.begun.wait(10)
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


def test_cancel_and_start_again(job, told, held, qtbot):
    work = held("first")
    job.start(told.result, work.steps)
    assert work.begun.wait(10)
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


class Waiting:
    """An object with a method to be called in the end."""

    def __init__(self):
        self.threads = []

    def done(self):
        self.threads.append(threading.current_thread())


def test_in_background(qtbot):
    waiting, work = Waiting(), []
    in_background(lambda: work.append(threading.current_thread()), waiting.done)
    qtbot.waitUntil(lambda: len(waiting.threads) == 1, timeout=WAIT)
    assert waiting.threads == [threading.main_thread()]
    assert work[0] is not threading.main_thread()
    finish(qtbot)


def test_in_background_ends_also_on_errors(qtbot):
    def fail():
        raise ValueError("no")

    waiting = Waiting()
    in_background(fail, waiting.done)
    finish(qtbot)
    assert len(waiting.threads) == 1


def test_in_background_keeps_nobody(qtbot):
    waiting, go = Waiting(), threading.Event()
    gone = weakref.ref(waiting)
    in_background(lambda: go.wait(10), waiting.done)
    del waiting
    gc.collect()
    assert gone() is None
    go.set()
    finish(qtbot)
