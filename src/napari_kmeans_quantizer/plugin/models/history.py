"""What can be undone and redone of one image: its States, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .state import State

MOST_BYTES = 1 << 30  # of pixels in states that are not shown
LEAST = 2  # so many can be undone however large they are
MOST = 100  # and so many at most


class History:
    """The states before and after the present one, which is kept elsewhere."""

    def __init__(self) -> None:
        self._past: list[State] = []
        self._future: list[State] = []

    @property
    def can_undo(self) -> bool:
        """Whether there is an earlier state."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether something was undone, and nothing else done since."""
        return bool(self._future)

    def add(self, before: State) -> None:
        """Remember a state that another one is about to follow; what was undone is gone."""
        self._past.append(before)
        self._future.clear()
        del self._past[:-MOST]
        while len(self._past) > LEAST and _n_bytes(self._past) > MOST_BYTES:
            del self._past[0]

    def clear(self) -> None:
        """Forget all states: nobody can see them any more."""
        self._past.clear()
        self._future.clear()

    def undo(self, now: State) -> State | None:
        """Return the state before the present one, None if there is none."""
        return _step(self._past, self._future, now)

    def redo(self, now: State) -> State | None:
        """Return the state after the present one, None if there is none."""
        return _step(self._future, self._past, now)


def _step(source: list[State], target: list[State], now: State) -> State | None:
    if not source:
        return None
    target.append(now)
    return source.pop()


def _n_bytes(states: list[State]) -> int:
    """Return the size of labels and pictures; those that several states share count once."""
    arrays = [
        array
        for state in states
        for made in (state.fitted, state.result)
        for array in (made.labels, made.image)
    ]
    return sum({id(array): array.nbytes for array in arrays}.values())
