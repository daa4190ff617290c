"""Groups of controls that fold: what is folded is hidden, from the eye as from the tab key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QPushButton

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qtpy.QtWidgets import QWidget

UNFOLDED, FOLDED = "▾", "▸"


class Fold(QPushButton):
    """The title of a group: a click, or the space bar, folds and unfolds what is below it.

    Parameters
    ----------
    title, tooltip : str
        What the group is called, and what is in it.
    """

    def __init__(self, title: str, tooltip: str) -> None:
        super().__init__()
        self._title = title
        self._content: list[QWidget] = []
        self.setObjectName("fold")
        self.setCheckable(True)
        self.setToolTip(tooltip)
        self.setAccessibleName(title)
        self.setAccessibleDescription(tooltip)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.toggled.connect(self._show)
        self._show(False)

    def hold(self, content: Sequence[QWidget]) -> None:
        """Fold these, which lie in a layout with the title."""
        self._content = list(content)
        self._show(self.isChecked())

    @property
    def title(self) -> str:
        """What the group is called."""
        return self._title

    def _show(self, unfolded: bool) -> None:
        self.setText(f"{UNFOLDED if unfolded else FOLDED}  {self._title}")
        for widget in self._content:
            widget.setVisible(unfolded)


def one_at_a_time(*folds: Fold) -> None:
    """Fold the other groups when one is unfolded: the panel stays low."""

    def fold_others(unfolded: bool, one: Fold) -> None:
        for fold in folds:
            if unfolded and fold is not one:
                fold.setChecked(False)

    for fold in folds:
        fold.toggled.connect(lambda unfolded, one=fold: fold_others(unfolded, one))
