"""A figure of a quantized image: original, result, and a swatch for each color."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .arrays import as_array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

    from .palette import Palette
    from .quantization import Quantization

    Floats = NDArray[np.float64]

# Inches.
WIDTH, MARGIN, GAP = 10.0, 0.25, 0.2
TITLE = 0.35
"""Room above pictures and swatches for their titles."""
SEAM = 0.06
"""Between swatches."""
TALLEST, SHORTEST = 5.0, 0.4
"""Of pictures."""
MOST_PIXELS = 1200
"""Of a side that is drawn: there is no room for more."""
LAYOUTS = (4, 4, 10.0), (32, 8, 9.0), (72, 12, 7.5), (256, 16, 6.0), (65535, 64, 0.0)
"""Of swatches: up to how many colors, columns, size of the font."""
FRAME, GREY, CLEAR = "0.6", "0.35", "0.94"
"""Colors of outlines, of what is secondary, and behind what is transparent."""


class Grid(NamedTuple):
    """How swatches are laid out; inches and points."""

    columns: int
    rows: int
    swatch: tuple[float, float]
    """Width and height."""
    font: float
    """0: without texts."""
    n_lines: int
    """Lines of text, one of them above the swatch."""

    @property
    def line(self) -> float:
        """From one line of text to the next."""
        return 1.45 * self.font / 72

    @property
    def step(self) -> tuple[float, float]:
        """From one swatch to the next, across and down."""
        width, height = self.swatch
        return width + SEAM, height + SEAM + (self.n_lines + 0.4) * self.line

    @property
    def height(self) -> float:
        """All rows."""
        return self.rows * self.step[1]


def plot(q: Quantization, image: ArrayLike | None) -> Figure:
    """Return what `Quantization.plot` tells."""
    from matplotlib.figure import Figure

    pictures = _pictures(q, image)
    grid = _grid(len(q.palette), q.palette.names is not None)
    width = (WIDTH - 2 * MARGIN - (len(pictures) - 1) * GAP) / len(pictures)
    rows, columns = next(iter(pictures.values())).shape[:2]
    tall = min(max(width * rows / columns, SHORTEST), TALLEST)
    height = MARGIN + TITLE + tall + GAP + grid.height + MARGIN
    figure = Figure(figsize=(WIDTH, height), facecolor="white")
    for index, (title, picture) in enumerate(pictures.items()):
        left = MARGIN + index * (width + GAP)
        axes = _axes(figure, left, MARGIN + grid.height + GAP, width, tall)
        _draw_picture(axes, picture, title)
    swatches = _axes(figure, MARGIN, MARGIN, WIDTH - 2 * MARGIN, grid.height)
    _draw_swatches(swatches, q.palette, grid)
    return figure


def _axes(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Add axes at a place in inches."""
    across, up = figure.get_size_inches()
    return figure.add_axes((left / across, bottom / up, width / across, height / up))


# -- pictures


def _pictures(q: Quantization, image: ArrayLike | None) -> dict[str, Floats]:
    """Return what is shown under which title, RGBA in 0..1."""
    place, where = _plane(q.labels.shape)
    n_colors = len(q.palette)
    title = f"{n_colors} color{'s' * (n_colors != 1)}, {_quality(q)}"
    shown = {title + where: _displayed(q.image, q, place)}
    if image is None:
        return shown
    array = as_array(image, "image", "`image.data`")
    if array.shape != q.image.shape:
        raise ValueError(
            f"`image` must have the shape of the result, {q.image.shape}, got {array.shape}. "
            "Pass the image that was quantized."
        )
    return {"Original" + where: _displayed(array, q, place), **shown}


def _quality(q: Quantization) -> str:
    if math.isnan(q.rmse):
        return "edited"
    return "unchanged" if q.rmse == 0 else f"{q.psnr:.1f} dB"


