"""Many pictures, some at a time; one that fails leaves the others alone."""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_COMPLETED, CancelledError, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, TypeVar

from .interrupting import noting
from .words import in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from .targets import Task
    from .voice import Voice

    Work = Callable[[Task, Callable[[float], object]], "Result"]

Result = TypeVar("Result")
LOOK = 0.2
"""Seconds between two looks at the progress."""


class Batch:
    """Pictures that are worked at on a few threads, which are done, and which have failed.

    Threads, for decoders, kernels and encoders leave the interpreter to others, and kernels are
    compiled once.
    """

    def __init__(self, tasks: Sequence[Task], n_jobs: int, voice: Voice) -> None:
        self.tasks, self.voice, self._n_jobs = tasks, voice, n_jobs
        self._ended: dict[Task, str] = {}
        """Why a task has failed; nothing if it is done."""
        self._under_way: dict[Task, float] = {}
        self._is_over = threading.Event()
        for task in tasks:
            if task.refusal:
                self.fail(task, task.refusal)

    @property
    def todo(self) -> list[Task]:
        """What is left."""
        return [task for task in self.tasks if task not in self._ended]

    @property
    def errors(self) -> dict[Task, str]:
        """What has failed, and why, in the order of the tasks."""
        ended = self._ended
        return {task: ended[task] for task in self.tasks if ended.get(task)}

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
        pool = ThreadPoolExecutor(min(self._n_jobs, len(todo)))
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
        for future in [one for one in pending if one in ready]:  # in their order
            task = pending.pop(future)
            self._under_way.pop(task, None)
            try:
                take(task, future.result())
            except CancelledError:
                pass
            except Exception as error:  # whatever it is, others are waiting
                self.fail(task, told_of(task, error))
        self.voice.show(len(pending), sum([*self._under_way.values()]))

    def _teller(self, task: Task) -> Callable[[float], object]:
        def told(fraction: float) -> None:
            if self._is_over.is_set():
                raise CancelledError
            self._under_way[task] = fraction

        return told

    def end(self, task: Task, line: str) -> None:
        """Note that a picture is done, and say so."""
        self._ended[task] = ""
        self.voice.tell(line)

    def fail(self, task: Task, error: str) -> None:
        """Note that a picture has failed, and say so; once."""
        if task not in self._ended:
            self._ended[task] = error
            self.voice.complain(error)


def told_of(task: Task, error: Exception) -> str:
    """Return what is said of a picture that failed; its name comes first."""
    text, name = in_words(error), task.source.name
    begins = text.startswith((f"{name}:", f"{task.name}:"))
    return text if begins else f"{name}: {text}"
