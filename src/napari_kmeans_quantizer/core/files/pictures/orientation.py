"""Pictures turned upright, as cameras and scanners say by a number (EXIF and TIFF tag 274)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

TRANSPOSED = (5, 6, 7, 8)


def upright(image: NDArray[Any], orientation: object, first_axis: int = 0) -> NDArray[Any]:
    """Return an image ``(..., H, W, ...)``, its rows on `first_axis`, turned as it should be seen.

    TIFF 6.0 and EXIF 2.3, "Orientation": 1 is upright, 2 mirrored, 3 turned by 180 degrees, 4
    upside down, 5 transposed, 6 to be turned clockwise, 7 transversed, 8 counterclockwise.
    Whatever else is taken for 1.
    """
    if orientation not in range(2, 9):
        return image
    rows, columns = first_axis, first_axis + 1
    if orientation in TRANSPOSED:
        image = image.swapaxes(rows, columns)
    if orientation in (3, 4, 7, 8):
        image = np.flip(image, rows)
    if orientation in (2, 3, 6, 7):
        image = np.flip(image, columns)
    return np.ascontiguousarray(image)


def upright_dpi(dpi: tuple[float, float] | None, orientation: object) -> tuple[float, float] | None:
    """Return pixels per inch, across and down, of the picture turned upright."""
    return dpi[::-1] if dpi is not None and orientation in TRANSPOSED else dpi
