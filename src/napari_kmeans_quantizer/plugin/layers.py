"""From a Quantization to napari layers that overlay their source; no viewer, no Qt."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from napari.layers import Image, Labels, Points
from napari.utils.colormaps import DirectLabelColormap

from napari_kmeans_quantizer import Palette, Quantization, quantize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from napari.layers import Layer
    from numpy.typing import NDArray

METADATA_KEY = "napari-kmeans-quantizer"
"""Where an output layer's ``metadata`` says what it is and where it comes from."""

ROWS_PER_COLUMN = 32
TEXT_WIDTH = 6.0  # of "#rrggbb  12.3%", in sizes of a square
GREY = "#808080"  # readable on napari's black as on its white canvas


class QuantizedLayers(NamedTuple):
    """The three layers of one result, ready for ``viewer.add_layer``."""

    image: Image
    labels: Labels
    palette: Points


def quantize_layer(layer: Image, n_colors: int = 16, **options: Any) -> QuantizedLayers:
    """Quantize an image layer into three new layers.

    Parameters
    ----------
    layer : napari.layers.Image
        RGB(A) or grey, of any dimension; of a multiscale layer the full resolution is used.
        Stacks and time series get one palette. It is not modified.
    n_colors : int, optional
        1 to 65535.
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
        As `quantize`; also if `layer` is not an image layer.

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
    array = source_array(layer)
    options = {"channel_axis": "auto" if layer.rgb else None, **options}
    result = quantize(array, n_colors, **options)
    return result_layers(layer, result, {"n_colors": n_colors, **options})


def source_array(layer: Image) -> NDArray[Any]:
    """Return the pixels of an image layer, at full resolution, in memory."""
    if not isinstance(layer, Image):
        raise TypeError(
            f"`layer` must be a napari Image layer, got {type(layer).__name__}. "
            "Choose or convert a layer that holds an image."
        )
    return np.asarray(layer.data[0] if layer.multiscale else layer.data)


def result_layers(
    source: Image, result: Quantization, settings: dict[str, Any] | None = None
) -> QuantizedLayers:
    """Make the three layers of a result.

    Parameters
    ----------
    source : napari.layers.Image
        The layer that was quantized.
    result : Quantization
        What came out.
    settings : dict, optional
        How it was made; kept in the layers' metadata.

    Returns
    -------
    QuantizedLayers
    """
    placed = _placement(source)
    color_layers = (
        _image_layer(source, result, placed),
        _labels_layer(source, result, placed),
        _palette_layer(source, result),
    )
    for role, layer in zip(QuantizedLayers._fields, color_layers, strict=True):
        layer.metadata[METADATA_KEY] = {
            "role": role,
            "source": source.name,
            "source_id": source.unique_id,
            "settings": dict(settings or {}),
        }
    return QuantizedLayers(*color_layers)


def is_output(layer: Layer) -> bool:
    """Tell whether this plugin made the layer."""
    return METADATA_KEY in layer.metadata


def find_output(layers: Iterable[Layer], source: Layer, role: str) -> Layer | None:
    """Return the layer that shows the "image", "labels" or "palette" of a source's last result."""
    for layer in layers:
        made = layer.metadata.get(METADATA_KEY, {})
        if made.get("source_id") == source.unique_id and made.get("role") == role:
            return layer
    return None


def update_layer(layer: Image | Labels | Points, new: Image | Labels | Points) -> None:
    """Show a new result in a layer that shows an older one; what the user set on it remains."""
    if isinstance(layer, Points):
        _update_palette(layer, new)
    else:
        layer.data = new.data
    if isinstance(layer, Labels):
        layer.colormap = new.colormap
        layer.features = new.features
    if isinstance(layer, Image) and not layer.rgb:
        layer.contrast_limits_range = new.contrast_limits_range
        layer.contrast_limits = new.contrast_limits
    for name in ("scale", "translate", "rotate", "shear", "affine", "units"):
        setattr(layer, name, getattr(new, name))
    layer.metadata = {**layer.metadata, **new.metadata}


def _update_palette(layer: Points, new: Points) -> None:
    with layer.events.blocker_all():
        layer.selected_data = set()
        layer.data = new.data
        layer.features = new.features
        layer.size = new.size
        layer.border_color = new.border_color
        layer.text = new.text.dict()
        layer.face_color = new.face_color
    layer.events.data(value=layer.data)
    layer.refresh()


def _placement(source: Image) -> dict[str, Any]:
    """Return what puts another layer of the same shape exactly on the source."""
    names = ("scale", "translate", "rotate", "shear", "affine", "units", "axis_labels")
    return {name: getattr(source, name) for name in names}


