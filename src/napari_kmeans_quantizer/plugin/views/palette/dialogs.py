"""Editors of one color: dialogs beside the window, each in the way that suits the image."""

from __future__ import annotations

import math
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtCore import (  # type: ignore[attr-defined, unused-ignore]
    QObject,
    Qt,
    QTimer,
    Signal,
)
from qtpy.QtGui import (  # type: ignore[attr-defined, unused-ignore]
    QColor,
    QKeySequence,
    QShortcut,
)
from qtpy.QtWidgets import QColorDialog, QDialog, QInputDialog, QWidget

from napari_kmeans_quantizer.plugin.models.display import dtype_limits

if TYPE_CHECKING:
    from napari_kmeans_quantizer import Palette
    from napari_kmeans_quantizer.plugin.models.display import Color, Display

PREVIEW_EVERY = 40  # milliseconds; while somebody drags, not every step need be painted


def editor_for(parent: QWidget, palette: Palette, display: Display, index: int) -> Editor:
    """Return the editor of a color that suits the image.

    Parameters
    ----------
    parent : QWidget
        Whom the dialog belongs to.
    palette : Palette
        The colors.
    display : Display
        How they are shown: RGB is chosen as a color, grey as a number, all else as text.
    index : int
        The color to start from.
    """
    if display.rgb and palette.n_channels == 3:
        return ColorEditor(parent, palette, display, index)
    if palette.n_channels == 1:
        return NumberEditor(parent, palette, display, index)
    return TextEditor(parent, palette, display, index)


class Editor(QObject):
    """A dialog that is open beside the window: all else can be used meanwhile.

    Attributes
    ----------
    previewed : Signal(object)
        A color in the palette's units, while it is being chosen.
    chosen : Signal(object)
        The color that was chosen at last.
    cancelled : Signal()
        The old color is wanted back.
    name_wanted : Signal()
        And after that a name (F2).
    index : int
        Which color is edited.
    before : tuple of float
        What it was.
    """

    previewed = Signal(object)
    chosen = Signal(object)
    cancelled = Signal()
    name_wanted = Signal()
    dialog: Any

    def __init__(self, parent: QWidget, palette: Palette, display: Display, index: int) -> None:
        super().__init__(parent)
        self.index, self._palette, self._display = index, palette, display
        self.before: Color = tuple(palette.values[index].astype(float).tolist())
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(PREVIEW_EVERY)
        self._rest.timeout.connect(self._preview)
        self.dialog = self._make(parent)
        self.dialog.setWindowTitle(
            f"Edit color {display.hex(palette.colors[index : index + 1])[0]}"
        )
        self.dialog.setModal(False)
        self.dialog.accepted.connect(self._accept)
        self.dialog.rejected.connect(self._reject)
        QShortcut(QKeySequence(Qt.Key.Key_F2), self.dialog).activated.connect(self._name_instead)

    def _make(self, parent: QWidget) -> QDialog:
        raise NotImplementedError

    def color(self) -> Color | None:
        """Return the color that the dialog shows, None if it shows none."""
        raise NotImplementedError

    def open(self) -> None:
        """Show the dialog, away from the panel and most of the picture."""
        self.dialog.show()
        _place_aside(self.dialog, self.parent())
        self.dialog.raise_()
        self.dialog.activateWindow()

    def belongs_to(self, palette: Palette | None) -> bool:
        """Tell whether a palette is the one that was opened, but for the color that is edited."""
        own = self._palette
        if (
            palette is None
            or palette.colors.shape != own.colors.shape
            or palette.dtype != own.dtype
        ):
            return False
        same = (palette.colors == own.colors).all(axis=1) & (palette.counts == own.counts)
        return bool(np.delete(same, self.index).all())

    def finish(self) -> None:
        """Take what the dialog shows, as its OK does; what cannot be taken is dropped."""
        self.dialog.accept()
        if self.dialog.isVisible():
            self.dialog.reject()

    def drop(self) -> None:
        """Close the dialog, and say nothing more."""
        self.blockSignals(True)
        self.dialog.reject()

    def _name_instead(self) -> None:
        self.dialog.reject()
        self.name_wanted.emit()

    def _soon(self, _: object = None) -> None:
        if not self._rest.isActive():
            self._rest.start()

    def _preview(self) -> None:
        color = self.color()
        if color is not None:
            self.previewed.emit(color)

    def _accept(self) -> None:
        color = self.color()
        if color is None:
            self.dialog.show()  # what was typed is still there, with what is wrong about it
        elif color == self.before:
            self._reject()
        else:
            self._end()
            self.chosen.emit(color)

    def _reject(self) -> None:
        self._end()
        self.cancelled.emit()

    def _end(self) -> None:
        self._rest.stop()
        self.dialog.deleteLater()
        self.deleteLater()


