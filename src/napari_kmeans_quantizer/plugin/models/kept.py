"""What a new fit keeps: clusters that people locked, colored or merged, known by their centers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_kmeans_quantizer import Palette

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .display import Color
    from .settings import Edit

Alike = tuple[Any, ...]
"""A color rounded to the image's dtype: a fit does not tell colors apart further."""


class Kept(NamedTuple):
    """A cluster that stays as it is.

    Attributes
    ----------
    centers : tuple of tuple of float
        Which pixels are its: those nearest to these colors, in the image's units. Several if
        clusters were merged; the first is the one that the others joined.
    color : tuple of float
        The color in which it is painted.
    by_hand : bool
        Whether it was locked by itself, rather than because it was edited.
    """

    centers: tuple[Color, ...]
    color: Color
    by_hand: bool = False

    @classmethod
    def locked(cls, color: Color) -> Kept:
        """Return a lock on a color."""
        return cls((color,), color, by_hand=True)

    @property
    def n_channels(self) -> int:
        """How many values its colors have."""
        return len(self.color)


def alike(colors: Sequence[Color], dtype: np.dtype[Any]) -> list[Alike]:
    """Return colors (n, C) rounded to a dtype."""
    if not colors:
        return []
    values = Palette(np.array(colors), dtype=dtype).values
    return list(map(tuple, values.tolist()))


def places_of(palette: Palette) -> dict[Alike, int]:
    """Return where a palette has which colors."""
    return {value: k for k, value in enumerate(map(tuple, palette.values.tolist()))}


def without(kept: Iterable[Kept], centers: Sequence[Color], dtype: np.dtype[Any]) -> list[Kept]:
    """Return what is kept but for what has one of these centers."""
    gone = set(alike(centers, dtype))
    return [one for one in kept if gone.isdisjoint(alike(one.centers, dtype))]


def groups_of(palette: Palette, edits: Iterable[Edit]) -> list[list[int]]:
    """Return which colors of a fitted palette each color is made of after some edits.

    The first of each group is the one that the others joined.
    """
    groups = [[k] for k in range(len(palette))]
    for kind, index, into in edits:
        if kind == "merge":
            groups[into] = groups[into] + groups[index]
            groups = [groups[k] for k in palette.merge_order(index, into)]
            palette = palette.merged(index, into)
    return groups


def edits_for(kept: Iterable[Kept], palette: Palette) -> tuple[Edit, ...]:
    """Return the edits that make a newly fitted palette show again what is kept.

    Parameters
    ----------
    kept : iterable of Kept
        What was fitted around; what the palette has not stays away.
    palette : Palette
        The new colors.
    """
    fitted: list[Color] = [tuple(color) for color in palette.colors.tolist()]
    places = places_of(palette)
    edits: list[Edit] = []
    rows = list(range(len(palette)))  # which fitted color is where, after the merges so far
    colors: dict[int, Color] = {}
    for one in kept:
        centers = alike(one.centers, palette.dtype) if one.n_channels == palette.n_channels else []
        found = [places[value] for value in centers if value in places]
        for other in found[1:]:
            index, into = rows.index(other), rows.index(found[0])
            edits.append(("merge", index, into))
            rows = [rows[k] for k in palette.merge_order(index, into)]
            palette = palette.merged(index, into)
        if found and alike([one.color], palette.dtype) != alike([fitted[found[0]]], palette.dtype):
            colors[found[0]] = one.color
    return (*edits, *(("recolor", rows.index(k), color) for k, color in colors.items()))
