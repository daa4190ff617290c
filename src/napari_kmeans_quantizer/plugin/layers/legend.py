"""What a palette on the canvas tells of its colors, as people chose it: the text of a legend."""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from napari_kmeans_quantizer.core.report import percent
from napari_kmeans_quantizer.plugin.models.numbers import significant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from napari_kmeans_quantizer.core.measurement import Measurement

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


def legend_texts(measured: Measurement, legend: Legend) -> tuple[str, ...]:
    """Return the texts of all colors of an image, without units no areas.

    Examples
    --------
    >>> import numpy as np
    >>> from napari_kmeans_quantizer.core.measurement import Measurement
    >>> counts, hexed = np.array([[[30, 10]]]), ("#ff0000", "#0000ff")
    >>> legend_texts(Measurement("", counts, hexed, ("", "")), Legend())
    ('#ff0000  75.0%', '#0000ff  25.0%')
    >>> known = Measurement("", counts, hexed, ("red", ""), pixel_size=0.5, unit="µm²")
    >>> legend_texts(known, Legend(area=True))
    ('red  75.0%  15 µm²', '#0000ff  25.0%  5 µm²')
    """
    return tuple(BETWEEN.join(_parts(measured, legend, k)) for k in range(measured.n_clusters))


def _parts(measured: Measurement, legend: Legend, k: int) -> Iterator[str]:
    name, share, areas = measured.names[k], measured.shares[0, 0, k], measured.areas
    if legend.name and name:
        yield elided(name)
    if legend.hex or (legend.name and not name):
        yield measured.hex[k]
    if legend.share and math.isfinite(share):  # what is left out of the shares has none
        yield percent(share)
    if legend.area and areas is not None:
        yield f"{significant(areas[0, 0, k])} {measured.unit}"


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
