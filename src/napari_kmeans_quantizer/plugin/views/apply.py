"""A palette for other images: which of them, and where in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from qtpy.QtCore import QRect, Qt, Signal  # type: ignore[attr-defined, unused-ignore]
from qtpy.QtGui import QColor, QIcon, QPainter, QPaintEvent
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from .focus import FocusRing

if TYPE_CHECKING:
    from collections.abc import Sequence

EVERYTHING = "everything"


class Candidate(NamedTuple):
    """An image that could get the colors.

    Attributes
    ----------
    name : str
        What people call it.
    image : object
        What is handed back if it is ticked.
    ticked : bool
        Whether it is at first.
    region : object
        Which region is chosen at first, None for everything.
    refusal : str
        Why it cannot get them, "" if it can.
    """

    name: str
    image: Any
    ticked: bool
    region: Any = None
    refusal: str = ""


class ApplyDialog(QDialog):
    """A list of images to tick, each with its region.

    Parameters
    ----------
    name : str
        What the palette was made from.
    colors : sequence of str
        Its colors, as ``#rrggbb``.
    candidates : sequence of Candidate
        The images.
    regions : sequence of (str, object)
        Names of the regions, and what is handed back for them.
    parent : QWidget, optional
        The widget that this one belongs to.

    Attributes
    ----------
    applied : Signal(object)
        "Apply" was clicked: a list of (image, region or None), at least one.
    """

    applied = Signal(object)

    def __init__(
        self,
        name: str,
        colors: Sequence[str],
        candidates: Sequence[Candidate],
        regions: Sequence[tuple[str, Any]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Apply palette")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._candidates = list(candidates)
        self.rows: list[tuple[QCheckBox, QComboBox]] = []
        self._make_buttons()
        n = len(colors)
        text = f'Paint in the {n} color{"s" * (n != 1)} of "{name}", which are not fitted again:'
        told = QLabel(text)
        told.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.addWidget(told)
        layout.addWidget(Strip(colors))
        layout.addWidget(self._list(regions), 1)
        layout.addWidget(self.buttons)
        self._look()
        FocusRing(self)

    def _make_buttons(self) -> None:
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Apply | kinds.Cancel)
        for kind in (kinds.Apply, kinds.Cancel):
            button: Any = self.buttons.button(kind)
            button.setAccessibleName(button.text().replace("&", ""))
            button.setIcon(QIcon())
        apply: Any = self.buttons.button(kinds.Apply)
        apply.setDefault(True)
        apply.clicked.connect(self._on_apply)
        self.apply = apply
        self.buttons.rejected.connect(self.reject)

    def _list(self, regions: Sequence[tuple[str, Any]]) -> QScrollArea:
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setColumnStretch(0, 1)
        for column, title in enumerate(("Image", "Region")):
            grid.addWidget(QLabel(title), 0, column)
        for line, candidate in enumerate(self._candidates, start=1):
            row = self._row(candidate, regions)
            self.rows.append(row)
            for column, widget in enumerate(row):
                grid.addWidget(widget, line, column)
        grid.setRowStretch(len(self._candidates) + 1, 1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        lines = self.fontMetrics().lineSpacing()
        scroll.setMinimumSize(24 * lines, min(len(self._candidates) + 2, 10) * 2 * lines)
        return scroll

    def _row(
        self, candidate: Candidate, regions: Sequence[tuple[str, Any]]
    ) -> tuple[QCheckBox, QComboBox]:
        tick, region = QCheckBox(candidate.name), QComboBox()
        tick.setAccessibleName(candidate.name)
        region.setAccessibleName(f"Region of {candidate.name}")
        region.setMinimumContentsLength(10)
        region.addItem(EVERYTHING)
        for name, _ in regions:
            region.addItem(name)
        found = [i for i, (_, told) in enumerate(regions, start=1) if told is candidate.region]
        region.setCurrentIndex(found[0] if found else 0)
        region.setProperty("regions", [None, *(told for _, told in regions)])
        tick.setChecked(candidate.ticked and not candidate.refusal)
        for widget in (tick, region):
            widget.setEnabled(not candidate.refusal)
            widget.setToolTip(candidate.refusal)
        tick.toggled.connect(self._look)
        return tick, region

    def chosen(self) -> list[tuple[Any, Any]]:
        """Return what is ticked: images, and the region of each."""
        return [
            (candidate.image, region.property("regions")[region.currentIndex()])
            for candidate, (tick, region) in zip(self._candidates, self.rows, strict=True)
            if tick.isChecked()
        ]

    def _look(self, _: bool = False) -> None:
        self.apply.setEnabled(bool(self.chosen()))

    def _on_apply(self) -> None:
        chosen = self.chosen()
        self.accept()
        self.applied.emit(chosen)


class Strip(QWidget):
    """Colors beside each other."""

    def __init__(self, colors: Sequence[str]) -> None:
        super().__init__()
        self._colors = list(colors)
        self.setFixedHeight(14)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, _: QPaintEvent | None) -> None:  # noqa: N802
        """Draw them."""
        painter, n = QPainter(self), max(len(self._colors), 1)
        edges = [round(i * self.width() / n) for i in range(n + 1)]
        for color, left, right in zip(self._colors, edges, edges[1:], strict=False):
            painter.fillRect(QRect(left, 0, right - left, self.height()), QColor(color))
        painter.end()
