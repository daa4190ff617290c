"""What the panel's buttons and its menu offer."""

from __future__ import annotations

from typing import Protocol

from .buttons import Action
from .comparing import BLINK_KEY, GRID_KEY


class Offers(Protocol):
    """What a widget can do at the press of a button."""

    def open_explore(self) -> object: ...  # noqa: D102
    def open_color_space(self) -> object: ...  # noqa: D102
    def compare(self) -> object: ...  # noqa: D102
    def open_shares(self) -> object: ...  # noqa: D102
    def copy_as_python(self) -> object: ...  # noqa: D102
    def open_apply_palette(self) -> object: ...  # noqa: D102
    def restore_settings(self) -> object: ...  # noqa: D102
    def open_help(self) -> object: ...  # noqa: D102


def actions(widget: Offers) -> tuple[list[Action], list[Action]]:
    """Return the buttons, and the entries of the menu "More"."""
    compare = f"Original beside result, and back ({GRID_KEY}); blink: {BLINK_KEY}"
    apply = "Paint other images in these colors, each within its region, and compare the shares"
    restore = "Set the controls to what made the active layer"
    buttons = [
        Action("Explore K", "Try several numbers of colors", widget.open_explore),
        Action("Color space", "Pixels and colors as points in 3-D", widget.open_color_space),
        Action("Compare", compare, widget.compare),
        Action("Shares", "Shares of the colors, frame by frame", widget.open_shares),
        Action("Copy Python", "Copy a script that makes this result", widget.copy_as_python),
    ]
    more = [
        Action("Apply palette to ...", apply, widget.open_apply_palette),
        Action("Restore settings of selected layer", restore, widget.restore_settings),
        Action("Help", "A walk with pictures, all controls and all keys", widget.open_help),
    ]
    return buttons, more
