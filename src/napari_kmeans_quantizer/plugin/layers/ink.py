"""Colors of text on the canvas, which is dark in one theme and light in the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

ON_DARK, ON_LIGHT = "#d0d0d0", "#404040"  # on black 13.6 : 1, on white 10.4 : 1
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
