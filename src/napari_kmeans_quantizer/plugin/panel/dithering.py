"""Dithering: which one, and how much of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from magicgui.widgets import ComboBox, FloatSpinBox
from qtpy.QtWidgets import QAbstractSpinBox

if TYPE_CHECKING:
    from napari_kmeans_quantizer.plugin.models.settings import Settings

NONE = "none"
KINDS = [
    ("none", NONE),
    ("Floyd-Steinberg", "floyd-steinberg"),
    ("ordered", "ordered"),
    ("blue noise", "blue-noise"),
]


class Dithering:
    """The controls for dithering; how much of it is asked only if there is any.

    Attributes
    ----------
    kind : ComboBox
        Which one.
    strength : FloatSpinBox
        How much, in per cent.
    """

    def __init__(self) -> None:
        self.kind = ComboBox(
            label="Dithering",
            choices=KINDS,
            value=NONE,
            tooltip="Mix colors that the palette lacks by pixels of others; the colors stay. "
            "Floyd-Steinberg hands errors on to the neighbors, ordered shows a regular pattern, "
            "blue noise none",
        )
        self.strength = FloatSpinBox(
            label="strength",
            value=100,
            min=0,
            max=100,
            step=5,
            tooltip="How much is dithered, in per cent",
        )
        native: Any = self.strength.native
        native.setDecimals(0)
        native.setSuffix(" %")
        self._take_little_room()
        self.kind.changed.connect(self._look)
        self._look()

    def _take_little_room(self) -> None:
        """Let both find room in one line: the panel does not grow broader."""
        strength: Any = self.strength.native
        strength.setObjectName("strength")
        strength.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        kind: Any = self.kind.native
        kind.setMinimumContentsLength(9)

    def options(self) -> dict[str, Any]:
        """Return what the settings are to be, by their names."""
        if self.kind.value == NONE:
            return {}
        return {"dither": self.kind.value, "dither_strength": self.strength.value / 100}

    def show(self, settings: Settings) -> None:
        """Set the controls to some settings."""
        self.kind.value = settings.dither or NONE
        self.strength.value = round(100 * settings.dither_strength)

    def _look(self, _: object = None) -> None:
        self.strength.visible = self.kind.value != NONE
