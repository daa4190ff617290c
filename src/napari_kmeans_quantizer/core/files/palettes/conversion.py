"""Other color models to sRGB; the computing is left to Pillow and scikit-image.

A file tells no profile of its inks. CMYK is converted as Pillow does it, without a profile and in
8 bits, hence as most programs show a color when they know none. CIELAB in palette files has the
white D50, as in printing. scikit-image converts it to XYZ, and that to sRGB, whose white is D65;
between the two whites the matrix of Bradford [1]_ adapts, as ICC profiles do.

References
----------
.. [1] B. Lindbloom, "Chromatic adaptation", http://www.brucelindbloom.com (Eqn_ChromAdapt)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

D65_OF_D50 = np.array(
    [
        [0.9555766, -0.0230393, 0.0631636],
        [-0.0282895, 1.0099416, 0.0210077],
        [0.0122982, -0.0204830, 1.3299098],
    ]
)


def to_levels(models: Sequence[str], values: Sequence[tuple[float, ...]]) -> Floats:
    """Convert colors in several models to sRGB in 0..255.

    Parameters
    ----------
    models : sequence of str
        For each color one of "RGB", "HSB", "CMYK" (1: full ink) and "grey" (1: white), all in
        0..1; "Lab" of D50, L in 0..100; "XYZ" of D65, white's Y being 1.
    values : sequence of tuple of float
        As many numbers for each as its model has.

    Returns
    -------
    (K, 3) ndarray of float64
    """
    levels = np.zeros((len(models), 3))
    kinds = np.array(models)
    for model in sorted(set(models)):
        rows = np.flatnonzero(kinds == model)
        colors = np.array([values[row] for row in rows.tolist()], np.float64)
        levels[rows] = CONVERSIONS[model](colors)
    return levels


def _rgb(colors: Floats) -> Floats:
    return colors * 255


def _grey(colors: Floats) -> Floats:
    return np.repeat(colors * 255, 3, axis=1)


def _hsb(colors: Floats) -> Floats:
    from skimage.color import hsv2rgb

    rgb: Floats = hsv2rgb(colors)
    return rgb * 255


def _cmyk(inks: Floats) -> Floats:
    from PIL import Image

    shown = np.rint(inks * 255).astype(np.uint8)
    picture = Image.frombytes("CMYK", (len(inks), 1), shown.tobytes()).convert("RGB")
    return np.frombuffer(picture.tobytes(), np.uint8).reshape(-1, 3).astype(np.float64)


def _lab(colors: Floats) -> Floats:
    from skimage.color import lab2xyz

    within = colors.copy()
    # Of bluer ones than that Z is negative: scikit-image takes it for 0, with a warning.
    bluest = 200 * (colors[:, 0] + 16) / 116 * (1 - 1e-12)
    within[:, 2] = np.minimum(colors[:, 2], bluest)
    return _xyz(lab2xyz(within, illuminant="D50") @ D65_OF_D50.T)


def _xyz(colors: Floats) -> Floats:
    from skimage.color import xyz2rgb

    rgb: Floats = xyz2rgb(colors).clip(0, 1)
    return rgb * 255


CONVERSIONS: dict[str, Callable[[Floats], Floats]] = {
    "RGB": _rgb,
    "grey": _grey,
    "HSB": _hsb,
    "CMYK": _cmyk,
    "Lab": _lab,
    "XYZ": _xyz,
}
