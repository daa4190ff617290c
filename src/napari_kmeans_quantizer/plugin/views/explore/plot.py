"""The curve of errors over the number of colors."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from numpy.typing import NDArray

    from napari_kmeans_quantizer.plugin.views.plot import Theme


def draw_curve(
    axes: Axes, theme: Theme, n_colors: NDArray[np.int64], errors: NDArray[np.float64]
) -> None:
    """Draw the errors, from zero up."""
    from matplotlib.ticker import MaxNLocator

    axes.plot(
        n_colors,
        errors,
        "o-",
        color=theme.line,
        markerfacecolor=theme.background,
        markersize=6 if len(n_colors) <= 20 else 4,
        clip_on=False,  # a marker at an error of 0 lies on the axis
        zorder=3,
    )
    axes.set_xlim(n_colors[0] - 0.5, n_colors[-1] + 0.5)
    axes.set_ylim(0, 1.12 * float(errors.max()) or 1)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    axes.set_xlabel("number of colors K")
    # Not along the axis: in a low dock that text is longer than the axis, and squeezes it more
    # with every drawing.
    axes.set_title("mean squared error", loc="left", fontsize=theme.font_size, color=theme.text)
    axes.grid(axis="y", color=theme.faded(0.15))
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def draw_suggested(axes: Axes, theme: Theme, suggested: int) -> None:
    """Draw the dashed line, and its text on the side that has more room."""
    axes.axvline(suggested, color=theme.faded(0.7), linestyle="--", linewidth=1, zorder=2)
    on_left = suggested > sum(axes.get_xlim()) / 2
    axes.annotate(
        f"suggested: K = {suggested}",
        (suggested, 1),
        (-5 if on_left else 5, 0),
        xycoords=axes.get_xaxis_transform(),
        textcoords="offset points",
        horizontalalignment="right" if on_left else "left",
        verticalalignment="top",
        color=theme.text,
        fontsize=theme.font_size,
    )


def draw_marker(axes: Axes, theme: Theme) -> Line2D:
    """Draw what marks a point of the curve, nowhere yet."""
    (marker,) = axes.plot([], [], "o", markersize=11, color=theme.accent, clip_on=False, zorder=4)
    return marker
