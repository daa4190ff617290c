"""How the widget looks: groups that fold, the palette, and a few buttons."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from qtpy.QtCore import QEvent, Qt
from qtpy.QtGui import QKeySequence, QShortcut  # type: ignore[attr-defined, unused-ignore]
from qtpy.QtWidgets import QGridLayout, QLabel, QMenu, QPushButton, QSizePolicy, QWidget
from superqt import QCollapsible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from magicgui.widgets import Container, Widget
    from qtpy.QtGui import QResizeEvent

SPACING = 4


class Action(NamedTuple):
    """Something the widget can do, for a button or an entry in a menu."""

    text: str
    tooltip: str
    do: Callable[[], object]


class Buttons(QWidget):
    """Small buttons in rows of three, of two where text is large; the last one opens a menu.

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
        layout.setSpacing(SPACING)
        for column in range(2):
            layout.setColumnStretch(column, 1)
        self._columns = 0
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


def one_at_a_time(*groups: QCollapsible) -> None:
    """Fold the other groups when one is unfolded: the panel stays low."""

    def fold_others(unfolded: bool, one: QCollapsible) -> None:
        for group in groups:
            if unfolded and group is not one and group.isExpanded():
                group.collapse(animate=False)

    for group in groups:
        group.toggled.connect(lambda unfolded, one=group: fold_others(unfolded, one))


def in_tab_order(*widgets: Widget) -> None:
    """Let the tab key go through these one after the other."""
    for before, after in pairwise(widgets):
        QWidget.setTabOrder(before.native, after.native)


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
