"""Where the pictures of a grid lie on their sheet."""

from __future__ import annotations

import math
from typing import NamedTuple

LINE = 0.07  # room for a title, in heights of a picture
GAP = 0.6  # between pictures, in lines
WIDEST = 7  # "✓ K = 256   unchanged", in lines
MORE = 0.5  # lines get higher by this factor with every column: the sheet is seen from afar


class Tiles(NamedTuple):
    """Pictures of one size in rows, with room for a title above each.

    Attributes
    ----------
    corners : list of (int, int)
        Their first rows and columns on the sheet; the original is the first.
    height, width : int
        Their size.
    line : float
        Height of a line of text, in pixels; readable for wide and for tall pictures.
    """

    corners: list[tuple[int, int]]
    height: int
    width: int
    line: float

    @classmethod
    def of(cls, shape: tuple[int, ...], n_tiles: int) -> Tiles:
        """Return where so many pictures with these last two axes go."""
        height, width = shape[-2:]
        n_columns = math.ceil(math.sqrt(n_tiles))
        line = line_height(shape) * max(1.0, MORE * n_columns)
        down = height + math.ceil((1 + GAP) * line)
        right = math.ceil(max(width + GAP * line, WIDEST * line))
        corners = [(i // n_columns * down, i % n_columns * right) for i in range(n_tiles)]
        return cls(corners, height, width, line)

    @property
    def shape(self) -> tuple[int, int]:
        """Size of the sheet."""
        rows, columns = zip(*self.corners, strict=True)
        return max(rows) + self.height, max(columns) + self.width

    def at(self, row: float, column: float) -> int | None:
        """Return the tile on which a place of the sheet lies, None between them."""
        for i, (top, left) in enumerate(self.corners):
            # A pixel reaches half its size beyond its center.
            inside = -0.5 <= row - top < self.height - 0.5
            if inside and -0.5 <= column - left < self.width - 0.5:
                return i
        return None


def line_height(shape: tuple[int, ...]) -> float:
    """Return the height of a line of text beside pictures with these last two axes, in pixels."""
    height, width = shape[-2:]
    return LINE * min(max(height, width / 3), 3 * width)
