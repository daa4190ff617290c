"""A palette as a Python literal, to paste into a script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .swatches import bytes_of, names_of

if TYPE_CHECKING:
    from napari_kmeans_quantizer.core.palette import Palette


def as_python(palette: Palette) -> str:
    """Return the colors as a list of (red, green, blue) in 0..255, names as comments.

    Examples
    --------
    >>> from napari_kmeans_quantizer import Palette
    >>> print(as_python(Palette([[255, 0, 0], [0, 0, 255]], names=["rust", ""])))
    [
        (255, 0, 0),  # rust
        (0, 0, 255),
    ]
    """
    rows = zip(bytes_of(palette).tolist(), names_of(palette), strict=True)
    lines = (f"    ({r}, {g}, {b})," + f"  # {name}" * bool(name) for (r, g, b), name in rows)
    return "\n".join(["[", *lines, "]"])
