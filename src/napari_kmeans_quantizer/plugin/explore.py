"""Several numbers of colors at once: what one stack, or one sheet of all pictures, holds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .contents import GREY, METADATA_KEY, look, picture, shows_rgb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_kmeans_quantizer import Quantization

    from .contents import Attributes
    from .source import Source

GAP = 0.04  # between pictures, in their heights
TITLE = 0.07  # above each picture


def explored_contents(
    source: Source, results: dict[int, Quantization], arrangement: str
) -> tuple[Attributes, Attributes]:
    """Return what an Image layer of all results and a Points layer of their titles hold.

    Parameters
    ----------
    source : Source
        What was quantized.
    results : dict of int to Quantization
        By number of colors.
    arrangement : {"stack", "grid"}
        A new first axis, whose world coordinate is the number of colors; or side by side.
    """
    pictures = [picture(source, result) for result in results.values()]
    arrange = _stacked if arrangement == "stack" else _side_by_side
    image, titles = arrange(source, list(results), pictures)
    image |= {"name": f"{source.name} · {_range(results)} colors", **look(source)}
    titles |= _title_look([_title(k, result) for k, result in results.items()], source)
    titles["name"] = f"{source.name} · titles"
    for role, content in (("explored", image), ("titles", titles)):
        made = {"role": role, "source": source.name, "source_id": source.key}
        content["metadata"] = {METADATA_KEY: made | {"arrangement": arrangement}}
    return image, titles


def _range(results: dict[int, Quantization]) -> str:
    return f"{min(results)} to {max(results)}"


def _title(n_colors: int, result: Quantization) -> str:
    quality = "unchanged" if result.mse == 0 else f"{result.psnr:.1f} dB"
    return f"K = {n_colors}   {quality}"


def _title_look(titles: list[str], source: Source) -> Attributes:
    height, width = source.plane_shape
    zoom, angle = source.zoom_and_angle()
    return {
        "features": {"title": titles},
        "size": 1e-3,  # only the text is to be seen
        "face_color": "transparent",
        "border_color": "transparent",
        "text": {
            "string": "{title}",
            "color": GREY,
            "size": TITLE * max(height, width / 3) * 0.5 * zoom,
            "rotation": angle,
            "scaling": True,
            "anchor": "upper_left",
        },
    }


def _stacked(
    source: Source, numbers: list[int], pictures: list[NDArray[Any]]
) -> tuple[Attributes, Attributes]:
    """One after the other along a new first axis; its steps are those of the numbers of colors."""
    step = numbers[1] - numbers[0] if len(numbers) > 1 else 1
    placed = _with_axis(source.placement(), numbers[0], step)
    n_spatial = len(placed["axis_labels"]) - 1
    corner = np.zeros((len(numbers), n_spatial + 1))
    corner[:, 0] = np.arange(len(numbers))
    corner[:, -2] = -0.02 * source.plane_shape[0]
    return {"data": np.stack(pictures), **placed}, {"data": corner, **placed}


def _with_axis(placed: Attributes, first: int, step: int) -> Attributes:
    """Put a new first axis before a placement."""
    from napari.utils.transforms import Affine

    inner = Affine(
        scale=placed["scale"],
        translate=placed["translate"],
        rotate=placed["rotate"],
        shear=placed["shear"],
    ).affine_matrix
    n = len(placed["scale"])
    whole = np.eye(n + 2)
    whole[1:, 1:] = np.asarray(placed["affine"]) @ inner
    whole[0, 0], whole[0, -1] = step, first
    return {
        "affine": whole,
        "units": ("pixel", *placed["units"]),
        "axis_labels": ("K", *placed["axis_labels"]),
    }


def _side_by_side(
    source: Source, numbers: list[int], pictures: list[NDArray[Any]]
) -> tuple[Attributes, Attributes]:
    """Place pictures in rows, with room for a title above each."""
    n_columns = math.ceil(math.sqrt(len(pictures)))
    n_rows = math.ceil(len(pictures) / n_columns)
    axis = -3 if shows_rgb(source) else -2  # of the rows
    height, width = pictures[0].shape[axis], pictures[0].shape[axis + 1]
    down, right = height + round((GAP + TITLE) * height), width + round(GAP * height)
    shape = list(pictures[0].shape)
    shape[axis] = n_rows * down - round((GAP + TITLE) * height)
    shape[axis + 1] = n_columns * right - round(GAP * height)
    sheet = np.zeros(shape, pictures[0].dtype)
    corners = np.empty((len(pictures), 2))
    for i, shown in enumerate(pictures):
        top, left = (i // n_columns) * down, (i % n_columns) * right
        place: list[Any] = [slice(None)] * len(shape)
        place[axis] = slice(top, top + height)
        place[axis + 1] = slice(left, left + width)
        sheet[tuple(place)] = shown
        corners[i] = top - 0.02 * height, left
    return (
        {"data": sheet, **source.placement()},
        {"data": corners, **source.plane_placement()},
    )
