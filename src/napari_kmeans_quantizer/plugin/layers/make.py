"""The only place that makes napari layers, and that writes to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from napari.experimental import unlink_layers
from napari.layers import Image, Labels, Points
from napari.settings import get_settings
from napari.utils.colormaps.standardize_color import transform_color

from napari_kmeans_quantizer.plugin.models.geometry import PLACE

from .ours import bare

if TYPE_CHECKING:
    from napari.layers import Layer

    from .contents import Attributes, Contents

LOOK = ("contrast_limits", "gamma", "colormap")
POINTS = ("data", "features", "size", "border_width", "border_color", "face_color")
WRITTEN = (*PLACE, *LOOK, "contrast_limits_range", "data", "features", "metadata", "size", "text")
"""What an update sets: none of these may be linked with another layer's."""


class QuantizedLayers(NamedTuple):
    """The three layers of one result, ready for ``viewer.add_layer``."""

    image: Image
    labels: Labels
    palette: Points


def make_layers(contents: Contents) -> QuantizedLayers:
    """Make the new layers of a result."""
    return QuantizedLayers(
        **{role: make_layer(role, content) for role, content in contents._asdict().items()}
    )


KINDS = {
    "image": Image,
    "labels": Labels,
    "palette": Points,
    "explored": Image,
    "titles": Points,
    "pixels": Points,
    "numbers": Points,
}


def make_layer(role: str, content: Attributes) -> Layer:
    """Make the new layer of a role."""
    made = KINDS[role](**content)
    _lock_lazy(made)
    return made


def _lock_lazy(layer: Layer) -> None:
    """Let nobody paint on what is painted as it is looked at: a stroke would fail."""
    if isinstance(layer, Labels) and not isinstance(layer.data, np.ndarray):
        layer.editable = False


def make_copy(labels: Labels, name: str) -> Labels:
    """Return another layer with the data of one of ours, which is about to get other data."""
    own = bare(labels)
    place = {attribute: getattr(own, attribute) for attribute in PLACE}
    copy: Labels = make_layer(
        "labels",
        {"data": own.data, "name": name, "colormap": own.colormap, "features": own.features}
        | place,
    )
    return copy


def can_update(layer: Layer, content: Attributes) -> bool:
    """Tell whether a layer can take other content, or must be replaced by a new one."""
    if not isinstance(layer, Points):
        if "data" in content and layer.multiscale != content.get("multiscale", False):
            return False
        return not isinstance(layer, Image) or bool(layer.rgb) == content["rgb"]
    n_points, n_dimensions = np.shape(content["data"])
    # While napari slices in threads, a layer's texts are still looked up by the old indices.
    asynchronous = get_settings().experimental.async_
    return layer.ndim == n_dimensions and (n_points >= len(layer.data) or not asynchronous)


def update_layer(
    layer: Layer, content: Attributes, look: bool = False, placed: bool = True
) -> None:
    """Show a new result in a layer that shows an older one; what the user set on it remains.

    Parameters
    ----------
    layer : napari.layers.Layer
        One that was made here.
    content : dict
        What it shall hold; what is left out stays as it is.
    look : bool, optional
        Whether contrast limits, gamma and colormap of an image are set, too.
    placed : bool, optional
        Whether it is put where its source lies.
    """
    own = bare(layer)
    # Through links, what is set would reach a person's layers.
    unlink_layers([own], WRITTEN)
    if isinstance(own, Points):
        _update_palette(own, content)
    elif "data" in content:
        _set_data(own, content["data"])
    if isinstance(own, Labels):
        if "data" in content:
            _begin_history(own)
            _lock_lazy(own)
        own.colormap = content["colormap"]
        own.features = content["features"]
    if isinstance(own, Image) and look:
        _set_look(own, content)
    for name in PLACE:
        # napari looks at all layers anew whenever one is set, even to what it was.
        if placed and name in content and not _alike(getattr(own, name), content[name]):
            setattr(own, name, content[name])
    own.metadata = {**own.metadata, **content["metadata"]}


def _set_data(layer: Layer, data: Any) -> None:
    """Give a layer other data; of a pyramid people go on seeing the part that they look at.

    Until it draws next, napari would show a part of the coarsest level: what lies there where the
    level that is seen was cut out, perhaps nothing.
    """
    if not layer.multiscale:
        layer.data = data
        return
    level, corners, before = layer.data_level, layer.corner_pixels, layer.level_shapes
    end = before[-1][: layer.ndim] - 1
    layer.corner_pixels = np.stack([np.zeros_like(end), end])
    layer.data = data
    if np.array_equal(before, layer.level_shapes):
        layer.corner_pixels, layer.data_level = corners, level


def _begin_history(layer: Labels) -> None:
    """Let Ctrl+Z not write old labels into new data: napari forgets strokes of what is locked."""
    mode, editable = layer.mode, layer.editable
    layer.editable = False
    layer.editable = editable
    layer.mode = mode


def _set_look(layer: Image, content: Attributes) -> None:
    low, high = content["contrast_limits"]
    low_end, high_end = layer.contrast_limits_range
    layer.contrast_limits_range = (min(low, low_end), max(high, high_end))
    for name in LOOK:
        if name in content:
            setattr(layer, name, content[name])


def _alike(old: Any, new: Any) -> bool:
    old, new = (np.asarray(getattr(value, "affine_matrix", value)) for value in (old, new))
    return old.shape == new.shape and bool(np.all(old == new))


def _set_text(layer: Points, content: Attributes) -> None:
    """Set what differs: to set more takes napari long. Whether texts are seen, people decide."""
    text = layer.text
    placed = all(_alike(getattr(text, name), content[name]) for name in ("size", "translation"))
    if not placed or str(text.anchor) != content.get("anchor", "center"):
        layer.text = {**content, "visible": text.visible}
        return
    string = content["string"]  # a pattern is filled in by the features
    if not isinstance(string, str) and not _alike(text.values, string.get("array", "")):
        text.string = string
    colors = np.atleast_2d(text.color(layer.features))
    if not _alike(colors, transform_color(content["color"])):
        text.color = content["color"]


def _update_palette(layer: Points, content: Attributes) -> None:
    """Set what differs, and let napari know once."""
    visible = layer.visible
    with layer.events.blocker_all():
        if not visible:  # else napari looks up the new texts by old indices
            layer.visible = True
        layer.selected_data = set()
        for name in POINTS:
            if name not in content:
                continue
            if name == "features" or not _alike(getattr(layer, name), content[name]):
                setattr(layer, name, content[name])
        if "text" in content:
            _set_text(layer, content["text"])
        if not visible:
            layer.visible = False
    layer.events.data(value=layer.data)
    layer.refresh()


def update_numbers(layer: Points, content: Attributes) -> None:
    """Write other names of regions, or elsewhere."""
    update_layer(layer, content)
    own = bare(layer)
    own.name = content["name"]
    own.symbol = content["symbol"]
    own.canvas_size_limits = content["canvas_size_limits"]  # napari forgets it of no points


def set_titles(layer: Points, titles: list[str]) -> None:
    """Write other titles, as many as there are; nothing is done if they are the same."""
    own = bare(layer)
    if list(own.features["title"]) != titles:
        unlink_layers([own], ("features",))
        own.features = {"title": titles}  # the texts follow


def set_visible(layer: Layer, visible: bool) -> None:
    """Show or hide a layer."""
    bare(layer).visible = visible


def set_ink(layer: Points, color: Any) -> None:
    """Write texts in another color, or each in its own."""
    own = bare(layer)
    unlink_layers([own], ("text",))
    own.text.color = color
