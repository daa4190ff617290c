"""What a tutorial is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    import napari.viewer
    from qtpy.QtWidgets import QWidget

    from napari_kmeans_quantizer.plugin.widget import QuantizerWidget

LEFT, RIGHT = "LEFT", "RIGHT"
"""Where a text stands, as napari calls it."""


class Place(NamedTuple):
    """Something in the window that a step points at.

    Attributes
    ----------
    find : callable
        Returns it, None if it is not there.
    side : str
        Where the text stands, if the panel is on the right: on something else.
    open : callable or None
        Brings it into the window, if it is not always there.
    below : float or None
        How much of the window's height the views below the canvas get for it, 0..1; None: whatever
        they have.
    """

    find: Callable[[QuantizerWidget], QWidget | None]
    side: str = LEFT
    open: Callable[[QuantizerWidget], object] | None = None
    below: float | None = None


class Step(NamedTuple):
    """One step of a tour.

    Attributes
    ----------
    title, text : str
        What is told; ``{width}``, ``{height}``, ``{pixels}`` and ``{bytes}`` are the photograph's.
    at : Place
        What it points at.
    do : callable or None
        What is done for the user when the step is seen for the first time, and the panel rests.
    """

    title: str
    text: str
    at: Place
    do: Callable[[QuantizerWidget, napari.viewer.Viewer], object] | None = None


class Tutorial(NamedTuple):
    """A tour through the panel with a photograph.

    Attributes
    ----------
    name : str
        By which it is known, as its photograph is.
    title, tooltip : str
        For menus.
    passage : str
        What the help says of the same: where there is no tour, it is opened there.
    steps : tuple of Step
        Its steps.
    """

    name: str
    title: str
    tooltip: str
    passage: str
    steps: tuple[Step, ...]
