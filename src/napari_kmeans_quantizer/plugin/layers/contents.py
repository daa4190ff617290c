"""From a State to what napari layers hold: plain arguments, quick to make in any thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from napari.utils.colormaps import DirectLabelColormap
from napari.utils.colormaps.standardize_color import transform_color

from napari_kmeans_quantizer.plugin.models.display import opaque_alpha

from .about import About

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_kmeans_quantizer import Quantization
    from napari_kmeans_quantizer.plugin.models.display import Display
    from napari_kmeans_quantizer.plugin.models.state import State

ROOMS = (12, 16, 24, 32)  # for how many colors, one above the other, the palette makes room
TEXT_WIDTH = 6.0  # of "#rrggbb  12.3%", in sizes of a square
GREY = "#808080"  # readable on napari's black as on its white canvas

Attributes = dict[str, Any]


class Contents(NamedTuple):
    """What the three layers of a result hold: the arguments that make them, and update them."""

    image: Attributes
    labels: Attributes
    palette: Attributes


ROLES = Contents._fields


def state_contents(state: State) -> Contents:
    """Return what the three layers of a state hold; hidden clusters are transparent."""
    contents = Contents(_image_contents(state), _labels_contents(state), _palette_contents(state))
    for role, content in zip(ROLES, contents, strict=True):
        palette = state.palette if role == "palette" else None
        about = About.of_output(role, state.source, state.settings, palette)
        content["metadata"] = about.to_metadata()
    return contents


def picture(result: Quantization, display: Display) -> NDArray[Any]:
    """Return the painted image; several channels in the colors in which napari shows them."""
    if display.rgb or not display.is_color:
        return result.image
    table = np.rint(display.shown(result.palette.colors) * 255).astype(np.uint8)
    painted = np.take(table, result.labels, axis=0)
    if result.mask is not None:
        painted[~result.mask] = 0
    return painted


def with_alpha(shown: NDArray[Any], visible: NDArray[np.bool_] | None = None) -> NDArray[Any]:
    """Return a color picture with alpha: transparent where it is not visible, or was not before."""
    if shown.dtype == np.bool_:  # a True of alpha would be one of 255
        shown = shown.astype(np.uint8) * 255
    opaque = shown.dtype.type(opaque_alpha(shown.dtype))
    alpha = shown[..., 3] if shown.shape[-1] == 4 else np.full(shown.shape[:-1], opaque)
    if visible is not None:
        alpha = np.where(visible, alpha, shown.dtype.type(0))
    return np.concatenate([shown[..., :3], alpha[..., np.newaxis]], axis=-1)


def _image_contents(state: State) -> Attributes:
    data = picture(state.result, state.display)
    if state.hidden and state.display.is_color:
        data = with_alpha(data, ~_hidden_pixels(state))
    return {
        "data": data,
        "name": f"{state.source.name} · quantized",
        **state.display.look(),
        **state.placement.whole,
    }


def _hidden_pixels(state: State) -> NDArray[np.bool_]:
    hidden = np.zeros(len(state.result.palette), np.bool_)
    hidden[list(state.hidden)] = True
    pixels: NDArray[np.bool_] = np.take(hidden, state.result.labels)
    return pixels if state.result.mask is None else pixels & state.result.mask


def _labels_contents(state: State) -> Attributes:
    n_colors = len(state.result.palette)
    # uint16 refreshes ten times faster in napari than wider integers, uint8 faster still.
    ids: NDArray[Any] = state.result.labels.astype(np.uint8 if n_colors <= 255 else np.uint16)
    np.add(ids, 1, out=ids)
    if state.result.mask is not None:
        ids[~state.result.mask] = 0
    rgba = np.column_stack([state.shown, np.ones(n_colors)])
    rgba[list(state.hidden)] = 0
    color_of: dict[int | None, Any] = {None: "transparent", 0: "transparent"}
    color_of.update(enumerate(rgba, start=1))
    return {
        "data": ids,
        "name": f"{state.source.name} · clusters",
        "colormap": DirectLabelColormap(color_dict=color_of),
        # napari looks ids up in a column of this name.
        "features": {"index": np.arange(1, n_colors + 1), **_features(state)},
        **state.placement.whole,
    }


def _palette_contents(state: State) -> Attributes:
    placement, n_colors = state.placement, len(state.shown)
    positions, size = palette_positions(n_colors, *placement.plane_shape)
    return {
        "data": positions,
        "name": f"{state.source.name} · palette",
        # As napari keeps them, so that what is the same is seen to be.
        "size": np.full(n_colors, size),
        "symbol": "square",
        "face_color": np.column_stack([state.shown, np.ones(n_colors)]).astype(np.float32),
        "border_color": transform_color([GREY] * n_colors),
        "border_width": 0.04,
        # Not called "index": napari's CSV of points has a column of that name, counted from 0.
        "features": {"cluster": np.arange(1, n_colors + 1), **_features(state)},
        "text": {
            "string": "{hex}  {share:.1%}",
            "color": GREY,
            "size": size * 0.36 * placement.zoom,
            "rotation": placement.angle,
            "scaling": True,  # keeps its place between picture and squares at any zoom
            "anchor": "upper_right",  # right-aligned, and then shifted off the square
            "translation": [size * 0.38, -size * 0.85],
        },
        **placement.plane,
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


def _features(state: State) -> Attributes:
    palette = state.result.palette
    return {"hex": state.hex, "share": palette.share, "pixels": palette.counts}
