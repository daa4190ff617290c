"""Shares of clusters as a plot: areas or lines over frames, or a bar for each layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.core.report import percent

from .outline import extremes, is_dense

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.plugin.models.shares import Shares
    from napari_kmeans_quantizer.plugin.views.plot import Theme

    Shown = NDArray[np.bool_]
    """Which clusters are drawn, (K,)."""

    Floats = NDArray[np.float64]

BAR = 0.5  # height of a bar; the rest of its row is for the name above it
LINE, RIM = 1.8, 1.2  # points
LEGEND_ROWS = 24
LEGEND_COLUMN = 1.6  # inches, at least
LEGEND_LETTER, LEGEND_SWATCH = 0.07, 0.55  # inches
LEGEND_FONT = 8.0  # points
LONGEST = 40  # letters of a name in a legend


def told_of(data: Shares) -> str:
    """Return of what the shares are: clusters that are only hidden count on."""
    return "share without background" if data.has_background else "share of the pixels"


def _ascending(data: Shares, shown: Shown) -> tuple[Floats, Floats]:
    """Return where the frames lie from left to right, and their shares of what is drawn."""
    order = np.argsort(data.x, kind="stable")
    return data.x[order], data.shares[order][:, shown]


def draw_areas(axes: Axes, data: Shares, shown: Shown, theme: Theme, n_columns: int = 0) -> None:
    """Draw the areas from zero up, the topmost first: side by side, seams would show."""
    from matplotlib.collections import PolyCollection

    x, shares = _ascending(data, shown)
    tops = np.cumsum(np.nan_to_num(shares), axis=1)
    if len(x) == 1:  # an area needs a width
        x, tops = x[0] + np.array([-0.5, 0.5]), np.repeat(tops, 2, axis=0)
    if is_dense(len(x), n_columns):
        x, least, greatest = extremes(x, tops, n_columns)
        x, tops = x.repeat(2), np.stack([least, greatest], axis=1).reshape(-1, tops.shape[1])
    corners: Any = np.zeros((tops.shape[1], len(x) + 2, 2))
    corners[:, :-2, 0], corners[:, :-2, 1] = x, tops.T[::-1]
    corners[:, -2:, 0] = x[-1], x[0]
    colors = np.array(data.colors)[shown][::-1].tolist()
    axes.add_collection(PolyCollection(corners, facecolors=colors, linewidths=0), autolim=False)
    axes.set_ylim(0, 1)
    _finish_frames(axes, data, theme)


def draw_lines(axes: Axes, data: Shares, shown: Shown, theme: Theme, n_columns: int = 0) -> None:
    """Draw a line for each color, with rims: its color may be that of the background."""
    x, shares = _ascending(data, shown)
    colors = np.array(data.colors)[shown].tolist()
    draw = _draw_bands if is_dense(len(x), n_columns) else _draw_strokes
    draw(axes, x, shares, colors, theme, n_columns)
    axes.set_ylim(0, max(1.05 * float(np.nan_to_num(shares).max(initial=0)), 0.01))
    _finish_frames(axes, data, theme)


def _draw_strokes(
    axes: Axes, x: Floats, shares: Floats, colors: list[str], theme: Theme, _: int
) -> None:
    from matplotlib.patheffects import Normal, Stroke

    rims = [Stroke(linewidth=LINE + RIM, foreground=theme.faded(0.6)), Normal()]
    marker = "o" if len(x) == 1 else ""
    for color, line in [*zip(colors, shares.T, strict=True)][::-1]:
        axes.plot(x, line, marker=marker, color=color, lw=LINE, path_effects=rims, clip_on=False)


def _draw_bands(
    axes: Axes, x: Floats, shares: Floats, colors: list[str], theme: Theme, n_columns: int
) -> None:
    """Draw what lines cover: to stroke thousands of frames takes ten times as long."""
    from matplotlib.collections import PolyCollection

    x, least, greatest = extremes(x, shares, n_columns)
    there = np.isfinite(least).all(axis=1)  # nothing was counted in some frames
    x, least, greatest = x[there], least[there], greatest[there]
    corners: Any = np.zeros((shares.shape[1], 2 * len(x), 2))
    corners[..., 0] = np.concatenate([x, x[::-1]])
    corners[..., 1] = np.concatenate([least, greatest[::-1]]).T
    rim = theme.faded(0.6)
    for color, band in [*zip(colors, corners, strict=True)][::-1]:
        for own, width in ((rim, LINE + RIM), (color, LINE)):
            band_drawn = PolyCollection([band], facecolors=own, edgecolors=own, linewidths=width)
            axes.add_collection(band_drawn, autolim=False)


def _finish_frames(axes: Axes, data: Shares, theme: Theme) -> None:
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    x = data.x if len(data.x) > 1 else data.x[0] + np.array([-0.5, 0.5])
    axes.set_xlim(x.min(), x.max())
    whole = bool((data.x == np.rint(data.x)).all())
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=whole, min_n_ticks=1))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xlabel(data.axis_label, parse_math=False)
    # Not along the axis: see the curve of errors.
    axes.set_title(told_of(data), loc="left", fontsize=theme.font_size, color=theme.text)


def draw_bars(
    axes: Axes, data: Shares, shown: Shown, theme: Theme, elided: Callable[[str], str]
) -> None:
    """Draw a bar per layer, its name above it: beside it, names would take half of a dock."""
    from matplotlib.collections import PolyCollection
    from matplotlib.ticker import PercentFormatter

    shares = np.where(shown, np.nan_to_num(data.shares), 0.0)
    n_rows, n_colors = shares.shape
    corners: Any = np.zeros((n_colors, n_rows, 4, 2))
    corners[:, :, 1:3, 0] = np.cumsum(shares, axis=1).T[::-1, :, None]
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
    axes.set_xlabel(told_of(data))
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


def _legend_labels(data: Shares, shown: Shown) -> list[str]:
    names = [x if len(x) <= LONGEST else f"{x[: LONGEST - 1]}…" for x in data.labels]
    overall = np.nan_to_num(data.overall)
    return [f"{names[k]}  {percent(overall[k])}" for k in np.flatnonzero(shown).tolist()]


def legend_width(data: Shares, shown: Shown) -> float:
    """Return how many inches `draw_legend` takes beside the axes."""
    labels = _legend_labels(data, shown)
    longest = max(map(len, labels), default=0)
    column = max(LEGEND_COLUMN, LEGEND_LETTER * longest + LEGEND_SWATCH)
    return column * -(-len(labels) // LEGEND_ROWS)


def draw_legend(axes: Axes, data: Shares, shown: Shown, theme: Theme) -> None:
    """Tell name, or hex, and share of every color that is drawn, beside the axes."""
    from matplotlib.patches import Patch

    labels, colors = _legend_labels(data, shown), np.array(data.colors)[shown].tolist()
    if not labels:
        return
    legend = axes.figure.legend(  # type: ignore[union-attr,unused-ignore]
        handles=[Patch(facecolor=color, edgecolor=theme.faded(0.5)) for color in colors],
        labels=labels,
        loc="outside right upper",
        ncols=-(-len(labels) // LEGEND_ROWS),
        fontsize=LEGEND_FONT,
        labelcolor=theme.text,
        frameon=False,
    )
    for text in legend.texts:
        text.set_parse_math(False)


def row_at(data: Shares, x: float) -> int:
    """Return the frame that is nearest to a place of the axis."""
    return int(np.abs(data.x - x).argmin())


def cell_at(
    data: Shares, shown: Shown, x: float, y: float, lines: bool = False
) -> tuple[int | None, int | None]:
    """Return the row and the column of the shares at a point of the axes, None for none."""
    row = round(y)
    across, along = y - row, x
    if data.frames is not None:
        row = row_at(data, x)
        across, along = 0, y
    if not 0 <= row < len(data.names):
        return None, None
    shares = np.nan_to_num(data.shares[row])
    if lines and data.frames is not None:
        away = np.where(shown, np.abs(shares - y), np.inf)
        return row, int(away.argmin()) if shown.any() else None
    column = int(np.searchsorted(np.cumsum(np.where(shown, shares, 0)), along))
    inside = abs(across) <= BAR / 2 and along >= 0 and column < len(data.colors)
    return row, column if inside else None
