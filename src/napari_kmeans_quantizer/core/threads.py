"""Work in fixed chunks: results do not depend on how many threads share it."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Run = Callable[[Callable[[int], Any], int], None]

Result = TypeVar("Result")

# Large enough to hide the cost of a Python call, small enough for the second-level cache.
SMALLEST_CHUNK = 16_384
# Bounds the memory of results kept per chunk.
MOST_CHUNKS = 64


def n_threads() -> int:
    """Return how many threads to use: the processors of this process, or `NUMBA_NUM_THREADS`."""
    if hasattr(os, "sched_getaffinity"):
        available = len(os.sched_getaffinity(0))
    else:
        available = os.cpu_count() or 1
    wanted = os.environ.get("NUMBA_NUM_THREADS", "")
    return min(available, int(wanted)) if wanted.isdigit() and int(wanted) > 0 else available


def chunks(n: int) -> list[slice]:
    """Cut ``range(n)`` into slices that depend on `n` only."""
    size = max(SMALLEST_CHUNK, -(-n // MOST_CHUNKS))
    return [slice(start, min(start + size, n)) for start in range(0, n, size)]


@contextmanager
def workers(n_tasks: int) -> Iterator[Run]:
    """Yield ``run(task, n)``, which calls ``task(i)`` for i in ``range(n)`` on several threads.

    The threads live as long as the ``with`` block, since a pool kept for longer would be dead
    in a forked process. For a single task there is none.
    """
    size = min(n_threads(), n_tasks)
    if size <= 1:
        yield _run_here
        return
    with ThreadPoolExecutor(size) as pool:
        yield lambda task, n: _run_in(pool, size, task, n)


def _run_here(task: Callable[[int], Any], n: int) -> None:
    for i in range(n):
        task(i)


def _run_in(pool: ThreadPoolExecutor, size: int, task: Callable[[int], Any], n: int) -> None:
    todo = deque(range(n))  # one future per thread, not per task: futures cost 20 us each

    def work() -> None:
        while True:
            try:
                i = todo.popleft()
            except IndexError:
                return
            task(i)

    for future in [pool.submit(work) for _ in range(size)]:
        future.result()


def map_chunks(function: Callable[[int], Result], n_chunks: int) -> Iterator[Result]:
    """Yield ``function(0), function(1), ...``, computed by this thread and some helpers.

    The helpers live as long as the call: threads made earlier would be dead after a fork. When the
    caller stops early, chunks that have not begun are dropped.
    """
    n_helpers = min(n_threads(), n_chunks) - 1
    if n_helpers < 1:
        yield from map(function, range(n_chunks))
        return
    todo = deque(range(n_chunks))
    done: dict[int, Result] = {}

    def work(wanted: int | None = None) -> None:
        while todo and wanted not in done:
            try:
                index = todo.popleft()
            except IndexError:  # another thread was faster
                return
            done[index] = function(index)

    with ThreadPoolExecutor(n_helpers) as pool:
        helpers = [pool.submit(work) for _ in range(n_helpers)]
        try:
            for index in range(n_chunks):
                work(wanted=index)
                if index not in done:  # a helper is at it, or failed
                    for helper in helpers:
                        helper.result()
                yield done.pop(index)
        finally:
            todo.clear()


def share_chunks(function: Callable[[Iterator[int]], Result], n_chunks: int) -> list[Result]:
    """Return what `function` makes of the chunks that each thread takes, one result per thread.

    For sums that need much room, and for which the order of the chunks does not matter.
    """
    todo = deque(range(n_chunks))

    def left() -> Iterator[int]:
        while True:
            try:
                yield todo.popleft()
            except IndexError:
                return

    n_helpers = min(n_threads(), n_chunks) - 1
    if n_helpers < 1:
        return [function(left())]
    with ThreadPoolExecutor(n_helpers) as pool:
        helpers = [pool.submit(function, left()) for _ in range(n_helpers)]
        return [function(left()), *(helper.result() for helper in helpers)]
