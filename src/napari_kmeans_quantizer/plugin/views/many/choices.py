"""Which colors many images get, and where the results go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from qtpy.QtCore import QRect, Signal  # type: ignore[attr-defined, unused-ignore]
from qtpy.QtGui import QColor, QPainter, QPaintEvent
from qtpy.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from napari_kmeans_quantizer.plugin.views.parts import describe

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_COLORS = 256


class Offer(NamedTuple):
    """Colors that can be taken.

    Attributes
    ----------
    text : str
        Whose they are.
    colors : object
        What is handed back; None: one palette is fitted over all.
    hex : sequence of str
        What they look like.
    tooltip : str
        More about them.
    own : object
        The image from which they come: it need not be painted again.
    """

    text: str
    colors: Any = None
    hex: Sequence[str] = ()
    tooltip: str = ""
    own: Any = None


class ColorsChoice(QWidget):
    """A radio button for each offer.

    Attributes
    ----------
    changed : Signal()
        Another one was chosen.
    """

    changed = Signal()

    def __init__(self, offers: Sequence[Offer], n_colors: Any) -> None:
        super().__init__()
        self._offers = list(offers)
        self._group = QButtonGroup(self)
        self.number, self.auto = QSpinBox(), QCheckBox("auto")
        self._make_number(n_colors)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(QLabel("Colors"), 0, 0)
        grid.setColumnStretch(2, 1)
        self.offers: list[QRadioButton] = []
        for line, offer in enumerate(self._offers):
            radio = QRadioButton(offer.text)
            describe(radio, offer.text, offer.tooltip)
            self._group.addButton(radio, line)
            self.offers.append(radio)
            grid.addWidget(radio, line, 1)
            what = self._count if offer.colors is None else Strip(offer.hex)
            grid.addWidget(what, line, 2)
        self.offers[0].setChecked(True)
        self._look()
        self._group.idToggled.connect(self._on_toggled)
        self.auto.toggled.connect(self._look)

    def _make_number(self, n_colors: Any) -> None:
        self.number.setRange(1, MOST_COLORS)
        self.number.setValue(16 if n_colors == "auto" else n_colors)
        describe(self.number, "Number of colors", "Number of colors, 1 to 256, of all together")
        describe(self.auto, "auto", "Find the number of colors beyond which more gain little")
        self.auto.setChecked(n_colors == "auto")
        self._count = QWidget()
        line = QHBoxLayout(self._count)
        line.setContentsMargins(0, 0, 0, 0)
        for part in (self.number, QLabel("colors"), self.auto):
            line.addWidget(part)
        line.addStretch(1)

    @property
    def chosen(self) -> Any:
        """Whose colors are taken; None for one palette over all."""
        return self._offers[self._group.checkedId()].colors

    def is_own(self, image: Any) -> bool:
        """Tell whether the colors that are chosen come from an image."""
        return image is not None and self._offers[self._group.checkedId()].own is image

    @property
    def owners(self) -> list[Any]:
        """The images from which colors come that can be taken."""
        return [offer.own for offer in self._offers if offer.own is not None]

    @property
    def n_colors(self) -> Any:
        """How many are fitted: a number or "auto"."""
        return "auto" if self.auto.isChecked() else self.number.value()

    def _on_toggled(self, _: int, checked: bool) -> None:
        if checked:
            self._look()
            self.changed.emit()

    def _look(self, _: object = None) -> None:
        self._count.setEnabled(self.chosen is None)
        self.number.setEnabled(self.chosen is None and not self.auto.isChecked())


class ResultsChoice(QWidget):
    """Layers, files, or both.

    Attributes
    ----------
    changed : Signal()
        Something else was chosen.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.as_layers, self.to_files = QCheckBox("as layers"), QCheckBox("to files in")
        self.as_layers.setChecked(True)
        tip = "Of images in the viewer: those of image, labels and palette that the panel adds"
        describe(self.as_layers, "as layers", tip)
        tip = "Painted pictures, the palette (palette.gpl) and the table (table.csv)"
        describe(self.to_files, "to files", tip)
        self.path = QLineEdit()
        self.path.setPlaceholderText("a folder")
        describe(self.path, "Folder of the results", "It is made if it is not there")
        self.choose = QPushButton("Choose ...")
        self.choose.setAutoDefault(False)
        describe(self.choose, "Choose a folder", "Where painted pictures, palette and table go")
        self.overwrite = QCheckBox("replace files")
        describe(self.overwrite, "replace files", "Replace files that are there already")
        self.overwrite.hide()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(QLabel("Results"))
        for part in (self.as_layers, self.to_files, self.path, self.choose, self.overwrite):
            line.addWidget(part, int(part is self.path))
        self.as_layers.toggled.connect(self.changed)
        self.to_files.toggled.connect(self._on_files)
        self.path.textChanged.connect(self._on_path)
        self.choose.clicked.connect(self._ask)
        self.overwrite.toggled.connect(self.changed)

    @property
    def folder(self) -> Path | None:
        """Where files go, None if none are written."""
        text = self.path.text().strip()
        return Path(text).expanduser() if text and self.to_files.isChecked() else None

    @property
    def lacks_folder(self) -> bool:
        """Whether files are wanted, and nobody knows where."""
        return self.to_files.isChecked() and self.folder is None

    def _on_files(self, ticked: bool) -> None:
        if ticked and not self.path.text():
            self.path.setFocus()
        self.changed.emit()

    def _on_path(self, text: str) -> None:
        self.overwrite.setChecked(False)
        self.overwrite.hide()
        self.to_files.setChecked(bool(text.strip()))
        self.changed.emit()

    def _ask(self) -> None:
        if found := QFileDialog.getExistingDirectory(self, "Where the results go"):
            self.path.setText(found)


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
