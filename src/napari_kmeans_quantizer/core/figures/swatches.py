"""A swatch for each color, with its number, share and name: alone, or below pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_kmeans_quantizer.core.report import percent

from .page import FRAME, GREY, MARGIN, WIDTH, add_axes, new_page

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.palette import Palette

SEAM = 0.06
"""Inches between swatches."""
LAYOUTS = (4, 4, 10.0), (32, 8, 9.0), (72, 12, 7.5), (256, 16, 6.0), (65535, 64, 0.0)
"""Up to how many colors, columns, size of the font."""


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


def swatches_figure(palette: Palette, shares: NDArray[np.float64] | None = None) -> Figure:
    """Return what `Palette.plot` tells; of other shares, NaN of what has none, than its own."""
    grid = swatch_grid(palette)
    columns = min(grid.columns, max(len(palette), 1))
    width = columns * grid.step[0] - SEAM + 2 * MARGIN
    page = new_page(width, grid.height + 2 * MARGIN)
    add_swatches(page, palette, grid, shares)
    return page


def swatch_grid(palette: Palette) -> Grid:
    """Return a layout that can be read up to 256 colors; of more, only the colors are shown."""
    n_colors = len(palette)
    _, columns, font = next(row for row in LAYOUTS if n_colors <= row[0])
    width = (WIDTH - 2 * MARGIN + SEAM) / columns - SEAM
    rows = max(1, -(-n_colors // columns))
    return Grid(columns, rows, (width, min(0.75 * width, 0.5)), font, 2 + bool(palette.names))


def add_swatches(
    page: Figure, palette: Palette, grid: Grid, shares: NDArray[np.float64] | None = None
) -> None:
    """Draw all swatches at the bottom of a page, in inches from their upper left corner."""
    from matplotlib.collections import PolyCollection

    width = page.get_size_inches()[0] - 2 * MARGIN
    axes = add_axes(page, MARGIN, MARGIN, width, grid.height)
    axes.set_axis_off()
    axes.set(xlim=(0, width), ylim=(grid.height, 0))
    rows, columns = np.divmod(np.arange(len(palette)), grid.columns)
    places = np.stack([columns * grid.step[0], rows * grid.step[1] + grid.line], axis=1)
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * grid.swatch
    boxes: Any = places[:, np.newaxis] + corners
    look: dict[str, Any] = {"edgecolors": FRAME, "linewidths": 0.5, "clip_on": False}
    axes.add_collection(PolyCollection(boxes, facecolors=palette.rgb, **look))
    if grid.font:
        for (left, top), texts in zip(places.tolist(), _texts(palette, grid, shares), strict=True):
            _write(axes, grid, left + grid.swatch[0] / 2, top, texts)


def _texts(
    palette: Palette, grid: Grid, shares: NDArray[np.float64] | None
) -> list[tuple[str, str, str]]:
    """Return title, share and name of each color; of colors that count no pixels their hex."""
    names = palette.names or ("",) * len(palette)
    counted = palette.counts.any()
    told = palette.share if shares is None else shares
    figures = list(map(percent, told.tolist())) if counted else palette.hex
    return [
        (f"Cluster {index}", figure, _fitting(name, grid))
        for index, (figure, name) in enumerate(zip(figures, names, strict=True))
    ]


def _write(axes: Axes, grid: Grid, middle: float, top: float, texts: tuple[str, str, str]) -> None:
    """Write a title above a swatch, below it the share, and the name."""
    below, gap = top + grid.swatch[1], 0.2 * grid.line
    title, share, name = texts
    style: dict[str, Any] = {"ha": "center", "fontsize": grid.font, "parse_math": False}
    axes.text(middle, top - gap, title, va="bottom", **style)
    axes.text(middle, below + gap, share, va="top", color=GREY, **style)
    if name:
        axes.text(middle, below + gap + grid.line, name, va="top", style="italic", **style)


def _fitting(name: str, grid: Grid) -> str:
    """Return a name that is not wider than its swatch."""
    most = max(int(grid.swatch[0] * 72 / (0.58 * grid.font)), 2)
    return name if len(name) <= most else name[: most - 1] + "…"
