"""The first use: what is prepared in the background, and who waits for it."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from threading import Lock
from typing import TYPE_CHECKING

from napari_kmeans_quantizer import Progress

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from .models.settings import Settings
    from .models.source import Source

PREPARING = "Preparing"
MODULE = "napari_kmeans_quantizer.plugin.warm_up"
PAUSE = 0.05  # seconds
MANY = 64  # colors


class FirstUse:
    """Compiles what is not on disk, in a process of its own if that can be.

    To compile in a thread would hold the interpreter's lock, and make the window stutter. All
    widgets of a program share one of these.

    Attributes
    ----------
    progress : Progress or None
        How far it is; None if nothing is compiled.
    over : bool
        Whether it is done, or could not be: nobody waits any more.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._begun = self.over = False
        self._done: set[str] = set()
        self.progress: Progress | None = None

    def steps(self) -> Generator[Progress | None, None, None]:
        """Do it, or watch whoever has begun; None is yielded where there is nothing to tell."""
        with self._lock:
            first, self._begun = not (self._begun or self.over), True
        if not first:
            yield from self.waiting(None)
            return
        try:
            yield from self._prepare()
        finally:
            self.over, self.progress = True, None

    def waiting(self, names: Iterable[str] | None) -> Generator[Progress, None, None]:
        """Wait for some pieces, or for all of them."""
        while self._begun and not self.over:
            if names is not None and self._done.issuperset(names):
                return
            yield self.progress or Progress(PREPARING, 0.0)
            time.sleep(PAUSE)

    def _prepare(self) -> Generator[Progress | None, None, None]:
        from napari_kmeans_quantizer.core.warm_up import compile_steps, is_done

        from .warm_up import ABOUT, EVERY_TIME, PIECES

        kept = is_done(PIECES, ABOUT)
        if kept is False and _can_start_processes():
            kept = yield from self._compiled_elsewhere()
        self.progress = None
        if not kept:
            for name in compile_steps(self._tell, PIECES, ABOUT):
                self._done.add(name)
                yield self.progress
        for name in EVERY_TIME:
            yield None
            PIECES[name]()

    def _compiled_elsewhere(self) -> Generator[Progress | None, None, bool]:
        """Let a process compile everything; return whether it could."""
        from .jobs import lines_of
        from .warm_up import PIECES

        lines = lines_of([sys.executable, "-P", "-m", MODULE])
        with closing(lines):
            while True:
                try:
                    line = next(lines)
                except OSError:
                    return False
                except StopIteration as end:
                    return bool(end.value == 0)
                if line is None:
                    yield None
                    continue
                done, of, name = line.split(maxsplit=2)
                self._tell(int(done), int(of), name)
                self._done.update([*PIECES][: [*PIECES].index(name)])
                yield self.progress

    def _tell(self, done: int, of: int, _: str) -> None:
        self.progress = Progress(f"{PREPARING}, once: {done} of {of}", done / of)


FIRST_USE = FirstUse()


def _can_start_processes() -> bool:
    # What was frozen into a program has no interpreter of its own: another window would open.
    return bool(sys.executable) and not getattr(sys, "frozen", False)


def needed(source: Source, settings: Settings) -> set[str]:
    """Return the names of the pieces that a run needs."""
    from napari_kmeans_quantizer.core import warm_up as core

    from .warm_up import LABELS

    is_photograph = source.rgb and source.dtype == "uint8" and source.n_clustered == 3
    names = {core.PHOTOGRAPHS if is_photograph else core.OTHER_IMAGES, LABELS}
    if settings.fixed_colors:
        names.add(core.FIXED_COLORS)
    if settings.color_space != "rgb":
        names.add(core.COLOR_SPACES)
    if settings.n_colors > MANY:
        names.add(core.MANY_COLORS)
    return names
