"""How the panel is painted: in the colors of napari's theme, with a ring around the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from napari.utils.theme import get_theme
from qtpy.compat import isalive

from napari_kmeans_quantizer.plugin.views.focus import FocusRing

if TYPE_CHECKING:
    import napari.viewer
    from qtpy.QtWidgets import QWidget

SHEET = """
QScrollArea, #panel, #progress {{ background: transparent; border: none; padding: 0px; }}
QPushButton#fold {{ text-align: left; background: {foreground}; padding: 4px 6px; }}
QPushButton#fold:hover {{ background: {primary}; }}
QPushButton#start {{ background: {current}; font-weight: bold; }}
QPushButton#start:hover {{ background: {highlight}; }}
QPushButton#start:disabled {{ background: {foreground}; font-weight: normal; }}
QAbstractSpinBox[found="true"]:disabled {{ color: {text}; }}
QDoubleSpinBox#strength {{ min-width: 40px; }}
QAbstractSpinBox#number {{ min-width: 2.4em; max-width: 2.4em; padding: 0px; }}
QFrame#notice {{
    background: {foreground}; border: 1px solid {edge}; border-left: 4px solid {edge};
    border-radius: 3px;
}}
QFrame#notice QLabel {{ background: transparent; }}
QLabel#trouble {{
    background: {foreground}; border-left: 4px solid {edge}; border-radius: 3px; padding: 4px 8px;
}}
"""
EDGE = "#e0564f"  # of errors: seen on dark as on light


def colors_of(theme: str) -> dict[str, str]:
    """Return the colors of a theme of napari's, by their names."""
    return {name: str(color) for name, color in get_theme(theme).to_rgb_dict().items()}


class Look:
    """Gives a panel the look of the viewer's theme, also when that changes.

    Parameters
    ----------
    panel : QWidget
        What is painted.
    content : QWidget
        What in it scrolls; all controls are inside.
    viewer : napari.viewer.Viewer
        Whose theme counts.
    """

    def __init__(self, panel: QWidget, content: QWidget, viewer: napari.viewer.Viewer) -> None:
        self._panel, self._viewer = panel, viewer
        FocusRing(content)
        self.follow()

    def follow(self, _: Any = None) -> None:
        """Look at the theme anew."""
        if isalive(self._panel):
            colors = colors_of(self._viewer.theme)
            self._panel.setStyleSheet(SHEET.format(**colors, edge=EDGE))
