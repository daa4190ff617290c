"""Work in fixed chunks: results do not depend on how many threads share it."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Result = TypeVar("Result")

# Large enough to hide the cost of a Python call, small enough for the second-level cache.
SMALLEST_CHUNK = 16_384
# Bounds the memory of results kept per chunk.
MOST_CHUNKS = 64


class Map(Protocol):
    """``map(function, range(n_chunks))`` on several threads, results in order."""

    def __call__(self, function: Callable[[int], Result], n_chunks: int) -> Iterator[Result]:
        """Yield ``function(0), function(1), ...``; chunks are begun when the first is asked for."""


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
def workers(n_chunks: int) -> Iterator[Map]:
    """Give the `Map` of a pool of threads, for passes over at most `n_chunks` chunks.

    The threads live as long as the ``with`` block, since a pool kept for longer would be dead
    in a forked process. This thread works, too; for a single chunk there is no other.
    """
    n_helpers = min(n_threads(), n_chunks) - 1
    if n_helpers < 1:
        yield _map_here
        return
    with ThreadPoolExecutor(n_helpers) as pool:
        yield partial(_map_in, pool, n_helpers)


def map_chunks(function: Callable[[int], Result], n_chunks: int) -> Iterator[Result]:
    """Yield ``function(0), function(1), ...``: one pass on several threads, made for it.

    When the caller stops early, chunks that have not begun are dropped.
    """
    with workers(n_chunks) as map_:
        yield from map_(function, n_chunks)


def share_chunks(function: Callable[[Iterator[int]], Result], n_chunks: int) -> list[Result]:
    """Return what `function` makes of the chunks that each thread takes, one result per thread.

    For sums that need much room, and for which the order of the chunks does not matter.
    """
    todo = deque(range(n_chunks))
    n_shares = min(n_threads(), n_chunks)
    return list(map_chunks(lambda _: function(_taken(todo)), n_shares))


def _taken(todo: deque[int]) -> Iterator[int]:
    """Take one after another, until all are taken."""
    while True:
        try:
            yield todo.popleft()
        except IndexError:  # all done, or another thread was faster
            return


def _map_here(function: Callable[[int], Result], n_chunks: int) -> Iterator[Result]:
    return map(function, range(n_chunks))


def _map_in(
    pool: ThreadPoolExecutor, n_helpers: int, function: Callable[[int], Result], n_chunks: int
) -> Iterator[Result]:
    todo = deque(range(n_chunks))
    done: dict[int, Result] = {}

    def work(wanted: int | None = None) -> None:
        for index in _taken(todo):
            done[index] = function(index)
            if wanted in done:
                return

    # One future per thread, not per chunk: futures cost 20 us each.
    helpers = [pool.submit(work) for _ in range(min(n_helpers, n_chunks - 1))]
    try:
        for index in range(n_chunks):
            if index not in done:
                work(wanted=index)
            if index not in done:  # a helper is at it, or failed
                for helper in helpers:
                    helper.result()
            yield done.pop(index)
    finally:
        todo.clear()
