"""Where the palette stands: upright beside its picture, however that lies in the world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_kmeans_quantizer.plugin.models.placement import Area

from .entries import GAP, entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.plugin.models.placement import Placement

    from .entries import Entries

    Floats = NDArray[np.float64]

EM = 16 / 9  # of a text of size 1, on screens with 96 dots per inch
LINE = 0.6  # from the middle of a text to where napari's upper anchors hold it, in em
GAP_ABOVE = 0.2  # between rows and the picture, in rows
TOWARDS = {"right": (1, 1), "left": (1, -1), "below": (0, 1), "above": (0, -1)}
"""Axis on the screen, and direction, in which a palette gives way to others."""


class Beside(NamedTuple):
    """A palette's place.

    Attributes
    ----------
    positions : (K, 2) ndarray
        Of the squares, in the layer's data.
    size : float
        Of a square, likewise.
    texts : tuple of str
        What is told of each; empty if nothing is.
    text_size : float
        In the world: texts are upright whatever the layer.
    text_shift : (2,) ndarray
        From a square to where its text is held, in the layer's data.
    anchor : str
        At which of its ends.
    area : Area
        What it takes up of the world.
    away : float
        How far others keep it from its picture.
    """

    positions: Floats
    size: float
    texts: tuple[str, ...]
    text_size: float
    text_shift: Floats
    anchor: str
    area: Area
    away: float

    def is_like(self, other: Beside) -> bool:
        """Tell whether both are the same place, and tell the same."""
        alike = ("size", "texts", "text_size", "anchor")
        return (
            all(getattr(self, name) == getattr(other, name) for name in alike)
            and np.array_equal(self.positions, other.positions)
            and np.array_equal(self.text_shift, other.text_shift)
        )

    def attributes(self) -> dict[str, Any]:
        """Return the same as arguments of the layer, without the texts' color."""
        text = {
            # As encodings: napari takes a plain text for a format, or the name of a feature.
            "string": {"array": list(self.texts)} if self.texts else {"constant": ""},
            "size": self.text_size,
            "scaling": True,  # keeps its place between picture and squares at any zoom
            "anchor": self.anchor,
            "translation": self.text_shift,
        }
        sizes = np.full(len(self.positions), self.size)  # as napari keeps them
        return {"data": self.positions, "size": sizes, "text": text}


def beside(
    texts: Sequence[str],
    placement: Placement,
    side: str = "right",
    taken: Iterable[Area] = (),
    transposed: bool = False,
    *,
    flush: bool = True,
    em: float = EM,
    away: float | None = None,
) -> Beside:
    """Return the place of a palette: as near to its picture as others leave it.

    Parameters
    ----------
    texts : sequence of str
        What is told of each color.
    placement : Placement
        Where the picture lies.
    side : {"right", "left", "above", "below"}, optional
        Where the palette stands, seen from the picture.
    taken : iterable of Area
        Where other palettes stand, and other pictures lie.
    transposed : bool, optional
        Whether the viewer shows columns as rows: "right" is the first axis then.
    flush : bool, optional
        Whether texts begin, or end, in one line. Where the viewer does not show the plane from
        the front, napari knows the middles of texts only.
    em : float, optional
        How large an em is that napari draws for a text of size 1.
    away : float, optional
        How far from its picture, whatever is there.
    """
    turn = slice(None, None, -1 if transposed else 1)
    low, high = (end[turn] for end in placement.plane_area)
    made = entries(texts, side, *(high - low))
    axis, sign = TOWARDS[side]
    others = [Area(one.low[turn], one.high[turn]) for one in taken]
    shift = away or 0.0
    while True:
        corner = _corner(made, side, low, high)
        corner[axis] += sign * shift
        area = Area(corner, corner + made.extent)
        met = [] if away is not None else [one for one in others if area.meets(one)]
        if not met:
            break
        shift += max(_until_past(area, one, axis, sign) for one in met)
        shift += 4 * float(np.spacing(np.abs(area).max() + shift))  # past it, also when rounded
    to_text, anchor = _text_place(made, side, flush)
    to_data = np.linalg.inv(placement.plane_to_world)
    return Beside(
        (corner + made.squares)[:, turn] @ to_data[:-1, :-1].T + to_data[:-1, -1],
        made.size / placement.plane_scale,
        made.texts,
        made.em / em,
        to_data[:-1, :-1] @ to_text[turn],
        anchor,
        Area(area.low[turn], area.high[turn]),
        shift,
    )


def _corner(made: Entries, side: str, low: Floats, high: Floats) -> Floats:
    """Return where the upper left corner lies on the screen if nothing else is there."""
    gap = GAP_ABOVE * 2.5 * made.em
    places = {
        "right": (low[0], high[1]),
        "left": (low[0], low[1] - made.extent[1]),
        "below": (high[0] + gap, low[1]),
        "above": (low[0] - gap - made.extent[0], low[1]),
    }
    return np.array(places[side])


def _until_past(area: Area, other: Area, axis: int, sign: int) -> float:
    """Return how far an area must go until it is past another one."""
    ends = (other.high, area.low) if sign > 0 else (area.high, other.low)
    return float(ends[0][axis] - ends[1][axis])


def _text_place(made: Entries, side: str, flush: bool) -> tuple[Floats, str]:
    """Return where a text is held, seen from its square on the screen, and at which end."""
    sign = -1 if side == "right" else 1
    edge = made.size / 2 + GAP * made.em
    if flush:
        anchor = "upper_right" if side == "right" else "upper_left"
        return np.array([LINE * made.em, sign * edge]), anchor
    return np.array([0.0, sign * (edge + made.text_width * made.em / 2)]), "center"
