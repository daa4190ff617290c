"""Several numbers of colors at once: what one stack, or one sheet of all pictures, holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from napari.utils.transforms import Affine

from napari_kmeans_quantizer.plugin.models.display import dtype_limits
from napari_kmeans_quantizer.plugin.models.geometry import OWN
from napari_kmeans_quantizer.plugin.models.tiles import line_height

from .about import About
from .contents import picture, with_alpha
from .ink import text_color

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.plugin.models.display import Display
    from napari_kmeans_quantizer.plugin.models.exploration import Exploration
    from napari_kmeans_quantizer.plugin.models.tiles import Tiles

    from .contents import Attributes

FONT = 0.6  # size of a title's text, in lines; likewise:
ABOVE = 0.3  # from a title to its picture
ROWS = 256  # of a picture of several channels that are put into colors at once

EXPLORED = ("explored", "titles")
"""Roles of the layers."""

Pictures = list["NDArray[Any]"]


def explored_contents(explored: Exploration) -> dict[str, Attributes]:
    """Return what an Image layer of all results ("explored") and Points of "titles" hold."""
    pictures = [picture(result, explored.display) for result in explored.shown()]
    curve = explored.curve
    if curve.tiles is None:
        image, titles = _stacked(explored, pictures)
    else:
        pictures = [original_picture(explored.original, explored.display), *pictures]
        image, titles = _side_by_side(explored, pictures, curve.tiles)
    name, numbers = explored.source.name, list(explored.results)
    image |= {
        "name": f"{name} · {numbers[0]} to {numbers[-1]} colors",
        **explored.display.look(),
    }
    shown = curve.titles()
    shown = np.repeat(shown, len(titles["data"]) // len(shown)).tolist()
    titles |= {"name": f"{name} · titles", **_title_look(shown, explored)}
    contents = {"explored": image, "titles": titles}
    for role, content in contents.items():
        about = About.of_output(role, explored.source, explored.settings)
        content["metadata"] = about.to_metadata()
    return contents


def original_picture(array: NDArray[Any], display: Display) -> NDArray[Any]:
    """Return the pixels of a source as a picture like those of its results."""
    if display.rgb or not display.is_color:
        return array
    lines = array.reshape(-1, *array.shape[-2:])
    shown = np.empty((*lines.shape[:-1], 3), np.uint8)
    for start in range(0, len(lines), ROWS):
        part = lines[start : start + ROWS]
        rgb = display.shown(part.reshape(-1, part.shape[-1]))
        shown[start : start + ROWS] = np.rint(np.nan_to_num(rgb) * 255).reshape(*part.shape[:-1], 3)
    return shown.reshape(*array.shape[:-1], 3)


def _title_look(titles: list[str], explored: Exploration) -> Attributes:
    tiles = explored.curve.tiles
    line = line_height(explored.source.shape) if tiles is None else tiles.line
    size = FONT * line * explored.source.reduction[-1] * explored.placement.zoom
    return {
        "features": {"title": titles},
        "size": 1e-3,  # only the text is to be seen
        "face_color": "transparent",
        "border_color": "transparent",
        "text": {
            "string": "{title}",
            "color": text_color(dark=True),
            "size": size,
            "rotation": explored.placement.angle,
            "scaling": True,
            "anchor": "upper_left",
        },
    }


def _stacked(explored: Exploration, pictures: Pictures) -> tuple[Attributes, Attributes]:
    """One after the other along a new first axis; its steps are those of the numbers of colors."""
    numbers = list(explored.results)
    step = numbers[1] - numbers[0] if len(numbers) > 1 else 1
    placed = _with_axis(explored.placement.whole, numbers[0], step)
    # A title on every slice of a stack.
    corners = np.ndindex(len(numbers), *explored.source.shape[:-2], 1, 1)
    places = np.array(list(corners), np.float64)
    places[:, -2] = -ABOVE * line_height(explored.source.shape)
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


def _side_by_side(
    explored: Exploration, pictures: Pictures, tiles: Tiles
) -> tuple[Attributes, Attributes]:
    """Place pictures in rows, with room for a title above each."""
    placement = explored.placement
    above = placement.plane_positions(np.subtract(tiles.corners, (ABOVE * tiles.line, 0)))
    return (
        {"data": _sheet(explored, pictures, tiles), **placement.whole},
        {"data": above, **placement.plane},
    )


def _sheet(explored: Exploration, pictures: Pictures, tiles: Tiles) -> NDArray[Any]:
    """Return all pictures in one; between them color is transparent, and grey the darkest."""
    empty: float = 0
    if explored.display.is_color:
        axis, pictures = -3, [with_alpha(shown) for shown in pictures]
    else:
        axis, empty = -2, _darkest(explored)
    shape = list(pictures[0].shape)
    shape[axis], shape[axis + 1] = tiles.shape
    sheet = np.full(shape, empty, pictures[0].dtype)
    place = [slice(None)] * sheet.ndim
    for (top, left), shown in zip(tiles.corners, pictures, strict=True):
        place[axis] = slice(top, top + tiles.height)
        place[axis + 1] = slice(left, left + tiles.width)
        sheet[tuple(place)] = shown
    return sheet


def _darkest(explored: Exploration) -> float:
    """Return what is shown as the lower contrast limit."""
    low, high = dtype_limits(explored.display.dtype)
    return min(max(explored.display.channels[0].limits[0], low), high)