def _plane(shape: tuple[int, ...]) -> tuple[tuple[int, ...], str]:
    """Return the indices of the plane that is shown, and how a title tells of it."""
    place = tuple(length // 2 for length in shape[:-2])
    if not place:
        return place, ""
    told = ", ".join(f"{index} of 0..{n - 1}" for index, n in zip(place, shape, strict=False))
    return place, f" (plane {told})"


def _displayed(image: NDArray[Any], q: Quantization, place: tuple[int, ...]) -> Floats:
    """Return a plane as RGBA in 0..1, (rows, columns, 4), thinned out if it is large."""
    channels = image[..., np.newaxis]
    if q.channel_axis is not None:
        channels = np.moveaxis(image, q.channel_axis, -1)
    plane = np.asarray(channels[place])
    plane = plane if plane.ndim == 3 else plane[np.newaxis]
    steps = (-(-length // MOST_PIXELS) for length in plane.shape[:2])
    plane = plane[tuple(slice(None, None, step) for step in steps)]
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


def _draw_picture(axes: Axes, picture: Floats, title: str) -> None:
    axes.set_facecolor(CLEAR)
    axes.imshow(picture, interpolation="nearest" if max(picture.shape) < 200 else "antialiased")
    axes.set_anchor("N")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_color(FRAME)
    axes.set_title(title, fontsize=11)


# -- swatches


def _grid(n_colors: int, has_names: bool) -> Grid:
    """Return a layout that can be read up to 256 colors; of more, only the colors are shown."""
    _, columns, font = next(row for row in LAYOUTS if n_colors <= row[0])
    width = (WIDTH - 2 * MARGIN + SEAM) / columns - SEAM
    rows = max(1, -(-n_colors // columns))
    return Grid(columns, rows, (width, min(0.75 * width, 0.5)), font, 2 + has_names)


def _draw_swatches(axes: Axes, palette: Palette, grid: Grid) -> None:
    """Draw in inches, from the upper left corner."""
    from matplotlib.collections import PolyCollection

    axes.set_axis_off()
    axes.set(xlim=(0, WIDTH - 2 * MARGIN), ylim=(grid.height, 0))
    rows, columns = np.divmod(np.arange(len(palette)), grid.columns)
    places = np.stack([columns * grid.step[0], rows * grid.step[1] + grid.line], axis=1)
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * grid.swatch
    boxes: Any = places[:, np.newaxis] + corners
    axes.add_collection(
        PolyCollection(boxes, facecolors=palette.rgb, edgecolors=FRAME, linewidths=0.5)
    )
    if grid.font == 0:
        return
    names = palette.names or ("",) * len(palette)
    for index, (left, top) in enumerate(places.tolist()):
        texts = f"Cluster {index}", _percent(palette.share[index]), _fitting(names[index], grid)
        _write(axes, grid, left + grid.swatch[0] / 2, top, texts)


def _write(axes: Axes, grid: Grid, middle: float, top: float, texts: tuple[str, str, str]) -> None:
    """Write a title above a swatch, below it the share, and the name."""
    below, gap = top + grid.swatch[1], 0.2 * grid.line
    title, share, name = texts
    style: dict[str, Any] = {"ha": "center", "fontsize": grid.font, "parse_math": False}
    axes.text(middle, top - gap, title, va="bottom", **style)
    axes.text(middle, below + gap, share, va="top", color=GREY, **style)
    if name:
        axes.text(middle, below + gap + grid.line, name, va="top", style="italic", **style)


def _percent(share: float) -> str:
    """Return a share with a digit after the point; never 0.0% of what there is."""
    return "<0.1%" if 0 < share < 0.0005 else f"{share:.1%}"


def _fitting(name: str, grid: Grid) -> str:
    """Return a name that is not wider than its swatch."""
    most = max(int(grid.swatch[0] * 72 / (0.58 * grid.font)), 2)
    return name if len(name) <= most else name[: most - 1] + "…"
