"""Work in threads: one piece at a time, and of several requests the latest wins."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from superqt.utils import create_worker

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from superqt.utils import FunctionWorker, GeneratorWorker

    from napari_kmeans_quantizer import Progress

Result = TypeVar("Result")


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
        self._number = 0
        self.started = 0.0

    @property
    def running(self) -> bool:
        """Whether there is work under way."""
        return self._worker is not None

    @property
    def seconds(self) -> float:
        """Seconds since the last start."""
        return time.perf_counter() - self.started

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
        worker = create_worker(steps, *args, _start_thread=False, _ignore_errors=True)
        # Callbacks know the run by its number: holding the worker would keep it, and its result,
        # alive for ever.
        self._number += 1
        worker.yielded.connect(partial(self._progressed, self._number))
        worker.returned.connect(partial(self._returned, self._number, then))
        worker.errored.connect(partial(self._errored, self._number))
        self._worker = worker
        self.started = time.perf_counter()
        worker.start()
        return worker

    def cancel(self) -> bool:
        """Drop what is under way; return whether there was anything."""
        if self._worker is None:
            return False
        self._worker.quit()
        self._worker = None
        return True

    def _is_stale(self, number: int) -> bool:
        return self._worker is None or number != self._number

    def _progressed(self, number: int, step: Progress) -> None:
        if not self._is_stale(number):
            self._on_progress(step)

    def _returned(self, number: int, then: Callable[[Result], None], result: Result) -> None:
        if not self._is_stale(number):
            self._worker = None
            then(result)

    def _errored(self, number: int, error: Exception) -> None:
        if not self._is_stale(number):
            self._worker = None
            self._on_error(error)


def in_background(work: Callable[[], None], then: Callable[[], None]) -> FunctionWorker:
    """Do some work in a thread, and then something on the GUI thread."""
    worker = create_worker(work, _start_thread=False, _ignore_errors=True)
    worker.finished.connect(lambda *_: then())
    worker.start()
    return worker
