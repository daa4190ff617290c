"""What the panel's buttons and its menu offer."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from napari_kmeans_quantizer.plugin.tours.opening import TUTORIALS

from .buttons import Action, Menu
from .comparing import BLINK_KEY, GRID_KEY

MEASURE = "Areas and shares as a table: in all, in each region, in each frame"


class Offers(Protocol):
    """What a widget can do at the press of a button."""

    def open_explore(self) -> object: ...  # noqa: D102
    def open_color_space(self) -> object: ...  # noqa: D102
    def open_pixels(self) -> object: ...  # noqa: D102
    def compare(self) -> object: ...  # noqa: D102
    def open_shares(self) -> object: ...  # noqa: D102
    def open_measure(self) -> object: ...  # noqa: D102
    def export(self, what: str) -> object: ...  # noqa: D102
    def copy_palette(self, form: str) -> object: ...  # noqa: D102
    def copy_as_python(self) -> object: ...  # noqa: D102
    def tell_size(self) -> object: ...  # noqa: D102
    def open_many(self) -> object: ...  # noqa: D102
    def restore_settings(self) -> object: ...  # noqa: D102
    def open_help(self) -> object: ...  # noqa: D102
    def open_tutorial(self, name: str) -> object: ...  # noqa: D102


def actions(widget: Offers) -> list[Action | Menu]:
    """Return the buttons; some have a menu."""
    many = "One palette for many images, of the viewer and of files, each within its region"
    compare = f"Original beside result, and back ({GRID_KEY}); blink: {BLINK_KEY}"
    return [
        Action("Explore K", "Try several numbers of colors", widget.open_explore),
        Action("Color space", "Pixels and colors as points in 3-D", widget.open_color_space),
        Action("Pixels", "Pixels as a table: place, channels, cluster", widget.open_pixels),
        Action("Compare", compare, widget.compare),
        Action("Shares", "Shares of the colors, frame by frame", widget.open_shares),
        Action("Measure", MEASURE, widget.open_measure),
        Action("Many images", many, widget.open_many),
        Menu("Export", "Save picture, palette or table, or copy them", _exports(widget)),
        Menu("More", "Settings, tutorials, help", _more(widget)),
    ]


def _exports(widget: Offers) -> list[Action | Menu | None]:
    files = [
        ("Indexed PNG ...", "indexed", "Picture and palette in one: the smallest file"),
        ("Painted picture ...", "picture", "All values as they are painted: PNG or TIFF"),
        ("Palette ...", "palette", "For GIMP, Photoshop, Krita, Aseprite, web pages and others"),
        ("Table ...", "table", "Colors, names, pixels and shares: CSV"),
    ]
    figures = [
        ("Original beside result ...", "figure", "With captions, and a swatch for each color"),
        ("Swatches ...", "swatches", "Each color with its share and its name"),
        ("Grid of K ...", "grid", "The pictures of all K that were explored, three in a row"),
    ]
    forms = [
        ("hex", "hex", "One color a line"),
        ("CSS", "css", "Variables for a style sheet"),
        ("Python", "python", "A list of colors"),
    ]
    return [
        *(Action(text, tooltip, partial(widget.export, what)) for text, what, tooltip in files),
        Menu(
            "Figure",
            "Pictures with captions, to be printed or shown: PNG, SVG or PDF",
            [Action(text, tip, partial(widget.export, what)) for text, what, tip in figures],
        ),
        None,
        Menu(
            "Copy palette as",
            "All colors as text",
            [Action(text, tip, partial(widget.copy_palette, form)) for text, form, tip in forms],
        ),
        Action("Copy Python", "Copy a script that makes this result", widget.copy_as_python),
        None,
        Action("Tell size", "Bits in theory, and what the indexed PNG takes", widget.tell_size),
    ]


def _more(widget: Offers) -> list[Action | Menu | None]:
    restore = "Set the controls to what made the active layer"
    return [
        Action("Restore settings of selected layer", restore, widget.restore_settings),
        None,
        *(
            Action(one.title, one.tooltip, partial(widget.open_tutorial, one.name))
            for one in TUTORIALS.values()
        ),
        Action("Help", "A walk with pictures, all controls and all keys", widget.open_help),
    ]
