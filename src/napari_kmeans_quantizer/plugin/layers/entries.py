"""How the entries of a legend lie to each other: squares and their texts, in columns or in rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .legend import text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ROOMS = (12, 16, 24, 32)  # for how many colors, one above the other, a column makes room
MOST_TEXTS = 64  # of more colors, squares alone are shown: nobody could read their texts
SQUARE = 0.8  # size, in rows
GAP = 0.5  # from a square to its text; likewise in em:
MARGIN = 1.0  # beyond the text
EM = 0.66  # in squares, of columns
EM_SIZES = (0.03, 0.024, 0.019, 0.015, 0.012)  # of rows, in widths of the picture; likewise:
HIGHEST = 0.35  # all rows


class Entries(NamedTuple):
    """Squares and texts, as seen on the screen: (down, right) from the upper left corner of all.

    Attributes
    ----------
    texts : tuple of str
        Empty if none are written.
    squares : (K, 2) ndarray
        Their middles.
    size : float
        Of a square.
    em : float
        Of the texts' font.
    text_width : float
        Of the widest one, in em.
    extent : (2,) ndarray
        Of all.
    """

    texts: tuple[str, ...]
    squares: Floats
    size: float
    em: float
    text_width: float
    extent: Floats


def entries(texts: Sequence[str], side: str, height: float, width: float) -> Entries:
    """Return entries that suit a side of a picture.

    Parameters
    ----------
    texts : sequence of str
        One for each color.
    side : {"right", "left", "above", "below"}
        Columns stand at the right, with their texts before the squares, and at the left; rows
        above and below. So all texts lie between a square and the picture, or another square:
        napari makes room for squares alone when it shows, or exports, all that there is.
    height, width : float
        Of the picture.
    """
    written = tuple(texts) if len(texts) <= MOST_TEXTS and any(texts) else ()
    # In whole em: while people drag, most entries stay where they are.
    widest = float(math.ceil(max(map(text_width, written), default=0.0)))
    if side in ("right", "left"):
        grid = _columns(len(texts), widest, max(height, width / 4), text_first=side == "right")
    else:
        grid = _rows(len(texts), widest, max(width, height / 4))
    return Entries(written, *grid)


Grid = tuple["Floats", float, float, float, "Floats"]


def _columns(n_colors: int, text_width: float, length: float, text_first: bool) -> Grid:
    n_columns = -(-n_colors // ROOMS[-1])
    n_rows = -(-n_colors // n_columns)
    # In a few sizes only: while people drag, most texts keep theirs, which is slow to change.
    pitch = length / next(rooms for rooms in ROOMS if rooms >= n_rows)
    size = SQUARE * pitch
    em = EM * size
    width = pitch + (text_width + GAP + MARGIN) * em * (text_width > 0)
    column, row = np.divmod(np.arange(n_colors), n_rows)
    right = (column + 1) * width - pitch / 2 if text_first else column * width + pitch / 2
    squares = np.column_stack([(row + 0.5) * pitch, right])
    return squares, size, em, text_width, np.array([n_rows * pitch, n_columns * width])


def _rows(n_colors: int, text_width: float, length: float) -> Grid:
    cell = 2.5 + (text_width + GAP + MARGIN) * (text_width > 0)  # in em; a square takes 2
    for share in EM_SIZES:
        em = min(share, 1 / cell) * length
        n_rows = -(-n_colors // int(length / (cell * em) + 1e-9))
        if n_rows * 2.5 * em <= HIGHEST * length:
            break
    n_columns = -(-n_colors // n_rows)
    row, column = np.divmod(np.arange(n_colors), n_columns)
    squares = np.column_stack([(row + 0.5) * 2.5 * em, (column * cell + 1) * em])
    return squares, 2 * em, em, text_width, np.array([n_rows * 2.5, n_columns * cell]) * em
