"""Color spaces in which distances can be measured, other than the image's own."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .arguments import as_unit_rgb, check_can_convert, check_color_space
from .units import WHITES, image_range

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from .image import Pixels

    Floats = NDArray[np.float64]

# CIE XYZ to the cone responses of Oklab, and their cube roots to Oklab [1]_.
#
# .. [1] B. Ottosson, "A perceptual color space for image processing", 2020,
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


class ColorSpace:
    """Conversion of an image's sRGB colors to CIELAB or Oklab, and back.

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
        self._dtype = dtype
        self._largest = white or (float(np.iinfo(dtype).max) if dtype.kind == "u" else 1.0)

    def forward(self, colors: NDArray[Any]) -> Floats:
        """Convert colors (n, 3) in the image's units; bytes by look-up, up to the cube root."""
        from skimage.color import rgb2xyz, xyz2lab

        if colors.dtype == np.uint8:
            red, green, blue = self._xyz_of_bytes
            xyz = red[colors[:, 0]] + green[colors[:, 1]] + blue[colors[:, 2]]
        else:
            xyz = rgb2xyz(np.asarray(colors, np.float64) / self._largest)
        converted: Floats = xyz2lab(xyz) if self.name == "lab" else oklab_of_xyz(xyz)
        return converted

    def backward(self, points: Floats) -> Floats:
        """Convert points (n, 3) to colors in the image's units, the nearest that can be shown."""
        from skimage.color import lab2xyz, xyz2rgb

        xyz = lab2xyz(_with_light(points)) if self.name == "lab" else xyz_of_oklab(points)
        rgb = xyz2rgb(xyz)
        colors: Floats = np.clip(rgb, 0, 1) * self._largest
        return colors

    @cached_property
    def _xyz_of_bytes(self) -> Floats:
        """XYZ of every value of each channel alone, (3, 256, 3): XYZ of a color is their sum."""
        from skimage.color import rgb2xyz

        values = np.zeros((3, 256, 3))
        for channel in range(3):
            values[channel, :, channel] = np.arange(256) / 255
        xyz: Floats = rgb2xyz(values)
        return xyz


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
        A new array.

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
    rgb = as_unit_rgb(colors)
    if color_space == "rgb" or rgb.size == 0:
        return rgb
    space = ColorSpace(color_space, rgb.dtype)
    return space.forward(rgb.reshape(-1, 3)).reshape(rgb.shape)


def _with_light(lab: Floats) -> Floats:
    """Return CIELAB with Z above 0: other colors cannot be shown, and scikit-image warns of them.

    Not by catching the warning, which two threads cannot do at once.
    """
    lightness, a, b = lab.T
    most = 200 * (lightness + 16) / 116 * (1 - 1e-9)
    return np.stack([lightness, a, np.minimum(b, most)], axis=1)


def oklab_of_xyz(xyz: Floats) -> Floats:
    """Convert CIE XYZ, white at Y = 1, to Oklab, (n, 3)."""
    return _mixed(np.cbrt(_mixed(xyz, CONES_OF_XYZ)), OKLAB_OF_ROOTS)


def xyz_of_oklab(points: Floats) -> Floats:
    """Convert Oklab to CIE XYZ, (n, 3)."""
    roots = np.linalg.solve(OKLAB_OF_ROOTS, points.T)
    converted: Floats = np.linalg.solve(CONES_OF_XYZ, roots**3).T
    return converted


def _mixed(points: Floats, matrix: Floats) -> Floats:
    """Return ``points @ matrix.T``, which is slow for rows of three and not everywhere the same."""
    x, y, z = points.T
    return np.stack([a * x + b * y + c * z for a, b, c in matrix], axis=1)


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
    dtype, (low, high) = pixels.image.dtype, pixels.extent
    # Of larger ones, which are of 32 bits, white is not known by custom.
    white = image_range(dtype, low, high)[1] if high <= WHITES[-1] else None
    return ColorSpace(name, dtype, white)
