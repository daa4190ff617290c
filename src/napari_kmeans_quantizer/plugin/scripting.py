"""Layers in, layers out: the plugin for scripts, without a viewer."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import replace
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from napari.layers import Image, Labels, Layer, Shapes

from napari_kmeans_quantizer import Palette, completed, quantize, quantize_steps

from .layers.contents import ROLES, state_contents
from .layers.make import QuantizedLayers, make_layers
from .layers.ours import Record, bare, record_of
from .measuring import measuring
from .models.levels import is_too_large
from .models.settings import EDITS, Settings, edited
from .models.source import Source
from .pipeline import Product, colors_for, quantized
from .session import Session

if TYPE_CHECKING:
    import napari.viewer
    import pandas as pd
    from numpy.typing import NDArray

    from .models.settings import Edit

MOST_FOUND = 256  # colors, if their number is to be found
OPTIONS = [
    name for name in inspect.signature(quantize).parameters if name not in ("image", "channel_axis")
]


def quantize_layer(
    layer: Image | Sequence[Image],
    n_colors: int | Literal["auto"] = 16,
    *,
    region: Labels | Shapes | None = None,
    apply_everywhere: bool = False,
    window: tuple[slice, ...] | None = None,
    scaled: bool | Sequence[tuple[float, float]] = False,
    alpha: str = "ignore",
    no_data: float | None = None,
    fit_on: int | None = None,
    names: Sequence[str] | None = None,
    edits: Sequence[tuple[Any, ...]] = (),
    hidden: Sequence[int] = (),
    background: Sequence[int] = (),
    **options: Any,
) -> QuantizedLayers:
    """Quantize an image layer into three new layers.

    Parameters
    ----------
    layer : napari.layers.Image or sequence of them
        RGB(A) or grey, of any dimension. Stacks and time series get one palette. Several grey
        layers of one shape are the channels of one image. Nothing is modified. Lazy and multiscale
        ones of more than 4 megapixels stay so: what is made of them is painted as it is looked at.
    n_colors : int or "auto", optional
        1 to 65535, or as many as the image needs: see `quantize`.
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
    no_data : float, optional
        Pixels that hold this value in all channels are left out. Those that are NaN, infinite or
        masked in any channel always are.
    fit_on : int, optional
        Of lazy and multiscale layers of more than 4 megapixels: the level whose pixels are fitted,
        0 for all pixels, which are read chunk by chunk. None: the finest level of at most 4
        megapixels, or every n-th pixel where no level is coarse enough.
    names : sequence of str, optional
        What the colors of `palette` or `choose_from` are called, if that is no Palette that tells.
    edits : sequence of tuple, optional
        Changes of the palette afterwards: ``("recolor", index, color)``,
        ``("merge", index, into)`` or ``("rename", index, name)``.
    hidden : sequence of int, optional
        Colors, after the edits, over whose pixels a veil lies in the layers.
    background : sequence of int, optional
        Colors, after the edits, that are left out of the shares.
    **options
        Passed on to `quantize`, such as `color_space`, `dither`, `min_psnr`, `palette` or
        `choose_from`; what counts as a channel is told by the layer.

    Returns
    -------
    image : napari.layers.Image
        The painted image, ``<name> · quantized``; of large lazy layers an array of dask, of
        multiscale ones a list of them, as the clusters are.
    labels : napari.layers.Labels
        Clusters 1..K in the palette's colors, ``<name> · clusters``; 0 where nothing took part.
        ``features`` has index, name (if any is named), hex, share (NaN: background), pixels and
        area (where units tell it).
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
    _check_names(options)
    mask = options.pop("mask", None)
    if region is not None and mask is not None:
        raise ValueError("`region` and `mask` say the same: pass one of them.")
    layers = tuple(layer) if isinstance(layer, list | tuple) else (layer,)
    _check_layers(layers)
    where = region if mask is None else np.asarray(mask)
    limits = scaled if isinstance(scaled, bool) else tuple(map(tuple, scaled))
    source = Source(layers, where, window, scaled=limits, alpha=alpha)  # type: ignore[arg-type]
    options["n_colors"] = n_colors
    _check_values(source, options, mask, no_data, edits)
    _check_lazy(source, options, fit_on)
    names = _take_palettes(source, options, names)
    settings = Settings.from_dict(
        {
            **{name: value for name, value in options.items() if name != "random_state"},
            # A generator cannot be told in the layers' metadata.
            **_plain_seed(options.get("random_state")),
            "alpha": alpha,
            "scaled": bool(scaled),
            "apply_everywhere": apply_everywhere,
            "no_data": no_data,
            "fit_on": fit_on,
            "names": names,
            "edits": tuple(edits),
        }
    )
    state = completed(quantized(source, settings, options))
    state = replace(state, hidden=frozenset(hidden), background=frozenset(background))
    made = make_layers(state_contents(state))
    Record(source.key, state).own(made._asdict())
    return made


