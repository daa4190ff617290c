"""The second tutorial: how many colors a photograph needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from napari_kmeans_quantizer.plugin.views import views

from . import HOW_MANY
from .places import CANVAS, COLOR_SPACE, COLORS, EXPLORE, MORE, PALETTE, PIXELS
from .step import Step, Tutorial

if TYPE_CHECKING:
    from napari_kmeans_quantizer.plugin.widget import QuantizerWidget

FIRST, LAST = 2, 10


def one(widget: QuantizerWidget, _: object) -> None:
    """Quantize with one color."""
    _quantize(widget, 1)


def three(widget: QuantizerWidget, _: object) -> None:
    """Quantize with three colors."""
    _quantize(widget, 3)


def _quantize(widget: QuantizerWidget, n_colors: int) -> None:
    widget.n_colors.value = n_colors
    widget.run()


def cluster_colors(widget: QuantizerWidget, _: object) -> None:
    """Let the points have the colors of their clusters."""
    view: Any = widget.view(views.COLOR_SPACE)
    if view is not None:
        view.color_by.setCurrentText("cluster color")


def nine_pictures(widget: QuantizerWidget, _: object) -> None:
    """Quantize with 2 to 10 colors."""
    widget.open_explore()
    widget.explore(FIRST, LAST, "grid")


def elbow(widget: QuantizerWidget, _: object) -> None:
    """Take the number of colors that the curve suggests."""
    view: Any = widget.view(views.EXPLORE)
    if view is not None and view.shown_curve is not None:
        widget.take(view.shown_curve.suggested)


def automatic(widget: QuantizerWidget, _: object) -> None:
    """Let the number be found."""
    widget.auto.value = True
    widget.run()


TUTORIAL = Tutorial(
    HOW_MANY,
    "Tutorial 2: how many colors?",
    "A tour: from one color, the mean, to the elbow of the curve of errors",
    "Choose K.",
    (
        Step(
            "How many colors does a flower have?",
            "{width} × {height} pixels: for K-means, {pixels} rows of red, green and blue. "
            "Everything can be used while this tour goes on; Esc ends it.",
            CANVAS,
        ),
        Step(
            "One color: the mean",
            "Colors is set to 1, and Quantize is pressed for you. The best single color is the "
            "mean of all pixels, channel by channel. A very first run takes a while; the bar "
            "tells how far it is.",
            COLORS,
            one,
        ),
        Step(
            "Three colors: a poster",
            "Now there are three centers, and every pixel has the color of the nearest one. "
            "The list tells the share of each. Click a color, and press H to hide its pixels.",
            PALETTE,
            three,
        ),
        Step(
            "Pixels as a table",
            "A row is a pixel: its place, its red, green and blue, its cluster, and the color of "
            "that. Click a header to sort; select rows, and their pixels are framed.",
            PIXELS,
        ),
        Step(
            "Pixels as points",
            "The same pixels in space, in the colors of their clusters; stars are the centers. "
            "Three stars are a rough sketch of this cloud. Drag to turn it.",
            COLOR_SPACE,
            cluster_colors,
        ),
        Step(
            "Nine answers",
            "The original, and 2 to 10 colors: from which one on do you see no difference? "
            "Click a picture to use its number of colors.",
            CANVAS,
            nine_pictures,
        ),
        Step(
            "The elbow",
            "Every color makes the error less, at first by much, then by little. The dashed line "
            "is where that begins; its K is taken for you. Click another point to use that one.",
            EXPLORE,
            elbow,
        ),
        Step(
            "Let the image tell",
            "auto is ticked, and Quantize is pressed for you: it looks for the elbow among up to "
            "32 colors, and a longer curve bends later. Untick it to go on from what it found.",
            COLORS,
            automatic,
        ),
        Step(
            "Your turn",
            "Open a picture of your own, and press Quantize. More > Help has a walk with "
            "pictures, all controls and all keys.",
            MORE,
        ),
    ),
)
