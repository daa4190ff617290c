"""Other color models to sRGB; the computing is left to Pillow and scikit-image.

A file tells no profile of its inks. CMYK is converted as Pillow does it, without a profile and in
8 bits, hence as most programs show a color when they know none. CIELAB in palette files has the
white D50, as in printing. scikit-image converts it to XYZ, and that to sRGB, whose white is D65;
between the two whites the method of Bradford [1]_ adapts, as ICC profiles do.

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

BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
"""CIE XYZ to the cones by which Bradford adapts."""
DECIMALS = 9
"""Of levels that were computed by way of XYZ: white is 255 then."""


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
    return _xyz(lab2xyz(within, illuminant="D50") @ _adaptation().T)


def _adaptation() -> Floats:
    """Return the matrix from XYZ of white D50 to that of the white of scikit-image's sRGB."""
    from skimage.color import rgb2xyz, xyz_tristimulus_values

    white_of_lab = xyz_tristimulus_values(illuminant="D50", observer="2")
    white_of_rgb = rgb2xyz(np.ones((1, 3)))[0]
    gains = (BRADFORD @ white_of_rgb) / (BRADFORD @ white_of_lab)
    matrix: Floats = np.linalg.inv(BRADFORD) @ np.diag(gains) @ BRADFORD
    return matrix


def _xyz(colors: Floats) -> Floats:
    from skimage.color import xyz2rgb

    rgb: Floats = xyz2rgb(colors).clip(0, 1)
    return (rgb * 255).round(DECIMALS)


CONVERSIONS: dict[str, Callable[[Floats], Floats]] = {
    "RGB": _rgb,
    "grey": _grey,
    "HSB": _hsb,
    "CMYK": _cmyk,
    "Lab": _lab,
    "XYZ": _xyz,
}
