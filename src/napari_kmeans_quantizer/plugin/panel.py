"""How the widget looks: groups that fold, the palette, and a few buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QGridLayout, QMenu, QPushButton, QSizePolicy, QWidget
from superqt import QCollapsible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from magicgui.widgets import Container

COLUMNS = 3


class Action(NamedTuple):
    """Something the widget can do, for a button or an entry in a menu."""

    text: str
    tooltip: str
    do: Callable[[], object]


class Buttons(QWidget):
    """Small buttons in rows of three; the last one opens a menu.

    Parameters
    ----------
    actions : sequence of Action
        One button each.
    more : sequence of Action
        Entries of the menu.
    """

    def __init__(self, actions: Sequence[Action], more: Sequence[Action]) -> None:
        super().__init__()
        self._grid = layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self.buttons: dict[str, QPushButton] = {}
        for action in actions:
            button = self._add(action.text, action.tooltip)
            button.clicked.connect(lambda _=False, do=action.do: do())
        button = self._add("More", "Same colors for other layers, settings, help")
        self.menu = QMenu(button)
        self.menu.setToolTipsVisible(True)
        for action in more:
            entry: Any = self.menu.addAction(action.text)
            entry.setToolTip(action.tooltip)
            entry.triggered.connect(lambda _=False, do=action.do: do())
        button.setMenu(self.menu)

    def _add(self, text: str, tooltip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tooltip)
        button.setAccessibleName(text)
        button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        row, column = divmod(len(self.buttons), COLUMNS)
        self._grid.addWidget(button, row, column)
        self.buttons[text] = button
        return button


def folded(title: str, tooltip: str, content: Container) -> QCollapsible:
    """Return a group of controls that is folded until its title is clicked."""
    group = QCollapsible(title, expandedIcon="▾", collapsedIcon="▸")
    group.setDuration(0)
    group.setContentsMargins(0, 0, 0, 0)
    for widget, left in ((group, 0), (group.content(), 8)):
        if (layout := widget.layout()) is not None:
            layout.setContentsMargins(left, 0, 0, 0)
    group.addWidget(content.native)
    group.setToolTip(tooltip)
    group.toggleButton().setAccessibleName(title)
    group.toggleButton().setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return group
