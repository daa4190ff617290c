"""Names of regions on the canvas: what a Points layer of them holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_kmeans_quantizer.plugin.models.geometry import place_of

if TYPE_CHECKING:
    from napari.layers import Labels, Shapes

    from napari_kmeans_quantizer.plugin.models.inner_points import Numbers

    from .contents import Attributes

INK, PLATE = "#ffffff", "#000000a0"  # together they are read on any picture
TEXT = 10  # points
LETTER, ROUND = 9.5, 27  # screen pixels: width of a letter, of the disc behind a short name
SHORT = 3  # letters that fit on a disc
LONGEST = 16  # letters of a name
SCREEN = 400  # pixels: where a picture is smaller than that, plates become smaller, too


def numbers_content(regions: Labels | Shapes, numbers: Numbers, extent: float) -> Attributes:
    """Return what a layer holds that writes names on regions: on plates, in one size.

    Parameters
    ----------
    regions : napari.layers.Labels or napari.layers.Shapes
        Where the layer lies.
    numbers : Numbers
        What is written.
    extent : float
        Of the picture, in the world.
    """
    names = [_elided(name) for name in numbers.names]
    longest = max(map(len, names), default=0)
    short = longest <= SHORT
    width = ROUND if short else LETTER * (longest + 1)
    return {
        "data": numbers.points,
        "name": f"{regions.name} · numbers",
        "features": {"region": names},
        "size": width / SCREEN * extent / abs(float(regions.scale[-1])),
        "symbol": "disc" if short else "hbar",
        "canvas_size_limits": (2, width),
        "face_color": PLATE,
        "border_color": "transparent",
        "border_width": 0,
        "text": {"string": "{region}", "color": INK, "size": TEXT, "translation": 0.0},
        "visible": regions.visible,
        "metadata": {},
        **place_of(regions),
    }


def _elided(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
