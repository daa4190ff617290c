"""What is quantized: a picture that scikit-image ships, or a file."""

from __future__ import annotations

import math

import imageio.v3 as imageio
import numpy as np
from skimage import color, data, filters, transform

SHIPPED = "skimage.data.astronaut"


def shipped_picture(megapixels: float | None = 3.0) -> np.ndarray:
    """Return the shipped picture (512 x 512, RGB8), enlarged unless `megapixels` is None."""
    picture = data.astronaut()
    if megapixels is None:
        return picture
    return np.rint(255 * resized(picture, megapixels)).astype(np.uint8)


def picture_file(path: str) -> np.ndarray:
    """Read an 8-bit color picture; alpha is dropped."""
    picture = imageio.imread(path)
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] not in (3, 4):
        raise ValueError(
            f"`--image` must be an 8-bit RGB picture, got shape {picture.shape} of "
            f"{picture.dtype}. Convert it to 24-bit PNG first."
        )
    return np.ascontiguousarray(picture[..., :3])


def other_images(picture: np.ndarray) -> dict[str, np.ndarray]:
    """Return images of 1 MP that are not RGB8, made from the picture."""
    rgb = resized(picture, 1.0)
    grey = color.rgb2gray(rgb)
    features = np.dstack([rgb, filters.gaussian(grey, 4), filters.sobel(grey)])
    return {
        "uint16 RGB": np.rint(65535 * rgb).astype(np.uint16),
        "float32 RGB": rgb.astype(np.float32),
        "5 float channels": features,
        "grey uint16": np.rint(65535 * grey).astype(np.uint16),
    }


def resized(picture: np.ndarray, megapixels: float) -> np.ndarray:
    """Return the picture in floats, 0..1, with that many pixels; bicubic."""
    factor = math.sqrt(1e6 * megapixels / (picture.shape[0] * picture.shape[1]))
    shape = (round(factor * picture.shape[0]), round(factor * picture.shape[1]))
    return np.clip(transform.resize(picture, shape, order=3, anti_aliasing=factor < 1), 0, 1)


def tiles_for(picture: np.ndarray, megapixels: float) -> int:
    """Return how many tiles of the picture come nearest to that size, at least one."""
    return max(1, round(1e6 * megapixels / (picture.shape[0] * picture.shape[1])))
