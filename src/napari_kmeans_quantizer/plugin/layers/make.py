"""From a Quantization to napari layers that overlay their source; no viewer, no Qt."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from napari.layers import Image, Labels, Points

from napari_kmeans_quantizer.plugin.models.settings import Settings, edited
from napari_kmeans_quantizer.plugin.models.source import Source
from napari_kmeans_quantizer.plugin.work import drained, fit_and_paint

from .contents import METADATA_KEY, result_contents

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from napari.layers import Layer, Shapes

    from napari_kmeans_quantizer import Quantization

    from .contents import Attributes, Contents


_one_at_a_time = Lock()


class QuantizedLayers(NamedTuple):
    """The three layers of one result, ready for ``viewer.add_layer``."""

    image: Image
    labels: Labels
    palette: Points


def quantize_layer(
    layer: Image | Sequence[Image],
    n_colors: int = 16,
    *,
    region: Labels | Shapes | None = None,
    apply_everywhere: bool = False,
    window: tuple[slice, ...] | None = None,
    scaled: bool = False,
    alpha: str = "ignore",
    edits: Sequence[tuple[Any, ...]] = (),
    **options: Any,
) -> QuantizedLayers:
    """Quantize an image layer into three new layers.

    Parameters
    ----------
    layer : napari.layers.Image or sequence of them
        RGB(A) or grey, of any dimension; of a multiscale layer the full resolution is used.
        Stacks and time series get one palette. Several grey layers of one shape are the channels
        of one image. Nothing is modified.
    n_colors : int, optional
        1 to 65535.
    region : napari.layers.Labels or napari.layers.Shapes, optional
        Only what it covers takes part.
    apply_everywhere : bool, optional
        Fit inside the region, but paint all pixels.
    window : tuple of slice, optional
        Part of the layer's spatial axes, such as ``(slice(3, 4), slice(None), slice(None))``.
    scaled : bool, optional
        Several layers: each is scaled to its contrast limits first.
    alpha : {"ignore", "channel"}, optional
        Transparent pixels never take part, or alpha is a fourth channel.
    edits : sequence of tuple, optional
        Changes of the palette afterwards: ``("recolor", index, color)`` or
        ``("merge", index, into)``.
    **options
        Passed on to `quantize`.

    Returns
    -------
    image : napari.layers.Image
        The painted image, ``<name> · quantized``.
    labels : napari.layers.Labels
        Clusters 1..K in the palette's colors, ``<name> · clusters``; 0 where nothing took part.
        ``features`` has index, hex, share and pixels.
    palette : napari.layers.Points
        One square per color in a column beside the picture, ``<name> · palette``.

    Raises
    ------
    TypeError, ValueError
        As `quantize`; also if a layer is of the wrong kind, or `region` covers nothing.

    Examples
    --------
    >>> from napari.layers import Image
    >>> from skimage.data import coffee
    >>> image, labels, palette = quantize_layer(Image(coffee(), name="coffee"), n_colors=8)
    >>> image.name, labels.name, palette.name
    ('coffee · quantized', 'coffee · clusters', 'coffee · palette')
    >>> len(palette.data)
    8
    """
    layers = tuple(layer) if isinstance(layer, list | tuple) else (layer,)
    source = Source(layers, region, window, scaled=scaled, alpha=alpha)  # type: ignore[arg-type]
    if region is not None and options.get("mask") is not None:
        raise ValueError("`region` and `mask` say the same: pass one of them.")
    mask = options.pop("mask", None) if region is None else source.mask()
    options = {"n_colors": n_colors, "channel_axis": source.channel_axis, **options}
    steps = fit_and_paint(source.array(), mask, options, apply_everywhere)
    result = edited(drained(steps), tuple(edits))
    if not isinstance(options.get("random_state"), int):
        options.pop("random_state", None)  # a generator cannot be told in the layers' metadata
    chosen = {"alpha": alpha, "scaled": scaled, "apply_everywhere": apply_everywhere}
    settings = Settings.from_dict({**options, **chosen, "edits": tuple(edits)})
    return result_layers(source, result, settings)


def result_layers(
    source: Image | Source, result: Quantization, settings: Settings | None = None
) -> QuantizedLayers:
    """Make the three layers of a result.

    Parameters
    ----------
    source : napari.layers.Image or Source
        The layer that was quantized.
    result : Quantization
        What came out.
    settings : Settings, optional
        How it was made; kept in the layers' metadata.

    Returns
    -------
    QuantizedLayers
    """
    source = source if isinstance(source, Source) else Source((source,))
    return make_layers(result_contents(source, result, settings or Settings()))


def make_layers(contents: Contents) -> QuantizedLayers:
    """Make new layers; in any thread, but not in two at once.

    For the colors of a Labels layer napari catches warnings, which changes what all threads see.
    """
    with _one_at_a_time:
        return QuantizedLayers(
            Image(**contents.image), Labels(**contents.labels), Points(**contents.palette)
        )


def make_explored(contents: tuple[Attributes, Attributes]) -> tuple[Image, Points]:
    """Make the layers of several results and of their titles."""
    image, titles = contents
    return Image(**image), Points(**titles)


def is_output(layer: Layer) -> bool:
    """Tell whether this plugin made the layer."""
    return METADATA_KEY in layer.metadata


def about(layer: Layer) -> dict[str, Any]:
    """Return what an output layer's metadata says about it; nothing of other layers."""
    made: dict[str, Any] = layer.metadata.get(METADATA_KEY, {})
    return made


def find_output(layers: Iterable[Layer], source: Layer | Source, role: str) -> Layer | None:
    """Return the layer that shows the "image", "labels" or "palette" of a source's last result."""
    key = source.key if isinstance(source, Source) else Source((source,)).key
    for layer in layers:
        made = about(layer)
        if made.get("source_id") == key and made.get("role") == role:
            return layer
    return None


PLACEMENT = ("scale", "translate", "rotate", "shear", "affine", "units")


def update_layer(layer: Layer, content: Attributes) -> None:
    """Show a new result in a layer that shows an older one; what the user set on it remains."""
    if isinstance(layer, Points):
        _update_palette(layer, content)
    elif "data" in content:
        layer.data = content["data"]
    if isinstance(layer, Labels):
        layer.colormap = content["colormap"]
        layer.features = content["features"]
    for name in PLACEMENT:
        # napari looks at all layers anew whenever one is set, even to what it was.
        if name in content and not _alike(getattr(layer, name), content[name]):
            setattr(layer, name, content[name])
    layer.metadata = {**layer.metadata, **content["metadata"]}


def _alike(old: Any, new: Any) -> bool:
    old, new = (np.asarray(getattr(value, "affine_matrix", value)) for value in (old, new))
    return old.shape == new.shape and bool(np.all(old == new))


def _fits(text: Any, content: Attributes) -> bool:
    """Tell whether a layer's text has this size and place; to set it takes napari long."""
    names = ("size", "rotation", "translation")
    return all(_alike(getattr(text, name), content[name]) for name in names)


def _update_palette(layer: Points, content: Attributes) -> None:
    """Set what differs, and let napari know once."""
    visible = layer.visible
    with layer.events.blocker_all():
        if not visible:  # else napari looks up the new texts by old indices
            layer.visible = True
        layer.selected_data = set()
        for name in ("data", "features", "size", "border_color", "face_color"):
            if name == "features" or not _alike(getattr(layer, name), content[name]):
                setattr(layer, name, content[name])  # the texts follow the features
        if not _fits(layer.text, content["text"]):
            layer.text = content["text"]
        if not visible:
            layer.visible = False
    layer.events.data(value=layer.data)
    layer.refresh()
