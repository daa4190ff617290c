"""What every palette file comes down to: levels, names and counts, and the rules that hold for all.

Readers turn bytes into `Swatches`, writers turn a palette's levels and names into bytes.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_kmeans_quantizer.core.units import LARGEST_INTEGER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from napari_kmeans_quantizer.core.palette import Palette

    Floats = NDArray[np.float64]

MOST_COLORS = 65535
"""What labels of 16 bits can tell apart."""
LONGEST_NAME = 1000
"""Characters."""
BREAKING = {"Cc", "Cs", "Zl", "Zp"}
"""Categories of characters that would end a line, or that no encoding has: controls, halves."""


class Swatches(NamedTuple):
    """Colors of a file, in its order."""

    levels: Sequence[Sequence[float]] | NDArray[np.number]
    """(K, 3), sRGB in 0..255; fractions where the file is finer."""
    names: Sequence[str] | None = None
    counts: Sequence[int] | None = None


def to_palette(swatches: Swatches) -> Palette:
    """Return a palette in 0..255, or say what is wrong with the number or range of its colors."""
    from napari_kmeans_quantizer.core.palette import Palette

    check_number(len(swatches.levels))
    levels = np.asarray(swatches.levels, np.float64)
    within = ((levels >= 0) & (levels <= 255)).all(axis=1)
    if not within.all():
        worst = int(within.argmin())
        raise ValueError(f"color {worst + 1} must lie in 0..255, got {levels[worst].tolist()}.")
    given_names = swatches.names or ()
    check_names(given_names)
    names = tuple(map(clean, given_names))
    check_counts(swatches.counts)
    given: dict[str, Any] = {"counts": swatches.counts, "dtype": np.dtype(np.uint8)}
    return Palette(levels, names=names if any(names) else None, **given)


def check_number(n_colors: int) -> None:
    """Refuse too many colors, and none."""
    if not 1 <= n_colors <= MOST_COLORS:
        raise ValueError(f"a palette has 1 to {MOST_COLORS:,} colors, here are {n_colors:,}.")


def check_names(names: object) -> None:
    """Refuse what are no texts."""
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise ValueError("names must be a list of texts.")


def check_counts(counts: object) -> None:
    """Refuse what are no numbers of pixels, and more than can be added up."""
    if counts is None:
        return
    if not isinstance(counts, list) or not all(type(count) is int for count in counts):
        raise ValueError("counts must be a list of whole numbers.")
    if min(counts, default=0) < 0 or sum(counts) > LARGEST_INTEGER:
        raise ValueError(f"counts must not be negative, and add up to {LARGEST_INTEGER:,} at most.")


def clean(name: str) -> str:
    """Return a name on one line, as any encoding can hold it."""
    if name.isascii() and name.isprintable():
        return name[:LONGEST_NAME].strip()
    kept = (" " if unicodedata.category(c) in BREAKING else c for c in name[:LONGEST_NAME])
    return "".join(kept).strip()


def names_of(palette: Palette) -> list[str]:
    """Return the names of a palette fit for a file, "" where there is none."""
    return [clean(name) for name in palette.names or [""] * len(palette)]


def levels_of(palette: Palette) -> Floats:
    """Return what is shown of a palette, (K, 3) in 0..255, with fractions."""
    levels: Floats = palette.rgb * 255
    return levels


def bytes_of(palette: Palette) -> NDArray[np.uint8]:
    """Return what is shown of a palette, (K, 3), as `Palette.hex` tells it."""
    shown = bytes.fromhex("".join(text[1:] for text in palette.hex))
    return np.frombuffer(shown, np.uint8).reshape(-1, 3)
