"""A tour of ours: what its steps show, and what they do for the user."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

from qtpy.compat import isalive
from qtpy.QtCore import QPoint, QRect, Qt, QTimer
from qtpy.QtWidgets import QDockWidget, QScrollArea, QWidget

from napari_kmeans_quantizer.plugin.layers.viewpoint import look_at

from .guide import Sight, make_tour, show_again, start
from .places import VIEWS
from .plain import PlainControls
from .step import LEFT, RIGHT

if TYPE_CHECKING:
    from collections.abc import Callable

    import napari.viewer
    from napari.layers import Image

    from napari_kmeans_quantizer.plugin.widget import QuantizerWidget

    from .step import Place, Step, Tutorial

WATCH = 100  # milliseconds between two looks at where things are
TEXT_WIDTH = 366  # pixels, with some to spare, of napari's texts
MIRRORED = {LEFT: RIGHT, RIGHT: LEFT}


class Tour:
    """Leads through the panel, as long as panel and photograph are there.

    What a step does is done once, in the order of the steps, each when the panel rests: people may
    go on before that, and do things of their own meanwhile.

    Parameters
    ----------
    tutorial : Tutorial
        The steps.
    widget : QuantizerWidget
        Through which.
    viewer : napari.viewer.Viewer
        Its viewer.
    photograph : napari.layers.Image
        On which.
    """

    def __init__(
        self,
        tutorial: Tutorial,
        widget: QuantizerWidget,
        viewer: napari.viewer.Viewer,
        photograph: Image,
    ) -> None:
        self._widget, self._viewer, self._photograph = widget, viewer, photograph
        self._panel: QWidget = widget.native
        self._window: Any = main_window(widget)
        self._shown: Step | None = None
        self._begun: set[Step] = set()
        self._todo: deque[Step] = deque()
        self._seen = QRect()
        facts = facts_of(photograph)
        sights = [self._sight(step, facts) for step in tutorial.steps]
        self._tour = make_tour(sights, self._window)

    def _sight(self, step: Step, facts: dict[str, str]) -> Sight:
        target, reveal = partial(self._target, step), partial(self._reveal, step)
        side = MIRRORED[step.at.side] if self._is_on_the_left else step.at.side
        return Sight(step.title, step.text.format(**facts), side, target, reveal)

    @property
    def _is_on_the_left(self) -> bool:
        area = self._window.dockWidgetArea(dock_of(self._panel))
        return bool(area == Qt.DockWidgetArea.LeftDockWidgetArea)

    def start(self, on_end: Callable[[], object]) -> bool:
        """Begin; return whether napari can show it.

        Parameters
        ----------
        on_end : callable
            Called when it is over.
        """
        if self._tour is None:
            return False
        self._widget.image.value = self._photograph
        plain, place = PlainControls(self._widget), self._scrolled
        self._tour.finished.connect(partial(self._put_back, plain, place))
        self._tour.finished.connect(on_end)
        self._watch = QTimer(self._tour)
        self._watch.setInterval(WATCH)
        self._watch.timeout.connect(self._look)
        start(self._tour, self._window)
        self._watch.start()
        return True

    def _put_back(self, plain: PlainControls, place: int) -> None:
        self._watch.stop()
        if self._is_there:
            plain.put_back()
            self._bar.setValue(place)

    # -- what is seen

    def _target(self, step: Step) -> QWidget | None:
        """Return what a step points at; the canvas as long as that is not in the window."""
        if not isalive(self._panel):
            return None
        found = step.at.find(self._widget)
        if found is not None and self._is_seen(found):
            return found
        canvas: QWidget = self._window.centralWidget()
        return canvas

    def _is_seen(self, part: QWidget) -> bool:
        """Tell whether a part is in the window; Qt puts tabs that are not chosen far outside."""
        inside = part.isVisible() and part.window() is self._window
        whole: QRect = self._window.rect()
        return inside and whole.intersects(self._place_of(part))

    def _place_of(self, part: QWidget) -> QRect:
        return QRect(part.mapTo(self._window, QPoint()), part.size())

    def _reveal(self, step: Step) -> bool:
        """Let a step that is new be seen, and do what it does."""
        if step is self._shown or not self._is_there:
            return False
        self._shown, self._seen = step, QRect()
        bring_to_front(self._panel)
        self._make_room(step.at)
        found = step.at.find(self._widget)
        if step.at.open is not None and (found is None or not self._is_seen(found)):
            step.at.open(self._widget)
            self._make_room(step.at)
        elif found is not None and self._scroll.isAncestorOf(found):
            self._scroll.ensureWidgetVisible(found)
        if step not in self._begun:
            self._begun.add(step)
            self._todo.append(step)
        return True

    def _make_room(self, at: Place) -> None:
        """Let texts find room on the panel, and what lies below the canvas be as high as it is to.

        Docks that are not in the window, or fill it, stay as they are.
        """
        panel: Any = dock_of(self._panel)
        width = max(panel.width(), TEXT_WIDTH)
        self._window.resizeDocks([panel], [width], Qt.Orientation.Horizontal)
        if at.below is not None:
            views = [self._widget.view(title) for title in VIEWS]
            docks = [dock_of(view) for view in views if view is not None and self._is_seen(view)]
            heights = [round(at.below * self._window.height())] * len(docks)
            self._window.resizeDocks(docks, heights, Qt.Orientation.Vertical)

    @property
    def _scroll(self) -> QScrollArea:
        return self._panel.findChild(QScrollArea)

    @property
    def _bar(self) -> Any:
        return self._scroll.verticalScrollBar()

    @property
    def _scrolled(self) -> int:
        return int(self._bar.value())

    # -- what is done meanwhile

    def _look(self) -> None:
        """Do what is to be done, and follow what moves; end when there is nothing to show."""
        if not self._is_there or self._photograph not in self._viewer.layers:
            self._tour.close_tour()
            return
        if self._has_moved():
            show_again(self._tour, self._window)
        elif self._todo and not self._widget.running:  # nor before the layout has settled
            self._do(self._todo.popleft())

    def _has_moved(self) -> bool:
        """Tell whether what is shown lies elsewhere than at the last look."""
        target = None if self._shown is None else self._target(self._shown)
        if target is None:
            return False
        before, self._seen = self._seen, self._place_of(target)
        return self._seen != before

    def _do(self, step: Step) -> None:
        if self._widget.image.value != self._photograph:  # no other image is to be quantized
            self._widget.image.value = self._photograph
        if step.at.below is not None:
            self._look_at_photograph()
        if step.do is not None:
            step.do(self._widget, self._viewer)

    def _look_at_photograph(self) -> None:
        """Fit the canvas with the photograph and its palette, whatever else is there."""
        palette = self._widget.palette_layer
        shown = [palette] if palette is not None and palette.visible else []
        look_at(self._viewer, [self._photograph, *shown])

    @property
    def _is_there(self) -> bool:
        return isalive(self._panel) and self._panel.parent() is not None


def facts_of(photograph: Image) -> dict[str, str]:
    """Return what the texts tell of a photograph."""
    height, width = photograph.data.shape[:2]
    n_bytes = photograph.data.nbytes
    return {
        "width": f"{width:,}",
        "height": f"{height:,}",
        "pixels": f"{width * height:,}",
        "bytes": f"{n_bytes:,}",
    }


def dock_of(part: QWidget) -> QDockWidget | None:
    """Return the dock that something is in."""
    found: Any = part
    while found is not None and not isinstance(found, QDockWidget):
        found = found.parentWidget()
    return found


def main_window(widget: QuantizerWidget) -> Any:
    """Return the window in which a widget is docked, None if it is in none."""
    dock = dock_of(widget.native)
    return None if dock is None else dock.parentWidget()


def bring_to_front(panel: QWidget) -> None:
    """Dock a panel, and let it be seen before others."""
    dock = dock_of(panel)
    if dock is not None:
        dock.setFloating(False)
        dock.show()
        dock.raise_()
