"""A viewer as the place where layers of ours are shown, and nobody else's are touched."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Image, Labels

from napari_kmeans_quantizer.plugin.models.geometry import data_to_world, scale_of
from napari_kmeans_quantizer.plugin.models.placement import plane_area

from .beside import beside
from .contents import as_legend, hidden_clusters, legend_of
from .ink import inks, is_dark, text_color
from .make import can_update, make_copy, make_layer, update_layer, update_numbers
from .ours import bare, is_ours
from .painting import Strokes, painted_pixels
from .viewpoint import is_transposed, is_upright, look_at, screen_em, view_area

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import napari.viewer
    from napari.layers import Layer

    from napari_kmeans_quantizer.plugin.models.placement import Area
    from napari_kmeans_quantizer.plugin.models.state import State

    from .contents import Attributes
    from .ours import Record


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
        self._is_showing = False

    def layer(self, record: Record, role: str) -> Layer | None:
        """Return the layer of a role, if it is in the viewer."""
        layer = record.layer(role)
        return layer if layer is not None and layer in self._viewer.layers else None

    def show(self, record: Record, role: str, content: Attributes, **how: bool) -> bool:
        """Show content in the layer of a role, or in a new one; return whether that was added."""
        shown = self.layer(record, role)
        if role == "palette":
            content = self._legend(record, content)
        elif role == "titles":
            content = {**content, "text": {**content["text"], "color": self.ink}}
        if shown is not None and can_update(shown, content):
            self._is_showing = True
            try:
                if role == "numbers":
                    update_numbers(shown, content)
                else:
                    update_layer(shown, content, **how)
            finally:  # whatever went wrong, people have not done what was done here
                self._is_showing = False
                self._note(record, role, shown, content)
            return False
        made = make_layer(role, content)
        record.own({role: made})
        self._note(record, role, made, content)
        if shown is not None:
            made.visible = shown.visible
            self._viewer.layers.remove(shown)
        self._viewer.add_layer(made)
        return True

    def _note(self, record: Record, role: str, layer: Layer, content: Attributes) -> None:
        """Remember whose labels a Labels layer has got, and where a palette was put."""
        if role == "palette":
            record.palette_map = data_to_world(layer)
        if isinstance(layer, Labels) and layer.data is content.get("data"):
            record.labels_state = record.state
            self.strokes.forget(layer)

    def _legend(self, record: Record, content: Attributes) -> Attributes:
        """Return a palette's content as it is wanted, where it stands or was moved to."""
        place = record.palette_place
        if place is None or record.state is None:
            return content
        size = place.text_size * scale_of(record.palette_move)
        content = as_legend(content, place._replace(text_size=size), self.palette_ink(record.state))
        affine = record.palette_move @ np.asarray(content.get("affine", np.eye(3)))
        return {**content, "affine": affine, "visible": not record.legend.is_hidden}

    @property
    def ink(self) -> str:
        """The color of text that stands out from the canvas."""
        return text_color(is_dark(self._viewer.canvas.background_color))

    def palette_ink(self, state: State) -> Any:
        """Return the same for a palette, whose hidden colors are faint."""
        return inks(self.ink, hidden_clusters(state))

    def place_palette(self, record: Record, state: State, earlier: Iterable[Record]) -> None:
        """Find out where a palette stands; earlier ones, and what people moved, stay."""
        earlier = list(earlier)
        for other in (*earlier, record):
            self.note_move(other)
        before, dims = record.palette_place, self._viewer.dims
        record.palette_place = beside(
            legend_of(state, record.legend),
            state.placement,
            record.legend.dock,
            [*self._palettes(earlier), *self._pictures(state.placement.plane_area)],
            is_transposed(dims.order),
            flush=dims.ndisplay == 2 and is_upright(self._viewer.scene.camera),
            em=screen_em(),
            away=before.away if before is not None and record.is_palette_moved else None,
        )

    def note_move(self, record: Record) -> None:
        """Remember how people moved a palette since it was put somewhere."""
        layer = self.layer(record, "palette")
        if layer is None or layer.ndim != 2 or record.palette_map is None:
            return
        now = data_to_world(layer)
        if not np.allclose(now, record.palette_map, rtol=1e-9, atol=1e-12):
            by = now @ np.linalg.inv(record.palette_map)
            record.palette_move, record.palette_map = by @ record.palette_move, now

    def put_back(self, record: Record) -> None:
        """Forget where people moved a palette to; it is drawn when it is placed next."""
        self.note_move(record)
        record.palette_move, record.palette_place = np.eye(3), None

    def fit_text(self, record: Record) -> None:
        """Make the text of a palette as large as people make its squares."""
        layer: Any = self.layer(record, "palette")
        if layer is None or record.palette_place is None or self._is_showing:
            return
        self.note_move(record)
        size = record.palette_place.text_size * scale_of(record.palette_move)
        if not np.isclose(layer.text.size, size, rtol=1e-6):
            layer.text.size = size

    def is_at(self, record: Record, position: Sequence[float]) -> bool:
        """Tell whether a palette is seen at a place of the world."""
        layer, place = self.layer(record, "palette"), record.palette_place
        if layer is None or place is None or record.state is None or not layer.visible:
            return False
        there = record.state.placement.plane_to_world @ (*layer.world_to_data(position)[-2:], 1)
        return bool((place.area.low <= there[:2]).all() and (there[:2] <= place.area.high).all())

    def _palettes(self, records: Iterable[Record]) -> list[Area]:
        """Return where palettes stand that are to be seen."""
        return [
            one.palette_place.area.mapped(one.palette_move)
            for one in records
            if one.palette_place is not None
            and self.layer(one, "palette") is not None
            and not one.legend.is_hidden
        ]

    def _pictures(self, own: Area) -> list[Area]:
        """Return where pictures lie beside one; not those that lie over most of it, or below."""
        found = [x for x in self._viewer.layers if isinstance(x, Image) and not is_ours(x)]
        areas = [plane_area(bare(layer)) for layer in found]
        return [area for area in areas if area.share_of(own) < 0.5]

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
        if "palette" in roles and not record.legend.is_hidden:
            self.look_at_palettes()
        if "labels" in roles:  # hovering then tells hex and share
            self._viewer.layers.selection.active = self.layer(record, "labels")

    def look_at_palettes(self) -> None:
        """Show all that is visible: palettes stand somewhere else."""
        if self._viewer.dims.ndisplay == 2:
            look_at(self._viewer, [layer for layer in self._viewer.layers if layer.visible])

    @contextmanager
    def keeping_in_view(self, records: Iterable[Record]) -> Iterator[None]:
        """Show all that is visible if palettes were in view, and no longer are."""
        records = list(records)
        were_seen = self._are_in_view(records)
        yield
        if were_seen and not self._are_in_view(records):
            self.look_at_palettes()

    def _are_in_view(self, records: list[Record]) -> bool:
        low, high = view_area(self._viewer)
        areas = self._palettes(records)
        return all((area.low >= low).all() and (area.high <= high).all() for area in areas)

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
