"""How time is taken: CPU time of one thread, beside the time of copying the image."""

from __future__ import annotations

import contextlib
import ctypes
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ONE_THREAD = dict.fromkeys(
    (
        "BLIS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMBA_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
    ),
    "1",
)
SLOW = 5.0  # seconds of CPU: whoever takes longer to warm up is measured once


class Measured(NamedTuple):
    """Median CPU time of a function, its last result, and the copies timed in between; seconds."""

    seconds: float
    result: Any
    copies: list[float]


def ensure_one_thread() -> None:
    """Start this script again unless libraries were told to use one thread before they loaded."""
    if any(os.environ.get(name) != value for name, value in ONE_THREAD.items()):
        command = [sys.executable, *sys.argv]
        child = subprocess.Popen(command, env=os.environ | ONE_THREAD)
        while child.returncode is None:
            with contextlib.suppress(KeyboardInterrupt):  # the child hears it, too, and tidies up
                child.wait()
        sys.exit(child.returncode)


@contextlib.contextmanager
def one_cpu() -> Iterator[None]:
    """Hold the process to one CPU: for libraries that count CPUs and ask no variable."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    available = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(available)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, available)


def measure(function: Callable[[], Any], image: np.ndarray, repeats: int) -> Measured:
    """Warm up, then take the median CPU time; before each run, time one copy of the image."""
    warm_up, _ = timed(function)
    times, copies = [], []
    for _ in range(1 if warm_up > SLOW else repeats):
        copies.append(copy_time(image))
        seconds, result = timed(function)
        times.append(seconds)
    return Measured(statistics.median(times), result, copies)


def side_by_side(functions: dict[str, Callable[[], Any]], repeats: int) -> dict[str, Measured]:
    """Warm all up, then let them take turns; all see the same load of the machine.

    Further turns are left out once they have taken `SLOW` seconds several times over.
    """
    results = {name: function() for name, function in functions.items()}
    times: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(repeats):
        for name, function in functions.items():
            seconds, results[name] = timed(function)
            times[name].append(seconds)
        if sum(map(sum, times.values())) > 4 * SLOW:
            break
    return {name: Measured(statistics.median(times[name]), results[name], []) for name in functions}


def peak_beyond(function: Callable[[], Any]) -> tuple[int, Any]:
    """Return the most bytes needed beyond what there was before, and the result (Linux)."""
    return_free_memory()  # or the call might live on it unseen
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak so far
    before = resident("VmRSS")
    result = function()
    return resident("VmHWM") - before, result


def resident(field: str) -> int:
    """Return bytes in memory: now (VmRSS) or at the worst moment (VmHWM).

    Not `ru_maxrss`: it starts from the size of the process that started this one.
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return 1024 * int(line.split()[1])
    raise LookupError(field)


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    """Return the CPU time of a call, all threads of the process together, and its result."""
    return_free_memory()
    start = time.process_time()
    result = function()
    return time.process_time() - start, result


def copy_time(image: np.ndarray) -> float:
    """Return the CPU time of ``np.copy(image)``, its memory fetched from the system."""
    return timed(lambda: np.copy(image))[0]


def recopy_time(image: np.ndarray, repeats: int = 20) -> float:
    """Return the median CPU time of copies in a row, each in the memory the last one freed."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        np.copy(image)
        times.append(time.process_time() - start)
    return statistics.median(times)


def return_free_memory() -> None:
    """Hand freed memory back to the system, where the C library may have kept it.

    Memory that is there already is several times faster to fill. Without this, times depend on
    what the run before has left behind.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):  # glibc only
        ctypes.CDLL(None).malloc_trim(0)
