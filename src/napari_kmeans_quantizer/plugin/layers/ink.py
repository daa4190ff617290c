"""Colors of text on the canvas, which is dark in one theme and light in the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from napari.utils.colormaps.standardize_color import transform_color

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

ON_DARK, ON_LIGHT = "#d0d0d0", "#404040"  # on black 13.6 : 1, on white 10.4 : 1
FAINT = 0.3  # how opaque entries of hidden clusters are
ON_BOTH = "#757575"  # 4.5 : 1 on black as on white: where no canvas is known yet


def text_color(dark: bool) -> str:
    """Return a color of text that stands out from a dark canvas, or else from a light one."""
    return ON_DARK if dark else ON_LIGHT


def is_dark(background: ArrayLike) -> bool:
    """Tell whether text on a background (3 or 4,), in 0..1, should be light."""
    red, green, blue = np.asarray(background, np.float64)[:3]
    # Light and dark text stand out alike where the relative luminance is 0.18.
    linear = np.array([red, green, blue]) ** 2.2
    return bool(linear @ (0.2126, 0.7152, 0.0722) < 0.18)


def inks(color: str, faint: NDArray[np.bool_]) -> str | NDArray[np.float32]:
    """Return the colors of some texts, of which a few may be faint: one for all if none is."""
    if not faint.any():
        return color
    each: NDArray[np.float32] = transform_color([color] * len(faint))
    each[faint, -1] *= FAINT
    return each
