"""Layers in, layers out: the plugin for scripts, without a viewer."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer import completed, quantize

from .layers.contents import ROLES, state_contents
from .layers.make import QuantizedLayers, make_layers
from .layers.ours import Record, record_of
from .models.settings import Settings
from .models.source import Source
from .pipeline import Product, quantized
from .session import Session

if TYPE_CHECKING:
    from collections.abc import Sequence

    import napari.viewer
    from napari.layers import Image, Labels, Shapes

OPTIONS = [
    name for name in inspect.signature(quantize).parameters if name not in ("image", "channel_axis")
]


def quantize_layer(
    layer: Image | Sequence[Image],
    n_colors: int = 16,
    *,
    region: Labels | Shapes | None = None,
    apply_everywhere: bool = False,
    window: tuple[slice, ...] | None = None,
    scaled: bool | Sequence[tuple[float, float]] = False,
    alpha: str = "ignore",
    edits: Sequence[tuple[Any, ...]] = (),
    hidden: Sequence[int] = (),
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
    scaled : bool or sequence of (float, float), optional
        Several layers: each is scaled to its contrast limits first, or to these.
    alpha : {"ignore", "channel"}, optional
        Transparent pixels never take part, or alpha is a fourth channel.
    edits : sequence of tuple, optional
        Changes of the palette afterwards: ``("recolor", index, color)`` or
        ``("merge", index, into)``.
    hidden : sequence of int, optional
        Colors, after the edits, that are transparent in the layers.
    **options
        Passed on to `quantize`; what counts as a channel is told by the layer.

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
        As `quantize`; also if a layer is of the wrong kind, an option unknown, or `region` covers
        nothing.

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
    for name in options:
        if name not in OPTIONS:
            raise TypeError(
                f"quantize_layer() got an unknown option {name!r}; besides its own it takes "
                f"{', '.join(OPTIONS)}."
            )
    mask = options.pop("mask", None)
    if region is not None and mask is not None:
        raise ValueError("`region` and `mask` say the same: pass one of them.")
    layers = tuple(layer) if isinstance(layer, list | tuple) else (layer,)
    where = region if mask is None else np.asarray(mask)
    limits = scaled if isinstance(scaled, bool) else tuple(map(tuple, scaled))
    source = Source(layers, where, window, scaled=limits, alpha=alpha)  # type: ignore[arg-type]
    options["n_colors"] = n_colors
    settings = Settings.from_dict(
        {
            **{name: value for name, value in options.items() if name != "random_state"},
            # A generator cannot be told in the layers' metadata.
            **_plain_seed(options.get("random_state")),
            "alpha": alpha,
            "scaled": bool(scaled),
            "apply_everywhere": apply_everywhere,
            "edits": tuple(edits),
        }
    )
    state = completed(quantized(source, settings, options))
    state = replace(state, hidden=frozenset(hidden))
    made = make_layers(state_contents(state))
    Record(source.key, state).own(made._asdict())
    return made


def show_layers(viewer: napari.viewer.Viewer, layers: QuantizedLayers) -> None:
    """Show what `quantize_layer` made: in the layers of an earlier result, or in new ones.

    What was set on these layers, such as opacity and order, stays; the plugin's panel, if it is
    open, shows the new result, too. Layers that the plugin did not make are never written to.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Where.
    layers : QuantizedLayers
        What `quantize_layer` returned.

    Examples
    --------
    In napari's console::

        show_layers(viewer, quantize_layer(viewer.layers["photo"], 8))
    """
    record = record_of(layers[0])
    if record is None or record.state is None:
        raise TypeError("`layers` must be what `quantize_layer` returned, got other layers.")
    state = record.state
    session = Session(viewer, lambda: None, lambda *_: None)
    session.show(Product(state, state_contents(state), QuantizedLayers(*layers)), ROLES)


def _plain_seed(random_state: Any) -> dict[str, int]:
    return {"random_state": random_state} if isinstance(random_state, int) else {}
