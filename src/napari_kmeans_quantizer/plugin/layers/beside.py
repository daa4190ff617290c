"""Where the palette stands: upright beside its picture, however that lies in the world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.plugin.models.placement import Placement

    Floats = NDArray[np.float64]

ROOMS = (12, 16, 24, 32)  # for how many colors, one above the other, the palette makes room
TEXT_WIDTH = 6.0  # of "#rrggbb  12.3%", in sizes of a square
TEXT_SIZE = 0.36  # in sizes of a square


class Area(NamedTuple):
    """A rectangle of the world: its least and its largest corner, (down, right)."""

    low: Floats
    high: Floats

    def meets(self, other: Area) -> bool:
        """Tell whether both have room in common."""
        return bool((self.low < other.high).all() and (other.low < self.high).all())


class Beside(NamedTuple):
    """A palette's place.

    Attributes
    ----------
    positions : (K, 2) ndarray
        Of the squares, in the layer's data.
    size : float
        Of a square, likewise.
    text_size : float
        In the world: texts are upright whatever the layer.
    text_shift : (2,) ndarray
        From a square to the middle of its text, in the layer's data.
    area : Area
        What it takes up of the world.
    """

    positions: Floats
    size: float
    text_size: float
    text_shift: Floats
    area: Area

    def is_like(self, other: Beside) -> bool:
        """Tell whether both are the same place."""
        same_size = (self.size, self.text_size) == (other.size, other.text_size)
        return (
            same_size
            and np.array_equal(self.positions, other.positions)
            and np.array_equal(self.text_shift, other.text_shift)
        )

    def attributes(self) -> dict[str, Any]:
        """Return the same as arguments of the layer, without the texts' content."""
        text = {
            "size": self.text_size,
            "scaling": True,  # keeps its place between picture and squares at any zoom
            "anchor": "center",  # the only one that napari knows in 3-D
            "translation": self.text_shift,
        }
        sizes = np.full(len(self.positions), self.size)  # as napari keeps them
        return {"data": self.positions, "size": sizes, "text": text}


def beside(
    n_colors: int, placement: Placement, shift: float = 0.0, transposed: bool = False
) -> Beside:
    """Return the place of a palette.

    Parameters
    ----------
    n_colors : int
        How many squares there are: one above the other, then in further columns.
    placement : Placement
        Where the picture lies.
    shift : float, optional
        How far away from the picture, for palettes that stand there already.
    transposed : bool, optional
        Whether the viewer shows columns as rows: "right" is the first axis then.
    """
    low, high = (end[::-1] if transposed else end for end in placement.plane_area)
    n_columns = -(-n_colors // ROOMS[-1])
    n_rows = -(-n_colors // n_columns)
    # In a few sizes only: while people drag, most texts keep theirs, which is slow to change.
    room = next(rows for rows in ROOMS if rows >= n_rows)
    pitch = float(max(high[0] - low[0], (high[1] - low[1]) / 4)) / room
    size = pitch * 0.8
    column, row = np.divmod(np.arange(n_colors), n_rows)
    down = low[0] + (row + 0.5) * pitch
    first, width = high[1] + shift, TEXT_WIDTH * size + pitch
    right = first + (column + 1) * width - pitch / 2
    ends = np.array([[low[0], first], [low[0] + n_rows * pitch, first + n_columns * width]])
    to_text = np.array([0.0, -(TEXT_WIDTH / 2 + 0.6) * size])
    places = np.column_stack([down, right])
    if transposed:
        places, ends, to_text = places[:, ::-1], ends[:, ::-1], to_text[::-1]
    to_data = np.linalg.inv(placement.plane_to_world)
    return Beside(
        places @ to_data[:-1, :-1].T + to_data[:-1, -1],
        size / placement.plane_scale,
        TEXT_SIZE * size,
        to_data[:-1, :-1] @ to_text,
        Area(*ends),
    )


def free_shift(
    n_colors: int, placement: Placement, taken: list[Area], transposed: bool = False
) -> float:
    """Return the least shift with which a palette does not lie on others."""
    shift = 0.0
    while True:
        area = beside(n_colors, placement, shift, transposed).area
        met = [other for other in taken if area.meets(other)]
        if not met:
            return shift
        axis = 0 if transposed else 1
        shift += max(float(other.high[axis] - area.low[axis]) for other in met)


def is_transposed(order: Sequence[int]) -> bool:
    """Tell whether a viewer's dims show the later of their last two axes downwards."""
    return order[-2] > order[-1]
