"""What clusters are called, and which are background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_kmeans_quantizer.cli.parsing import N_COLORS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from napari_kmeans_quantizer import Palette

    from .options import Options


def check_clusters(options: Options, palette: Palette | None) -> None:
    """Refuse names and backgrounds that there can not be, whatever the pictures."""
    most = _most(options) if palette is None else len(palette)
    if most is not None:
        _check_names(options.names, most)
    names = options.names if palette is None else (named(palette, options.names).names or ())
    background_of(options.background, names, most)


def named(palette: Palette, names: Sequence[str]) -> Palette:
    """Return a palette whose first colors have these names; "" leaves one as it is."""
    _check_names(names, len(palette))
    return palette.renamed({index: name for index, name in enumerate(names) if name})


def background_of(
    given: Sequence[str], names: Sequence[str], n_clusters: int | None
) -> list[int | str]:
    """Return clusters by their names, or else by their numbers.

    Raises
    ------
    ValueError
        If there is none of that name or number; their number may be unknown.
    """
    found: list[int | str] = []
    for text in given:
        if text and text in names:
            found.append(text)
        elif text.isdecimal() and (n_clusters is None or int(text) < n_clusters):
            found.append(int(text))
        else:
            raise ValueError(f"--background: {_unknown(text, names, n_clusters)}")
    return found


def _unknown(text: str, names: Sequence[str], n_clusters: int | None) -> str:
    if text.isdecimal():
        return f"there are {n_clusters} clusters, from 0 to {(n_clusters or 1) - 1}, got {text}."
    known = ", ".join(sorted({name for name in names if name}))
    remedy = f"named are: {known}." if known else "name clusters by --names, or use --palette."
    return f"no cluster is called '{text}'; {remedy}"


def _check_names(names: Sequence[str], n_clusters: int) -> None:
    if len(names) > n_clusters:
        s = "s" * (n_clusters != 1)
        raise ValueError(f"--names: {len(names)} names for {n_clusters} cluster{s}.")


def _most(options: Options) -> int | None:
    """Return how many clusters there are at most; None if only the pictures can tell."""
    if options.n_colors == "auto" or (options.n_colors is None and options.min_psnr is not None):
        return None
    return N_COLORS if options.n_colors is None else options.n_colors
