"""Several numbers of colors at once: what one stack, or one sheet of all pictures, holds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.utils.transforms import Affine

from napari_kmeans_quantizer.plugin.models.display import dtype_limits
from napari_kmeans_quantizer.plugin.models.geometry import OWN

from .about import About
from .contents import GREY, picture, with_alpha

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_kmeans_quantizer import Quantization
    from napari_kmeans_quantizer.plugin.models.exploration import Exploration

    from .contents import Attributes

LINE = 0.07  # room for a title, in heights of a picture
FONT = 0.6  # size of a title's text, in lines; likewise:
GAP = 0.6  # between pictures
ABOVE = 0.3  # from a title to its picture
WIDEST = 11  # "K = 256   unchanged"

Pictures = list["NDArray[Any]"]


def explored_contents(explored: Exploration) -> dict[str, Attributes]:
    """Return what an Image layer of all results ("explored") and Points of "titles" hold."""
    pictures = [picture(result, explored.display) for result in explored.results.values()]
    arrange = _stacked if explored.arrangement == "stack" else _side_by_side
    image, titles = arrange(explored, pictures)
    name, numbers = explored.source.name, list(explored.results)
    image |= {
        "name": f"{name} · {numbers[0]} to {numbers[-1]} colors",
        **explored.display.look(),
    }
    shown = [_title(k, result) for k, result in explored.results.items()]
    shown = np.repeat(shown, len(titles["data"]) // len(shown)).tolist()
    titles |= {"name": f"{name} · titles", **_title_look(shown, explored)}
    contents = {"explored": image, "titles": titles}
    for role, content in contents.items():
        about = About.of_output(role, explored.source, explored.settings)
        content["metadata"] = about.to_metadata()
    return contents


def _title(n_colors: int, result: Quantization) -> str:
    quality = "unchanged" if result.mse == 0 else f"{result.psnr:.1f} dB"
    return f"K = {n_colors}   {quality}"


def _title_look(titles: list[str], explored: Exploration) -> Attributes:
    size = FONT * _line(explored) * explored.source.step * explored.placement.zoom
    return {
        "features": {"title": titles},
        "size": 1e-3,  # only the text is to be seen
        "face_color": "transparent",
        "border_color": "transparent",
        "text": {
            "string": "{title}",
            "color": GREY,
            "size": size,
            "rotation": explored.placement.angle,
            "scaling": True,
            "anchor": "upper_left",
        },
    }


def _line(explored: Exploration) -> float:
    """Return the height of a line of text, in pixels; readable for wide and for tall pictures."""
    height, width = explored.source.shape[-2:]
    return LINE * min(max(height, width / 3), 3 * width)


def _stacked(explored: Exploration, pictures: Pictures) -> tuple[Attributes, Attributes]:
    """One after the other along a new first axis; its steps are those of the numbers of colors."""
    numbers = list(explored.results)
    step = numbers[1] - numbers[0] if len(numbers) > 1 else 1
    placed = _with_axis(explored.placement.whole, numbers[0], step)
    # A title on every slice of a stack.
    corners = np.ndindex(len(numbers), *explored.source.shape[:-2], 1, 1)
    places = np.array(list(corners), np.float64)
    places[:, -2] = -ABOVE * _line(explored)
    return {"data": np.stack(pictures), **placed}, {"data": places, **placed}


def _with_axis(placed: Attributes, first: int, step: int) -> Attributes:
    """Put a new first axis before a placement."""
    n = len(placed["scale"])
    inner = Affine(ndim=n, **{name: placed[name] for name in OWN}).affine_matrix
    whole = np.eye(n + 2)
    whole[1:, 1:] = np.asarray(placed["affine"]) @ inner
    whole[0, 0], whole[0, -1] = step, first
    return {
        "affine": whole,
        "units": ("pixel", *placed["units"]),
        "axis_labels": ("K", *placed["axis_labels"]),
    }


def _side_by_side(explored: Exploration, pictures: Pictures) -> tuple[Attributes, Attributes]:
    """Place pictures in rows, with room for a title above each."""
    n_columns = math.ceil(math.sqrt(len(pictures)))
    height, width = explored.source.shape[-2:]
    line = _line(explored)
    down = height + math.ceil((1 + GAP) * line)
    right = math.ceil(max(width + GAP * line, WIDEST * line))
    corners = [(i // n_columns * down, i % n_columns * right) for i in range(len(pictures))]
    placement = explored.placement
    above = placement.plane_positions(np.subtract(corners, (ABOVE * line, 0)))
    return (
        {"data": _sheet(explored, pictures, corners), **placement.whole},
        {"data": above, **placement.plane},
    )


def _sheet(
    explored: Exploration, pictures: Pictures, corners: list[tuple[int, int]]
) -> NDArray[Any]:
    """Return all pictures in one; between them color is transparent, and grey the darkest."""
    empty: float = 0
    if explored.display.is_color:
        axis, pictures = -3, [with_alpha(shown) for shown in pictures]
    else:
        axis, empty = -2, _darkest(explored)
    height, width = explored.source.shape[-2:]
    shape = list(pictures[0].shape)
    shape[axis] = max(top for top, _ in corners) + height
    shape[axis + 1] = max(left for _, left in corners) + width
    sheet = np.full(shape, empty, pictures[0].dtype)
    place = [slice(None)] * sheet.ndim
    for (top, left), shown in zip(corners, pictures, strict=True):
        place[axis], place[axis + 1] = slice(top, top + height), slice(left, left + width)
        sheet[tuple(place)] = shown
    return sheet


def _darkest(explored: Exploration) -> float:
    """Return what is shown as the lower contrast limit."""
    low, high = dtype_limits(explored.display.dtype)
    return min(max(explored.display.channels[0].limits[0], low), high)
