"""What a palette on the canvas tells of its colors, as people chose it: the text of a legend."""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING, Any, NamedTuple

from napari_kmeans_quantizer.core.report import percent
from napari_kmeans_quantizer.plugin.models.numbers import significant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SIDES = ("right", "left", "above", "below")
HIDDEN = "hidden"
LONGEST = 32  # letters of a name
BETWEEN = "  "
NARROW, BROAD = "!'(),-./:;I[]fijlrt|· ", "#%+<=>@MWmw…"
NARROW_EM, USUAL_EM, UPPER_EM, BROAD_EM = 0.42, 0.65, 0.79, 1.0
"""Widths of letters, about those of DejaVu Sans, which is broader than most fonts of its kind."""


class Legend(NamedTuple):
    """How palettes are shown beside their pictures.

    Attributes
    ----------
    side : {"right", "left", "above", "below", "hidden"}
        Where, seen from the picture.
    name, hex, share, area : bool
        What is told of a color. One without a name is called by its hex value.
    """

    side: str = SIDES[0]
    name: bool = True
    hex: bool = False
    share: bool = True
    area: bool = False

    @property
    def is_hidden(self) -> bool:
        """Whether it is not to be seen."""
        return self.side == HIDDEN

    @property
    def dock(self) -> str:
        """The side where it stands; of a hidden one, where it would."""
        return SIDES[0] if self.is_hidden else self.side


def legend_texts(
    features: Mapping[str, Any], legend: Legend, pixel_area: tuple[float, str] | None
) -> tuple[str, ...]:
    """Return the texts of all colors.

    Parameters
    ----------
    features : mapping of str to (K,) sequence
        Those of the layer: "hex", "share", "pixels", and "name" if there are any.
    legend : Legend
        What is wanted.
    pixel_area : (float, str) or None
        The size of a pixel and its unit; without one no area is told.

    Examples
    --------
    >>> known = {"hex": ["#ff0000", "#0000ff"], "share": [0.75, 0.25], "pixels": [30, 10]}
    >>> legend_texts(known, Legend(), None)
    ('#ff0000  75.0%', '#0000ff  25.0%')
    >>> legend_texts(known | {"name": ["red", ""]}, Legend(area=True), (0.5, "µm²"))
    ('red  75.0%  15 µm²', '#0000ff  25.0%  5 µm²')
    """
    keys = ("name", "hex", "share", "pixels")
    n_colors = len(features["hex"])
    columns = [features.get(key, [""] * n_colors) for key in keys]
    size = pixel_area if legend.area else None
    rows = zip(*columns, strict=True)
    return tuple(BETWEEN.join(_parts(row, legend, size)) for row in rows)


def _parts(row: tuple[Any, ...], legend: Legend, size: tuple[float, str] | None) -> Iterator[str]:
    name, hexed, share, pixels = row
    if legend.name and name:
        yield elided(name)
    if legend.hex or (legend.name and not name):
        yield hexed
    if legend.share and math.isfinite(share):  # what is left out of the shares has none
        yield percent(share)
    if size is not None:
        yield f"{significant(pixels * size[0])} {size[1]}"


def elided(name: str) -> str:
    """Return a name on one line that is not too long for a legend."""
    line = " ".join(name.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rstrip()}…"


def text_width(text: str) -> float:
    """Return how wide a text is at most, in sizes of its font (em).

    Of letters alone: fonts are known to a window only, and contents are made in any thread.
    """
    return sum(map(_letter_width, text))


def _letter_width(letter: str) -> float:
    if letter in NARROW:
        return NARROW_EM
    if letter in BROAD or unicodedata.east_asian_width(letter) in "WF":
        return BROAD_EM
    if unicodedata.combining(letter):
        return 0.0
    return UPPER_EM if letter.isupper() else USUAL_EM
