"""Changes of the palette, what can be undone of them, and which of its colors is selected."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from napari_kmeans_quantizer.plugin.layers.ours import bare
from napari_kmeans_quantizer.plugin.models.state import State

from .messages import NO_RESULT, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import napari.viewer
    from napari.layers import Labels

    from napari_kmeans_quantizer.plugin.models.display import Color
    from napari_kmeans_quantizer.plugin.session import Session
    from napari_kmeans_quantizer.plugin.views.palette.view import PaletteView

    from .choice import Choice
    from .form import Form
    from .messages import Trouble
    from .runs import Runs


UNDO_KEY, REDO_KEY = "Control-Z", "Control-Shift-Z"


class Editing:
    """Changes the state of the chosen image.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Where layers are selected.
    choice, form, runs, session
        The widget's parts.
    complain : callable
        Tells what cannot be.
    """

    def __init__(
        self,
        viewer: napari.viewer.Viewer,
        choice: Choice,
        form: Form,
        runs: Runs,
        session: Session,
        complain: Callable[[Trouble], None],
    ) -> None:
        self._viewer, self._choice, self._session = viewer, choice, session
        self._form, self._runs, self._complain = form, runs, complain
        self._bound: WeakSet[Labels] = WeakSet()
        self._listed: State | None = None  # what the list of the palette shows

    def change(self, made_of: Callable[[State], State]) -> bool:
        """Replace the state by what is made of it, or say why that cannot be."""
        return self._replace(self._choice.state, made_of, self._session.change)

    def recolor(self, index: int, color: Color, preview: bool = False) -> None:
        """Give a cluster another color, perhaps only while it is being chosen."""
        state = self._session.settled(self._choice.key)
        show = self._session.preview if preview else self._session.change
        self._replace(state, lambda state: state.recolored(index, color), show)

    def end_preview(self) -> None:
        """Show the color again that was there before one was being chosen."""
        self._session.end_preview(self._choice.key)

    def merge(self, indices: int | Iterable[int], into: int) -> None:
        """Let clusters join another one, which is selected then."""
        before = self._choice.state
        if self.change(lambda state: state.merged(indices, into)):
            state = self._choice.state
            assert state is not None
            assert before is not None
            self.select(state.place_of(before, into))

    def lock(self, indices: int | Iterable[int], locked: bool = True) -> None:
        """Keep the centers of some clusters in the next fits, or no longer."""
        self.change(lambda state: state.with_lock(indices, locked))

    def hide(self, hidden: Iterable[int]) -> None:
        """Hide these clusters, and no others."""
        self.change(lambda state: replace(state, hidden=frozenset(hidden)))

    def rename(self, indices: int | Iterable[int], name: str) -> None:
        """Give clusters a name, in all images of these colors."""
        wanted = [indices] if isinstance(indices, int) else list(indices)
        self._rename(self._choice.state, lambda state: state.renamed(wanted, name), wanted, name)

    def _rename(
        self,
        state: State | None,
        made_of: Callable[[State], State],
        wanted: Iterable[int],
        name: str,
    ) -> None:
        if self._replace(state, made_of, self._session.change):
            self._change_others(
                state, lambda own, other: other.renamed(own.places_in(other, wanted), name)
            )

    def set_background(self, background: Iterable[int]) -> None:
        """Leave these clusters, and no others, out of the shares, in all images of these colors."""
        wanted, own = frozenset(background), self._choice.state
        if self.change(lambda state: _leaving_out(state, wanted)):
            self._change_others(
                own, lambda own, other: _leaving_out(other, own.places_in(other, wanted))
            )

    def _change_others(self, own: State | None, made_of: Callable[[State, State], State]) -> None:
        """Change what was painted in the same colors as a state: these mean the same there."""
        for other in [] if own is None else self._session.in_same_colors(own):
            assert own is not None
            self._session.change(made_of(own, other))

    def reset(self) -> None:
        """Take back all edits, and show all clusters."""
        self.change(State.reset)

    def connect(self, view: PaletteView) -> None:
        """Do what is asked for in a list of the palette."""
        view.color_selected.connect(self.select)
        view.color_previewed.connect(partial(self.recolor, preview=True))
        view.color_edited.connect(self.recolor)
        view.edit_cancelled.connect(self.end_preview)
        view.lock_toggled.connect(self.lock)
        view.merge_requested.connect(self.merge)
        view.hidden_changed.connect(self.hide)
        view.background_changed.connect(self.set_background)
        view.name_changed.connect(self._on_name)
        view.reset_requested.connect(self.reset)
        view.undo_requested.connect(self.undo)
        view.redo_requested.connect(self.redo)

    def draw(self, view: PaletteView) -> None:
        """List the colors of the chosen image; a name that is being typed is not lost.

        It stays with its color. If that is gone, for another image is chosen, say, it is taken
        for the image whose colors are listed: this draws once more.
        """
        state, listed = self._choice.state, self._listed
        is_another = listed is not None and listed.source.key != self._choice.key
        palette = None if state is None else state.result.palette
        if is_another or not view.is_naming_one_of(palette):
            view.finish_naming()
            state = self._choice.state
        self._listed = state
        if state is None:
            view.show_palette(None)
            return
        view.show_palette(
            state.result.palette,
            display=state.display,
            locked=state.locked,
            hidden=state.hidden,
            measured=state.measured,
            edited=state.is_edited or bool(state.hidden),
            can_undo=self.can_undo,
            can_redo=self.can_redo,
        )

    def _on_name(self, indices: list[int], name: str) -> None:
        """Give a name to colors that are listed; what is listed may be about to change."""
        listed = self._listed
        state = None if listed is None else self._session.settled(listed.source.key)
        if listed is None or state is None:  # the image was removed meanwhile
            return

        def made_of(state: State) -> State:
            if state is listed:
                return state.renamed(indices, name)
            return state.renamed_as_in(listed, indices, name)

        self._rename(state, made_of, listed.places_in(state, indices), name)

    def _replace(
        self,
        state: State | None,
        made_of: Callable[[State], State],
        show: Callable[[State], None],
    ) -> bool:
        if state is None:
            self._complain(NO_RESULT)
            return False
        try:
            made = made_of(state)
        except (TypeError, ValueError) as error:
            self._complain(told(error))
            return False
        show(made)
        return True

    # -- undo

    @property
    def can_undo(self) -> bool:
        """Whether there is an earlier state of the chosen image."""
        history = self._session.history(self._choice.key)
        return history is not None and history.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether something was undone, and nothing else done since."""
        history = self._session.history(self._choice.key)
        return history is not None and history.can_redo

    def undo(self, _: object = None) -> None:
        """Go back to the state before; controls say again how that was made."""
        self._step(self._session.undo)

    def redo(self, _: object = None) -> None:
        """Make again what was undone last."""
        self._step(self._session.redo)

    @property
    def keys(self) -> dict[str, Callable[[object], None]]:
        """What keys do, whatever layer is active."""
        return {UNDO_KEY: self.undo, REDO_KEY: self.redo}

    def bind_keys(self) -> None:
        """Let Ctrl+Z in the clusters' layer take back strokes of the brush, and then edits."""
        labels: Any = self._session.layer(self._choice.key, "labels")
        if labels is not None and labels not in self._bound:
            self._bound.add(labels)
            labels.bind_key(UNDO_KEY, self._on_undo_key, overwrite=True)
            labels.bind_key(REDO_KEY, self._on_redo_key, overwrite=True)

    def unbind_keys(self) -> None:
        """Leave the keys in all layers to napari again."""
        for labels in list(self._bound):
            labels.bind_key(UNDO_KEY, None)
            labels.bind_key(REDO_KEY, None)
        self._bound.clear()

    def _on_undo_key(self, labels: Labels) -> None:
        if not self._session.strokes.undo(bare(labels)):
            self.undo()

    def _on_redo_key(self, labels: Labels) -> None:
        if self.can_redo:  # it was undone after the strokes
            self.redo()
        else:
            self._session.strokes.redo(bare(labels))

    def _step(self, step: Callable[[Any], State | None]) -> None:
        before = self._choice.state
        state = step(self._choice.key)
        if state is None or before is None:
            return
        if state.fitted is before.fitted:
            self._let_others_follow(before, state)
        else:
            with self._runs.paused():  # with Live on, what was undone would be made again
                self._form.show(state.settings)

    def _let_others_follow(self, before: State, state: State) -> None:
        """Undo in all images of these colors what holds in all: names and background."""
        own = range(len(state.result.palette))
        renamed = [k for k in own if before.name(before.place_of(state, k)) != state.name(k)]
        was_left_out = before.places_in(state, before.background)
        moved = set(was_left_out) != state.background
        for other in self._session.in_same_colors(state) if renamed or moved else []:
            made = other
            for k in renamed:
                made = made.renamed(state.places_in(other, [k]), state.name(k))
            if moved:
                made = _leaving_out(made, state.places_in(made, state.background))
            self._session.change(made)

    # -- selecting

    def select(self, index: int) -> None:
        """Select the label of a color in the viewer, and its layer."""
        labels: Any = self._session.layer(self._choice.key, "labels")
        if index >= 0 and self._choice.state is not None and labels is not None:
            labels.selected_label = index + 1
            self._viewer.layers.selection.active = labels


def _leaving_out(state: State, clusters: Iterable[int]) -> State:
    """Return a state whose background these clusters are, and no others."""
    return replace(state, background=frozenset()).with_background(clusters, True)
