"""What is chosen: from controls and the viewer's selection to source, settings and state."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer import Palette
from napari_kmeans_quantizer.plugin.layers.ours import bare, record_of
from napari_kmeans_quantizer.plugin.models.geometry import full_data
from napari_kmeans_quantizer.plugin.models.levels import is_too_large
from napari_kmeans_quantizer.plugin.models.palette_file import PaletteFile
from napari_kmeans_quantizer.plugin.models.parts import current_slice, preview_step, show_slice
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.pipeline import colors_for

if TYPE_CHECKING:
    import napari.viewer
    from napari.layers import Image, Layer

    from napari_kmeans_quantizer.plugin.layers.about import About
    from napari_kmeans_quantizer.plugin.models.display import Color
    from napari_kmeans_quantizer.plugin.models.kept import Kept
    from napari_kmeans_quantizer.plugin.models.settings import Settings
    from napari_kmeans_quantizer.plugin.models.source import Key
    from napari_kmeans_quantizer.plugin.models.state import State
    from napari_kmeans_quantizer.plugin.session import Session

    from .form import Form


class Choice:
    """Reads the controls.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Of whose layers the images are.
    form : Form
        The controls.
    session : Session
        Where states are kept.
    """

    def __init__(self, viewer: napari.viewer.Viewer, form: Form, session: Session) -> None:
        self._viewer, self._form, self._session = viewer, form, session
        self._channels: tuple[Image, ...] = ()

    # -- which image

    @property
    def layers(self) -> tuple[Image, ...]:
        """The chosen layers: one, or several as channels; none if there is no image."""
        if self._form.image.value is None:
            return ()
        chosen = bare(self._form.image.value)
        there = all(layer in self._viewer.layers for layer in self._channels)
        as_channels = self._form.channels.value and there and chosen in self._channels
        return self._channels if as_channels else (chosen,)

    def begin(self) -> None:
        """Choose the active image, or that of which the active layer shows a result."""
        self.follow_active()
        active = self._viewer.layers.selection.active
        record = None if active is None else record_of(active)
        if record is not None:
            self.choose(record.key)

    def follow_active(self) -> None:
        """Choose the viewer's active layer, if it is an image that can be quantized."""
        self._form.reset_choices()
        active = self._viewer.layers.selection.active
        if self._session.is_arranging or active is None:
            return
        if active in self._form.image.choices:
            self._form.image.value = active

    def keep_channels(self, _: object = None) -> None:
        """Remember several selected images: a result of theirs is selected next."""
        if not self._form.channels.value:
            return
        selected = self._viewer.layers.selection
        layers = tuple(bare(x) for x in self._form.image.choices if x in selected)
        if len(layers) > 1:
            self._channels = layers

    def choose(self, key: Key) -> None:
        """Choose these images, as channels if they are several, as far as they are there."""
        choices: list[Any] = list(self._form.image.choices)
        images = [x for x in choices if str(x.unique_id) in key]
        if images:
            self._form.image.value = images[0]
        self._channels = tuple(map(bare, images)) if len(key) > 1 else ()
        self._form.channels.value = len(key) > 1

    def restore(self, about: About) -> bool:
        """Set all controls to what made an output, and show the slice that it was made from.

        Returns whether its region is still there; without one it always is.
        """
        self.choose(about.source_ids)
        self._form.show(about.settings)
        is_there = self._form.choose(about, self._palette_from(about.settings))
        if about.window is not None and self.layers and len(about.window) == self.layers[0].ndim:
            show_slice(self.layers[0], self._viewer.dims, about.window)
        return is_there

    def _palette_from(self, settings: Settings) -> Layer | PaletteFile | None:
        """Return where the colors were taken from, None if they were fitted.

        If that is gone, the colors themselves are offered, as those of a file are.
        """
        source, given = self.source(), settings.palette or settings.choose_from
        if source is None or given is None:
            return None
        for layer, palette in self._form.palette_from.palettes.items():
            if colors_for(source, palette) == given:
                return layer
        display = source.display()
        palette = Palette(
            np.array(given),
            names=settings.names,
            dtype=display.dtype,
            value_range=display.value_range,
        )
        file = PaletteFile(f"those of {source.name}", palette)
        self._form.palette_from.offer_file(file)
        return file

    @property
    def key(self) -> Key:
        """Identity of the chosen layers."""
        return tuple(str(layer.unique_id) for layer in self.layers)

    @property
    def name(self) -> str:
        """What people call them, "" if there are none."""
        return " + ".join(layer.name for layer in self.layers)

    @property
    def state(self) -> State | None:
        """What is known of them; None before their first result."""
        return self._session.state(self.key)

    @property
    def is_color(self) -> bool:
        """Whether they can be measured in CIELAB and Oklab: red, green and blue, from black on."""
        layers, alpha = self.layers, self._form.alpha.value
        if len(layers) != 1 or not layers[0].rgb:
            return False
        data = full_data(layers[0])
        n = data.shape[-1] if alpha == "channel" else 3
        return n == 3 and data.dtype.kind in "buf"

    # -- what of it, and how

    def source(self, preview: bool = False) -> Source | None:
        """Return what is to be quantized; for a preview a reduced copy of large images.

        Raises
        ------
        TypeError, ValueError
            If layers do not fit together.
        """
        layers = self.layers
        if not layers:
            return None
        form, window = self._form, None
        if form.extent.value == "slice":
            window = current_slice(layers[0], self._viewer.dims)
        region = None if form.region.value is None else bare(form.region.value)
        scaled: Any = bool(form.scaled.value) and len(layers) > 1
        if scaled:  # to what they are now: they may be changed while it works, and later
            scaled = tuple(tuple(map(float, layer.contrast_limits)) for layer in layers)
        source = Source(layers, region, window, scaled, 1, form.alpha.value)
        if preview and not is_too_large(source):
            return replace(source, step=preview_step(source.n_pixels))
        return source

    def settings(self, source: Source | None) -> Settings:
        """Return what the controls say for a source, with the colors that are locked."""
        kept, palette = self.kept(source), self._form.given_palette()
        fixed = _centers(kept)
        given = None
        if palette is not None and source is not None:
            given = colors_for(source, palette)
        names = None if palette is None else palette.names
        joined = len(fixed) - len(kept)
        settings = self._form.settings(fixed, given, joined, names)
        return settings if self.is_color else replace(settings, color_space="rgb")

    def fixed_colors(self, source: Source) -> tuple[Color, ...]:
        """Return the centers that a fit of the source is to keep."""
        return _centers(self.kept(source))

    def kept(self, source: Source | None) -> tuple[Kept, ...]:
        """Return what the next fit keeps, as far as it is measured as the source is."""
        state = self._session.settled(self.key)
        if state is None or source is None:
            return ()
        if (state.source.limits is None) != (source.limits is None):
            return ()
        return tuple(one for one in state.kept if one.n_channels == source.n_clustered)

    def is_another_slice(self) -> bool:
        """Tell whether the viewer shows another slice than the one that was quantized."""
        state = self.state
        if state is None or self._form.extent.value != "slice":
            return False
        return current_slice(state.source.main, self._viewer.dims) != state.source.window


def _centers(kept: tuple[Kept, ...]) -> tuple[Color, ...]:
    return tuple(center for one in kept for center in one.centers)
