"""Many pictures, some at a time; one that fails leaves the others alone."""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_COMPLETED, CancelledError, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, TypeVar

from .interrupting import noting
from .job import Outcome, done
from .words import in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from .job import Colors
    from .options import Options
    from .targets import Task
    from .voice import Voice

    Work = Callable[[Task, Callable[[float], object]], "Result"]

Result = TypeVar("Result")
LOOK = 0.2
"""Seconds between two looks at the progress."""


class Batch:
    """Pictures that are quantized on a few threads, and what came out so far.

    Threads, for decoders, kernels and encoders leave the interpreter to others, and kernels are
    compiled once.
    """

    def __init__(self, tasks: Sequence[Task], options: Options, voice: Voice) -> None:
        self.tasks, self.options, self.voice = tasks, options, voice
        self._outcomes: dict[Task, Outcome] = {}
        self._under_way: dict[Task, float] = {}
        self._is_over = threading.Event()
        for task in tasks:
            if task.refusal:
                self.tell(Outcome(task, error=task.refusal))

    @property
    def todo(self) -> list[Task]:
        """What is left."""
        return [task for task in self.tasks if task not in self._outcomes]

    @property
    def outcomes(self) -> list[Outcome]:
        """What came out, in the order of the tasks."""
        return [self._outcomes[task] for task in self.tasks if task in self._outcomes]

    @property
    def done(self) -> list[Outcome]:
        """What did not fail."""
        return [outcome for outcome in self.outcomes if not outcome.error]

    @property
    def n_failed(self) -> int:
        """Number of pictures that failed."""
        return len(self._outcomes) - len(self.done)

    def run(self, colors: Colors) -> None:
        """Do what is left; if this is interrupted, what was done has been told."""
        self.each(
            lambda task, told: done(task, self.options, colors, told),
            lambda _, outcome: self.tell(outcome),
        )

    def each(self, work: Work[Result], take: Callable[[Task, Result], object]) -> None:
        """Do something with what is left, on a few threads; results are taken in this one.

        Parameters
        ----------
        work : callable
            Gets a task, and a function to tell the fraction that is done, which raises when it is
            time to end. What fails is noted, and told.
        take : callable
            Gets a task and its result.
        """
        todo = self.todo
        if not todo:
            return
        pool = ThreadPoolExecutor(min(self.options.jobs, len(todo)))
        with self.voice.progress(len(todo)), noting(self._is_over):
            pending = {pool.submit(work, task, self._teller(task)): task for task in todo}
            while pending and not self._is_over.is_set():
                self._gather(pending, take, LOOK)
            pool.shutdown(cancel_futures=True)
            self._gather(pending, take, 0)
        if self._is_over.is_set():
            raise KeyboardInterrupt

    def _gather(
        self,
        pending: dict[Future[Result], Task],
        take: Callable[[Task, Result], object],
        seconds: float,
    ) -> None:
        """Take what is ready."""
        ready, _ = wait(pending, seconds, FIRST_COMPLETED)
        for future in ready:
            task = pending.pop(future)
            self._under_way.pop(task, None)
            try:
                take(task, future.result())
            except CancelledError:
                pass
            except Exception as error:  # whatever it is, others are waiting
                self.tell(failed(task, error))
        self.voice.show(len(pending), sum([*self._under_way.values()]))

    def _teller(self, task: Task) -> Callable[[float], object]:
        def told(fraction: float) -> None:
            if self._is_over.is_set():
                raise CancelledError
            self._under_way[task] = fraction

        return told

    def tell(self, outcome: Outcome) -> None:
        """Note what came out of a picture, and say so; once."""
        if outcome.task in self._outcomes:
            return
        self._outcomes[outcome.task] = outcome
        if outcome.error:
            self.voice.complain(outcome.error)
        else:
            self.voice.tell(outcome.line)


def failed(task: Task, error: Exception) -> Outcome:
    """Return what is said of a picture that failed; its name comes first."""
    text, name = in_words(error), task.source.name
    begins = text.startswith((f"{name}:", f"{task.name}:"))
    return Outcome(task, error=text if begins else f"{name}: {text}")
