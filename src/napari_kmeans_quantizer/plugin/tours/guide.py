"""napari's guided tour, for a tour of ours: the one module that knows of it.

napari has no public way in for plugins yet. Where it has no such tour, or another kind of it, there
is none.
"""

from __future__ import annotations

from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from qtpy.QtCore import QEvent, QObject
from qtpy.QtGui import QResizeEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qtpy.QtWidgets import QWidget

ROOM = '<br><span style="font-size: 4px">&nbsp;</span>'
"""napari takes its buttons for lower than they are: without it, the last line is cut off."""

UNDER_WAY = "_viewer_tour"  # napari's window holds its tour there; one at a time


class Sight(NamedTuple):
    """What a step of napari's tour shows.

    Attributes
    ----------
    title, text : str
        What is told.
    side : str
        Where, seen from the target: the name of an anchor of napari's.
    target : callable
        Returns what is seen; a step for which it returns None is left out.
    reveal : callable
        Lets it be seen; returns whether the layout has to settle first.
    """

    title: str
    text: str
    side: str
    target: Callable[[], QWidget | None]
    reveal: Callable[[], bool]


def tour_under_way(window: Any) -> Any:
    """Return the tour that goes on in a window, napari's or ours; None if there is none."""
    return getattr(window, UNDER_WAY, None)


def make_tour(sights: Sequence[Sight], window: QWidget) -> Any:
    """Return a tour that has not begun; None where napari has none that we know."""
    try:
        from napari._qt.widgets.qt_viewer_tour import GuidedTour, TourAnchor, TourStep

        steps = [
            TourStep(
                target=sight.target,
                title=sight.title,
                body=escape(sight.text) + ROOM,
                anchor=TourAnchor[sight.side],
                ensure_visible=sight.reveal,
            )
            for sight in sights
        ]
        tour: Any = GuidedTour(steps, window)
        known = (tour.finished.connect, tour.start, tour.close_tour, tour.eventFilter)
    except (ImportError, AttributeError, KeyError, TypeError):
        return None
    return tour if all(map(callable, known)) else None


def start(tour: Any, window: Any) -> None:
    """Begin, so that no other tour begins meanwhile."""
    setattr(window, UNDER_WAY, tour)
    tour.finished.connect(partial(setattr, window, UNDER_WAY, None))
    EndsWith(tour, window)
    tour.start()


class EndsWith(QObject):
    """Ends a tour when its window closes: else it would go on to hear of every event, in pieces.

    Parameters
    ----------
    tour : GuidedTour
        Which.
    window : QWidget
        Where it goes on.
    """

    def __init__(self, tour: Any, window: QWidget) -> None:
        super().__init__(tour)
        self._tour = tour
        window.installEventFilter(self)

    def eventFilter(self, _: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """See the window go; one that is minimized comes again."""
        if event is not None and event.type() == QEvent.Type.Hide and not event.spontaneous():
            self._tour.close_tour()
        return False


def show_again(tour: Any, window: QWidget) -> None:
    """Let the tour look anew where its target is, as it does when the window gets another size.

    A dock that has come, or was raised, lies on the shade.
    """
    shade = getattr(tour, "_overlay", None)
    if shade is not None:
        shade.raise_()
    size = window.size()
    tour.eventFilter(window, QResizeEvent(size, size))
