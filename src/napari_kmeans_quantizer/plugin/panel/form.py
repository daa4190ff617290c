"""The controls: what can be set, grouped, and how they become `Settings`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from magicgui.widgets import (
    CheckBox,
    ComboBox,
    Container,
    FloatSpinBox,
    Slider,
    SpinBox,
)
from napari.layers import Image, Labels, Shapes
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QAbstractSpinBox, QComboBox, QSizePolicy

from napari_kmeans_quantizer.plugin.layers.contents import ROLES
from napari_kmeans_quantizer.plugin.layers.ours import is_ours
from napari_kmeans_quantizer.plugin.models.settings import Settings

from .colors_from import ColorsFrom, Use
from .dithering import Dithering
from .fit_on import FitOn
from .fixed_choices import FixedChoices
from .how_many import HowMany
from .legend import LegendControls
from .number import OptionalNumber

if TYPE_CHECKING:
    from collections.abc import Callable

    from magicgui.widgets.bases import ValueWidget
    from napari.components import LayerList
    from napari.layers import Layer

    from napari_kmeans_quantizer import Palette
    from napari_kmeans_quantizer.plugin.layers.about import About
    from napari_kmeans_quantizer.plugin.models.display import Color
    from napari_kmeans_quantizer.plugin.models.palette_file import PaletteFile

COLOR_SPACES = [("RGB", "rgb"), ("CIELAB", "lab"), ("Oklab", "oklab")]
EFFORTS = [("fast", "fast"), ("balanced", "balanced"), ("best", "best")]
ALPHA = [("left out", "ignore"), ("alpha as a channel", "channel")]
EXTENTS = [("whole stack", "all"), ("current slice", "slice")]
PLACES = [("inside only", "inside"), ("fit inside, apply everywhere", "everywhere")]
OWN_UNITS = "its own units"
NO_REGION = "everything"


class Row(NamedTuple):
    """A line of the panel."""

    name: str
    controls: tuple[Any, ...]


class Form:
    """Every control of the widget, and what they mean.

    Parameters
    ----------
    layers : napari.components.LayerList
        Where image, region and palette are chosen from.
    """

    def __init__(self, layers: LayerList) -> None:
        self._layers = layers
        self.own_units = False
        """Whether the image can be measured in nothing else."""
        self._wished = "rgb"  # where RGB images are measured
        self.how_many, self.dithering = HowMany(), Dithering()
        self.legend = LegendControls()
        self.n_colors, self.auto = self.how_many.number, self.how_many.auto
        self.min_psnr = self.how_many.min_psnr
        self.dither, self.dither_strength = self.dithering.kind, self.dithering.strength
        self._make_basic()
        self._make_parts()
        self._make_advanced()
        for row in (*self.basic(), *self.parts(), *self.advanced(), *self.legends()):
            for control in row.controls:
                _name(control, row.name)
        _tell_none(self.region)
        for control in (self.palette_from, self.n_colors, self.auto):
            control.changed.connect(self._look_at_use)
        self._look_at_use()

    def _make_basic(self) -> None:
        self.image = ComboBox(
            label="Image",
            choices=self._image_choices,
            tooltip="The image layer to quantize; follows the active layer",
        )
        self.fit_on = FitOn(
            label="Fit on",
            tooltip="The image is too large to be held, and is painted as it is looked at: find "
            "the colors on a level that can be held, or on all pixels, which are read one after "
            "the other",
        )
        self.color_space = FixedChoices(
            label="Measured in",
            choices=COLOR_SPACES,
            value="rgb",
            tooltip="Where distances are measured. RGB: the channels as they are, for grey and "
            "any other channels, too. In CIELAB and Oklab equal distances look equally large",
        )
        self.palette_from = ColorsFrom(
            self._layers,
            label="Colors from",
            tooltip="Fit new colors, or take those of another result, or of a palette file",
        )
        self.palette_use = Use(
            label="Of these",
            tooltip="Take all of these colors, or those which suit the image best: as many as "
            "Colors says",
        )

    def _make_parts(self) -> None:
        self.region = ComboBox(
            label="Region",
            choices=self._region_choices,
            tooltip="Fit only where a Labels or Shapes layer covers the image",
        )
        self.apply = ComboBox(
            label="Paint",
            choices=PLACES,
            value="inside",
            tooltip="With a region: paint inside it only, or all of the image in its colors",
        )
        self.extent = ComboBox(
            label="Of stacks",
            choices=EXTENTS,
            value="all",
            tooltip="One palette for the whole stack or series, or only the slice that is shown",
        )
        self.channels = CheckBox(
            text="selected as channels",
            tooltip="Cluster all selected grey layers of one shape together, such as the "
            "fluorescence channels of one field of view",
        )
        self.scaled = CheckBox(
            text="scaled to contrast limits",
            value=True,
            tooltip="Channels count as they are shown, however bright each is",
        )

    def _make_advanced(self) -> None:
        self.effort = ComboBox(
            label="Effort",
            choices=EFFORTS,
            value="balanced",
            tooltip="How hard to search for the best colors: fast is within a few per cent of "
            "the best known, balanced mostly within one",
        )
        self.seed = SpinBox(
            label="Seed",
            value=0,
            min=0,
            max=2**31 - 1,
            tooltip="Same seed, same result; another one may find slightly other colors",
        )
        self.sample = FloatSpinBox(
            label="Fit on (%)",
            value=100.0,
            min=0.01,
            max=100.0,
            step=5,
            tooltip="Search on so many per cent of the pixels, drawn at random; 100: on all. "
            "Every pixel takes part in the last sweeps in any case",
        )
        self.alpha = ComboBox(
            label="Transparent",
            choices=ALPHA,
            value="ignore",
            tooltip="Transparent pixels take no part and stay as they are; or alpha is "
            "clustered as a fourth channel",
        )
        self.no_data = OptionalNumber(
            "NaN and masked only",
            label="No data",
            tooltip="Pixels of this value (in all channels) are left out, such as -9999; "
            "those that are NaN, infinite or masked always are",
        )
        self.add_image = CheckBox(text="image", value=True, tooltip="Add the painted image")
        self.add_labels = CheckBox(
            text="labels", value=True, tooltip="Add a Labels layer, one label per color"
        )
        self.add_palette = CheckBox(
            text="palette", value=True, tooltip="Add the colors as points beside the picture"
        )

    # -- rows

    def basic(self) -> list[Row]:
        """Return the controls that are always to be seen."""
        colors = Row("Colors", (self.slider, self.n_colors, self.auto))
        rows = [_row(self.image), _row(self.fit_on), colors, _row(self.color_space)]
        rows += [_row(self.palette_from), _row(self.palette_use)]
        return [*rows, Row("Dithering", (self.dither, self.dither_strength))]

    def parts(self) -> list[Row]:
        """Return the controls for regions, stacks and channels."""
        rows = [_row(self.region), _row(self.apply), _row(self.extent)]
        return [*rows, Row("Layers", (self.channels,)), Row("", (self.scaled,))]

    def advanced(self) -> list[Row]:
        """Return the controls that are seldom needed."""
        numbers = self.min_psnr, self.effort, self.seed, self.sample
        rows = [_row(control) for control in (*numbers, self.alpha, self.no_data)]
        return [*rows, Row("Add", (self.add_image, self.add_labels, self.add_palette))]

    def legends(self) -> list[Row]:
        """Return the controls for palettes on the canvas."""
        legend = self.legend
        return [
            Row("Side", (legend.side, legend.back)),
            Row("Names", (legend.name, legend.hex)),
            Row("Numbers", (legend.share, legend.area)),
        ]

    @property
    def slider(self) -> Slider:
        """The slider beside the number of colors."""
        return self.how_many.slider

    # -- choices

    def _image_choices(self, _: Any) -> list[Image]:
        return [x for x in self._layers if isinstance(x, Image) and not is_ours(x)]

    def _region_choices(self, _: Any) -> list[tuple[str, Layer | None]]:
        kinds = Labels | Shapes
        found = [x for x in self._layers if isinstance(x, kinds) and not is_ours(x)]
        return [(NO_REGION, None), *((layer.name, layer) for layer in found)]

    def reset_choices(self) -> None:
        """Look at the viewer's layers anew; what is chosen stays, if it is there."""
        for control in (self.image, self.region, self.palette_from):
            _reset_choices(control)

    def measure_own_units(self, own: bool) -> None:
        """Measure in the image's own units, or again as people wish for RGB images."""
        combo, was = self.color_space, self.own_units
        if not was or combo.value != "rgb":
            self._wished = combo.value
        self.own_units = own
        if own or was:
            with combo.changed.blocked():  # nobody has chosen it
                combo.value = "rgb" if own else self._wished
        combo.call(0, OWN_UNITS if own else COLOR_SPACES[0][0])

    def wishes(self) -> dict[str, Any]:
        """Return what is wanted where a control shows what the image allows."""
        return {"color_space": self._wished if self.own_units else self.color_space.value}

    # -- values

    def parameters(self) -> list[ValueWidget]:
        """Return the controls on which a result depends, the image itself apart."""
        given = [self.palette_from, self.palette_use]
        basic = [*self.how_many.parameters(), self.color_space, *given]
        dithering = [self.dither, self.dither_strength]
        parts = [self.region, self.apply, self.extent, self.channels, self.scaled, self.fit_on]
        seldom = [self.effort, self.seed, self.sample, self.alpha, self.no_data]
        return [*basic, *dithering, *parts, *seldom]

    def given_palette(self) -> Palette | None:
        """Return the palette to take, in its own units; None for a fit to the image."""
        return self.palette_from.palette

    @property
    def takes_best(self) -> bool:
        """Whether the best colors of a palette are taken, and not all of them."""
        return self.given_palette() is not None and self.palette_use.value == "best"

    def _look_at_use(self, _: object = None) -> None:
        n_colors = None if self.auto.value else self.n_colors.value
        self.palette_use.look(self.given_palette(), n_colors)

    def settings(
        self,
        fixed_colors: tuple[Color, ...] = (),
        palette: tuple[Color, ...] | None = None,
        joined: int = 0,
        names: tuple[str, ...] | None = None,
    ) -> Settings:
        """Return what the controls say.

        Parameters
        ----------
        fixed_colors : tuple of tuple of float, optional
            Colors that are locked.
        palette : tuple of tuple of float, optional
            The colors of `given_palette`, in the image's units; nothing is fitted then.
        joined : int, optional
            How many of the locked colors belong to others.
        names : tuple of str, optional
            What the colors of `given_palette` are called.
        """
        return Settings(
            **self.how_many.options(fitted=palette is None or self.takes_best),
            **self.dithering.options(),
            color_space=self.color_space.value,
            effort=self.effort.value,
            random_state=self.seed.value,
            sample=None if self.sample.value >= 100 else self.sample.value / 100,
            alpha=self.alpha.value,
            scaled=bool(self.channels.value and self.scaled.value),
            apply_everywhere=self.region.value is not None and self.apply.value == "everywhere",
            no_data=self.no_data.get_value(),
            fit_on=self.fit_on.value,
            fixed_colors=() if palette is not None else fixed_colors,
            joined=0 if palette is not None else joined,
            palette=None if self.takes_best else palette,
            choose_from=palette if self.takes_best else None,
            names=None if palette is None else names,
        )

    def wanted(self) -> list[str]:
        """Return the roles of the layers that are to be added."""
        wanted = (self.add_image.value, self.add_labels.value, self.add_palette.value)
        return [role for role, want in zip(ROLES, wanted, strict=True) if want]

    def show(self, settings: Settings) -> None:
        """Set the controls to some settings; layers that they name must be chosen by others."""
        self.how_many.show(settings)
        self.dithering.show(settings)
        self.color_space.value = settings.color_space
        self.effort.value = settings.effort
        self.seed.value = settings.random_state
        self.sample.value = 100 * min(settings.sample or 1, 1)
        self.alpha.value = settings.alpha
        self.no_data.set_value(settings.no_data)
        self.scaled.value = settings.scaled or not self.channels.value
        self.apply.value = "everywhere" if settings.apply_everywhere else "inside"
        if settings.fit_on in self.fit_on.choices:
            self.fit_on.value = settings.fit_on

    def choose(self, about: About, palette: Layer | PaletteFile | None) -> bool:
        """Choose the region and the extent that an output was made with, and its palette.

        Returns whether the region is there: by what it is, whatever it is called now.
        """
        regions = [layer for layer in self.region.choices if layer is not None]
        by_id = {str(layer.unique_id): layer for layer in regions}
        by_name = {layer.name: layer for layer in regions}
        found = by_id.get(about.region_id) if about.region_id else by_name.get(str(about.region))
        self.region.value = found
        self.extent.value = "all" if about.window is None else "slice"
        self.palette_from.value = palette
        self.palette_use.value = "all" if about.settings.choose_from is None else "best"
        return about.region is None or found is not None


