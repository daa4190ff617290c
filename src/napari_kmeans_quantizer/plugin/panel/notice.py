"""What went wrong, said in the panel: all of it, for as long as it matters, with what helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal  # type: ignore[attr-defined, unused-ignore]
from qtpy.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout

if TYPE_CHECKING:
    from collections.abc import Callable


class Notice(QFrame):
    """A text that can be selected, a button that helps if there is one, and "Dismiss".

    Attributes
    ----------
    shown : Signal(bool)
        Whether it is there now.
    """

    shown = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("notice")
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setAccessibleName("What went wrong")
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.remedy = QPushButton()
        self.dismiss = QPushButton("Dismiss")
        self.dismiss.setToolTip("Take this message away")
        self.dismiss.setAccessibleName("Dismiss")
        self._remedy: Callable[[], object] | None = None
        self._arrange()
        self.remedy.clicked.connect(self._help)
        self.dismiss.clicked.connect(self.clear)
        self.hide()

    def _arrange(self) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.remedy, 1)
        line.addWidget(self.dismiss)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 4, 4, 4)
        column.setSpacing(4)
        column.addWidget(self.text)
        column.addLayout(line)

    def tell(self, text: str, name: str = "", remedy: Callable[[], object] | None = None) -> None:
        """Show a text, and a button of this name if there is a remedy.

        Parameters
        ----------
        text : str
            All of it is shown.
        name : str, optional
            What the button says.
        remedy : callable, optional
            What the button does, after the text is gone.
        """
        self._remedy = remedy
        self.text.setText(text)
        self.remedy.setText(name)
        self.remedy.setAccessibleName(name)
        self.remedy.setVisible(remedy is not None)
        self.show()
        self.shown.emit(True)

    def clear(self) -> None:
        """Take it away."""
        if not self.isHidden():
            self.hide()
            self.shown.emit(False)
        self._remedy = None

    def _help(self) -> None:
        remedy = self._remedy
        self.clear()
        if remedy is not None:
            remedy()
