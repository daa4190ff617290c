"""What is quantized: a picture that scikit-image ships, or a file."""

from __future__ import annotations

import math

import imageio.v3 as imageio
import numpy as np
from skimage import color, data, filters, transform

SHIPPED = "skimage.data.astronaut"
OTHER_KINDS = ("uint16 RGB", "float32 RGB", "5 float channels", "grey uint16")


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


def named(name: str) -> np.ndarray:
    """Return a picture that scikit-image ships, or the array in a file."""
    return np.load(name) if name.endswith(".npy") else getattr(data, name)()


def other_images(picture: np.ndarray, megapixels: float = 1.0) -> dict[str, np.ndarray]:
    """Return images that are not RGB8, made from the picture."""
    rgb = resized(picture, megapixels)
    grey = color.rgb2gray(rgb)
    features = np.dstack([rgb, filters.gaussian(grey, 4), filters.sobel(grey)])
    images = (
        np.rint(65535 * rgb).astype(np.uint16),
        rgb.astype(np.float32),
        features,
        np.rint(65535 * grey).astype(np.uint16),
    )
    return dict(zip(OTHER_KINDS, images, strict=True))


def resized(picture: np.ndarray, megapixels: float) -> np.ndarray:
    """Return the picture in floats, 0..1, with that many pixels; bicubic."""
    factor = math.sqrt(1e6 * megapixels / (picture.shape[0] * picture.shape[1]))
    shape = (round(factor * picture.shape[0]), round(factor * picture.shape[1]))
    return np.clip(transform.resize(picture, shape, order=3, anti_aliasing=factor < 1), 0, 1)


def tiled(picture: np.ndarray, megapixels: float) -> np.ndarray:
    """Return as many tiles of the picture as come nearest to that size, at least one."""
    tiles = max(1, round(1e6 * megapixels / (picture.shape[0] * picture.shape[1])))
    return np.tile(picture, (tiles, 1, 1))