def _reset_choices(combo: ComboBox) -> None:
    """Look for choices anew, without losing a layer that was only renamed."""
    chosen = combo.value
    with combo.changed.blocked():
        combo.reset_choices()
        if chosen in combo.choices:
            combo.value = chosen
    if combo.value != chosen:
        combo.changed.emit(combo.value)


def _tell_none(combo: ComboBox) -> None:
    """Tell that no layer was chosen, which magicgui takes for no choice at all."""

    def tell(_: int) -> None:
        if combo.value is None:
            combo.changed.emit(None)

    combo.native.currentIndexChanged.connect(tell)


def _row(control: ValueWidget) -> Row:
    return Row(str(control.label), (control,))


def _name(control: ValueWidget, row: str) -> None:
    """Tell screen readers what a control is, and let a long layer name be cut, not the panel."""
    native: Any = control.native
    told = str(control.text if isinstance(control, CheckBox) else control.label)
    native.setAccessibleName(f"{row}: {told}" if row and told not in ("", row) else row or told)
    native.setAccessibleDescription(control.tooltip or "")
    if isinstance(control, ComboBox):
        native.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        native.setMinimumContentsLength(native.minimumContentsLength() or 10)
    if isinstance(control, Slider):
        native.setMinimumWidth(60)
    if isinstance(native, QAbstractSpinBox):
        native.setAlignment(Qt.AlignmentFlag.AlignCenter)
    if not isinstance(control, CheckBox):
        native.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)


def box(*widgets: Any, labels: bool = False, **options: Any) -> Container:
    """Return some widgets as one, without margins."""
    made = Container(widgets=widgets, labels=labels, **options)
    made.margins = (0, 0, 0, 0)
    return made


def connect_all(controls: list[ValueWidget], slot: Callable[..., None]) -> None:
    """Connect every control's changes to one slot."""
    for control in controls:
        control.changed.connect(slot)
