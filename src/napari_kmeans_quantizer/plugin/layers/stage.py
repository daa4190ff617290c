"""A viewer as the place where layers of ours are shown, and nobody else's are touched."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from napari.layers import Labels

from .beside import beside, is_transposed
from .contents import moved
from .ink import is_dark, text_color
from .make import can_update, make_copy, make_layer, update_layer, update_numbers
from .painting import Strokes, painted_pixels
from .viewpoint import look_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import napari.viewer
    from napari.layers import Layer

    from napari_kmeans_quantizer.plugin.models.state import State

    from .beside import Beside
    from .contents import Attributes
    from .ours import Record

WRITTEN_ON_CANVAS = ("palette", "titles")


class Stage:
    """Adds, updates, replaces and removes the layers of records.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Whose layers they are.

    Attributes
    ----------
    is_arranging : bool
        Whether layers become active that nobody has chosen.
    strokes : Strokes
        What people painted on the Labels layers.
    """

    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        self._viewer = viewer
        self.is_arranging = False
        self.strokes = Strokes()

    def layer(self, record: Record, role: str) -> Layer | None:
        """Return the layer of a role, if it is in the viewer."""
        layer = record.layer(role)
        return layer if layer is not None and layer in self._viewer.layers else None

    def show(self, record: Record, role: str, content: Attributes, **how: bool) -> bool:
        """Show content in the layer of a role, or in a new one; return whether that was added."""
        shown = self.layer(record, role)
        if role == "palette" and record.palette_place is not None:
            content = moved(content, record.palette_place)
        if role in WRITTEN_ON_CANVAS:
            content = {**content, "text": {**content["text"], "color": self.ink}}
        if shown is not None and can_update(shown, content):
            try:
                if role == "numbers":
                    update_numbers(shown, content)
                else:
                    update_layer(shown, content, **how)
            finally:  # whatever went wrong, people have not painted what was set here
                self._note_labels(record, shown, content)
            return False
        made = make_layer(role, content)
        record.own({role: made})
        self._note_labels(record, made, content)
        if shown is not None:
            made.visible = shown.visible
            self._viewer.layers.remove(shown)
        self._viewer.add_layer(made)
        return True

    def _note_labels(self, record: Record, layer: Layer, content: Attributes) -> None:
        """Remember whose labels a Labels layer has got."""
        if isinstance(layer, Labels) and layer.data is content.get("data"):
            record.labels_state = record.state
            self.strokes.forget(layer)

    @property
    def ink(self) -> str:
        """The color of text that stands out from the canvas."""
        return text_color(is_dark(self._viewer.canvas.background_color))

    def place_for(self, state: State, earlier: Iterable[Record]) -> Beside:
        """Return where a palette stands beside its picture; earlier ones keep their places."""
        taken = [
            other.palette_place.area
            for other in earlier
            if other.palette_place is not None and self.layer(other, "palette") is not None
        ]
        transposed = is_transposed(self._viewer.dims.order)
        return beside(len(state.result.palette), state.placement, taken, transposed)

    def keep_painting(self, record: Record) -> None:
        """Put what people painted on the clusters into a layer of its own: other ids follow."""
        labels: Any = self.layer(record, "labels")
        old = record.labels_state
        if labels is not None and old is not None and painted_pixels(labels.data, old) is not None:
            with self.keeping_active():
                self._viewer.add_layer(make_copy(labels, f"{labels.name} · painted"))

    def remove(self, record: Record, roles: Iterable[str]) -> None:
        """Take the layers of some roles away."""
        for role in roles:
            if (layer := self.layer(record, role)) is not None:
                self._viewer.layers.remove(layer)

    def look_at_new(self, record: Record, added: Iterable[str]) -> None:
        """Show what was added: the palette is often out of sight."""
        roles = set(added)
        if "palette" in roles and self._viewer.dims.ndisplay == 2:
            look_at(self._viewer, [layer for layer in self._viewer.layers if layer.visible])
        if "labels" in roles:  # hovering then tells hex and share
            self._viewer.layers.selection.active = self.layer(record, "labels")

    @contextmanager
    def without_status(self) -> Iterator[None]:
        """Let napari not look below the mouse: in 3-D that fails until the mouse has moved."""
        over = self._viewer.mouse_over_canvas
        self._viewer.mouse_over_canvas = False
        try:
            yield
        finally:
            self._viewer.mouse_over_canvas = over

    @contextmanager
    def keeping_active(self) -> Iterator[None]:
        """Let the active layer be the same afterwards: nobody has chosen another one."""
        layers = self._viewer.layers
        active, self.is_arranging = layers.selection.active, True
        selected = set(layers.selection)
        try:
            yield
            if active in layers:
                layers.selection.active = active
            elif active is None and set(layers.selection) != selected:
                layers.selection = selected.intersection(layers)
        finally:
            self.is_arranging = False
