"""In which order a palette's colors are listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from napari_kmeans_quantizer import convert_colors

if TYPE_CHECKING:
    from numpy.typing import NDArray

BY_SHARE, BY_HUE, BY_LIGHTNESS = "share", "hue", "lightness"
ORDERS = (BY_SHARE, BY_HUE, BY_LIGHTNESS)
GRAYISH = 6.0  # chroma in CIELAB below which a color has no hue that anybody would name


def order_of(shown: NDArray[np.float64], counts: NDArray[np.int64], by: str) -> list[int]:
    """Return the colors' places in a list.

    Parameters
    ----------
    shown : (K, 3) ndarray
        sRGB in 0..1.
    counts : (K,) ndarray
        Their pixels: colors that were given need not come with the most frequent first.
    by : {"share", "hue", "lightness"}
        By hue, greys come first, from dark to light, then red, yellow, green, blue, purple.

    Returns
    -------
    list of int
        Indices into `shown`.
    """
    if by == BY_SHARE or not len(shown):
        return [int(k) for k in np.argsort(-counts, kind="stable")]
    lightness, a, b = np.asarray(convert_colors(shown, "lab")).T
    if by == BY_LIGHTNESS:
        return [int(k) for k in np.argsort(lightness, kind="stable")]
    hue = np.where(np.hypot(a, b) < GRAYISH, -1.0, np.degrees(np.arctan2(b, a)) % 360)
    return [int(k) for k in np.lexsort((lightness, np.round(hue, 6)))]
