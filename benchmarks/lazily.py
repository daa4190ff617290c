"""Lazy work on some workers, measured: wall and CPU time, memory, and how often chunks are read."""

from __future__ import annotations

import os
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import dask
import dask.array as da
import measure
import mosaic
import numpy as np

from napari_kmeans_quantizer import quantize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from distributed import Client, Worker

    from napari_kmeans_quantizer import Quantization

FORGET = Path("/proc/self/clear_refs")
PROMISED = 200e6  # bytes beside three chunks a worker


class Cost(NamedTuple):
    """What some work took, in all its processes together; seconds and bytes."""

    wall: float
    cpu: float
    here: float
    """Of the CPU time, that of this process."""
    peak: float
    sent: float
    """By workers, to others and here; not the tasks that they were sent."""
    result: Any


@contextmanager
def workers(n: int, *, processes: bool = False) -> Iterator[Client | None]:
    """Have dask work in `n` threads, or in `n` processes of one thread; gives their client."""
    if not processes:
        with dask.config.set(scheduler="threads", num_workers=n):
            yield None
        return
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=n, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def measured(function: Callable[[], Any], client: Client | None = None) -> Cost:
    """Measure a call with all that the workers of a client do for it; memory on Linux alone.

    The peaks of several processes are added up, though they may not come at the same time.
    """
    before = everywhere(_begin, client)
    start = time.perf_counter()
    result = function()
    wall = time.perf_counter() - start
    after = everywhere(_state, client)
    cpu, peak, sent = (
        sum(after[name][i] - before[name][i] for name in before) for i in range(len(before[""]))
    )
    here = after[""][0] - before[""][0]
    return Cost(wall, cpu, here, peak, sent, result)


def everywhere(function: Callable[[], Any], client: Client | None) -> dict[str, Any]:
    """Return what a function returns here and, by its address, on every worker."""
    return {"": function(), **({} if client is None else client.run(function))}


def _begin(dask_worker: Worker | None = None) -> tuple[float, float, float]:
    """Return the state; the peak of memory so far is forgotten."""
    measure.return_free_memory()
    if FORGET.exists():
        FORGET.write_text("5")
    return _state(dask_worker)


def _state(dask_worker: Worker | None = None) -> tuple[float, float, float]:
    """Return CPU time, the most memory so far, and bytes sent."""
    memory = measure.resident("VmHWM") if FORGET.exists() else float("nan")
    sent = 0 if dask_worker is None else dask_worker.transfer_outgoing_bytes_total
    return time.process_time(), memory, sent


def warm_up(dtype: str, k: int) -> None:
    """Load libraries and kernels; a compiler at work would count as time and memory."""
    small = mosaic.mosaic_of((1100, 1100), (300, 600), dtype)
    with dask.config.set(scheduler="synchronous"):
        painted(quantize(small, k))


def painted(q: Quantization) -> None:
    da.compute(q.labels, q.image)


class Observed:
    """An array that notes in a file which chunk is read, whatever process reads it."""

    def __init__(self, array: Any, notes: Path) -> None:
        self.array, self.notes = array, notes
        self.shape, self.dtype, self.ndim = array.shape, array.dtype, array.ndim

    def __getitem__(self, key: tuple[slice, ...]) -> Any:
        place = [int(part.start or 0) for part in key]
        with self.notes.open("ab", buffering=0) as file:  # a line in one piece
            os.write(file.fileno(), f"{place}\n".encode())
        return self.array[key]

    def lazy(self) -> da.Array:
        """Return it as an array of dask, in the chunks of the store."""
        meta = np.empty((0,) * self.ndim, self.dtype)
        return da.from_array(self, chunks=self.array.chunks, name=False, meta=meta)

    def reads(self) -> Counter[str]:
        """Return how often each chunk was read since this was asked the last time."""
        counts = Counter(self.notes.read_text().splitlines()) if self.notes.exists() else Counter()
        self.notes.unlink(missing_ok=True)
        return counts


def reads_told(counts: Counter[str], n_chunks: int) -> str:
    """Return how often chunks were read: "1", or "0 to 2"."""
    each = [*counts.values(), *[0] * (n_chunks - len(counts))]
    return str(min(each)) if min(each) == max(each) else f"{min(each)} to {max(each)}"
