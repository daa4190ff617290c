"""Which coarser levels there are: each holds every second pixel of the one above.

So labels stay labels and colors those of the palette, and pixels lie where they lay: the first one
of all levels is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .space import Space

SMALL = 512
"""Rows and columns of the coarsest level, at most."""


def steps_of_levels(shape: tuple[int, ...], space: Space) -> list[tuple[int, ...]]:
    """Return for each coarser level of which axes it holds every second pixel (2) of the one above.

    Rows and columns are halved until there are few; planes as soon as they are no farther apart
    than these.

    Parameters
    ----------
    shape : tuple of int
        Of the finest level, without channels.
    space : Space
        Where its pixels lie.
    """
    levels: list[tuple[int, ...]] = []
    while max(shape[-2:]) > SMALL:
        rows_and_columns = space.spatial[-2:]
        nearest = min(space.scale[i] for i in rows_and_columns)
        halved = {
            i for i in space.spatial
            if shape[i] > 1 and (i in rows_and_columns or space.scale[i] <= nearest)
        }  # fmt: skip
        steps = tuple(2 if i in halved else 1 for i in range(len(shape)))
        shape = shape_of_level(shape, steps)
        space = space.every(steps)
        levels.append(steps)
    return levels


def shape_of_level(shape: tuple[int, ...], steps: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of every so many pixels, from the first one on."""
    return tuple(-(-n // step) for n, step in zip(shape, steps, strict=True))
