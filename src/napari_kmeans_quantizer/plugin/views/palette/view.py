"""The palette as a list: it draws what it is told, and says what the user wants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QPoint, Signal  # type: ignore[attr-defined, unused-ignore]
from qtpy.QtWidgets import QComboBox, QMenu, QPushButton, QSizePolicy, QVBoxLayout, QWidget
from superqt.utils import signals_blocked

from napari_kmeans_quantizer.core.files.palettes import as_css, as_hex, as_python
from napari_kmeans_quantizer.plugin.views.parts import describe, in_flow, to_clipboard

from .content import Content
from .dialogs import Editor, editor_for
from .list import ColorList, Rows
from .menu import color_menu
from .naming import Naming
from .order import ORDERS, order_of
from .summary import Summary

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from napari_kmeans_quantizer import Palette
    from napari_kmeans_quantizer.core.measurement import Measurement
    from napari_kmeans_quantizer.plugin.models.display import Color, Display


TEXTS = {"hex": as_hex, "CSS": as_css, "Python": as_python}


class PaletteView(QWidget):
    """List the colors of a palette: swatch, hex, name, share, pixels and area.

    The view keeps nothing of its own but the selection and the order of the rows. What the user
    asks for leaves as a signal; it shows once `show_palette` says so.

    Parameters
    ----------
    parent : QWidget, optional
        The widget that this one belongs to.

    Attributes
    ----------
    color_selected : Signal(int)
        A color was clicked or reached by keyboard; -1: none is selected any more.
    color_previewed : Signal(int, object)
        Index, and a color as a tuple of floats in the palette's units, that is being chosen.
    color_edited : Signal(int, object)
        The same, once it was chosen.
    edit_cancelled : Signal()
        What was previewed is not wanted.
    lock_toggled : Signal(object, bool)
        A list of indices, and whether they are to be locked.
    merge_requested : Signal(object, int)
        A list of indices, and the index to merge them into.
    hidden_changed : Signal(object)
        The frozenset of all indices that are to be hidden.
    background_changed : Signal(object)
        The frozenset of all indices that are to be left out of the shares.
    name_changed : Signal(object, str)
        A list of indices, and the name that all of them get.
    undo_requested, redo_requested, reset_requested : Signal()
        A button was clicked.
    """

    color_selected = Signal(int)
    color_previewed = Signal(int, object)
    color_edited = Signal(int, object)
    edit_cancelled = Signal()
    lock_toggled = Signal(object, bool)
    merge_requested = Signal(object, int)
    hidden_changed = Signal(object)
    background_changed = Signal(object)
    name_changed = Signal(object, str)
    undo_requested = Signal()
    redo_requested = Signal()
    reset_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = Rows(self)
        self._list = ColorList(self._model, self)
        self._naming = Naming(self._list, self._model)
        self._editor: Editor | None = None
        self._make_controls()
        self._arrange()
        self._connect()
        self.show_palette(None)

    def _make_controls(self) -> None:
        self._summary = Summary(self)
        self._order = QComboBox(self)
        for name in ORDERS:
            self._order.addItem(f"by {name}", name)
        describe(self._order, "Order of the colors", "Sort the list; the palette stays as it is")
        self._undo = QPushButton("Undo", self)
        describe(self._undo, "Undo", "Take back the last change of the palette (Ctrl+Z)")
        self._redo = QPushButton("Redo", self)
        describe(self._redo, "Redo", "Make it again (Ctrl+Shift+Z)")
        self._reset = QPushButton("Reset colors", self)
        describe(self._reset, "Reset colors", "Take back all changes to the colors")

    def _arrange(self) -> None:
        below = in_flow((self._order, self._undo, self._redo, self._reset), gap=4)
        below.setContentsMargins(0, 0, 0, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._list, 1)
        layout.addWidget(self._summary)
        layout.addLayout(below)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setFocusProxy(self._list)
        self.setAccessibleName("Palette")

    def _connect(self) -> None:
        self._list.picked.connect(self.color_selected)
        self._list.asked.connect(self._on_asked)
        self._list.menu_wanted.connect(self._popup_menu)
        self._naming.named.connect(self.name_changed)
        self._order.currentIndexChanged.connect(self._on_order)
        for button, signal in (
            (self._undo, self.undo_requested),
            (self._redo, self.redo_requested),
            (self._reset, self.reset_requested),
        ):
            button.clicked.connect(self.finish_editing)
            button.clicked.connect(lambda _=False, signal=signal: signal.emit())

    # -- from outside

    def show_palette(
        self,
        palette: Palette | None,
        *,
        display: Display | None = None,
        locked: frozenset[int] = frozenset(),
        hidden: frozenset[int] = frozenset(),
        measured: Measurement | None = None,
        edited: bool = False,
        can_undo: bool = False,
        can_redo: bool = False,
    ) -> None:
        """Show a palette, or that there is none.

        Scroll position and selection stay; `color_selected` tells -1 if the selected color is
        no longer there. A name that is being typed stays, too, with its color; if that is gone,
        `name_changed` tells it first, with the indices of the palette before. Cheap enough to be
        called while the user drags something.

        Parameters
        ----------
        palette : Palette or None
            What to list, in this order.
        display : Display, optional
            How the viewer shows the colors; by default as ``palette.rgb``.
        locked, hidden : frozenset of int, optional
            Indices of the colors that are locked, and of those that are hidden.
        measured : Measurement, optional
            Pixels, areas, shares and names, and what is background: one region, one frame; by
            default what the palette knows of it.
        edited, can_undo, can_redo : bool, optional
            Whether there is something to reset, to undo and to redo.
        """
        content = None
        if palette is not None:
            content = Content(palette, display, locked, hidden, measured)
        if self._editor is not None and not self._editor.belongs_to(palette):
            self._editor.drop()
            self._editor = None
        lost = self._show(content)
        self._summary.tell(content.summaries if content else [""])
        self._summary.setToolTip(content.summary_tip if content else "")
        self._reset.setEnabled(edited and content is not None)
        self._undo.setEnabled(can_undo)
        self._redo.setEnabled(can_redo)
        self._order.setEnabled(content is not None)
        if lost:
            self.color_selected.emit(-1)

    def _show(self, content: Content | None) -> bool:
        """Show a palette's rows; return whether the current color is gone."""
        order = order_of(content.rgb, content.counts, self._order.currentData()) if content else []
        typed = self._naming.pause(content, order)
        chosen, current = self._list.selected(), self._list.current()
        kept = [cluster for cluster in chosen if cluster < len(order)]
        moved = [self._model.row(cluster) for cluster in chosen] != list(map(order.index, kept))
        with signals_blocked(self._list):
            if moved:  # Qt keeps rows selected, not colors
                self._list.choose()
            self._model.show(content, order)
            if moved:
                self._list.choose(*sorted(kept, key=lambda cluster: cluster != current))
        self._naming.go_on(typed)
        return bool(chosen) and not kept

    def _on_order(self, _: int = 0) -> None:
        self._show(self._model.content)

    def select(self, index: int) -> None:
        """Select a color, and scroll to it; no signal is emitted.

        Parameters
        ----------
        index : int
            The color; -1, or any other that is not in the list, for none. If it is one of several
            that are selected, they stay so; so does what is selected while a name is being typed.
        """
        if self._naming.is_open:  # Qt would end it, in the midst of whatever selects
            return
        if index not in self._list.selected():
            with signals_blocked(self._list):
                self._list.choose(index)

    def order(self) -> list[int]:
        """Return the colors' indices from top to bottom."""
        return list(self._model.order)

    # -- the menu

    def context_menu(self, *chosen: int) -> QMenu:
        """Return a new menu for one color, or for several.

        Parameters
        ----------
        *chosen : int
            The colors, of those listed.

        Returns
        -------
        QMenu
            A child of this widget; whoever asks for it deletes it.
        """
        return color_menu(self, self._shown, chosen, self._actions)

    @property
    def _actions(self) -> dict[str, Callable[..., object]]:
        return {
            "edit": self._edit,
            "name": self._name,
            "background": self._toggle_background,
            "lock": self._toggle_lock,
            "merge": self._merge,
            "merge into": self._merge_into,
            "hide": self._toggle_hidden,
            "hidden": self._hide,
            "copy": self._copy,
            "copy all": self._copy_all,
        }

    def _popup_menu(self, chosen: list[int], position: QPoint) -> None:
        menu = self.context_menu(*chosen)
        menu.aboutToHide.connect(menu.deleteLater)
        self._model.rowsRemoved.connect(menu.close)  # its color may be among them
        menu.popup(position)

    # -- what the user wants

    @property
    def _shown(self) -> Content:
        if self._model.content is None:
            raise RuntimeError("There is no palette: call `show_palette` first.")
        return self._model.content

    def _on_asked(self, what: str, chosen: list[int]) -> None:
        self._actions[what](chosen)

    def _toggle_lock(self, chosen: Sequence[int]) -> None:
        self.finish_editing()
        self.lock_toggled.emit([*chosen], not self._shown.locked.issuperset(chosen))

    def _toggle_hidden(self, chosen: Sequence[int]) -> None:
        hidden = self._shown.hidden
        self._hide(hidden - {*chosen} if hidden.issuperset(chosen) else hidden | {*chosen})

    def _hide(self, hidden: frozenset[int]) -> None:
        self.finish_editing()
        self.hidden_changed.emit(frozenset(hidden))

    def _toggle_background(self, chosen: Sequence[int]) -> None:
        self.finish_editing()
        now = self._shown.background
        wanted = now - {*chosen} if now.issuperset(chosen) else now | {*chosen}
        self.background_changed.emit(frozenset(wanted))

    def _merge(self, chosen: Sequence[int]) -> None:
        """Merge several colors into that of them which has the most pixels."""
        if len(chosen) > 1:
            into = self._shown.largest(chosen)
            self._merge_into([index for index in chosen if index != into], into)

    def _merge_into(self, chosen: Sequence[int], into: int) -> None:
        self.finish_editing()
        with signals_blocked(self._list):
            self._list.choose()  # these will be others
        self.merge_requested.emit([*chosen], into)

    def _copy(self, chosen: Sequence[int]) -> None:
        to_clipboard("\n".join(map(self._shown.hex, chosen)))

    def _copy_all(self, form: str) -> None:
        """Copy all colors as they are listed, as hex, CSS or Python."""
        to_clipboard(TEXTS[form](self._shown.as_listed(self._model.order)))

    # -- names

    def _name(self, chosen: Sequence[int]) -> None:
        self.finish_editing()
        self._naming.begin(chosen)

    def is_naming_one_of(self, palette: Palette | None) -> bool:
        """Tell whether a color whose name is being typed is in a palette; True if none is."""
        return self._naming.goes_on_in(palette)

    def finish_naming(self) -> None:
        """Take the name that is being typed, if there is one."""
        self._naming.finish()

    # -- editing a color

    def _edit(self, chosen: Sequence[int]) -> None:
        self.finish_editing()
        index = chosen[0]
        self._editor = editor = editor_for(self, self._shown.palette, self._shown.display, index)
        editor.previewed.connect(lambda color: self.color_previewed.emit(index, color))
        editor.chosen.connect(lambda color: self._on_chosen(index, color))
        editor.cancelled.connect(self._on_cancelled)
        editor.name_wanted.connect(self.activateWindow)
        editor.name_wanted.connect(lambda: self._name([index]))
        editor.open()

    def finish_editing(self) -> None:
        """Take the color that is being chosen, if a dialog is open, or the name that is typed."""
        self.finish_naming()
        if self._editor is not None:
            self._editor.finish()

    def _on_chosen(self, index: int, color: Color) -> None:
        self._editor = None
        self.color_edited.emit(index, color)

    def _on_cancelled(self) -> None:
        self._editor = None
        self.edit_cancelled.emit()
