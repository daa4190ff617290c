"""The palette as a list: it draws what it is told, and says what the user wants."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.compat import isalive
from qtpy.QtCore import QPoint, Qt, Signal  # type: ignore[attr-defined, unused-ignore]
from qtpy.QtGui import QGuiApplication, QKeySequence
from qtpy.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QVBoxLayout, QWidget
from superqt import QElidingLabel
from superqt.utils import signals_blocked

from napari_kmeans_quantizer.plugin.views.parts import swatch_icon

from .content import Content
from .dialogs import edit_color
from .list import ColorList, Rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from napari_kmeans_quantizer import Palette
    from napari_kmeans_quantizer.plugin.models.display import Display

ICON = 14  # pixels


class PaletteView(QWidget):
    """List the colors of a palette: swatch, hex, share, pixels and area.

    The view keeps nothing of its own but the selection. What the user asks for leaves as a
    signal; it shows once `show_palette` says so.

    Parameters
    ----------
    parent : QWidget, optional
        The widget that this one belongs to.

    Attributes
    ----------
    color_selected : Signal(int)
        A row was clicked or reached by keyboard; -1: no row is selected any more.
    color_edited : Signal(int, object)
        Index, and the new color as a tuple of floats in the palette's units.
    lock_toggled : Signal(int, bool)
        Index, and whether it is to be locked.
    merge_requested : Signal(int, int)
        Index, and the index to merge it into.
    hidden_changed : Signal(object)
        The frozenset of all indices that are to be hidden.
    reset_requested : Signal()
        "Reset colors" was clicked.
    """

    color_selected = Signal(int)
    color_edited = Signal(int, object)
    lock_toggled = Signal(int, bool)
    merge_requested = Signal(int, int)
    hidden_changed = Signal(object)
    reset_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = Rows(self)
        self._list = ColorList(self._model, self)
        self._summary = QElidingLabel(self)
        self._summary.setAccessibleName("Summary of the palette")
        self._summary.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._reset = QPushButton("Reset colors", self)
        self._reset.setToolTip("Take back all changes to the colors")
        self._reset.setAccessibleName("Reset colors")
        self._arrange()
        self._connect()
        self.show_palette(None)

    def _arrange(self) -> None:
        below = QHBoxLayout()
        below.setContentsMargins(0, 0, 0, 0)
        below.addWidget(self._summary, 1)
        below.addWidget(self._reset)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._list, 1)
        layout.addLayout(below)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setFocusProxy(self._list)
        self.setAccessibleName("Palette")

    def _connect(self) -> None:
        self._list.picked.connect(self.color_selected)
        self._list.asked.connect(self._on_asked)
        self._list.menu_wanted.connect(self._popup_menu)
        self._reset.clicked.connect(lambda: self.reset_requested.emit())

    # -- from outside

    def show_palette(
        self,
        palette: Palette | None,
        *,
        display: Display | None = None,
        locked: frozenset[int] = frozenset(),
        hidden: frozenset[int] = frozenset(),
        pixel_area: tuple[float, str] | None = None,
        edited: bool = False,
    ) -> None:
        """Show a palette, or that there is none.

        Scroll position and selection stay; `color_selected` tells -1 if the selected color is
        no longer there. Cheap enough to be called while the user drags something.

        Parameters
        ----------
        palette : Palette or None
            What to list, in this order.
        display : Display, optional
            How the viewer shows the colors; by default as ``palette.rgb``.
        locked, hidden : frozenset of int, optional
            Indices of the colors that are locked, and of those that are hidden.
        pixel_area : (float, str), optional
            The area of one pixel, and its unit: ``(0.25, "µm²")``.
        edited : bool, optional
            Whether there is something to reset.
        """
        content = None
        if palette is not None:
            content = Content(palette, display, locked, hidden, pixel_area)
        lost = self._list.selected() >= (len(content) if content else 0)
        with signals_blocked(self._list):
            if lost:
                self._list.choose(-1)
            self._model.show(content)
        summary = content.summary if content else ""
        self._summary.setText(summary)
        self._summary.setToolTip(summary)
        self._reset.setEnabled(edited and content is not None)
        if lost:
            self.color_selected.emit(-1)

    def select(self, index: int) -> None:
        """Select a row, and scroll to it; no signal is emitted.

        Parameters
        ----------
        index : int
            The color; -1, or any other that is not in the list, for none.
        """
        with signals_blocked(self._list):
            self._list.choose(index)

    # -- the menu

    def context_menu(self, index: int) -> QMenu:
        """Return a new menu for one color.

        Parameters
        ----------
        index : int
            The color, one of those listed.

        Returns
        -------
        QMenu
            A child of this widget; whoever asks for it deletes it.
        """
        menu = QMenu(self)
        menu.setAccessibleName(f"Actions for {self._shown.hex(index)}")
        self._add_color_actions(menu, index)
        menu.addSeparator()
        self._add_hide_actions(menu, index)
        menu.addSeparator()
        _add(menu, "Copy hex", partial(self._copy, index), QKeySequence.StandardKey.Copy)
        _add(menu, "Copy all as hex", self._copy_all)
        return menu

    def _add_color_actions(self, menu: QMenu, index: int) -> None:
        locked = index in self._shown.locked
        _add(menu, "Edit color ...", partial(self._edit, index), Qt.Key.Key_F2)
        text = "Unlock" if locked else "Lock"
        _add(menu, text, partial(self._toggle_lock, index), Qt.Key.Key_L)
        merge: Any = menu.addMenu("Merge into")
        for other in self._shown.nearest(index):
            ask = partial(self.merge_requested.emit, index, other)
            into = _add(merge, self._shown.hex(other), ask)
            into.setIcon(swatch_icon(self._shown.color(other), ICON))
        merge.setEnabled(len(self._shown) > 1)

    def _add_hide_actions(self, menu: QMenu, index: int) -> None:
        hidden = self._shown.hidden
        others = frozenset(range(len(self._shown))) - {index}
        text = "Show" if index in hidden else "Hide"
        _add(menu, text, partial(self._toggle_hidden, index), Qt.Key.Key_H)
        if hidden:
            _add(menu, "Show all", partial(self.hidden_changed.emit, frozenset()))
        only = _add(menu, "Show only this", partial(self.hidden_changed.emit, others))
        only.setEnabled(hidden != others)

    def _popup_menu(self, index: int, position: QPoint) -> None:
        menu = self.context_menu(index)
        menu.aboutToHide.connect(menu.deleteLater)
        self._model.rowsRemoved.connect(menu.close)  # its color may be among them
        menu.popup(position)

    # -- what the user wants

    @property
    def _shown(self) -> Content:
        if self._model.content is None:
            raise RuntimeError("There is no palette: call `show_palette` first.")
        return self._model.content

    def _on_asked(self, what: str, index: int) -> None:
        actions = {"edit": self._edit, "lock": self._toggle_lock, "hide": self._toggle_hidden}
        actions.get(what, self._copy)(index)

    def _toggle_lock(self, index: int) -> None:
        self.lock_toggled.emit(index, index not in self._shown.locked)

    def _toggle_hidden(self, index: int) -> None:
        self.hidden_changed.emit(frozenset(self._shown.hidden ^ {index}))

    def _copy(self, index: int) -> None:
        _to_clipboard(self._shown.hex(index))

    def _copy_all(self) -> None:
        content = self._shown
        _to_clipboard("\n".join(map(content.hex, range(len(content)))))

    def _edit(self, index: int) -> None:
        palette = self._shown.palette
        color = edit_color(self, palette, self._shown.display, index)
        if color is None or not isalive(self) or self._model.content is None:
            return
        # Another palette may have come while the dialog was open: it is not the one to edit.
        now = self._model.content.palette.colors
        if index < len(now) and np.array_equal(now[index], palette.colors[index]):
            self.color_edited.emit(index, color)


def _to_clipboard(text: str) -> None:
    clipboard: Any = QGuiApplication.clipboard()
    clipboard.setText(text)


def _add(menu: QMenu, text: str, do: Callable[[], Any], key: Any = None) -> Any:
    action: Any = menu.addAction(text)
    action.triggered.connect(lambda _=False: do())
    if key is not None:
        action.setShortcut(QKeySequence(key))
    return action
