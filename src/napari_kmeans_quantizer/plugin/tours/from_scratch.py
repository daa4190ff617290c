"""The first tutorial: what K-means does with the colors of a photograph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from napari_kmeans_quantizer.plugin.views.views import COLOR_SPACE as COLOR_SPACE_VIEW

from . import FROM_SCRATCH
from .places import CANVAS, COLOR_SPACE, CONTROLS, EXPORT, PALETTE, SUMMARY
from .step import Step, Tutorial

if TYPE_CHECKING:
    import napari.viewer

    from napari_kmeans_quantizer.plugin.widget import QuantizerWidget

N_COLORS = 16


def sixteen(widget: QuantizerWidget, _: object) -> None:
    """Quantize with 16 colors."""
    widget.n_colors.value = N_COLORS
    widget.run()


def own_colors(widget: QuantizerWidget, _: object) -> None:
    """Let the points have the pixels' own colors."""
    _paint_points(widget, "own color")


def cluster_colors(widget: QuantizerWidget, _: object) -> None:
    """Let the points have the colors of their clusters."""
    _paint_points(widget, "cluster color")


def distances(widget: QuantizerWidget, _: object) -> None:
    """Let the points tell their distances to the most orange of the colors."""
    view = _paint_points(widget, "distance to a color")
    result = widget.result
    if view is not None and result is not None:
        colors = result.palette.colors
        view.set_reference(colors[(colors[:, 0] - colors[:, 2]).argmax()])


def _paint_points(widget: QuantizerWidget, how: str) -> Any:
    view: Any = widget.view(COLOR_SPACE_VIEW)
    if view is not None:
        view.color_by.setCurrentText(how)
    return view


def side_by_side(widget: QuantizerWidget, viewer: napari.viewer.Viewer) -> None:
    """Show the original beside the result."""
    if widget.result is not None and not viewer.canvas.grid.enabled:
        widget.compare()


def one_picture(widget: QuantizerWidget, viewer: napari.viewer.Viewer) -> None:
    """Go back from that."""
    if viewer.canvas.grid.enabled:
        widget.compare()


TUTORIAL = Tutorial(
    FROM_SCRATCH,
    "Tutorial 1: K-means from scratch, and then fast",
    "A tour: a photograph as points, centers, distances, and what 16 colors save",
    "See the colors.",
    (
        Step(
            "A photograph is a list of colors",
            "{width} × {height} pixels of three bytes each, red, green and blue: 24 bits a pixel, "
            "{bytes} bytes in all. Everything can be used while this tour goes on; Esc ends it.",
            CANVAS,
        ),
        Step(
            "Sixteen colors",
            "Colors is set to 16, and Quantize is pressed for you: K-means finds the 16 colors "
            "that lie nearest to all pixels. A very first run takes a while; the bar tells how "
            "far it is.",
            CONTROLS,
            sixteen,
        ),
        Step(
            "Pixels are points",
            "Some of the pixels, drawn at random, each in its own color: how red, green and blue "
            "it is tells its place. Drag to turn, scroll to zoom.",
            COLOR_SPACE,
            own_colors,
        ),
        Step(
            "Stars are the centers",
            "K-means has moved each star to the mean of the pixels that are nearest to it, until "
            "none moved any more. Now the points have the colors of their stars.",
            COLOR_SPACE,
            cluster_colors,
        ),
        Step(
            "Distances decide",
            "The points tell how far they are from the ringed color, the most orange star. "
            "Click another star, a point, or the picture: distances count from there.",
            COLOR_SPACE,
            distances,
        ),
        Step(
            "The palette",
            "Each cluster has its color, its share of the picture and its pixels. "
            "Double-click a color to change it, press N to name it, H to hide it.",
            PALETTE,
        ),
        Step(
            "24 bits become 4",
            "One of sixteen colors is told by 4 bits instead of 24. "
            "PSNR tells how near the picture still is to the original, in decibels; "
            "the last figure is the time it took.",
            SUMMARY,
        ),
        Step(
            "Do you see a difference?",
            "The original and its sixteen colors, side by side, with one camera: zoom in. "
            "Compare, or Shift-K, goes back.",
            CANVAS,
            side_by_side,
        ),
        Step(
            "Take it with you",
            "Indexed PNG saves picture and palette in one; Palette is for GIMP, Photoshop, Krita "
            "and others. How many colors should there be? See Tutorial 2, in the menu More.",
            EXPORT,
            one_picture,
        ),
    ),
)
