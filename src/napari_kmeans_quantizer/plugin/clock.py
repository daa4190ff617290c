"""How long work takes, without the compilation of kernels, which happens once."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numba.core.event import Event


@contextmanager
def work_clock() -> Iterator[Callable[[], float]]:
    """Yield a function that tells the seconds since, less those of compilation in any thread.

    Examples
    --------
    >>> with work_clock() as seconds:
    ...     pass
    >>> 0 <= seconds() < 1
    True
    """
    from numba.core.event import Listener, install_listener

    class Compilation(Listener):
        """Adds up how long numba compiles; what had begun before is not known."""

        seconds = since = 0.0
        depth = 0  # one compilation may be part of another

        def on_start(self, event: Event) -> None:
            self.depth += 1
            if self.depth == 1:
                self.since = time.perf_counter()

        def on_end(self, event: Event) -> None:
            if self.depth == 1:
                self.seconds += time.perf_counter() - self.since
            self.depth = max(0, self.depth - 1)

    started = time.perf_counter()
    with install_listener("numba:compile", Compilation()) as compilation:
        yield lambda: time.perf_counter() - started - compilation.seconds
