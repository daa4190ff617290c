"""What is known in one viewer: a State per quantized image, and the layers that show it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from napari.layers import Image

from .layers.contents import METADATA_KEY, Contents, result_contents
from .layers.explored import explored_contents
from .layers.make import about, find_output, make_explored, update_layer
from .layers.watch import Watch, recolored_points

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import napari.viewer
    from napari.layers import Labels, Layer, Points

    from napari_kmeans_quantizer import Quantization

    from .models.settings import Settings
    from .models.source import Source
    from .models.state import State
    from .produce import Product


class Session:
    """Keeps the states, and the viewer's layers true to them.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Where layers are added, updated and watched.
    on_change : callable
        Called after a state is new, changed or gone.
    on_label : callable
        Gets a state, and the index of its color that was selected in its Labels layer.
    """

    def __init__(
        self,
        viewer: napari.viewer.Viewer,
        on_change: Callable[[], None],
        on_label: Callable[[State, int], None],
    ) -> None:
        self._viewer = viewer
        self._on_change, self._on_label = on_change, on_label
        self._states: dict[str, State] = {}
        self._watch = Watch(self._take_point_colors, self._tell_label)

    def state(self, key: str) -> State | None:
        """Return the state of a source by its key, None before its first result."""
        return self._states.get(key)

    def output(self, source: Source, role: str) -> Layer | None:
        """Return the layer that shows the "image", "labels", "palette" ... of a source."""
        return find_output(self._viewer.layers, source, role)

    def is_missing(self, source: Source, roles: Iterable[str]) -> bool:
        """Tell whether some of these layers would have to be made."""
        return any(self.output(source, role) is None for role in roles)

    def holds(self, source: Source) -> bool:
        """Tell whether the source is still in the viewer."""
        return all(layer in self._viewer.layers for layer in source.layers)

    # -- new results

    def show(self, product: Product, roles: Iterable[str]) -> None:
        """Take a new state; add its layers, or update those of the last one."""
        state, contents, made = product
        old = self._states.get(state.source.key)
        locks = state.settings.fixed_colors if old is None else old.locks
        self._states[state.source.key] = replace(state, locks=locks)
        added = []
        for role in roles:
            shown = self.output(state.source, role)
            if shown is not None:
                update_layer(shown, getattr(contents, role))
            elif made is not None:
                added.append(self._viewer.add_layer(getattr(made, role)))
        self._watch.add(self.output(state.source, "labels"), self.output(state.source, "palette"))
        self._on_change()
        if made is not None:
            self._look_at(added, made.labels, made.palette)

    def _look_at(self, added: list[Layer], labels: Labels, palette: Points) -> None:
        if palette in added and self._viewer.dims.ndisplay == 2:
            self._viewer.reset_view()  # the palette lies beside the picture, often out of sight
        if labels in added:
            self._viewer.layers.selection.active = labels  # hovering then tells hex and share

    def show_explored(
        self,
        source: Source,
        settings: Settings,
        results: dict[int, Quantization],
        arrangement: str,
    ) -> None:
        """Show several results as one stack, or on one sheet, instead of the last ones."""
        layers = self._viewer.layers
        active = layers.selection.active
        contents = explored_contents(source, results, arrangement)
        for content in contents:
            content["metadata"][METADATA_KEY]["settings"] = settings.to_dict()
        for content, layer in zip(contents, make_explored(contents), strict=True):
            old = self.output(source, about(layer)["role"])
            if old is not None and old.ndim == layer.ndim and isinstance(layer, Image):
                update_layer(old, content)
                old.name = layer.name
                continue
            if old is not None:
                layers.remove(old)
            self._viewer.add_layer(layer)
        if active in layers:
            layers.selection.active = active
        self._viewer.reset_view()

    # -- changes of what is shown

    def change(self, state: State) -> None:
        """Show a state that was made of the last one, in the layers that are there."""
        old, self._states[state.source.key] = self._states[state.source.key], state
        if state.result is not old.result or state.hidden != old.hidden:
            contents = result_contents(state.source, state.result, state.settings, state.hidden)
            if state.result.labels is old.result.labels:
                del contents.labels["data"]  # other colors alone: quicker, and keeps what was drawn
            for role, content in zip(Contents._fields, contents, strict=True):
                if (shown := self.output(state.source, role)) is not None:
                    update_layer(shown, content)
        self._on_change()

    def forget_removed(self) -> None:
        """Let go of states whose image, or all of whose layers, were removed."""
        there = {about(layer).get("source_id") for layer in self._viewer.layers}
        gone = [
            key
            for key, state in self._states.items()
            if key not in there or not self.holds(state.source)
        ]
        for key in gone:
            del self._states[key]
        if gone:
            self._on_change()

    def forget(self) -> None:
        """Let go of all states; the layers stay, and are found again."""
        self._states.clear()
        self._on_change()

    # -- what people do to the layers

    def _state_of(self, layer: Layer) -> State | None:
        return self._states.get(about(layer).get("source_id", ""))

    def _take_point_colors(self, points: Points) -> None:
        state = self._state_of(points)
        if state is None:
            return
        changed = recolored_points(state, points)
        for index, color in changed.items():
            state = state.recolored(index, color)
        if changed:
            self.change(state)

    def _tell_label(self, labels: Labels) -> None:
        state = self._state_of(labels)
        if state is not None:
            self._on_label(state, int(labels.selected_label) - 1)


def value_at(source: Source, event: Any) -> list[Any] | None:
    """Return the values of a source where the mouse is, one per channel; None beside it."""
    values: list[Any] = []
    for layer in source.layers:
        value = layer.get_value(
            event.position,
            view_direction=event.view_direction,
            dims_displayed=list(event.dims_displayed),
            world=True,
        )
        value = value[-1] if isinstance(value, tuple) else value  # multiscale: (level, value)
        if value is None:
            return None
        values.extend(value if source.rgb else [value])
    return values
