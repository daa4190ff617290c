"""The dialogs that ask for another color, each in the way that suits the image."""

from __future__ import annotations

import math
import re
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QColorDialog, QInputDialog, QWidget

from napari_kmeans_quantizer.plugin.models.display import dtype_limits

if TYPE_CHECKING:
    from napari_kmeans_quantizer import Palette
    from napari_kmeans_quantizer.plugin.models.display import Color, Display


def edit_color(parent: QWidget, palette: Palette, display: Display, index: int) -> Color | None:
    """Ask for a new color in the dialog that suits the image.

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

    Returns
    -------
    tuple of float or None
        The color in the palette's units; None if nothing changed.
    """
    title = f"Edit color {display.hex(palette.colors[index : index + 1])[0]}"
    if display.rgb and palette.n_channels == 3:
        return _edit_rgb(parent, title, palette, display, index)
    if palette.n_channels == 1:
        return _edit_grey(parent, title, palette, display, index)
    return _edit_values(parent, title, palette, index)


def ask_color(parent: QWidget, title: str, start: QColor) -> QColor | None:
    """Show the color dialog; None if it was cancelled."""
    # Qt's own dialog: it looks the same everywhere, and follows napari's theme.
    options = QColorDialog.ColorDialogOption.DontUseNativeDialog
    chosen = QColorDialog.getColor(start, parent, title, options)
    return chosen if chosen.isValid() else None


def ask_number(
    parent: QWidget, title: str, start: float, limits: tuple[float, float], decimals: int
) -> float | None:
    """Show a dialog for one number; None if it was cancelled."""
    step = 1.0 if decimals == 0 else 10.0 ** (4 - decimals)
    value, accepted = QInputDialog.getDouble(
        parent, title, "Value in the image's units:", start, *limits, decimals, step=step
    )
    return float(value) if accepted else None


def ask_text(parent: QWidget, title: str, label: str, start: str) -> str | None:
    """Show a dialog for a line of text; None if it was cancelled."""
    text, accepted = QInputDialog.getText(parent, title, label, text=start)
    return str(text) if accepted else None


def _edit_rgb(
    parent: QWidget, title: str, palette: Palette, display: Display, index: int
) -> Color | None:
    exact = palette.values[index].astype(float)
    shown = display.shown(exact[np.newaxis])[0]
    before = np.rint(shown * 255).astype(int)
    chosen = ask_color(parent, title, QColor(*before.tolist()))
    if chosen is None:
        return None
    after = np.array([chosen.red(), chosen.green(), chosen.blue()])
    # The dialog knows 256 steps, the image may know more: what was not touched stays exact.
    values = display.values(np.where(before == after, shown, after / 255), exact)
    return None if values == tuple(exact.tolist()) else values


def _edit_grey(
    parent: QWidget, title: str, palette: Palette, display: Display, index: int
) -> Color | None:
    decimals = _decimals(display)
    before = round(float(palette.values[index, 0]), decimals)
    after = ask_number(parent, title, before, dtype_limits(palette.dtype), decimals)
    return None if after is None or after == before else (after,)


def _edit_values(parent: QWidget, title: str, palette: Palette, index: int) -> Color | None:
    before = tuple(palette.values[index].astype(float).tolist())
    prompt = f"{palette.n_channels} values in the image's units, separated by commas:"
    text = start = ", ".join(f"{value:.9g}" for value in before)
    label = prompt
    while True:
        answer = ask_text(parent, title, label, text)
        if answer is None or answer.strip() == start:
            return None
        try:
            after = _parse_values(answer, palette)
        except ValueError as error:
            # Ask again, with what was typed still there.
            text, label = answer, f"{error}\n{prompt}"
        else:
            return None if after == before else after


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
