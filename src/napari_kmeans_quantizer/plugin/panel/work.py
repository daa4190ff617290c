"""What is under way: one piece of work, its progress, its end, and whatever went wrong."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from qtpy.compat import isalive

from napari_kmeans_quantizer.plugin.jobs import LatestJob

from .messages import Trouble, told

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from magicgui.widgets import PushButton

    from napari_kmeans_quantizer import Progress
    from napari_kmeans_quantizer.plugin.jobs import Worker

    from .busy import Busy

Result = TypeVar("Result")

FAILED = "Failed."
FAULT = "This should not have happened, and is no fault of yours."
KNOWN = (TypeError, ValueError, MemoryError)  # what is told in words; all else is a fault of ours


class Work:
    """Runs work in a thread; however it ends, the controls can be used afterwards.

    Parameters
    ----------
    busy : Busy
        Shows the progress.
    start : PushButton
        Cannot be pressed while somebody waits for the work that it began.
    on_end : callable
        Called after every end.
    """

    def __init__(self, busy: Busy, start: PushButton, on_end: Callable[[], None]) -> None:
        self._busy, self._start, self._on_end = busy, start, on_end
        self._job = LatestJob(busy.step, self._on_error)
        self._on_cancel: Callable[[], str] = _cancelled
        self._asked = True  # by a click, not by a change with Live on

    @property
    def running(self) -> bool:
        """Whether there is work under way."""
        return self._job.running

    def begin(
        self,
        then: Callable[[Result], str],
        steps: Callable[..., Generator[Progress, None, Result]],
        *args: Any,
        asked: bool = True,
        brief: bool = False,
        on_cancel: Callable[[], str] | None = None,
    ) -> Worker:
        """Run ``steps(*args)``, instead of what is under way.

        Parameters
        ----------
        then : callable
            Takes the result, on the GUI thread; returns the message that is shown afterwards.
        steps : callable
            Called when it begins; returns a generator that yields `Progress`.
        *args
            Its arguments.
        asked : bool, optional
            Whether somebody waits for it: progress is shown from the start then, and troubles are
            told by notifications. What nobody has asked for by a click lets brief work finish.
        brief : bool, optional
            Whether it will be over soon.
        on_cancel : callable, optional
            Called if it is cancelled; returns the message that is shown then.

        Returns
        -------
        Worker
        """
        return self._job.start(
            partial(self._finish, then),
            steps,
            *args,
            begin=partial(self._begin, asked, on_cancel or _cancelled),
            brief=brief,
            waits=not asked,
        )

    def _begin(self, asked: bool, on_cancel: Callable[[], str]) -> None:
        self._asked, self._on_cancel = asked, on_cancel
        self._busy.begin(asked)
        self._start.enabled = not asked

    def cancel(self) -> None:
        """Stop what is under way; all layers stay as they are."""
        if self._job.cancel():
            told, self._on_cancel = self._on_cancel, _cancelled
            self._end(told())

    def complain(self, trouble: Trouble, asked: bool = True) -> None:
        """Tell why nothing is begun."""
        self._busy.complain(trouble, asked)

    def _finish(self, then: Callable[[Result], str], result: Result) -> None:
        message = FAILED
        try:
            message = then(result)
        finally:
            self._end(message)

    def _on_error(self, error: Exception) -> None:
        self._end(FAILED)
        if not isinstance(error, KNOWN):
            self._busy.complain(Trouble(f"{FAULT} {type(error).__name__}: {error}"), asked=False)
            raise error  # napari shows it with its traceback
        # What nobody has asked for by a click is no reason to interrupt: that would come with
        # every step of a slider.
        self._busy.complain(told(error), self._asked)

    def _end(self, message: str) -> None:
        if not self._job.running:  # else the next piece begins at once
            self._busy.end(message)
        if isalive(self._start.native):
            self._start.enabled = True
        self._on_end()


def _cancelled() -> str:
    return "Cancelled."
