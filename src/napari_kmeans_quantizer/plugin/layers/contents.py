"""From a Quantization to what napari layers hold: plain arguments, quick to make in any thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from napari.utils.colormaps import DirectLabelColormap
from napari.utils.colormaps.standardize_color import transform_color

from napari_kmeans_quantizer.plugin.models.source import display_colors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_kmeans_quantizer import Palette, Quantization
    from napari_kmeans_quantizer.plugin.models.settings import Settings
    from napari_kmeans_quantizer.plugin.models.source import Source

METADATA_KEY = "napari-kmeans-quantizer"
"""Where an output layer's ``metadata`` says what it is and where it comes from."""

ROOMS = (12, 16, 24, 32)  # for how many colors, one above the other, the palette makes room
TEXT_WIDTH = 6.0  # of "#rrggbb  12.3%", in sizes of a square
GREY = "#808080"  # readable on napari's black as on its white canvas

Attributes = dict[str, Any]


class Contents(NamedTuple):
    """What the three layers of a result hold: the arguments that make them, and update them."""

    image: Attributes
    labels: Attributes
    palette: Attributes


def result_contents(
    source: Source,
    result: Quantization,
    settings: Settings,
    hidden: frozenset[int] = frozenset(),
) -> Contents:
    """Return what the three layers of a result hold; clusters in `hidden` are transparent."""
    colors = display_colors(source, result.palette)
    contents = Contents(
        _image_contents(source, result, hidden),
        _labels_contents(source, result, colors, hidden),
        _palette_contents(source, result, colors),
    )
    for role, content in zip(Contents._fields, contents, strict=True):
        made = {
            "role": role,
            "source": source.name,
            "source_id": source.key,
            "layers": tuple(layer.name for layer in source.layers),
            "region": None if source.region is None else source.region.name,
            "window": source.window,
            "settings": settings.to_dict(),
        }
        if role == "palette":
            made["palette"] = result.palette
        content["metadata"] = {METADATA_KEY: made}
    return contents


def shows_rgb(source: Source) -> bool:
    """Tell whether the painted image is a color picture: also of several channels."""
    return source.rgb or len(source.layers) > 1


def picture(source: Source, result: Quantization) -> NDArray[Any]:
    """Return the painted image; several channels in the colors in which napari shows them."""
    if len(source.layers) == 1:
        return result.image
    table = np.rint(display_colors(source, result.palette) * 255).astype(np.uint8)
    painted = np.take(table, result.labels, axis=0)
    if result.mask is not None:
        painted[~result.mask] = 0
    return painted


def look(source: Source) -> Attributes:
    """Return how a painted image is shown: as its source; color pictures need nothing."""
    if shows_rgb(source):
        return {"rgb": True}
    names = ("contrast_limits", "colormap", "gamma")
    return {"rgb": False} | {name: getattr(source.main, name) for name in names}


def _image_contents(source: Source, result: Quantization, hidden: frozenset[int]) -> Attributes:
    data = picture(source, result)
    if hidden and shows_rgb(source):
        data = _without(data, result, hidden)
    return {
        "data": data,
        "name": f"{source.name} · quantized",
        **look(source),
        **source.placement(),
    }


def _without(data: NDArray[Any], result: Quantization, hidden: frozenset[int]) -> NDArray[Any]:
    """Return a picture with transparent pixels where hidden clusters are."""
    opaque = opaque_alpha(data.dtype)
    shown = np.full(len(result.palette), opaque, data.dtype)
    shown[list(hidden)] = 0
    alpha = np.take(shown, result.labels)
    if result.mask is not None:
        alpha[~result.mask] = opaque
    if data.shape[-1] == 4:
        alpha = np.minimum(alpha, data[..., 3])
    return np.concatenate([data[..., :3], alpha[..., np.newaxis]], axis=-1)


def opaque_alpha(dtype: np.dtype[Any]) -> int:
    """Return what alpha is where a color picture is not transparent."""
    return 1 if dtype.kind in "bf" else int(np.iinfo(dtype).max)


def _labels_contents(
    source: Source, result: Quantization, colors: NDArray[np.float64], hidden: frozenset[int]
) -> Attributes:
    n_colors = len(result.palette)
    # uint16 refreshes ten times faster in napari than wider integers, uint8 faster still.
    ids: NDArray[Any] = result.labels.astype(np.uint8 if n_colors <= 255 else np.uint16)
    np.add(ids, 1, out=ids)
    if result.mask is not None:
        ids[~result.mask] = 0
    rgba = np.column_stack([colors, np.ones(n_colors)])
    rgba[list(hidden)] = 0
    color_of: dict[int | None, Any] = {None: "transparent", 0: "transparent"}
    color_of.update(enumerate(rgba, start=1))
    return {
        "data": ids,
        "name": f"{source.name} · clusters",
        "colormap": DirectLabelColormap(color_dict=color_of),
        "features": _features(result.palette, colors),
        **source.placement(),
    }


def _palette_contents(
    source: Source, result: Quantization, colors: NDArray[np.float64]
) -> Attributes:
    positions, size = palette_positions(len(colors), *source.plane_shape)
    zoom, angle = source.zoom_and_angle()
    return {
        "data": positions,
        "name": f"{source.name} · palette",
        # As napari keeps them, so that what is the same is seen to be.
        "size": np.full(len(colors), size),
        "symbol": "square",
        "face_color": np.column_stack([colors, np.ones(len(colors))]).astype(np.float32),
        "border_color": transform_color([GREY] * len(colors)),
        "border_width": 0.04,
        "features": _features(result.palette, colors),
        "text": {
            "string": "{hex}  {share:.1%}",
            "color": GREY,
            "size": size * 0.36 * zoom,
            "rotation": angle,
            "scaling": True,  # keeps its place between picture and squares at any zoom
            "anchor": "upper_right",  # right-aligned, and then shifted off the square
            "translation": [size * 0.38, -size * 0.85],
        },
        **source.plane_placement(),
    }


def palette_positions(n_colors: int, height: int, width: int) -> tuple[NDArray[np.float64], float]:
    """Return where the squares of a palette go beside a picture, (K, 2), and their size."""
    n_columns = -(-n_colors // ROOMS[-1])
    n_rows = -(-n_colors // n_columns)
    # In a few sizes only: while people drag, most texts keep theirs, which is slow to change.
    pitch = max(height, width / 4) / next(rows for rows in ROOMS if rows >= n_rows)
    size = pitch * 0.8
    column, row = np.divmod(np.arange(n_colors), n_rows)
    y = (row + 0.5) * pitch - 0.5
    x = width + pitch / 2 + TEXT_WIDTH * size + column * (TEXT_WIDTH * size + pitch)
    return np.column_stack([y, x]).astype(np.float64), float(size)


def _features(palette: Palette, colors: NDArray[np.float64]) -> pd.DataFrame:
    shown = np.rint(colors * 255).astype(np.uint8)
    return pd.DataFrame(
        {
            "index": np.arange(1, len(palette) + 1),
            "hex": ["#" + color.tobytes().hex() for color in shown],
            "share": palette.share,
            "pixels": palette.counts,
        }
    )
