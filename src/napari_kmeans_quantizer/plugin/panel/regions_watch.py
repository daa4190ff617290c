"""Watches layers of regions: what is drawn or painted there, and where they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from napari.layers import Labels, Shapes
from qtpy.QtCore import QTimer

from napari_kmeans_quantizer.plugin.models.geometry import OWN, full_data
from napari_kmeans_quantizer.plugin.models.reading import is_lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import napari.viewer
    from qtpy.QtCore import QObject

PAUSE = 150  # milliseconds without changes: a stroke, or a shape that is drawn, is many
CHANGES = ("data", "features", "name", *OWN, "affine", "units")
PAINTED = ("paint", "labels_update")


class RegionsWatch:
    """Counts the changes of some layers, and tells them once they pause.

    Parameters
    ----------
    panel : QObject
        As long as it lives, anything is told.
    viewer : napari.viewer.Viewer
        Whose layers come and go, and whose sliders are moved.
    on_change : callable
        Called in the end.
    on_visible : callable
        Gets a layer that was shown or hidden.
    """

    def __init__(
        self,
        panel: QObject,
        viewer: napari.viewer.Viewer,
        on_change: Callable[[], None],
        on_visible: Callable[[Any], None],
    ) -> None:
        self._viewer, self._on_change, self._on_visible = viewer, on_change, on_visible
        self._counts: dict[Labels | Shapes, int] = {}
        self._point: tuple[float, ...] = ()
        self._is_listening = False
        self._pause = QTimer(panel)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self._tell)

    def follow(self, regions: Iterable[Labels | Shapes]) -> None:
        """Watch these layers, and no others."""
        if not self._is_listening:
            self._is_listening = True
            for emitter in self._of_viewer():
                emitter.connect(self._soon)
        wanted = set(regions)
        for gone in [region for region in self._counts if region not in wanted]:
            self._connect(gone, False)
            del self._counts[gone]
        for new in wanted - self._counts.keys():
            self._connect(new, True)
            self._counts[new] = 0
        self._point = tuple(self._viewer.dims.point)

    def changes(self, region: Labels | Shapes) -> int:
        """Return how often a layer has changed."""
        return self._counts[region]

    def end(self) -> None:
        """Watch nothing any more."""
        self.follow(())
        self._pause.stop()
        for emitter in self._of_viewer():
            emitter.disconnect(self._soon)
        self._is_listening = False

    def _of_viewer(self) -> list[Any]:
        events = self._viewer.layers.events
        return [events.inserted, events.removed, events.renamed]

    def _connect(self, region: Labels | Shapes, on: bool) -> None:
        events: Any = region.events
        painted = PAINTED if isinstance(region, Labels) else ()
        slots = dict.fromkeys((*CHANGES, *painted), self._changed)
        slots |= {"set_data": self._drawn, "visible": self._visible}
        for name, slot in slots.items():
            emitter = getattr(events, name)
            (emitter.connect if on else emitter.disconnect)(slot)

    def _changed(self, event: Any) -> None:
        if event.source in self._counts:
            self._counts[event.source] += 1
            self._soon()

    def _drawn(self, event: Any) -> None:
        """Take what napari draws for a change, such as undo, unless it is another slice."""
        point = tuple(self._viewer.dims.point)
        same, self._point = point == self._point, point
        region = event.source
        if same and not (isinstance(region, Labels) and is_lazy(full_data(region))):
            self._changed(event)

    def _visible(self, event: Any) -> None:
        self._on_visible(event.source)

    def _soon(self, _: object = None) -> None:
        self._pause.start()

    def _tell(self) -> None:
        self._on_change()
