"""Work in threads: one piece at a time, and of several requests the latest wins."""

from __future__ import annotations

import atexit
from contextlib import closing
from functools import cache, partial
from threading import Event
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakMethod

from qtpy.QtCore import QTimer
from superqt.utils import WorkerBase, create_worker

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from superqt.utils import FunctionWorker, GeneratorWorker

    from napari_kmeans_quantizer import Progress

Result = TypeVar("Result")

PATIENCE = 10_000  # milliseconds; how long the end of the program waits for the end of a step


class LatestJob:
    """Runs generators in a thread, and hands what they yield and return to the GUI thread.

    A new request cancels the one under way: its steps end at the next ``yield``, and whatever it
    still yields, returns or raises is dropped. So results arrive in the order of the requests, and
    never late.

    Parameters
    ----------
    on_progress : callable
        Gets every `Progress` that is yielded.
    on_error : callable
        Gets the exception that was raised.
    """

    def __init__(
        self,
        on_progress: Callable[[Progress], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        self._on_progress, self._on_error = on_progress, on_error
        self._worker: GeneratorWorker | None = None
        self._stop = Event()
        self._number = 0
        self._step: tuple[int, Progress] | None = None
        self._telling = False

    @property
    def running(self) -> bool:
        """Whether there is work under way."""
        return self._worker is not None

    def start(
        self,
        then: Callable[[Result], None],
        steps: Callable[..., Generator[Progress, None, Result]],
        *args: Any,
    ) -> GeneratorWorker:
        """Cancel what is under way, and run ``steps(*args)`` in a thread.

        Parameters
        ----------
        then : callable
            Gets what was returned, on the GUI thread.
        steps : generator function
            Yields `Progress`.
        *args
            Its arguments.

        Returns
        -------
        GeneratorWorker
            With signals ``returned`` and ``finished``.
        """
        self.cancel()
        # superqt's, not napari's: that one keeps every worker for the window's list of tasks.
        stop = Event()
        worker = create_worker(_until, stop, steps, *args, _start_thread=False, _ignore_errors=True)
        # Callbacks know the run by its number: holding the worker would keep it, and its result,
        # alive for ever.
        self._number += 1
        worker.yielded.connect(partial(self._progressed, self._number))
        worker.returned.connect(partial(self._returned, self._number, then))
        worker.errored.connect(partial(self._errored, self._number))
        self._worker, self._stop = worker, stop
        _end_with_the_program()
        worker.start()
        return worker

    def cancel(self) -> bool:
        """Drop what is under way; return whether there was anything."""
        if self._worker is None:
            return False
        self._stop.set()
        self._worker = None
        return True

    def _is_stale(self, number: int) -> bool:
        return self._worker is None or number != self._number

    def _progressed(self, number: int, step: Progress) -> None:
        if self._is_stale(number):
            return
        # Not at once: to tell it may handle events (napari's progress bars do), also those that
        # end the worker; PyQt crashes when an object goes whose slot was entered twice.
        self._step = number, step
        self._tell_soon()

    def _tell_soon(self) -> None:
        if not self._telling:
            self._telling = True
            QTimer.singleShot(0, self._tell)

    def _tell(self) -> None:
        """Hand on the latest step; those that come meanwhile wait."""
        told, self._step = self._step, None
        try:
            if told is not None and not self._is_stale(told[0]):
                self._on_progress(told[1])
        finally:
            self._telling = False
            if self._step is not None:
                self._tell_soon()

    def _returned(self, number: int, then: Callable[[Result], None], result: Result) -> None:
        if not self._is_stale(number):
            self._worker = None
            then(result)

    def _errored(self, number: int, error: Exception) -> None:
        if not self._is_stale(number):
            self._worker = None
            self._on_error(error.args[0] if isinstance(error, _WrappedError) else error)


def _until(
    stop: Event, steps: Callable[..., Generator[Progress, None, Result]], *args: Any
) -> Generator[Progress, None, Result | None]:
    """Run ``steps(*args)`` until it returns, or `stop` is set; then close it.

    A worker that is told to quit would leave it half-way, with all that it holds.
    """
    with closing(steps(*args)) as running:
        while not stop.is_set():
            try:
                step = next(running)
            except StopIteration as end:
                result: Result = end.value
                return result
            except RuntimeError as error:
                raise _WrappedError(error) from error
            yield step
    return None


class _WrappedError(Exception):
    """Holds a RuntimeError, on which superqt's workers would end without a word."""


def in_background(work: Callable[[], None], then: Callable[[], None]) -> FunctionWorker:
    """Do some work in a thread, and then call a method, if its object is still there."""
    worker = create_worker(work, _start_thread=False, _ignore_errors=True)
    method = WeakMethod(then)

    def finish(_: object = None) -> None:
        if (alive := method()) is not None:
            alive()

    worker.finished.connect(finish)
    _end_with_the_program()
    worker.start()
    return worker


@cache
def _end_with_the_program() -> None:
    """Let scripts that end in mid-run wait for the threads, as napari's own event loop does.

    A thread that outlives the interpreter's Qt objects aborts the process.
    """
    atexit.register(WorkerBase.await_workers, PATIENCE)
