"""Work in threads and processes: one piece at a time, of several requests the latest wins."""

from __future__ import annotations

import atexit
import subprocess
import time
from contextlib import closing, suppress
from functools import cache, partial
from queue import Empty, Queue
from subprocess import DEVNULL, PIPE
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from weakref import WeakMethod

from qtpy.QtCore import QObject, QTimer, Signal  # type: ignore[attr-defined, unused-ignore]

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from napari_kmeans_quantizer import Progress

Result = TypeVar("Result")

PATIENCE = 10.0  # seconds; how long the end of the program waits for the end of a step
PAUSE = 0.05  # seconds; how often work that waits can be ended
# Of Windows alone: without a console, and after whatever people do.
UNNOTICED = sum(
    getattr(subprocess, flag, 0) for flag in ("CREATE_NO_WINDOW", "BELOW_NORMAL_PRIORITY_CLASS")
)


class Worker(QObject):
    """Runs a generator in a thread of its own.

    Not in a pool: whoever was told to stop, and has not come to its next step yet, keeps nobody
    waiting. And not superqt's or napari's worker, which turn Python's warnings to themselves and,
    where two of them overlap, leave them so.

    Parameters
    ----------
    steps : generator function
        Ends at a ``yield`` once the worker was told to `quit`. What it yields is told, unless it
        is None.
    *args
        Its arguments.

    Attributes
    ----------
    yielded, returned, errored, finished : Signal
        Told in the thread in which the worker was made: each value that is yielded, the result,
        the exception that was raised instead, and the end, however it came. After `quit` only the
        last.
    """

    yielded, returned, errored = Signal(object), Signal(object), Signal(object)
    finished = Signal()
    _over = Signal(object)

    def __init__(self, steps: Callable[..., Generator[Any, None, Any]], *args: Any) -> None:
        super().__init__()
        self._steps: Callable[[], Generator[Any, None, Any]] | None = partial(steps, *args)
        self._stop = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin."""
        _end_with_the_program()
        _under_way.add(self)
        self._over.connect(_let_go)
        self._thread = Thread(target=self._run, name="K-means quantizer", daemon=True)
        self._thread.start()

    def quit(self) -> None:
        """Ask the generator to end at its next step; at once if it has not begun."""
        self._stop.set()

    @property
    def is_running(self) -> bool:
        """Whether its thread has begun, and not ended yet."""
        return self._thread is not None and self._thread.is_alive()

    def wait(self, seconds: float) -> bool:
        """Wait for the end of the thread; return whether it has come."""
        if self._thread is not None:
            self._thread.join(max(seconds, 0))
        return not self.is_running

    def _run(self) -> None:
        try:
            result = self._result()
        except Exception as error:
            self._tell("errored", error)
        else:
            self._tell("returned", result)
            del result
        self._steps = None  # and all that it holds
        self._emit("finished")
        self._emit("_over", self)

    def _result(self) -> Any:
        assert self._steps is not None
        with closing(self._steps()) as steps:
            while not self._stop.is_set():
                try:
                    step = next(steps)
                except StopIteration as end:
                    return end.value
                if step is not None:
                    self._tell("yielded", step)
        return None

    def _tell(self, signal: str, value: Any) -> None:
        """Emit a signal, unless nobody wants to hear it any more."""
        if not self._stop.is_set():
            self._emit(signal, value)

    def _emit(self, signal: str, *values: Any) -> None:
        with suppress(RuntimeError):  # at the program's end Qt's objects go before the threads
            getattr(self, signal).emit(*values)


_under_way: set[Worker] = set()
"""What nobody else may hold: Qt forgets what was told by an object that is gone."""


def _let_go(worker: Worker) -> None:
    _under_way.discard(worker)


@cache
def _end_with_the_program() -> None:
    """Let programs that end in mid-run wait for the threads, but not for ever.

    A thread that outlives the interpreter's Qt objects aborts the process.
    """
    atexit.register(_end_all)


def _end_all() -> None:
    workers, until = list(_under_way), time.monotonic() + PATIENCE
    for worker in workers:
        worker.quit()
    for worker in workers:
        worker.wait(until - time.monotonic())


class _Piece(NamedTuple):
    """A piece of work: its number, its thread, what is done before it begins, and how long it is.

    Callbacks know it by its number: holding the worker would keep it, and its result, for ever.
    """

    number: int
    worker: Worker
    begin: Callable[[], None] | None
    brief: bool


class LatestJob:
    """Runs generators in threads, and hands what they yield and return to the GUI thread.

    A new request cancels the one under way: its steps end at the next ``yield``, and whatever it
    still yields, returns or raises is dropped. A request that waits lets brief work finish first;
    of several that wait the latest wins. So results arrive in the order of the requests, and
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
        self._current: _Piece | None = None
        self._next: _Piece | None = None
        self._number = 0
        self._step: tuple[int, Progress] | None = None
        self._telling = False

    @property
    def running(self) -> bool:
        """Whether there is work under way, or waiting."""
        return self._current is not None or self._next is not None

    def start(
        self,
        then: Callable[[Result], None],
        steps: Callable[..., Generator[Progress, None, Result]],
        *args: Any,
        begin: Callable[[], None] | None = None,
        brief: bool = False,
        waits: bool = False,
    ) -> Worker:
        """Run ``steps(*args)`` in a thread.

        Parameters
        ----------
        then : callable
            Gets what was returned, on the GUI thread.
        steps : generator function
            Yields `Progress`.
        *args
            Its arguments.
        begin : callable, optional
            Called when it begins.
        brief : bool, optional
            Whether it will be over soon, so that requests that wait let it finish.
        waits : bool, optional
            Whether it lets brief work finish, rather than cancel it.

        Returns
        -------
        Worker
            With signals ``returned`` and ``finished``.
        """
        self._number += 1
        worker = Worker(steps, *args)
        worker.yielded.connect(partial(self._progressed, self._number))
        worker.returned.connect(partial(self._returned, self._number, then))
        worker.errored.connect(partial(self._errored, self._number))
        piece = _Piece(self._number, worker, begin, brief)
        if waits and self._current is not None and self._current.brief:
            self._next = piece
        else:
            self.cancel()
            self._begin(piece)
        return worker

    def _begin(self, piece: _Piece) -> None:
        self._current = piece
        if piece.begin is not None:
            piece.begin()
        piece.worker.start()

    def cancel(self) -> bool:
        """Drop what is under way, and what waits; return whether there was anything."""
        had_any, current = self.running, self._current
        self._current = self._next = None
        if current is not None:
            current.worker.quit()
        return had_any

    def _is_stale(self, number: int) -> bool:
        return self._current is None or number != self._current.number

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
            self._end(partial(then, result))

    def _errored(self, number: int, error: Exception) -> None:
        if not self._is_stale(number):
            self._end(partial(self._on_error, error))

    def _end(self, tell: Callable[[], None]) -> None:
        """Tell how it ended; then begin what has waited, unless that has begun something else."""
        self._current = None
        try:
            tell()
        finally:
            following, self._next = self._next, None
            if following is not None and self._current is None:
                self._begin(following)


def in_background(
    steps: Callable[[], Generator[Any, None, Any]], on_change: Callable[[], None]
) -> Worker:
    """Run steps in a thread; call a method at each and at the end, if its object is still there."""
    worker, method = Worker(steps), WeakMethod(on_change)

    def tell(_: object = None) -> None:
        if (alive := method()) is not None:
            alive()

    worker.yielded.connect(tell)
    worker.finished.connect(tell)
    worker.start()
    return worker


def lines_of(command: list[str]) -> Generator[str | None, None, int]:
    """Run a command, and yield what it prints line by line; None as long as it says nothing.

    Returns its exit code; whoever closes the generator earlier ends the process.
    """
    process = subprocess.Popen(
        command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, text=True, creationflags=UNNOTICED
    )
    lines: Queue[str | None] = Queue()

    def read() -> None:
        assert process.stdout is not None
        with process.stdout as output:
            for line in output:
                lines.put(line.strip())
        lines.put(None)

    Thread(target=read, name="K-means quantizer: lines", daemon=True).start()
    try:
        while True:
            try:
                line = lines.get(timeout=PAUSE)
            except Empty:
                yield None
                continue
            if line is None:
                return process.wait()
            yield line
    finally:
        process.kill()
        process.wait()
