"""Shares of colors as a plot: areas or lines over frames, or a bar for each layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.plugin.models.numbers import percent

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.plugin.models.shares import Shares
    from napari_kmeans_quantizer.plugin.views.plot import Theme

    Shown = NDArray[np.bool_]
    """Which colors are drawn, (K,)."""

BAR = 0.5  # height of a bar; the rest of its row is for the name above it
LINE = 1.8  # points
LEGEND_ROWS = 24
LEGEND_COLUMN = 1.6  # inches
LEGEND_FONT = 8.0  # points


def drawn_shares(data: Shares, shown: Shown) -> NDArray[np.float64]:
    """Return the shares, nothing of colors that are not drawn, (n, K)."""
    return np.where(shown, data.shares, 0.0)


def draw_areas(axes: Axes, data: Shares, shown: Shown) -> None:
    """Draw the areas from zero up, the topmost first: side by side, seams would show."""
    from matplotlib.collections import PolyCollection

    x, tops = data.x, np.cumsum(drawn_shares(data, shown), axis=1)
    if len(x) == 1:  # an area needs a width
        x, tops = x[0] + np.array([-0.5, 0.5]), np.repeat(tops, 2, axis=0)
    corners: Any = np.zeros((len(data.colors), len(x) + 2, 2))
    corners[:, :-2, 0], corners[:, :-2, 1] = x, tops.T[::-1]
    corners[:, -2:, 0] = x[-1], x[0]
    axes.add_collection(
        PolyCollection(corners, facecolors=data.colors[::-1], linewidths=0), autolim=False
    )
    axes.set_ylim(0, 1)
    _finish_frames(axes, data, x)


def draw_lines(axes: Axes, data: Shares, shown: Shown, theme: Theme) -> None:
    """Draw a line for each color, with rims: its color may be that of the background."""
    from matplotlib.patheffects import Normal, Stroke

    rims = [Stroke(linewidth=LINE + 1.2, foreground=theme.faded(0.6)), Normal()]
    marker = "o" if len(data.names) == 1 else ""
    for k in np.flatnonzero(shown)[::-1].tolist():
        axes.plot(
            data.x, data.shares[:, k], marker=marker, color=data.colors[k], lw=LINE,
            path_effects=rims, clip_on=False,
        )  # fmt: skip
    axes.set_ylim(0, max(1.05 * float(drawn_shares(data, shown).max(initial=0)), 0.01))
    _finish_frames(axes, data, data.x if len(data.x) > 1 else data.x[0] + np.array([-0.5, 0.5]))


def _finish_frames(axes: Axes, data: Shares, x: NDArray[np.float64]) -> None:
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    axes.set_xlim(x[0], x[-1])
    whole = bool((data.x == np.rint(data.x)).all())
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=whole, min_n_ticks=1))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xlabel(data.position_label)


def draw_bars(
    axes: Axes, data: Shares, shown: Shown, theme: Theme, elided: Callable[[str], str]
) -> None:
    """Draw a bar per layer, its name above it: beside it, names would take half of a dock."""
    from matplotlib.collections import PolyCollection
    from matplotlib.ticker import PercentFormatter

    n_rows, n_colors = data.shares.shape
    corners: Any = np.zeros((n_colors, n_rows, 4, 2))
    corners[:, :, 1:3, 0] = np.cumsum(drawn_shares(data, shown), axis=1).T[::-1, :, None]
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


def legend_width(data: Shares, shown: Shown) -> float:
    """Return how many inches `draw_legend` takes beside the axes."""
    return LEGEND_COLUMN * -(-int(shown.sum()) // LEGEND_ROWS)


def draw_legend(axes: Axes, data: Shares, shown: Shown, theme: Theme) -> None:
    """Tell hex and share of every color that is drawn, beside the axes."""
    from matplotlib.patches import Patch

    indices, overall = np.flatnonzero(shown).tolist(), data.overall
    if not indices:
        return
    axes.figure.legend(  # type: ignore[union-attr,unused-ignore]
        handles=[Patch(facecolor=data.colors[k], edgecolor=theme.faded(0.5)) for k in indices],
        labels=[f"{data.hex[k]}  {percent(overall[k])}" for k in indices],
        loc="outside right upper",
        ncols=-(-len(indices) // LEGEND_ROWS),
        fontsize=LEGEND_FONT,
        labelcolor=theme.text,
        frameon=False,
    )


def cell_at(
    data: Shares, shown: Shown, x: float, y: float, lines: bool = False
) -> tuple[int | None, int | None]:
    """Return the row and the column of the shares at a point of the axes, None for none."""
    row = round(y)
    across, along = y - row, x
    if data.kind == "frames":
        row = int(np.abs(data.x - x).argmin())
        across, along = 0, y
    if not 0 <= row < len(data.names):
        return None, None
    if lines and data.kind == "frames":
        away = np.where(shown, np.abs(data.shares[row] - y), np.inf)
        return row, int(away.argmin()) if shown.any() else None
    column = int(np.searchsorted(np.cumsum(np.where(shown, data.shares[row], 0)), along))
    inside = abs(across) <= BAR / 2 and along >= 0 and column < len(data.colors)
    return row, column if inside else None
