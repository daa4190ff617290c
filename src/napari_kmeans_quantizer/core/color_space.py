"""Color spaces in which distances can be measured, other than the image's own."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .arguments import as_unit_rgb, check_can_convert, check_color_space
from .lazy.arrays import is_lazy
from .lazy.mapped import lazily_converted
from .threads import chunks, map_chunks
from .units import WHITES, image_range

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from .image import Pixels

    Floats = NDArray[np.float64]

# Linear sRGB to CIE XYZ [1]_, and white.
#
# .. [1] IEC 61966-2-1:1999
XYZ_OF_LINEAR = np.array(
    [
        [0.412453, 0.357580, 0.180423],
        [0.212671, 0.715160, 0.072169],
        [0.019334, 0.119193, 0.950227],
    ]
)
WHITE_D65 = np.array([0.95047, 1.0, 1.08883])
# Roots of XYZ to CIELAB, but for the 16 that is taken from L.
LAB_OF_ROOTS = np.array([[0.0, 116.0, 0.0], [500.0, -500.0, 0.0], [0.0, 200.0, -200.0]])
# CIE XYZ to the cone responses of Oklab, and their cube roots to Oklab [2]_.
#
# .. [2] B. Ottosson, "A perceptual color space for image processing", 2020,
#        https://bottosson.github.io/posts/oklab/
CONES_OF_XYZ = np.array(
    [
        [0.8189330101, 0.3618667424, -0.1288597137],
        [0.0329845436, 0.9293118715, 0.0361456387],
        [0.0482003018, 0.2643662691, 0.6338517070],
    ]
)
OKLAB_OF_ROOTS = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def _times(a: Floats, b: Floats) -> Floats:
    """Return ``a @ b``, the same on every machine, which libraries of linear algebra are not."""
    x, y, z = b
    return np.stack([u * x + v * y + w * z for u, v, w in a])


def _inverse(matrix: Floats) -> Floats:
    """Return the inverse of a matrix (3, 3), by cofactors."""
    a, b, c = matrix
    cofactors = np.stack([np.cross(b, c), np.cross(c, a), np.cross(a, b)], axis=1)
    inverse: Floats = cofactors / (a * cofactors[:, 0]).sum()
    return inverse


class ColorSpace:
    """Conversion of an image's sRGB colors to CIELAB or Oklab, and back.

    The only one: what a sweep takes for nearest is nearest by `convert_colors`, to the last bit.

    Parameters
    ----------
    name : {"lab", "oklab"}
        CIELAB (D65, 2 degrees; L in 0..100) or Oklab (L in 0..1).
    dtype : dtype
        The image's: colors are 0..1 for bools and floats, else 0 to the largest integer.
    white : float, optional
        Another end of the colors.
    """

    def __init__(self, name: str, dtype: np.dtype[Any], white: float | None = None) -> None:
        self.name = name
        self._largest = white or (float(np.iinfo(dtype).max) if dtype.kind == "u" else 1.0)
        if name == "lab":
            self._of_linear = XYZ_OF_LINEAR / WHITE_D65[:, np.newaxis]
            self._of_roots, self._offset = LAB_OF_ROOTS, -16.0
            self._line = (0.008856, 7.787, 16 / 116, -np.inf)
        else:
            self._of_linear = _times(CONES_OF_XYZ, XYZ_OF_LINEAR)
            self._of_roots, self._offset = OKLAB_OF_ROOTS, 0.0
            self._line = ROOTS_ONLY

    @property
    def numbers(self) -> Floats:
        """What kernels need to know, (23,): see `kernels.conversion`."""
        matrices = self._of_linear.ravel(), self._of_roots.ravel()
        return np.concatenate([matrices[0], self._line, matrices[1], [self._offset]])

    def forward(self, colors: NDArray[Any]) -> Floats:
        """Convert colors (n, 3) in the image's units."""
        converted = np.array(colors, np.float64, order="C")
        self.convert(converted)
        return converted

    def convert(self, colors: Floats) -> None:
        """Convert colors (n, 3) in the image's units, in place."""
        from .kernels import conversion as kernels

        x, y, z = np.empty((3, kernels.BLOCK))
        kernels.convert_rows(self._largest, self.numbers, x, y, z, colors)

    def backward(self, points: Floats) -> Floats:
        """Convert points (n, 3) to colors in the image's units, the nearest that can be shown."""
        least, slope, intercept, _ = self._line
        first, *others = points.T
        roots = _times(_inverse(self._of_roots), np.stack([first - self._offset, *others]))
        values = roots * roots * roots
        if slope:
            values = np.where(
                roots > slope * least + intercept, values, (roots - intercept) / slope
            )
        linear = _times(_inverse(self._of_linear), values).clip(0, 1)
        colors: Floats = np.ascontiguousarray(_with_curve(linear).clip(0, 1).T) * self._largest
        return colors


