"""Ctrl-C, and being asked to end: what is under way comes to nothing, what is done stays."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INTERRUPTED = 130
"""What shells say of programs that were ended by Ctrl-C."""
WRITING = threading.Lock()
"""Held while a file is written: whoever ends the process at once waits for it."""


@contextmanager
def raising() -> Iterator[None]:
    """Take being asked to end as Ctrl-C, a `KeyboardInterrupt`."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with _handled(signal.SIGTERM, interrupt):
        yield


@contextmanager
def noting(is_over: threading.Event) -> Iterator[None]:
    """Note Ctrl-C, for those who look; end at once at the next, but not while a file is written."""

    def note(*_: object) -> None:
        if is_over.is_set():
            with WRITING:
                os._exit(INTERRUPTED)
        is_over.set()

    with _handled(signal.SIGINT, note), _handled(signal.SIGTERM, note):
        yield


@contextmanager
def _handled(number: int, handler: Callable[..., Any]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        with suppress(TypeError):  # it was not set by Python
            signal.signal(number, before)
