"""How many colors: a number, or what the image tells, or as many as reach some quality."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from magicgui.widgets import CheckBox, FloatSpinBox, Slider, SpinBox
from qtpy.QtWidgets import QAbstractSpinBox

if TYPE_CHECKING:
    from magicgui.widgets.bases import ValueWidget

    from napari_kmeans_quantizer.plugin.models.settings import Settings

FIRST_QUALITY = 30
"""dB that one step leads to: of fewer nobody would speak of quality."""


class HowMany:
    """The controls that tell how many colors there are to be.

    Attributes
    ----------
    number : SpinBox
        How many; with auto, how many were found.
    slider : Slider
        The same, as far as it goes.
    auto : CheckBox
        Whether the number is to be found. It ends as soon as somebody chooses a number.
    min_psnr : FloatSpinBox
        dB that the fewest colors are to reach; 0: whatever they reach.
    """

    def __init__(self) -> None:
        self.number = SpinBox(value=16, min=1, max=256, tooltip="Number of colors, 1 to 256")
        self.slider = Slider(
            value=16,
            min=2,
            max=64,
            readout=False,
            tooltip="Number of colors, 2 to 64; with Live on, the layers follow while you drag",
        )
        self.auto = CheckBox(
            text="auto",
            tooltip="Find the number of colors, at most 32, beyond which more gain little; "
            "with Quality set, the fewest that reach it, at most 256",
        )
        self.min_psnr = FloatSpinBox(
            label="Quality",
            value=0,
            min=0,
            max=200,
            tooltip="Take the fewest colors with which the picture, before dithering, is so near "
            "to the image; no more than Colors says. At 30 dB differences are easy to see, at 40 "
            "dB hardly. 0: any",
        )
        native: Any = self.min_psnr.native
        native.setPrefix("at least ")
        native.setSuffix(" dB")
        native.setDecimals(1)
        native.setSpecialValueText("any")
        count: Any = self.number.native
        count.setObjectName("number")  # leaves the room to the slider beside it: see `look`
        count.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.auto.changed.connect(self._on_auto)
        self.min_psnr.changed.connect(self._on_quality)
        self._on_quality(0)
        self.slider.changed.connect(self._on_slider)
        self.number.changed.connect(self._on_number)

    def parameters(self) -> list[ValueWidget]:
        """Return the controls, but for the slider, which moves the number."""
        return [self.number, self.auto, self.min_psnr]

    def options(self, fitted: bool) -> dict[str, Any]:
        """Return what the settings are to be, by their names; nothing is found without a fit."""
        if not fitted:
            return {"n_colors": self.number.value}
        n_colors = "auto" if self.auto.value else self.number.value
        return {"n_colors": n_colors, "min_psnr": self.min_psnr.value or None}

    def show(self, settings: Settings) -> None:
        """Set the controls to some settings."""
        if settings.n_colors != "auto":
            self.number.value = self._held(settings.n_colors)
        self.auto.value = settings.n_colors == "auto"
        self.min_psnr.value = min(settings.min_psnr or 0, self.min_psnr.max)

    def tell(self, n_colors: int) -> None:
        """Show how many colors were found, which nobody has chosen."""
        with self.number.changed.blocked():
            self.number.value = self._held(n_colors)
        self._move_slider()

    def _held(self, n_colors: int) -> int:
        return int(min(max(n_colors, self.number.min), self.number.max))

    def _on_slider(self, value: int) -> None:
        self.number.value = value

    def _on_number(self, _: int) -> None:
        self._move_slider()
        self.auto.value = False

    def _on_auto(self, auto: bool) -> None:
        """Let the number that was found be read, though it cannot be changed: see `look`."""
        native: Any = self.number.native
        native.setProperty("found", auto)
        native.style().unpolish(native)
        native.style().polish(native)

    def _on_quality(self, value: float) -> None:
        self.min_psnr.step = 1 if value else FIRST_QUALITY

    def _move_slider(self) -> None:
        with self.slider.changed.blocked():
            least, most = self.slider.min, self.slider.max
            self.slider.value = int(min(max(self.number.value, least), most))
