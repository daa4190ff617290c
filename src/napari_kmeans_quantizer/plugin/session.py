"""What is known in one viewer: a State per quantized image, and the layers that show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .layers.contents import ROLES, state_content, state_contents
from .layers.explored import EXPLORED
from .layers.make import set_ink
from .layers.marks import MARKS, marks_content
from .layers.ours import Record, record_of, records_in
from .layers.painting import Strokes, carried
from .layers.stage import Stage
from .layers.watch import Watch, recolored_points
from .models.history import History
from .models.parts import PREVIEW_PIXELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import napari.viewer
    import numpy as np
    from napari.layers import Labels, Layer, Points
    from numpy.typing import NDArray

    from .layers.legend import Legend
    from .models.exploration import Curve
    from .models.pixel_rows import PixelRows
    from .models.source import Key, Source
    from .models.state import State
    from .pipeline import ExploredProduct, Product


class Session:
    """Keeps the states, and the viewer's layers true to them.

    Only layers that were made here are ever written to. What an earlier panel left behind, or a
    script, is taken over.

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
        self._records: dict[Key, Record] = {}
        self._curves: dict[Key, Curve] = {}
        self._marked: Record | None = None
        self._stage = Stage(viewer)
        self._numbers = Record(("numbers",))
        self._watch = Watch(self._take_point_colors, self._tell_label, self._fit_text)
        self.legend: Legend | None = None
        """How palettes are shown; None leaves to each how it was shown before."""

    # -- what is known

    @property
    def is_arranging(self) -> bool:
        """Whether layers become active that nobody has chosen."""
        return self._stage.is_arranging

    @property
    def strokes(self) -> Strokes:
        """What people painted on the Labels layers."""
        return self._stage.strokes

    def state(self, key: Key) -> State | None:
        """Return the state of a source by its key, None before its first result."""
        record = self._records.get(key)
        return None if record is None else record.state

    def in_same_colors(self, state: State) -> list[State]:
        """Return the states of other images that were painted in the colors of this one."""
        others = [r.state for r in self._records.values() if r.key != state.source.key]
        return [other for other in others if other is not None and other.has_colors_of(state)]

    def curve(self, key: Key) -> Curve | None:
        """Return the errors over the number of colors of a source, None if it was not explored."""
        return self._curves.get(key)

    def layer(self, key: Key, role: str) -> Layer | None:
        """Return the layer that shows the "image", "labels", "palette" ... of a source."""
        record = self._records.get(key)
        return None if record is None else self._stage.layer(record, role)

    def roles(self, key: Key, wanted: Iterable[str]) -> list[str]:
        """Return which layers show a result: those wanted, and those that are there already."""
        wanted = set(wanted)
        return [role for role in ROLES if role in wanted or self.layer(key, role) is not None]

    def layers(self, role: str) -> list[Layer]:
        """Return the layers of a role, of all sources."""
        found = [self.layer(key, role) for key in self._records]
        return [layer for layer in found if layer is not None]

    def holds(self, source: Source) -> bool:
        """Tell whether the source is still in the viewer."""
        return all(layer in self._viewer.layers for layer in source.layers)

    # -- layers come and go

    def take_over(self) -> None:
        """Take what layers of the viewer show that nobody looks after."""
        taken = False
        for key, record in records_in(self._viewer.layers).items():
            state = record.state
            if self.state(key) is None and state is not None and self.holds(state.source):
                self._records[key] = record
                record.sessions.add(self)
                self._watch_outputs(key)
                taken = True
        if self.legend is not None:
            others = [one for one in self._records.values() if one.legend != self.legend]
            if any(self._stage.layer(one, "palette") is not None for one in others):
                self.arrange_palettes()
        if taken:
            self._on_change()

    def forget_removed(self) -> None:
        """Let go of states whose image, or all of whose layers, were removed."""
        present = {str(layer.unique_id) for layer in self._viewer.layers}
        images_gone = [key for key in self._records if not present.issuperset(key)]
        for key in images_gone:  # should the image come back, its layers know its record
            self._records.pop(key).forget_past()
            self._curves.pop(key, None)
        outputs_gone = [
            record
            for key, record in self._records.items()
            if record.state is not None and record.was_shown and not self._outputs(key)
        ]
        for record in outputs_gone:
            record.state = record.labels_state = None
            record.forget_past()
        if images_gone or outputs_gone:
            self._on_change()

    def _outputs(self, key: Key) -> list[Layer]:
        found = [self.layer(key, role) for role in ROLES]
        return [layer for layer in found if layer is not None]

    # -- new results

    def show(self, product: Product, roles: Iterable[str], passing: bool = False) -> None:
        """Take a new state; add its layers, or update those of the last one.

        Parameters
        ----------
        product : Product
            What came out.
        roles : iterable of str
            Which layers are wanted; those that are there already are updated, too.
        passing : bool, optional
            Whether the next state will replace this one, also for undo: somebody drags a slider.
        """
        state, contents, before = product
        key, record = state.source.key, self._record(state.source.key)
        old = record.before_preview or record.state
        record.before_preview = None
        if old is not None and old is not before:  # edited while the work was under way
            state = state.keeping(old)
            contents = state_contents(state)
        if old is not None and not record.is_passing:
            record.history.add(old)
        record.state, record.is_passing = state, passing
        look = old is None or not state.display.looks_like(old.display)
        self._stage.keep_painting(record)
        self._place_palette(record, state)
        added = []
        with self._stage.without_status():
            for role in self.roles(key, roles):
                if self._stage.show(record, role, getattr(contents, role), look=look):
                    added.append(role)
            self.arrange_palettes()
            self._stage.look_at_new(record, added)
        self._watch_outputs(key)
        self._tell_all(record)

    def _tell_all(self, record: Record) -> None:
        """Tell it to all panels that show the image, and not to this one alone."""
        for session in {self, *record.sessions}:
            session.tell()

    def tell(self) -> None:
        """Tell that a state is new or another one, perhaps by a script's doing."""
        self._on_change()

    def _record(self, key: Key) -> Record:
        """Return the record of a source; where that was away, layers that are left know it."""
        if key not in self._records:
            self._records[key] = records_in(self._viewer.layers).get(key) or Record(key)
        self._records[key].sessions.add(self)
        return self._records[key]

    def arrange_palettes(self, _: object = None) -> None:
        """Let no palette lie on another, and all stand upright as the viewer shows them."""
        for record in self._records.values():
            before, state = record.palette_place, record.state
            if state is None or self.layer(record.key, "palette") is None:
                continue
            self._place_palette(record, state)
            place = record.palette_place
            if before is None or place is None or not before.is_like(place):
                with self._stage.without_status():
                    self._stage.show(record, "palette", state_content(state, "palette"))

    def follow_theme(self, _: object = None) -> None:
        """Write all texts in a color that stands out from the canvas."""
        for layer in self.layers("titles"):
            set_ink(layer, self._stage.ink)
        for record in self._records.values():
            palette = self._stage.layer(record, "palette")
            if palette is not None and record.state is not None:
                set_ink(palette, self._stage.palette_ink(record.state))

    def _place_palette(self, record: Record, state: State) -> None:
        """Find out where a palette stands: earlier ones, and those that were moved, stay."""
        self._follow_legend(record)
        records = list(self._records.values())
        until = records.index(record)
        others = [one for k, one in enumerate(records) if k < until or one.is_palette_moved]
        self._stage.place_palette(record, state, [one for one in others if one is not record])

    # -- legends

    def show_legends(self, legend: Legend, docked: bool = False) -> None:
        """Show all palettes so; where people moved them to, unless they are to be `docked`.

        Only these layers are drawn again.
        """
        self.legend = legend
        with self._stage.keeping_in_view(self._records.values()):
            for record in self._records.values():
                self._follow_legend(record)
                if docked:
                    self._stage.put_back(record)
            self.arrange_palettes()
        if docked and self.layers("palette"):
            self._stage.look_at_palettes()

    def _follow_legend(self, record: Record) -> None:
        if self.legend is None or self.legend == record.legend:
            return
        was_hidden, record.legend = record.legend.is_hidden, self.legend
        palette = self._stage.layer(record, "palette")
        if palette is not None and was_hidden != self.legend.is_hidden:
            palette.visible = was_hidden

    def palette_at(self, position: Sequence[float]) -> Points | None:
        """Return the palette that is seen at a place of the world, if there is one."""
        found = [one for one in self._records.values() if self._stage.is_at(one, position)]
        shown: Any = None if not found else self._stage.layer(found[-1], "palette")
        return shown

    def _fit_text(self, points: Points) -> None:
        record = record_of(points)
        if record is not None:
            self._stage.fit_text(record)

    def _watch_outputs(self, key: Key) -> None:
        labels: Any = self.layer(key, "labels")
        self._watch.add(labels, self.layer(key, "palette"))
        if labels is not None:
            self._stage.strokes.watch(labels)

    def show_explored(self, product: ExploredProduct) -> None:
        """Show several results as one stack, or on one sheet, instead of the last ones."""
        key = product.source.key
        record = self._record(key)
        self._curves[key] = product.curve
        with self._stage.without_status(), self._stage.keeping_active():
            self._stage.remove(record, EXPLORED)
            for role, content in product.contents.items():
                self._stage.show(record, role, content)
        self._on_change()

    def remove_explored(self) -> None:
        """Take the pictures of all explorations away; their curves stay."""
        with self._stage.without_status(), self._stage.keeping_active():
            for record in self._records.values():
                self._stage.remove(record, EXPLORED)

    # -- marks

    def show_marks(self, rows: PixelRows, chosen: NDArray[np.intp]) -> None:
        """Mark pixels of an image, and no others."""
        record = self._record(rows.state.source.key)
        if record is not self._marked:
            self.remove_marks()
        self._marked = record
        with self._stage.without_status(), self._stage.keeping_active():
            self._stage.show(record, MARKS, marks_content(rows, chosen))

    def remove_marks(self) -> None:
        """Mark no pixels any more."""
        record, self._marked = self._marked, None
        if record is not None:
            with self._stage.without_status(), self._stage.keeping_active():
                self._stage.remove(record, (MARKS,))

    # -- names of regions

    @property
    def numbers(self) -> Layer | None:
        """The layer that names the regions that are measured, None if there is none."""
        return self._stage.layer(self._numbers, "numbers")

    def show_numbers(self, content: dict[str, Any]) -> None:
        """Write names on regions, instead of the last ones."""
        with self._stage.without_status(), self._stage.keeping_active():
            self._stage.show(self._numbers, "numbers", content)

    def remove_numbers(self) -> None:
        """Take the names of the regions away."""
        if self.numbers is not None:
            with self._stage.without_status(), self._stage.keeping_active():
                self._stage.remove(self._numbers, ["numbers"])

    # -- changes of what is shown

    def change(self, state: State) -> None:
        """Show a state that was made of the last one, in the layers that are there."""
        record = self._records[state.source.key]
        before = record.before_preview or record.state
        record.before_preview, record.is_passing = None, False
        if before is not None and before is not state:
            record.history.add(before)
        self._turn_to(record, state)

    def preview(self, state: State) -> None:
        """Show a state while somebody is still choosing; undo leads to the one before."""
        record = self._records[state.source.key]
        record.before_preview = record.before_preview or record.state
        large = state.painter is not None or state.result.labels.size > PREVIEW_PIXELS
        self._turn_to(record, state, [role for role in ROLES if role != "image" or not large])

    def settled(self, key: Key) -> State | None:
        """Return the state without previews of what is still being chosen."""
        record = self._records.get(key)
        return None if record is None else record.before_preview or record.state

    def end_preview(self, key: Key) -> None:
        """Go back to the state before the previews, if there are any."""
        record = self._records.get(key)
        if record is not None and record.before_preview is not None:
            state, record.before_preview = record.before_preview, None
            self._turn_to(record, state)

    def history(self, key: Key) -> History | None:
        """Return what can be undone of a source, None before its first result."""
        record = self._records.get(key)
        return None if record is None or record.state is None else record.history

    def undo(self, key: Key) -> State | None:
        """Go back to the state before; return it, None if there is none."""
        return self._step(key, History.undo)

    def redo(self, key: Key) -> State | None:
        """Go on to the state that was left by `undo`; return it, None if there is none."""
        return self._step(key, History.redo)

    def _step(self, key: Key, step: Callable[[History, State], State | None]) -> State | None:
        self.end_preview(key)
        record = self._records.get(key)
        if record is None or record.state is None:
            return None
        state = step(record.history, record.state)
        if state is not None:
            record.is_passing = False
            self._turn_to(record, state)
        return state

    def _turn_to(self, record: Record, state: State, roles: Iterable[str] = ROLES) -> None:
        old, record.state = record.state, state
        assert old is not None
        marks, before = (state.hidden, state.background), (old.hidden, old.background)
        if state.result is not old.result or marks != before:
            same_fit = state.fitted is old.fitted
            if not same_fit:
                self._stage.keep_painting(record)
            stage, records = self._stage, self._records.values()
            with stage.without_status(), stage.keeping_in_view(records):
                self._place_palette(record, state)
                for role in roles:
                    if self.layer(record.key, role) is not None:
                        self._show_change(record, role, old, same_fit)
                self.arrange_palettes()
            self._watch_outputs(record.key)
        self._tell_all(record)

    def _show_change(self, record: Record, role: str, old: State, same_fit: bool) -> None:
        """Show the state in the layer of a role, which shows the old one."""
        state, layer = record.state, self.layer(record.key, role)
        assert state is not None
        assert layer is not None
        # Other colors alone are quicker, and leave to the layer what was drawn.
        colors_only = state.result.labels is old.result.labels
        content = state_content(state, role, colors_only)
        if role == "labels" and same_fit and not colors_only and state.painter is None:
            content["data"] = carried(layer.data, record.labels_state or old, state)
        look = not state.display.looks_like(old.display)
        self._stage.show(record, role, content, placed=not same_fit, look=look)

    # -- what people do to the layers

    def _state_of(self, layer: Layer) -> State | None:
        record = record_of(layer)
        if record is None or record.state is None:
            return None
        return record.state if record in self._records.values() else None

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
            index = int(labels.selected_label) - 1  # people paint with labels of their own, too
            self._on_label(state, index if index < len(state.result.palette) else -1)