def show_layers(viewer: napari.viewer.Viewer, layers: QuantizedLayers) -> QuantizedLayers:
    """Show what `quantize_layer` made: in the layers of an earlier result, or in new ones.

    What was set on these layers, such as opacity and order, stays; the plugin's panel, if it is
    open, shows the new result, too. Layers that the plugin did not make are never written to.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Where.
    layers : QuantizedLayers
        What `quantize_layer` returned.

    Returns
    -------
    QuantizedLayers
        Those in the viewer.

    Raises
    ------
    TypeError
        If these are other layers.

    Examples
    --------
    In napari's console::

        show_layers(viewer, quantize_layer(viewer.layers["photo"], 8))
    """
    record = record_of(layers[0])
    if record is None or record.state is None:
        raise TypeError("`layers` must be what `quantize_layer` returned, got other layers.")
    state, key = record.state, record.key
    session = Session(viewer, lambda: None, lambda *_: None)
    session.take_over()
    session.show(Product(state, state_contents(state), session.settled(key)), ROLES)
    shown: Any = {role: session.layer(key, role) for role in ROLES}
    return QuantizedLayers(**shown)


def measure_layer(
    layers: Layer | Sequence[Layer],
    regions: Labels | Shapes | None = None,
    *,
    each: bool = True,
    by_frame: bool = False,
    group: bool = False,
) -> pd.DataFrame:
    """Return how much of an image, or of regions of it, each cluster is, as a tidy table.

    Parameters
    ----------
    layers : QuantizedLayers or napari.layers.Layer
        What `quantize_layer` returned, or one layer of a result in a viewer, such as
        ``viewer.layers["photo · clusters"]``: with all edits, names and background.
    regions : napari.layers.Labels or napari.layers.Shapes, optional
        Where to measure: wherever the layer lies. Only pixels that took part in the result count.
        None: all of them.
    each : bool, optional
        Whether each label, and each rectangle, ellipse and polygon, is a region of its own, or all
        of them together are one.
    by_frame : bool, optional
        Whether frames of a stack or series, along its first axis, count by themselves.
    group : bool, optional
        Clusters of one name are summed up.

    Returns
    -------
    pandas.DataFrame
        A row for each region, frame and cluster, with the columns of
        `napari_kmeans_quantizer.measure`: areas are in the layer's units.

    Raises
    ------
    TypeError
        If the layers show no result, or `regions` is another layer.
    ValueError
        If shapes enclose nothing, or cannot be put on the image.

    Examples
    --------
    >>> import numpy as np
    >>> from napari.layers import Image, Shapes
    >>> half = Image(np.array([[0, 0, 9, 9]] * 4), name="half", scale=(0.5, 0.5), units="um")
    >>> layers = quantize_layer(half, n_colors=2)
    >>> drawn = Shapes([[[-0.5, -0.5], [1.5, 2.5]]], scale=(0.5, 0.5), units="um")
    >>> measure_layer(layers, drawn)[["region", "cluster", "pixels", "area", "unit", "share"]]
      region  cluster  pixels  area unit     share
    0      1        0       4   1.0  µm²  0.666667
    1      1        1       2   0.5  µm²  0.333333
    """
    some = list(layers) if isinstance(layers, list | tuple) else [layers]
    record = record_of(some[0]) if some and isinstance(bare(some[0]), Layer) else None
    if record is None or record.state is None:
        raise TypeError(
            "`layers` must be what `quantize_layer` returned, or a layer of a result in a viewer, "
            f"got {layers!r}."
        )
    within = None if regions is None else bare(regions)
    if within is not None and not isinstance(within, Labels | Shapes):
        raise TypeError(
            f"`regions` must be a napari Labels or Shapes layer, got {type(within).__name__}."
        )
    steps = measuring(record.state, within, each=each, by_frame=by_frame)
    measured = completed(steps)
    return (measured.grouped() if group else measured).to_frame()


# -- checks, before any work