class ColorEditor(Editor):
    """Chooses an RGB color."""

    def _make(self, parent: QWidget) -> QDialog:
        self._exact = np.array(self.before)
        self._shown = self._display.shown(self._exact[np.newaxis])[0]
        self._bytes = np.rint(self._shown * 255).astype(int)
        dialog = QColorDialog(QColor(*self._bytes.tolist()), parent)
        # Qt's own dialog: it looks the same everywhere, and follows napari's theme.
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.currentColorChanged.connect(self._soon)
        return dialog

    def color(self) -> Color | None:
        """Return the color in the palette's units: what was not touched stays exact."""
        chosen = self.dialog.currentColor()
        after = np.array([chosen.red(), chosen.green(), chosen.blue()])
        # The dialog knows 256 steps, the image may know more.
        wanted = np.where(self._bytes == after, self._shown, after / 255)
        return self._display.values(wanted, self._exact)


class NumberEditor(Editor):
    """Asks for the value of a grey cluster."""

    def _make(self, parent: QWidget) -> QDialog:
        decimals = _decimals(self._display)
        self._start = round(self.before[0], decimals)
        dialog = QInputDialog(parent)
        dialog.setInputMode(QInputDialog.InputMode.DoubleInput)
        dialog.setLabelText("Value in the image's units:")
        dialog.setDoubleDecimals(decimals)
        dialog.setDoubleRange(*dtype_limits(self._palette.dtype))
        dialog.setDoubleStep(1.0 if decimals == 0 else 10.0 ** (4 - decimals))
        dialog.setDoubleValue(self._start)
        dialog.doubleValueChanged.connect(self._soon)
        return dialog

    def color(self) -> Color | None:
        """Return the value; the old one to the last digit if it was not touched."""
        value = float(self.dialog.doubleValue())
        return self.before if value == self._start else (value,)


class TextEditor(Editor):
    """Asks for the values of all channels."""

    def _make(self, parent: QWidget) -> QDialog:
        n_channels = self._palette.n_channels
        self._prompt = f"{n_channels} values in the image's units, separated by commas:"
        self._start = ", ".join(f"{value:.9g}" for value in self.before)
        dialog = QInputDialog(parent)
        dialog.setInputMode(QInputDialog.InputMode.TextInput)
        dialog.setLabelText(self._prompt)
        dialog.setTextValue(self._start)
        dialog.textValueChanged.connect(self._soon)
        return dialog

    def color(self) -> Color | None:
        """Return the values, or None and say in the dialog what is wrong with the text."""
        text = self.dialog.textValue()
        if text.strip() == self._start:
            return self.before
        try:
            color = _parse_values(text, self._palette)
        except ValueError as error:
            self.dialog.setLabelText(f"{error}\n{self._prompt}")
            return None
        self.dialog.setLabelText(self._prompt)
        return color


def _place_aside(dialog: QDialog, panel: Any) -> None:
    """Move a dialog into the lower corner of the window that is away from the panel.

    The dialog for colors is large: there it covers least of the picture that it changes.
    """
    window, screen = panel.window().frameGeometry(), panel.screen().availableGeometry()
    size, corner = dialog.frameGeometry().size(), panel.mapToGlobal(panel.rect().center())
    at_left = corner.x() > window.center().x()
    left = window.left() if at_left else window.right() - size.width()
    top = window.bottom() - size.height()
    left = min(max(left, screen.left()), screen.right() - size.width())
    dialog.move(left, min(max(top, screen.top()), screen.bottom() - size.height()))


def _parse_values(text: str, palette: Palette) -> Color:
    """Return the numbers in a text, or say what is wrong with them."""
    words = [word for word in re.split(r"[,;\s]+", text) if word]
    if len(words) != palette.n_channels:
        raise ValueError(
            f"{palette.n_channels} values are needed, one per channel, got {len(words)}."
        )
    low, high = dtype_limits(palette.dtype)
    values = []
    for word in words:
        with suppress(ValueError):
            value = float(word)
            if low <= value <= high:  # never so for NaN
                values.append(float(round(value)) if palette.dtype.kind in "bui" else value)
                continue
        raise ValueError(f"“{word}” is not a number from {low:.6g} to {high:.6g}.")
    return tuple(values)


def _decimals(display: Display) -> int:
    """Digits after the point for one value: six for images in 0..1."""
    if display.dtype.kind != "f":
        return 0
    low, high = display.value_range
    span = min(high - low, 1e300) or 1.0
    return min(max(6 - math.floor(math.log10(span)), 2), 12)