ROOTS_ONLY = (1e-60, 0.0, 0.0, -1e-60)
"""No line but at 0."""


def _with_curve(linear: Floats) -> Floats:
    """Apply the curve of sRGB, that of its standard, to linear RGB in 0..1."""
    from .kernels.conversion import roots

    numbers = np.zeros(23)
    numbers[9:13] = ROOTS_ONLY
    root = np.array(linear, order="C")
    roots(root.size, numbers, root.reshape(-1))
    power = root * np.sqrt(np.sqrt(root))  # linear ** (1 / 2.4)
    return np.where(linear > 0.0031308, 1.055 * power - 0.055, 12.92 * linear)


@cache
def linear_bytes() -> Floats:
    """Return linear RGB of bytes, (256,)."""
    from .kernels.conversion import linear

    values = np.arange(256.0)
    linear(256, 255.0, values)
    return values


def convert_colors(colors: ArrayLike, color_space: Literal["rgb", "lab", "oklab"]) -> Floats:
    """Convert sRGB colors to coordinates in a color space.

    Parameters
    ----------
    colors : (..., 3) array_like
        sRGB, in 0..1.
    color_space : {"rgb", "lab", "oklab"}
        "rgb": the colors as they are; "lab": CIELAB (D65, 2 degrees), L in 0..100; "oklab": L in
        0..1.

    Returns
    -------
    (..., 3) ndarray of float64
        A new array. Of lazy colors one of dask: they are converted, and their values checked, when
        it is looked at.

    Raises
    ------
    TypeError
        If `colors` are not numbers.
    ValueError
        If the last axis does not hold 3 channels, a value lies outside 0..1, or `color_space` is
        unknown.

    Examples
    --------
    >>> convert_colors([[1, 0, 0], [0, 0, 0]], "lab").round().tolist()
    [[53.0, 80.0, 67.0], [0.0, 0.0, 0.0]]
    """
    check_color_space(color_space)
    if is_lazy(colors):
        lazy: Floats = lazily_converted(convert_colors, colors, color_space)
        return lazy
    converted = as_unit_rgb(colors)
    if color_space != "rgb":
        space, rows = ColorSpace(color_space, converted.dtype), converted.reshape(-1, 3)
        parts = chunks(len(rows))
        for _ in map_chunks(lambda i: space.convert(rows[parts[i]]), len(parts)):
            pass
    return converted


def color_space_of(name: str, pixels: Pixels) -> ColorSpace | None:
    """Return the color space, None for "rgb"; say why if an image has no colors to convert.

    Raises
    ------
    ValueError
        If `name` is unknown, or needs RGB in a known range and the image is something else.
    """
    check_color_space(name)
    if name == "rgb":
        return None
    check_can_convert(name, pixels)
    return color_space_for(name, pixels.image.dtype, pixels.extent)


def color_space_for(name: str, dtype: np.dtype[Any], extent: tuple[float, float]) -> ColorSpace:
    """Return "lab" or "oklab" for images of a dtype with values in a range."""
    low, high = extent
    # Of larger ones, which are of 32 bits, white is not known by custom.
    white = image_range(dtype, low, high)[1] if high <= WHITES[-1] else None
    return ColorSpace(name, dtype, white)