def _plane_placement(source: Image) -> dict[str, Any]:
    """Return what puts a 2-D layer on the source's last two axes."""
    placed = _placement(source)
    if source.ndim == 2:
        return placed
    origin, matrix = _plane_axes(source)
    plain = {"scale": placed["scale"][-2:], "translate": placed["translate"][-2:]}
    if not (
        np.allclose(matrix, np.diag(plain["scale"])) and np.allclose(origin, plain["translate"])
    ):
        affine = np.eye(3)
        affine[:2, :2], affine[:2, 2] = matrix, origin
        plain = {"affine": affine}
    return {**plain, "units": placed["units"][-2:], "axis_labels": placed["axis_labels"][-2:]}


def _plane_axes(source: Image) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where the last two axes begin in the world, and a matrix of their steps."""
    origin, *steps = (
        np.asarray(source.data_to_world(position))[-2:]
        for position in np.vstack([np.zeros(source.ndim), np.eye(source.ndim)[-2:]])
    )
    return origin, np.stack([step - origin for step in steps], axis=1)


def _zoom_and_angle(source: Image) -> tuple[float, float]:
    """Return the size of a pixel in the world, and how far rows turn, in degrees: text does not."""
    _, matrix = _plane_axes(source)
    down, right = matrix[:, 1]
    return math.sqrt(abs(np.linalg.det(matrix))), math.degrees(math.atan2(down, right))


def _image_layer(source: Image, result: Quantization, placed: dict[str, Any]) -> Image:
    look: dict[str, Any] = {"rgb": source.rgb, "name": f"{source.name} · quantized"}
    if not source.rgb:
        look |= {
            "contrast_limits": source.contrast_limits,
            "colormap": source.colormap,
            "gamma": source.gamma,
        }
    return Image(result.image, **look, **placed)


def _labels_layer(source: Image, result: Quantization, placed: dict[str, Any]) -> Labels:
    n_colors = len(result.palette)
    # uint16 refreshes ten times faster in napari than wider integers, uint8 faster still.
    ids: NDArray[Any] = result.labels.astype(np.uint8 if n_colors <= 255 else np.uint16)
    np.add(ids, 1, out=ids)
    if result.mask is not None:
        ids[~result.mask] = 0
    colors = np.column_stack([display_colors(source, result.palette), np.ones(n_colors)])
    color_of: dict[int | None, Any] = {None: "transparent", 0: "transparent"}
    color_of.update(enumerate(colors, start=1))
    return Labels(
        ids,
        name=f"{source.name} · clusters",
        colormap=DirectLabelColormap(color_dict=color_of),
        features=_features(result.palette),
        **placed,
    )


def _palette_layer(source: Image, result: Quantization) -> Points:
    n_colors = len(result.palette)
    height, width = _plane_shape(source)
    positions, size = palette_positions(n_colors, height, width)
    zoom, angle = _zoom_and_angle(source)
    return Points(
        positions,
        name=f"{source.name} · palette",
        size=size,
        symbol="square",
        face_color=display_colors(source, result.palette),
        border_color=GREY,
        border_width=0.04,
        features=_features(result.palette),
        text={
            "string": "{hex}  {share:.1%}",
            "color": GREY,
            "size": size * 0.36 * zoom,
            "rotation": angle,
            "scaling": True,  # keeps its place between picture and squares at any zoom
            "anchor": "upper_right",  # right-aligned, and then shifted off the square
            "translation": [size * 0.38, -size * 0.85],
        },
        **_plane_placement(source),
    )


def palette_positions(n_colors: int, height: int, width: int) -> tuple[NDArray[np.float64], float]:
    """Return where the squares of a palette go beside a picture, (K, 2), and their size."""
    n_columns = -(-n_colors // ROWS_PER_COLUMN)
    n_rows = -(-n_colors // n_columns)
    pitch = max(height, width / 4) / max(n_rows, 12)
    size = pitch * 0.8
    column, row = np.divmod(np.arange(n_colors), n_rows)
    y = (row + 0.5) * pitch - 0.5
    x = width + pitch / 2 + TEXT_WIDTH * size + column * (TEXT_WIDTH * size + pitch)
    return np.column_stack([y, x]).astype(np.float64), float(size)


def display_colors(source: Image, palette: Palette) -> NDArray[np.float64]:
    """Return palette colors as napari shows them in the source, (K, 3) in 0..1."""
    if source.rgb:
        return palette.rgb
    low, high = source.contrast_limits
    scaled = np.clip((palette.colors[:, 0] - low) / ((high - low) or 1.0), 0, 1)
    return np.asarray(source.colormap.map(scaled**source.gamma)[:, :3], dtype=np.float64)


def _plane_shape(source: Image) -> tuple[int, int]:
    shape = (source.data[0] if source.multiscale else source.data).shape
    height, width = (shape[:-1] if source.rgb else shape)[-2:]
    return height, width


def _features(palette: Palette) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "index": np.arange(1, len(palette) + 1),
            "hex": palette.hex,
            "share": palette.share,
            "pixels": palette.counts,
        }
    )
