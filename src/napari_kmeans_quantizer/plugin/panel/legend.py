"""The legend: where palettes stand on the canvas, and what they tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from magicgui.widgets import CheckBox, PushButton

from napari_kmeans_quantizer.plugin.layers.legend import HIDDEN, SIDES, Legend

from .fixed_choices import FixedChoices

if TYPE_CHECKING:
    from collections.abc import Callable

SIDE_CHOICES = [(side, side) for side in (*SIDES, HIDDEN)]


class LegendControls:
    """The controls for it; none of them starts a run.

    Attributes
    ----------
    side : FixedChoices
        Where palettes stand.
    back : PushButton
        Puts back what was moved.
    name, hex, share, area : CheckBox
        What is told of each color.
    """

    def __init__(self) -> None:
        self.side = FixedChoices(
            label="Side",
            choices=SIDE_CHOICES,
            value=Legend().side,
            tooltip="Where the palette stands, seen from its picture, or whether it is hidden. "
            "Drag it anywhere else with Shift and the mouse",
        )
        self.back = PushButton(
            text="Put back", tooltip="Put palettes that were moved back to this side"
        )
        self.name = _told("name", "Names; of colors that have none the hex value")
        self.hex = _told("hex", "Values as #rrggbb")
        self.share = _told("share", "Per cent of the pixels")
        self.area = _told("area", "What the pixels measure, in the unit of the image")
        native: Any = self.side.native
        native.setMinimumContentsLength(6)

    @property
    def told(self) -> tuple[CheckBox, ...]:
        """What can be told of a color."""
        return self.name, self.hex, self.share, self.area

    @property
    def value(self) -> Legend:
        """What is wanted."""
        return Legend(self.side.value, *(bool(part.value) for part in self.told))

    def connect(self, show: Callable[[Legend, bool], object]) -> None:
        """Call with what is wanted, and whether palettes are to be put back, on every change."""
        self.side.changed.connect(lambda side: show(self.value, side != HIDDEN))
        self.back.changed.connect(lambda: show(self.value, True))
        for part in self.told:
            part.changed.connect(lambda: show(self.value, False))


def _told(name: str, tooltip: str) -> CheckBox:
    return CheckBox(text=name, value=getattr(Legend(), name), tooltip=tooltip)