def _check_names(options: dict[str, Any]) -> None:
    if "channel_axis" in options:
        raise TypeError(
            "quantize_layer() got an option 'channel_axis', which it does not take: an RGB layer "
            "has its colors as channels. Pass several grey layers of one shape to quantize the "
            "channels of one image, see `napari.layers.utils.stack_utils.stack_to_images`."
        )
    for name in options:
        if name not in OPTIONS:
            raise TypeError(
                f"quantize_layer() got an unknown option {name!r}; besides its own it takes "
                f"{', '.join(OPTIONS)}."
            )


def _check_layers(layers: tuple[Any, ...]) -> None:
    for layer in layers:
        if not isinstance(layer, Image):
            raise TypeError(
                f"quantize_layer() got {type(layer).__name__} as `layer`; it takes a napari Image "
                "layer, or several grey ones as the channels of one image."
            )


def _check_values(
    source: Source, options: dict[str, Any], mask: Any, no_data: Any, edits: Any
) -> None:
    """Refuse what would be refused later, when everything has been read."""
    if no_data is not None and (isinstance(no_data, bool) or not isinstance(no_data, Real)):
        raise TypeError(f"`no_data` must be a number or None, got {no_data!r}.")
    channels = (source.n_values,) if source.channel_axis is not None else ()
    blank = np.zeros((*(1 for _ in source.shape), *channels), source.dtype)
    if source.rgb:
        blank[..., 3:] = 1  # of alpha: not transparent
    if isinstance(options.get("random_state"), np.random.Generator | np.random.RandomState):
        options = options | {"random_state": 0}  # to check it would draw from it
    quantize_steps(blank, channel_axis=source.channel_axis, **options).close()
    if mask is not None:
        _check_mask(np.asarray(mask), source.shape)
    given = options.get("palette")
    n_colors = options["n_colors"] if given is None else len(given)
    most = MOST_FOUND if n_colors == "auto" else n_colors
    blank_palette = Palette(np.zeros((most, source.n_clustered)), dtype=source.dtype)
    edited(blank_palette, tuple(map(_checked_edit, _listed(edits))))


def _check_lazy(source: Source, options: dict[str, Any], fit_on: Any) -> None:
    if fit_on is not None:
        if isinstance(fit_on, bool) or not isinstance(fit_on, int | np.integer):
            raise TypeError(f"`fit_on` must be the number of a level or None, got {fit_on!r}.")
        if not 0 <= fit_on < source.n_levels:
            raise ValueError(
                f"`fit_on` must be a level of the layer, 0..{source.n_levels - 1}, got {fit_on}. "
                "0 is all pixels, None what fits into memory."
            )
    if options.get("dither") is not None and is_too_large(source):
        raise ValueError(
            f'"{source.name}" is painted as it is looked at, which cannot be dithered, got '
            f"`dither={options['dither']!r}`. Leave it out, or pass a `window` of at most 4 "
            "megapixels."
        )


def _take_palettes(
    source: Source, options: dict[str, Any], names: Sequence[str] | None
) -> tuple[str, ...] | None:
    """Turn palettes among the options to colors in the image's units; return their names."""
    for option in ("palette", "choose_from"):
        given = options.get(option)
        if given is None:
            continue
        palette = given if isinstance(given, Palette) else Palette(given)
        if isinstance(given, Palette):
            options[option] = colors_for(source, palette)
        return palette.names if names is None else palette.named(names).names
    if names is not None:
        raise ValueError("`names` are those of `palette` or `choose_from`: pass one of them, too.")
    return None


def _check_mask(mask: NDArray[Any], shape: tuple[int, ...]) -> None:
    if mask.dtype != np.bool_ or mask.shape != shape:
        raise ValueError(
            f"`mask` must be an array of bools of the layer's spatial shape {shape}, got "
            f"{mask.dtype} of shape {mask.shape}. Pass `mask > 0`, for example."
        )


def _listed(edits: Any) -> list[Any]:
    if isinstance(edits, str) or not isinstance(edits, Sequence):
        raise TypeError(
            "`edits` must be a list such as "
            f'[("recolor", 0, (20, 20, 60)), ("merge", 5, 2)], got {edits!r}.'
        )
    return list(edits)


def _checked_edit(edit: Any) -> Edit:
    if not isinstance(edit, list | tuple) or len(edit) != 3 or edit[0] not in EDITS:
        raise ValueError(
            'An edit must be ("recolor", index, color), ("merge", index, into) or '
            f'("rename", index, name); `edits` holds {edit!r}.'
        )
    return tuple(edit)


def _plain_seed(random_state: Any) -> dict[str, int]:
    return {"random_state": random_state} if isinstance(random_state, int) else {}
