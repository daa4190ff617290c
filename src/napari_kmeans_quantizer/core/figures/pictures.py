"""Pictures of a figure: what is shown of an image, what is told of it, and how it is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_kmeans_quantizer.core.arrays import as_array
from napari_kmeans_quantizer.core.lazy.arrays import unread

from .page import CLEAR, FRAME, GREY, add_axes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

    from napari_kmeans_quantizer.core.quantization import Quantization

    Floats = NDArray[np.float64]

TITLE, NOTE = 0.35, 0.28
"""Inches: room above a picture for its title, and below it for its note."""
TALLEST, SHORTEST = 5.0, 0.4
"""Inches, of pictures."""
MOST_PIXELS, PER_INCH = 1200, 250
"""Of a side that is drawn: there is no room for more."""
ORIGINAL = "Original"
UNMASKED = "`image.data`"
"""What to pass instead of a masked array."""


class Picture(NamedTuple):
    """A picture of a figure.

    Attributes
    ----------
    title : str
        What is written above it.
    rgba : (rows, columns, 4) ndarray
        Its pixels, 0..1.
    note : str
        What is written below it.
    """

    title: str
    rgba: Floats
    note: str = ""


# -- what is shown


def middle_plane(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the indices of the plane that is shown of a stack, none of a plane."""
    return tuple(length // 2 for length in shape[:-2])


def told_plane(place: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """Return which plane of a stack is shown, such as "plane 2 of 0..4"; "" of no stack."""
    told = [f"{index} of 0..{n - 1}" for index, n in zip(place, shape, strict=False)]
    return "plane " + ", ".join(told) if told else ""


def thinning(shape: tuple[int, ...], inches: float) -> int:
    """Return of how many rows and columns of a plane one is shown in a picture of some width."""
    most = max(1, min(MOST_PIXELS, int(PER_INCH * inches)))
    return max(1, -(-max(shape[-2:]) // most))


def shown_original(image: ArrayLike, q: Quantization, inches: float) -> Floats:
    """Return the picture of an image as that of its result, RGBA in 0..1.

    Raises
    ------
    ValueError
        If it has another shape.
    """
    array = unread(image, "image", UNMASKED)
    if array.shape != q.image.shape:
        raise ValueError(
            f"`image` must have the shape of the result, {q.image.shape}, got {array.shape}. "
            "Pass the image that was quantized."
        )
    return shown(array, q, inches)


def shown(image: Any, q: Quantization, inches: float) -> Floats:
    """Return the middle plane as RGBA in 0..1, (rows, columns, 4), thinned out if it is large.

    Of a lazy image only the pixels that are left are ever held, and the chunks that dask reads.
    """
    array = unread(image, "image", UNMASKED)
    channels = array[..., np.newaxis]
    if q.channel_axis is not None:
        channels = np.moveaxis(array, q.channel_axis, -1)
    whole = channels[middle_plane(q.labels.shape)]
    whole = whole if whole.ndim == 3 else whole[np.newaxis]
    step = thinning(whole.shape[:2], inches)
    plane = as_array(whole[::step, ::step], "image", UNMASKED)
    n_channels = q.palette.n_channels
    rgba = np.zeros((*plane.shape[:2], 4))
    rgba[..., :3] = _levels(plane[..., :n_channels], q.palette.value_range)
    rgba[..., 3] = 1
    if plane.shape[-1] > n_channels:
        white = 1 if plane.dtype.kind in "fb" else np.iinfo(plane.dtype).max
        rgba[..., 3] = np.clip(plane[..., -1] / white, 0, 1)
    return rgba


def _levels(values: NDArray[Any], value_range: tuple[float, float]) -> Floats:
    """Return values as RGB in 0..1, as `Palette.rgb` shows colors; NaN is black."""
    black, white = map(float, value_range)
    numbers = np.nan_to_num(values.astype(np.float64), nan=black)
    levels = np.clip((numbers - black) / ((white - black) or 1), 0, 1)
    if levels.shape[-1] == 1:
        return np.repeat(levels, 3, axis=-1)
    rgb = np.zeros((*levels.shape[:-1], 3))
    rgb[..., : levels.shape[-1]] = levels[..., :3]
    return rgb


# -- how it is drawn


def height_of(pictures: Sequence[Picture], width: float) -> float:
    """Return how high a row of pictures is at some width, in inches."""
    highest = max(rows / columns for rows, columns in (p.rgba.shape[:2] for p in pictures))
    return float(min(max(width * highest, SHORTEST), TALLEST))


def draw_picture(
    page: Figure, picture: Picture, left: float, bottom: float, width: float, height: float
) -> None:
    """Draw a picture at a place in inches, its title above it, its note below it."""
    axes, rgba = add_axes(page, left, bottom, width, height), picture.rgba
    axes.set_facecolor(CLEAR)
    axes.imshow(rgba, interpolation="nearest" if max(rgba.shape) < 200 else "antialiased")
    axes.set_anchor("N")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_color(FRAME)
    axes.set_title(picture.title, fontsize=11, parse_math=False)
    axes.set_xlabel(picture.note, fontsize=9, color=GREY, labelpad=4)
