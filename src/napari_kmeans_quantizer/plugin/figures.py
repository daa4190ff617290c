"""From what is shown to figures, in files that can be printed: pictures with captions, swatches.

Colors are those that are seen: contrast limits, gamma and colormaps are those of the layers.
"""

from __future__ import annotations

import math
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_kmeans_quantizer.core.figures import (
    MOST_PIXELS,
    ORIGINAL,
    Picture,
    grid_figure,
    result_figure,
    swatches_figure,
    told_plane,
)
from napari_kmeans_quantizer.core.files.writing import check_free, write_file
from napari_kmeans_quantizer.core.report import bits_text, colors_text

from .export import shown_palette
from .models.display import opaque_alpha
from .models.parts import current_slice
from .models.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.figure import Figure
    from napari.components import Dims
    from napari.layers import Image
    from numpy.typing import NDArray

    from .models.display import Display
    from .models.exploration import Curve
    from .models.state import State

    Place = tuple[int, ...]
    """Which plane of a stack: an index into each of its axes but the last two."""

COLUMNS = 3
SUFFIXES = (".png", ".svg", ".pdf")
RESOLUTION = 200  # pixels per inch


class Explored(NamedTuple):
    """What was explored of an image, as it is shown.

    Attributes
    ----------
    curve : Curve
        The figures.
    layer : napari.layers.Image
        The pictures: a stack of them, or a sheet.
    place : tuple of int
        Which plane of the image is shown.
    """

    curve: Curve
    layer: Image
    place: Place


# -- figures


def figure_of_result(state: State, place: Place) -> Figure:
    """Return the original beside the result, and a swatch for each color."""
    told = told_plane(place, state.source.shape)
    where = f" ({told})" if told else ""
    original = _seen(_at(state.source, place))
    q, seen = state.result, _seen_result(state, place)
    result = Picture(colors_text(q) + where, seen, bits_text(q))
    return result_figure(
        [Picture(ORIGINAL + where, original), result], shown_palette(state), state.shares
    )


def figure_of_swatches(state: State) -> Figure:
    """Return a swatch for each color."""
    return swatches_figure(shown_palette(state), state.shares)


def figure_of_grid(explored: Explored) -> Figure:
    """Return the pictures of all numbers of colors, three in a row; of many, more."""
    curve, sheet = explored.curve, Source((explored.layer,))
    pictures = [
        Picture(title, _seen(part))
        for title, part in zip(curve.captions, _parts(explored, sheet), strict=True)
    ]
    columns = max(COLUMNS, math.isqrt(len(pictures) - 1) + 1 if len(pictures) > 12 else 0)
    shape = sheet.shape if curve.tiles is not None else sheet.shape[1:]
    return grid_figure(pictures, columns, told_plane(explored.place, shape))


def write_figure(path: Path, make: Callable[[], Figure], overwrite: bool) -> None:
    """Draw a figure, and save it as PNG, SVG or PDF: wholly, or leave what was there."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(f"{path}: must end in .png, .svg or .pdf, got {path.suffix!r}.")
    check_free(path, overwrite=overwrite)  # before it is drawn, which takes a while
    # Without a date, the same figure gives the same file.
    dates = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
    file = BytesIO()
    make().savefig(file, format=suffix[1:], dpi=RESOLUTION, metadata=dates.get(suffix))
    write_file(path, file.getvalue(), overwrite=overwrite)


# -- which plane


def place_shown(source: Source, dims: Dims) -> Place:
    """Return which plane of a source a viewer shows; in 3-D the middle one."""
    window, place = current_slice(source.main, dims), []
    for axis, part in enumerate(source.index[:-2]):
        n = part.stop - part.start
        chosen = None if window is None else window[axis].start
        index = n // 2 if chosen is None else _nearest(source, axis, chosen)
        place.append(min(max(index, 0), n - 1))
    return tuple(place)


def _nearest(source: Source, axis: int, position: int) -> int:
    """Return the index into a source's array that is nearest to a pixel of its layers."""
    return round((position - source.origin[axis]) / source.reduction[axis])


def _at(source: Source, place: Place) -> Source:
    """Return a plane of a source, with as many pixels as there is room for."""
    planes, lines = source.index[:-2], source.index[-2:]
    chosen = [slice(p.start + i, p.start + i + 1) for p, i in zip(planes, place, strict=True)]
    window = source.window_of((*chosen, *lines))
    return replace(source, window=window, step=source.step * _thinned(source), region=None)


def _thinned(source: Source) -> int:
    return max(1, -(-max(source.shape[-2:]) // MOST_PIXELS))


def _parts(explored: Explored, sheet: Source) -> list[Source]:
    """Return where the pictures of the numbers of colors lie in their layer."""
    tiles, place = explored.curve.tiles, explored.place
    if tiles is None:
        return [_at(sheet, (k, *place)) for k in range(len(explored.curve.n_colors))]
    made = []
    for top, left in tiles.corners[1:]:  # the first is the original
        lines = slice(top, top + tiles.height), slice(left, left + tiles.width)
        planes = (slice(None),) * (sheet.ndim - 2)
        made.append(_at(replace(sheet, window=(*planes, *lines)), place))
    return made


# -- what is seen of it


def _seen(source: Source) -> NDArray[np.float64]:
    """Return a plane of a source as it is shown, RGBA in 0..1, (rows, columns, 4)."""
    lines, n = source.shape[-2:], source.n_values
    return _as_shown(source.array().reshape(*lines, n), source.display())


def _seen_result(state: State, place: Place) -> NDArray[np.float64]:
    image, step = state.result.image, _thinned(state.source)
    plane = image[place][::step, ::step]
    if state.result.channel_axis is None:
        plane = plane[..., np.newaxis]
    return _as_shown(plane, state.display)


def _as_shown(values: NDArray[Any], display: Display) -> NDArray[np.float64]:
    """Return values (rows, columns, C) as RGBA in 0..1; NaN is black."""
    lines, n = values.shape[:2], values.shape[-1]
    rgba = np.ones((*lines, 4))
    rgb = display.shown(values.reshape(-1, n))
    rgba[..., :3] = np.nan_to_num(rgb).reshape(*lines, 3)
    if display.rgb and n > 3:
        rgba[..., 3] = np.clip(values[..., 3] / opaque_alpha(values.dtype), 0, 1)
    return rgba
