"""What people call clusters: names that belong to centers, whatever becomes of these."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .kept import alike, groups_of, places_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from napari_kmeans_quantizer import Palette

    from .display import Color
    from .settings import Edit


class Named(NamedTuple):
    """A name that somebody gave, or took away.

    Attributes
    ----------
    center : tuple of float
        The fitted color of the cluster, in the image's units.
    name : str
        "" for none.
    """

    center: Color
    name: str


def renames_for(
    named: Iterable[Named], fitted: Palette, edits: tuple[Edit, ...]
) -> tuple[Edit, ...]:
    """Return the edits that give the clusters of a fit their names, after other edits.

    Parameters
    ----------
    named : iterable of Named
        Names; those whose centers the palette has not stay away.
    fitted : Palette
        The colors that were fitted.
    edits : tuple
        What is done to it before: clusters may be merged.
    """
    known = places_of(fitted)
    of_cluster = {k: i for i, group in enumerate(groups_of(fitted, edits)) for k in group}
    found: dict[int, str] = {}
    for center, name in named:
        if len(center) == fitted.n_channels:
            [value] = alike([center], fitted.dtype)
            if value in known and not found.get(of_cluster[known[value]]):
                found[of_cluster[known[value]]] = name
    return tuple(("rename", index, name) for index, name in found.items())


def without_name(named: Iterable[Named], centers: Iterable[Color], like: Palette) -> list[Named]:
    """Return the names but for those of some centers."""
    gone = set(alike([*centers], like.dtype))
    return [one for one in named if gone.isdisjoint(alike([one.center], like.dtype))]


def names_given(fitted: Palette, made: Palette, edits: tuple[Edit, ...]) -> tuple[Named, ...]:
    """Return the names that some edits gave: those that the fitted palette has not."""
    before, after = fitted.names or ("",) * len(fitted), made.names or ("",) * len(made)
    groups = groups_of(fitted, edits)
    return tuple(
        Named(tuple(fitted.colors[group[0]].tolist()), name)
        for group, name in zip(groups, after, strict=True)
        if name != before[group[0]]
    )
