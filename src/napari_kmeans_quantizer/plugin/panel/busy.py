"""What the widget shows while it works: a bar with the stage, the time left, and Cancel."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from magicgui.widgets import Label, ProgressBar, PushButton
from napari.utils import progress
from napari.utils.notifications import show_error
from qtpy.compat import isalive

from .buttons import two_lines
from .form import box
from .notice import Notice

if TYPE_CHECKING:
    from collections.abc import Callable

    from napari_kmeans_quantizer import Progress

    from .messages import Trouble

SHOW_AFTER = 0.3  # seconds; a bar that flashes up and vanishes only disturbs
ESTIMATE_AFTER = 1.0  # seconds; earlier the time left is mere guessing


class Busy:
    """The widget's progress row and status line, and the bar in napari's activity dock."""

    def __init__(self) -> None:
        self.bar = ProgressBar(min=0, max=100, value=0)
        self.cancel = PushButton(text="Cancel", tooltip="Stop, and leave all layers as they are")
        self.row = box(self.bar, self.cancel, layout="horizontal")
        self.status = Label(value="")
        self.notice = Notice()
        self.remedy_of: Callable[[str], Callable[[], object] | None] = lambda _: None
        self.activity: progress | None = None
        self._started = self._since = 0.0
        self._fraction = 0.0

    def begin(self, at_once: bool) -> None:
        """Start anew; what is expected to be quick shows its bar only if it is not."""
        self._close_activity()
        self.notice.clear()
        self._started = self._since = time.perf_counter()
        self._fraction = 0.0
        self.bar.value = 0
        if at_once or not self.row.visible:
            self.row.visible = at_once

    def step(self, step: Progress) -> None:
        """Show how far it is, unless it is expected to be over before anybody can read that."""
        if not isalive(self.row.native):
            return  # the viewer was closed
        self._count_from_here_if_it_starts_anew(step.fraction)
        seconds, percent = self.seconds, round(100 * step.fraction)
        if not self.row.visible and seconds <= SHOW_AFTER:
            return  # every change makes napari paint its whole window
        self.bar.value = percent
        left = _time_left(time.perf_counter() - self._since, step.fraction)
        self.say(f"{step.stage} ...{left}")
        if seconds > SHOW_AFTER:
            self.row.visible = True
            self._show_activity(step.stage, percent)  # last: napari handles events meanwhile

    def _count_from_here_if_it_starts_anew(self, fraction: float) -> None:
        """Take what was waited for, such as the first use, for no work of its own."""
        if fraction < self._fraction or fraction == 0:
            self._since = time.perf_counter()
        self._fraction = fraction

    @property
    def seconds(self) -> float:
        """How long it has been working."""
        return time.perf_counter() - self._started

    def end(self, message: str) -> None:
        """Take everything away but a message."""
        self._close_activity()
        self._started = 0.0
        if isalive(self.row.native):
            self.row.visible = False
            self.say(message)

    @property
    def message(self) -> str:
        """What is told: what went wrong, or else the status line."""
        wrong = not self.notice.isHidden()
        return str(self.notice.text.text() if wrong else self.status.value)

    def say(self, message: str) -> None:
        """Show a message in the status line, and all of it in its tooltip."""
        self.status.value = self.status.tooltip = message
        two_lines(self.status.native)

    def complain(self, trouble: Trouble, asked: bool = True) -> None:
        """Show what went wrong, until the next run; to who has asked napari tells it, too."""
        if isalive(self.row.native):
            self.notice.tell(trouble.text, trouble.remedy, self.remedy_of(trouble.remedy))
        if asked:
            show_error(trouble.text)

    def _show_activity(self, stage: str, percent: int) -> None:
        """Draw napari's bar; with each call napari handles events, and the work may end in them."""
        if self.activity is None:
            started, made = self._started, progress(total=100, desc="K-means")
            if self.activity is not None or started != self._started:
                made.close()  # the work has ended while napari made the bar
                return
            self.activity = made
        activity = self.activity
        activity.set_description(stage)
        if self.activity is activity:
            activity.update(percent - activity.n)

    def _close_activity(self) -> None:
        if self.activity is not None:
            self.activity.close()
            self.activity = None


def _time_left(seconds: float, fraction: float) -> str:
    if seconds < ESTIMATE_AFTER or fraction < 0.05:
        return ""
    return f"  about {max(1, round(seconds * (1 / fraction - 1)))} s left"
