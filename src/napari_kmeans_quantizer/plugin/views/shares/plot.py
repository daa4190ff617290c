"""Shares of colors as a plot: areas over frames, or a bar for each layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from napari_kmeans_quantizer.plugin.models.shares import Shares
    from napari_kmeans_quantizer.plugin.views.plot import Theme

BAR = 0.5  # height of a bar; the rest of its row is for the name above it


def draw_areas(axes: Axes, data: Shares) -> None:
    """Draw the areas from zero up, the topmost first: side by side, seams would show."""
    from matplotlib.collections import PolyCollection
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    x, tops = data.x, np.cumsum(data.shares, axis=1)
    if len(x) == 1:  # an area needs a width
        x, tops = x[0] + np.array([-0.5, 0.5]), np.repeat(tops, 2, axis=0)
    corners: Any = np.zeros((len(data.colors), len(x) + 2, 2))
    corners[:, :-2, 0], corners[:, :-2, 1] = x, tops.T[::-1]
    corners[:, -2:, 0] = x[-1], x[0]
    axes.add_collection(
        PolyCollection(corners, facecolors=data.colors[::-1], linewidths=0), autolim=False
    )
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(0, 1)
    whole = bool((data.x == np.rint(data.x)).all())
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=whole, min_n_ticks=1))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xlabel(data.position_label)


def draw_bars(axes: Axes, data: Shares, theme: Theme, elided: Callable[[str], str]) -> None:
    """Draw a bar per layer, its name above it: beside it, names would take half of a dock."""
    from matplotlib.collections import PolyCollection
    from matplotlib.ticker import PercentFormatter

    n_rows, n_colors = data.shares.shape
    corners: Any = np.zeros((n_colors, n_rows, 4, 2))
    corners[:, :, 1:3, 0] = np.cumsum(data.shares, axis=1).T[::-1, :, None]
    corners[..., 1] = np.arange(n_rows)[:, None] + BAR / 2 * np.array([-1, -1, 1, 1])
    colors = np.repeat(data.colors[::-1], n_rows)
    axes.add_collection(
        PolyCollection(corners.reshape(-1, 4, 2), facecolors=colors.tolist(), linewidths=0),
        autolim=False,
    )
    # On a background of the same color, a bar keeps its outline.
    axes.add_collection(
        PolyCollection(corners[0], facecolors="none", edgecolors=theme.faded(0.5), linewidths=1),
        autolim=False,
    )
    for row, name in enumerate(data.names):
        write_name(axes, theme, row, elided(name))
    axes.set_xlim(0, 1)
    axes.set_ylim(n_rows - 1 + BAR / 2 + 0.1, -BAR / 2 - 0.45)
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.yaxis.set_visible(False)
    axes.spines[["left", "top", "right"]].set_visible(False)


def write_name(axes: Axes, theme: Theme, row: int, name: str) -> None:
    """Write a name above its bar."""
    axes.annotate(
        name,
        (0, row - BAR / 2),
        (0, 2),
        textcoords="offset points",
        verticalalignment="bottom",
        color=theme.text,
        fontsize=theme.font_size,
        parse_math=False,  # a "$" in a name is only that
    )


def cell_at(data: Shares, x: float, y: float) -> tuple[int | None, int | None]:
    """Return the row and the column of the shares at a point of the axes, None for none."""
    row = round(y)
    across, along = y - row, x
    if data.kind == "frames":
        row = int(np.abs(data.x - x).argmin())
        across, along = 0, y
    if not 0 <= row < len(data.names):
        return None, None
    column = int(np.searchsorted(np.cumsum(data.shares[row]), along))
    inside = abs(across) <= BAR / 2 and along >= 0 and column < len(data.colors)
    return row, column if inside else None
