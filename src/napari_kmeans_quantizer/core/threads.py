"""Run a function on the chunks of an image in threads; results come back in order."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Result = TypeVar("Result")


def n_threads() -> int:
    """Return how many threads to use: the processors of this process, or `NUMBA_NUM_THREADS`."""
    if hasattr(os, "sched_getaffinity"):
        available = len(os.sched_getaffinity(0))
    else:
        available = os.cpu_count() or 1
    wanted = os.environ.get("NUMBA_NUM_THREADS", "")
    return min(available, int(wanted)) if wanted.isdigit() and int(wanted) > 0 else available


def map_chunks(function: Callable[[int], Result], n_chunks: int) -> Iterator[Result]:
    """Yield ``function(0), function(1), ...``, computed by several threads.

    The pool lives as long as the call: one made earlier would be dead after a fork. When the
    caller stops early, chunks that have not begun are dropped.
    """
    workers = min(n_threads(), n_chunks)
    if workers <= 1:
        yield from map(function, range(n_chunks))
        return
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(function, index) for index in range(n_chunks)]
        try:
            for future in futures:
                yield future.result()
        finally:
            for future in futures:
                future.cancel()
