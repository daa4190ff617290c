"""Which controls mean something now: the others cannot be used, and tell why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.compat import isalive

from napari_kmeans_quantizer.plugin.layers.ours import bare
from napari_kmeans_quantizer.plugin.models.geometry import full_data, has_areas

if TYPE_CHECKING:
    import napari.viewer
    from magicgui.widgets.bases import ValueWidget
    from napari.layers import Image

    from napari_kmeans_quantizer.plugin.models.source import Source

    from .choice import Choice
    from .form import Form


class Possible:
    """Enables what means something for the chosen image, and disables the rest.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Whose selected layers can be channels.
    choice, form
        The widget's parts.
    """

    def __init__(self, viewer: napari.viewer.Viewer, choice: Choice, form: Form) -> None:
        self._viewer, self._choice, self._form = viewer, choice, form
        self._tooltips: dict[int, str] = {}
        colors = form.palette_from, form.palette_use
        parts = form.region, form.extent, form.channels
        for control in (form.image, *parts, *colors, form.alpha):
            control.changed.connect(self.look)
        form.auto.changed.connect(self.look)
        form.color_space.changed.connect(self._on_color_space)

    def look(self, _: object = None) -> None:
        """Look at what is chosen anew."""
        form, layers = self._form, self._choice.layers
        if not isalive(form.image.native):
            return
        self._look_at_colors(layers)
        form.fit_on.look(self._source())
        region = form.region.value is not None
        self._set(form.apply, region, "Nothing to choose without a Region.")
        deep = any(layer.ndim > 2 for layer in layers)
        self._set(form.extent, deep, "The image has one plane.")
        joined = bool(form.channels.value)
        several = self._n_grey_selected() > 1
        why = "Select several grey layers in the layer list."
        self._set(form.channels, joined or several, why)
        self._set(form.scaled, joined, "It is about several layers as channels.")
        self._set(form.alpha, _has_alpha(layers), "The image has no alpha.")
        measured = bool(layers) and has_areas(layers[0].units)
        self._set(
            form.legend.area,
            measured,
            "The image is measured in pixels alone: set the units of its layer.",
        )

    def _source(self) -> Source | None:
        try:
            return self._choice.source()
        except (TypeError, ValueError):  # what is wrong is told when somebody wants a result
            return None

    def _look_at_colors(self, layers: tuple[Image, ...]) -> None:
        form = self._form
        why = "Only RGB images can be measured otherwise: others in their own units."
        form.measure_own_units(bool(layers) and not self._choice.is_color)
        self._set(form.color_space, not form.own_units, why)
        fitted = form.palette_from.value is None or form.takes_best
        why = "Nothing is fitted: all colors are given."
        for control in (form.auto, form.min_psnr, form.effort, form.seed, form.sample):
            self._set(control, fitted, why)
        auto = fitted and bool(form.auto.value)
        why = "The number is found: untick auto to choose one." if auto else why
        for number in (form.n_colors, form.slider):
            self._set(number, fitted and not auto, why)

    def _on_color_space(self, _: object = None) -> None:
        """Whatever a script asks for, an image keeps to what it can be measured in."""
        self._form.measure_own_units(self._form.own_units)

    def _n_grey_selected(self) -> int:
        images: list[Any] = list(self._form.image.choices)
        return sum(x in self._viewer.layers.selection and not x.rgb for x in images)

    def _set(self, control: ValueWidget, possible: bool, why: str) -> None:
        usual = self._tooltips.setdefault(id(control), str(control.tooltip or ""))
        control.enabled = possible
        control.tooltip = usual if possible else f"{why}\n{usual}"


def _has_alpha(layers: tuple[Any, ...]) -> bool:
    if len(layers) != 1 or not layers[0].rgb:
        return False
    return bool(full_data(bare(layers[0])).shape[-1] == 4)
