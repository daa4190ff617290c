"""What all figures share: a white page that is measured in inches from its lower left corner."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, MARGIN, GAP = 10.0, 0.25, 0.2
"""Inches: of a page, around all of it, and between pictures."""
FRAME, GREY, CLEAR = "0.6", "0.35", "0.94"
"""Colors of outlines, of what is secondary, and behind what is transparent."""


def new_page(width: float, height: float) -> Figure:
    """Return an empty page of some inches; matplotlib's pyplot never hears of it."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), facecolor="white")


def add_axes(page: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Add axes at a place in inches."""
    across, up = page.get_size_inches()
    return page.add_axes((left / across, bottom / up, width / across, height / up))
