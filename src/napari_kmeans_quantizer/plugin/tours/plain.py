"""The controls as they begin: what a tour tells is true whatever was set before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from napari_kmeans_quantizer.plugin.widget import QuantizerWidget

PLAIN: dict[str, Any] = {
    **{"live": False, "auto": False, "min_psnr": 0, "color_space": "rgb", "dither": "none"},
    **{"palette_from": None, "region": None, "extent": "all", "channels": False},
    **{"effort": "balanced", "seed": 0, "sample": 100, "alpha": "ignore"},
    **{"add_image": True, "add_labels": True, "add_palette": True},
}


class PlainControls:
    """Sets controls to plain values, and puts back later what was there before.

    Parameters
    ----------
    widget : QuantizerWidget
        Whose controls.
    """

    def __init__(self, widget: QuantizerWidget) -> None:
        self._widget = widget
        self._before = {name: getattr(widget, name).value for name in PLAIN}
        for name, value in PLAIN.items():
            getattr(widget, name).value = value

    def put_back(self) -> None:
        """Put back what nobody has changed since, as far as it can still be chosen."""
        for name, value in self._before.items():
            control = getattr(self._widget, name)
            possible = value in getattr(control, "choices", (value,))
            if possible and control.value == PLAIN[name]:
                control.value = value
