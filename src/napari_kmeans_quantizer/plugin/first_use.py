"""The first use: what is prepared in the background, and who waits for it."""

from __future__ import annotations

import re
import sys
import time
from contextlib import closing
from itertools import takewhile
from threading import Lock
from typing import TYPE_CHECKING

from napari_kmeans_quantizer import Progress

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable

    from .models.settings import Settings
    from .models.source import Source

PREPARING = "Preparing"
LINE = re.compile(r"(\d+) (\d+) (.+)")
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
        """Wait for some pieces, or for all of them; tell how near these are, not all."""
        until = None if names is None else _up_to(names)
        while self._begun and not self.over:
            if names is not None and self._done.issuperset(names):
                return
            told = self.progress or UNCOUNTED
            yield told if until is None else told._replace(fraction=self._share(until))
            time.sleep(PAUSE)

    def _share(self, pieces: Collection[str]) -> float:
        return len(self._done.intersection(pieces)) / max(len(pieces), 1)

    def _prepare(self) -> Generator[Progress | None, None, None]:
        from napari_kmeans_quantizer.core.warm_up import compile_steps, is_done

        from .warm_up import ABOUT, PIECES

        kept = is_done(PIECES, ABOUT)
        if kept is False and _can_start_processes():
            kept = yield from self._compiled_elsewhere()
        self.progress = None
        if kept:
            yield from self._loaded(PIECES)
        else:
            for name in compile_steps(self._tell, PIECES, ABOUT):
                self._done.add(name)
                yield self.progress

    def _compiled_elsewhere(self) -> Generator[Progress | None, None, bool]:
        """Let a process compile everything; return whether it could."""
        from .jobs import lines_of

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
                else:
                    yield from self._take(line)

    def _take(self, line: str) -> Generator[Progress | None, None, None]:
        """Understand a line: how many there are by now, of how many, and what is under way."""
        from .warm_up import PIECES

        told = LINE.fullmatch(line)
        if told is not None and (name := told[3]) in PIECES:
            self._tell(int(told[1]), int(told[2]), name)
            yield self.progress
            yield from self._loaded(takewhile(lambda other: other != name, PIECES))

    def _loaded(self, names: Iterable[str]) -> Generator[None, None, None]:
        """Take pieces that are on disk for done; of some that takes its time even then."""
        from .warm_up import EVERY_TIME, PIECES

        for name in names:
            if name not in self._done and name in EVERY_TIME:
                yield None
                PIECES[name]()
            self._done.add(name)

    def _tell(self, done: int, of: int, _: str) -> None:
        progress = Progress(f"{PREPARING}, once: {done} of {of}", done / of)
        if progress != self.progress:
            self.progress = progress


UNCOUNTED = Progress(PREPARING, 0.0)
FIRST_USE = FirstUse()


def _up_to(names: Iterable[str]) -> list[str]:
    """Return all pieces that are done before the last of some is, and that one."""
    from .warm_up import PIECES

    order = list(PIECES)
    return order[: 1 + max((order.index(name) for name in names), default=-1)]


def _can_start_processes() -> bool:
    # What was frozen into a program has no interpreter of its own: another window would open.
    return bool(sys.executable) and not getattr(sys, "frozen", False)


def needed(source: Source, settings: Settings) -> set[str]:
    """Return the names of the pieces that a run needs."""
    from napari_kmeans_quantizer.core import warm_up as core
    from napari_kmeans_quantizer.core.survey import MOST_PIXELS

    from .models.levels import is_too_large
    from .warm_up import LABELS

    is_rgb8 = source.rgb and source.dtype == "uint8" and source.n_clustered == 3
    names = {core.piece_of(is_rgb8, source.n_pixels), LABELS}
    if source.n_pixels > MOST_PIXELS:
        names.add(core.LARGE_IMAGES)
    if is_too_large(source):  # blocks are painted pixel by pixel
        names.add(core.OTHER_IMAGES)
    if settings.fixed_colors:
        names.add(core.FIXED_COLORS)
    if settings.color_space != "rgb":
        names.add(core.COLOR_SPACES)
    if settings.dither is not None:
        names.add(core.DITHERING)
    if settings.choose_from is not None:
        names.add(core.GIVEN_COLORS)
    if _may_be_many(settings):
        names.add(core.MANY_COLORS)
    return names


def _may_be_many(settings: Settings) -> bool:
    if settings.n_colors == "auto":  # the elbow lies far below, but so many may be tried for dB
        return settings.min_psnr is not None
    return settings.n_colors > MANY
