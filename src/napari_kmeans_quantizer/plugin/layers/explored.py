"""Several numbers of colors at once: what one stack, or one sheet of all pictures, holds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .contents import GREY, METADATA_KEY, look, opaque_alpha, picture, shows_rgb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_kmeans_quantizer import Quantization
    from napari_kmeans_quantizer.plugin.models.source import Source

    from .contents import Attributes

LINE = 0.07  # room for a title, in heights of a picture
FONT = 0.6  # size of a title's text, in lines; likewise:
GAP = 0.6  # between pictures
ABOVE = 0.3  # from a title to its picture
WIDEST = 11  # "K = 256   unchanged"


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
    shown = [_title(k, result) for k, result in results.items()]
    shown = np.repeat(shown, len(titles["data"]) // len(shown)).tolist()
    titles |= _title_look(shown, source)
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
    zoom, angle = source.zoom_and_angle()
    return {
        "features": {"title": titles},
        "size": 1e-3,  # only the text is to be seen
        "face_color": "transparent",
        "border_color": "transparent",
        "text": {
            "string": "{title}",
            "color": GREY,
            "size": FONT * _line(source) * source.step * zoom,
            "rotation": angle,
            "scaling": True,
            "anchor": "upper_left",
        },
    }


def _line(source: Source) -> float:
    """Return the height of a line of text, in pixels; readable for wide and for tall pictures."""
    height, width = source.shape[-2:]
    return LINE * min(max(height, width / 3), 3 * width)


def _stacked(
    source: Source, numbers: list[int], pictures: list[NDArray[Any]]
) -> tuple[Attributes, Attributes]:
    """One after the other along a new first axis; its steps are those of the numbers of colors."""
    step = numbers[1] - numbers[0] if len(numbers) > 1 else 1
    placed = _with_axis(source.placement(), numbers[0], step)
    # A title on every slice of a stack.
    corners = np.array(list(np.ndindex(len(numbers), *source.shape[:-2], 1, 1)), np.float64)
    corners[:, -2] = -ABOVE * _line(source)
    return {"data": np.stack(pictures), **placed}, {"data": corners, **placed}


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
    n_columns = math.ceil(math.sqrt(len(numbers)))
    height, width = source.shape[-2:]
    line = _line(source)
    down = height + math.ceil((1 + GAP) * line)
    right = math.ceil(max(width + GAP * line, WIDEST * line))
    corners = [(i // n_columns * down, i % n_columns * right) for i in range(len(numbers))]
    data = _sheet(source, pictures, corners)
    above = source.plane_positions(np.subtract(corners, (ABOVE * line, 0)))
    return {"data": data, **source.placement()}, {"data": above, **source.plane_placement()}


def _sheet(
    source: Source, pictures: list[NDArray[Any]], corners: list[tuple[int, int]]
) -> NDArray[Any]:
    """Return all pictures in one; between them color is transparent, and grey the darkest."""
    empty: float = 0
    if shows_rgb(source):
        axis, pictures = -3, [_with_alpha(shown) for shown in pictures]
    else:
        axis, empty = -2, _darkest(source, pictures[0].dtype)
    height, width = source.shape[-2:]
    shape = list(pictures[0].shape)
    shape[axis] = max(top for top, _ in corners) + height
    shape[axis + 1] = max(left for _, left in corners) + width
    sheet = np.full(shape, empty, pictures[0].dtype)
    place = [slice(None)] * sheet.ndim
    for (top, left), shown in zip(corners, pictures, strict=True):
        place[axis], place[axis + 1] = slice(top, top + height), slice(left, left + width)
        sheet[tuple(place)] = shown
    return sheet


def _with_alpha(shown: NDArray[Any]) -> NDArray[Any]:
    if shown.shape[-1] == 4:
        return shown
    alpha = np.full((*shown.shape[:-1], 1), opaque_alpha(shown.dtype), shown.dtype)
    return np.concatenate([shown, alpha], axis=-1)


def _darkest(source: Source, dtype: np.dtype[Any]) -> float:
    """Return what is shown as the lower contrast limit."""
    low = float(source.main.contrast_limits[0])
    if dtype.kind in "iu":
        return max(low, float(np.iinfo(dtype).min))
    return low
