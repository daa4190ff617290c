"""Tasks are run by dask, some at a time: in threads, in processes, or by a client's workers."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

from napari_kmeans_quantizer.core.lazy.batches import PER_WORKER, check_open, n_workers

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from .layout import Level
    from .painting import Tasks

    Place = tuple[int, ...]

MOST_BATCHES = 200
"""Dask looks at the names of all tasks each time."""
ATTEMPTS = 3
"""Times that nothing may get done before it is given up."""
FINAL = (ValueError, TypeError, MemoryError, PermissionError, ImportError)
"""What does not go away by trying again."""
NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


def in_batches(
    tasks: Tasks, level: Level, todo: Sequence[Place], client: Any
) -> Generator[int, None, None]:
    """Write regions, and tell how many are written, some at a time.

    What fails is tried again, as a store may that is far away; what is done stays so.

    Raises
    ------
    RuntimeError
        If the client that has begun it was closed.
    Exception
        Whatever has made a task fail, again and again.
    """
    check_open(client)
    size = max(PER_WORKER * n_workers(), -(-len(todo) // MOST_BATCHES))
    for start in range(0, len(todo), size):
        batch = list(todo[start : start + size])
        _persistently(tasks, level, batch, client)
        yield start + len(batch)


def _persistently(tasks: Tasks, level: Level, batch: list[Place], client: Any) -> None:
    """Compute some tasks; those that fail once more, as long as some get done."""
    attempts = 0
    while batch:
        check_open(client)
        try:
            _compute(tasks, batch)
            return
        except Exception as error:
            check_open(client, error)
            left = [region for region in batch if not level.is_done(region)]
            attempts = 1 if len(left) < len(batch) else attempts + 1
            if _is_final(error) or attempts >= ATTEMPTS:
                raise
            batch = left


def _is_final(error: Exception) -> bool:
    """Tell whether trying again is of no use."""
    return isinstance(error, FINAL) or getattr(error, "errno", None) in NO_SPACE


def _compute(tasks: Tasks, batch: Sequence[Place]) -> None:
    import dask.array as da
    from dask.base import compute_as_if_collection

    keys = [tasks.key(region) for region in batch]
    compute_as_if_collection(da.Array, tasks.array.dask, keys)
