"""A palette file as a layer: its colors as squares in rows, which can be chosen from later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_kmeans_quantizer import Palette
from napari_kmeans_quantizer.plugin.models.settings import Settings

from .about import About
from .ink import ON_BOTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from napari.layers import Layer, Points
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.plugin.models.palette_file import PaletteFile

FILE = "palette file"
"""The role of such a layer; nothing was quantized to get it."""

COLUMNS = {32: 8, 256: 16, 65535: 32}  # for up to so many colors
MAX_TEXTS = 32  # more are too small to be read
WIDTH = 400.0  # of a row, where nothing else tells a size
SQUARE = 0.86  # of the room that a color has
GAP = 0.06  # in widths, between palettes
GREY = "#808080"  # of outlines: seen on napari's black and on its white canvas


class Room(NamedTuple):
    """Where rows of squares begin, (down, right), how wide they are, and in which units."""

    corner: tuple[float, float] = (0.0, 0.0)
    width: float = WIDTH
    units: Any = None


def palette_content(file: PaletteFile, room: Room) -> dict[str, Any]:
    """Return what a Points layer holds that shows the colors of a file.

    Parameters
    ----------
    file : PaletteFile
        The colors, and what the layer is called.
    room : Room
        Where they are shown.
    """
    palette, n_colors = file.palette, len(file.palette)
    pitch = room.width / _n_columns(n_colors)
    about = About(FILE, file.name, (), (), None, None, Settings(max(n_colors, 1)))
    content: dict[str, Any] = {
        "data": _squares(n_colors) * pitch + room.corner,
        "name": file.name,
        "symbol": "square",
        "size": SQUARE * pitch,
        "face_color": np.column_stack([palette.rgb, np.ones(n_colors)]),
        "border_color": GREY,
        "border_width": 0.04,
        "features": _features(palette),
        "metadata": about.to_metadata(),
    }
    if room.units is not None:  # if one layer has none, napari forgets those of all
        content["units"] = room.units
    if n_colors <= MAX_TEXTS:
        size = {"size": 0.11 * pitch, "scaling": True, "anchor": "center"}
        below = (0.56 * pitch, 0.0)
        content["text"] = {"string": "{hex}", "color": ON_BOTH, "translation": below, **size}
    return content


def rooms_below(layers: Iterable[Layer], palettes: Iterable[Palette]) -> Iterator[Room]:
    """Return rooms for palettes, one below the other, and all of them below some layers."""
    room = Room()
    shown = [layer for layer in layers if np.isfinite(layer.extent.world).all()]
    if shown:
        ends = np.array([_ends(layer) for layer in shown])
        low, high = ends[:, 0].min(axis=0), ends[:, 1].max(axis=0)
        width = float(high[1] - low[1]) or WIDTH
        corner = (float(high[0]) + GAP * width, float(low[1]))
        room = Room(corner, width, shown[0].units[-2:])
    for palette in palettes:
        yield room
        n_columns = _n_columns(len(palette))
        n_rows = -(-len(palette) // n_columns)
        height = n_rows * _row_height(len(palette)) / n_columns + GAP
        room = room._replace(corner=(room.corner[0] + height * room.width, room.corner[1]))


def _ends(layer: Layer) -> NDArray[np.float64]:
    """Return where a layer begins and ends; of a palette file's, its squares, texts and room."""
    ends: NDArray[np.float64] = layer.extent.world[:, -2:]
    about = About.of_layer(layer)
    if about is None or about.role != FILE:
        return ends
    points: Any = layer
    pitch, n_colors = points.size.max() / SQUARE * points.scale[-2:], len(points.data)
    corner = ends[0] - pitch / 2  # of points napari counts the centers alone
    bottom = ends[1, 0] + (_row_height(n_colors) - 0.5) * pitch[0]
    return np.array([corner, (bottom, corner[1] + _n_columns(n_colors) * pitch[1])])


def _n_columns(n_colors: int) -> int:
    return next(columns for most, columns in COLUMNS.items() if n_colors <= most)


def _row_height(n_colors: int) -> float:
    return 1.25 if n_colors <= MAX_TEXTS else 1.0  # in squares: there is room for a text


def _squares(n_colors: int) -> NDArray[np.float64]:
    """Return the centers of squares in rows, as if each were 1 wide."""
    row, column = np.divmod(np.arange(n_colors), _n_columns(n_colors))
    return np.column_stack([row * _row_height(n_colors) + 0.5, column + 0.5])


def _features(palette: Palette) -> dict[str, Any]:
    # Not called "index", of which napari's own CSV of points makes a column counted from 0.
    features = {"color": np.arange(1, len(palette) + 1), "hex": palette.hex}
    return features if palette.names is None else {**features, "name": list(palette.names)}


def palette_of_layer(layer: Points) -> Palette | None:
    """Return the colors of a palette layer, None if it is none.

    Of a file's, as they are shown: people may recolor its squares, and remove some.
    """
    about = About.of_layer(layer)
    if about is None or about.role != FILE:
        return None if about is None else about.palette
    return shown_colors(layer.face_color, layer.features) if len(layer.data) else None


def shown_colors(face_color: Any, features: Any) -> Palette:
    """Return the colors of a layer's points, 0..255; named, and counted, as its features say."""
    colors: Any = np.rint(np.reshape(face_color, (-1, 4))[:, :3] * 255).astype(np.uint8)
    names = tuple(map(str, features["name"])) if "name" in features else None
    return Palette(colors, features.get("pixels"), names)
