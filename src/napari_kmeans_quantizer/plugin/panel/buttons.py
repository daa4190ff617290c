"""The small buttons below the palette, and their menu."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from qtpy.QtCore import QEvent, Qt
from qtpy.QtGui import QKeySequence, QShortcut  # type: ignore[attr-defined, unused-ignore]
from qtpy.QtWidgets import QGridLayout, QLabel, QMenu, QPushButton, QSizePolicy, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qtpy.QtGui import QResizeEvent

SPACING = 4


class Action(NamedTuple):
    """Something the widget can do, for a button or an entry in a menu."""

    text: str
    tooltip: str
    do: Callable[[], object]


class Menu(NamedTuple):
    """Several things that the widget can do, behind one button or entry; None draws a line."""

    text: str
    tooltip: str
    entries: Sequence[Action | Menu | None]


class Buttons(QWidget):
    """Small buttons in rows of three, of two where text is large.

    Parameters
    ----------
    offers : sequence of Action or Menu
        One button each.

    Attributes
    ----------
    buttons : dict of str to QPushButton
        By their texts.
    menus : dict of str to QMenu
        Of those that have one.
    """

    def __init__(self, offers: Sequence[Action | Menu]) -> None:
        super().__init__()
        self._grid = layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        for column in range(2):
            layout.setColumnStretch(column, 1)
        self._columns = 0
        self.buttons: dict[str, QPushButton] = {}
        self.menus: dict[str, QMenu] = {}
        for offer in offers:
            button = self._add(offer.text, offer.tooltip)
            if isinstance(offer, Menu):
                self.menus[offer.text] = menu = QMenu(button)
                _fill(menu, offer.entries)
                button.setMenu(menu)
            else:
                button.clicked.connect(lambda _=False, do=offer.do: do())
        self._place()

    def _add(self, text: str, tooltip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tooltip)
        button.setAccessibleName(text)
        button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        button.setMinimumWidth(1)
        self.buttons[text] = button
        return button

    def _place(self) -> None:
        widest = max(button.sizeHint().width() for button in self.buttons.values())
        columns = 3 if 3 * widest + 2 * SPACING <= self.width() else 2
        if columns == self._columns:
            return
        self._columns = columns
        for i, button in enumerate(self.buttons.values()):
            self._grid.addWidget(button, *divmod(i, columns))
        self._grid.setColumnStretch(2, int(columns == 3))

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Place the buttons anew if they fit otherwise."""
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802
        """Do so with another font, too."""
        super().changeEvent(event)
        if event is not None and event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._place()


def _fill(menu: QMenu, entries: Sequence[Action | Menu | None]) -> None:
    menu.setToolTipsVisible(True)
    for offer in entries:
        if offer is None:
            menu.addSeparator()
        elif isinstance(offer, Menu):
            below: Any = menu.addMenu(offer.text)
            below.menuAction().setToolTip(offer.tooltip)
            _fill(below, offer.entries)
        else:
            entry: Any = menu.addAction(offer.text)
            entry.setToolTip(offer.tooltip)
            entry.triggered.connect(lambda _=False, do=offer.do: do())


def undo_shortcuts(panel: QWidget, undo: Callable[[], object], redo: Callable[[], object]) -> None:
    """Let the usual keys undo and redo while the keyboard is in the panel, but in texts."""
    for keys, do in ((QKeySequence.StandardKey.Undo, undo), (QKeySequence.StandardKey.Redo, redo)):
        for sequence in QKeySequence.keyBindings(keys):
            shortcut = QShortcut(sequence, panel)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda do=do: do())


def two_lines(label: QLabel) -> None:
    """Give a text two lines, whether it needs them or not: nothing below moves when it changes."""
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    label.ensurePolished()
    label.setFixedHeight(2 * label.fontMetrics().lineSpacing() + 8)
