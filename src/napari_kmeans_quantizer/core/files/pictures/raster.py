"""What Pillow reads: all but TIFF, and what has more than 8 bits a channel."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from .alpha import opaque_but, with_alpha, without_idle_alpha
from .animation import frames_of, read_frames
from .color_profiles import cmyk_to_rgb, fitting, lab_to_rgb
from .gif_blocks import check_gif
from .limits import check_pixels, possible_dpi
from .netpbm import read_netpbm
from .orientation import upright, upright_dpi
from .picture import Picture, UnreadableError
from .png16 import is_deep, read_png16
from .region_numbers import read_numbers
from .webp_size import check_webp

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image as PillowImage
    from PIL.ImageFile import ImageFile

    from .picture import Mode, Pixels

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP", "PPM", "QOI", "PCX", "TGA")
"""Pillow's names: what it reads alone and makes no more room for than the header tells."""
ORIENTATION = 0x0112


def read_raster(
    stream: IO[bytes], n_bytes: int, max_pixels: int, as_numbers: bool = False
) -> Picture:
    """Read what is no TIFF; see `read_picture`, and `read_regions` of numbers."""
    from PIL import Image, UnidentifiedImageError

    _check_start(stream, max_pixels)
    try:
        opened = Image.open(stream, formats=FORMATS)
    except UnidentifiedImageError as error:
        raise UnreadableError(
            f"is no picture that can be read, or its beginning is damaged. "
            f"Known are TIFF, {', '.join(FORMATS)}."
        ) from error
    with opened as image:
        picture = _picture_of(image, stream, n_bytes, max_pixels, as_numbers)
        return _upright(picture, image)


def _check_start(stream: IO[bytes], max_pixels: int) -> None:
    """Refuse what Pillow makes room for as soon as it opens it."""
    start = stream.read(12)
    if start[:6] in (b"GIF87a", b"GIF89a"):
        check_gif(stream, max_pixels)
    elif start[:4] + start[8:] == b"RIFFWEBP":
        check_webp(stream, max_pixels)
    stream.seek(0)


def _picture_of(
    image: ImageFile, stream: IO[bytes], n_bytes: int, max_pixels: int, as_numbers: bool
) -> Picture:
    frames = frames_of(image)
    check_pixels(*image.size, len(frames), max_pixels)
    name = "JPEG" if image.format == "MPO" else image.format or ""
    if as_numbers:
        array, mode, alpha = read_numbers(image, stream)
        return Picture(array, mode, name, n_bytes, alpha)
    if len(frames) > 1:
        if is_deep(image, stream):
            raise UnreadableError("is an animation of 16 bits a channel; only those of 8 are read.")
        return replace(read_frames(image, frames), format=name, n_bytes=n_bytes)
    pixels: Pixels | None = read_netpbm(stream) if name == "PPM" else None
    if is_deep(image, stream):
        pixels = read_png16(image, stream)
    array, mode, alpha = pixels or pixels_of(image)
    return Picture(array, mode, name, n_bytes, alpha)


def _upright(picture: Picture, image: ImageFile) -> Picture:
    orientation = None
    with suppress(Exception):  # broken EXIF data do no harm to the picture
        orientation = image.getexif().get(ORIENTATION)
    axis = 0 if picture.n_frames is None else 1
    alpha = picture.alpha
    return replace(
        picture,
        image=upright(picture.image, orientation, axis),
        alpha=None if alpha is None else upright(alpha, orientation, axis),
        icc_profile=fitting(image.info.get("icc_profile"), picture.mode),
        dpi=upright_dpi(_dpi(image.info.get("dpi")), orientation),
    )


def _dpi(given: Any) -> tuple[float, float] | None:
    try:
        across, down = (float(value) for value in given)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return possible_dpi(across, down)


def pixels_of(image: PillowImage.Image) -> Pixels:
    """Return the pixels of one of Pillow's images, what their last axis is, and alpha of grey."""
    key = _transparent(image)
    image.load()
    if image.mode in ("P", "PA"):
        return *without_idle_alpha(np.array(image.convert("RGBA"))), None
    if image.mode == "LA":
        both = np.array(image)
        return both[..., 0].copy(), "grey", both[..., 1].copy()
    if image.mode == "CMYK":
        return np.array(cmyk_to_rgb(image, image.info.get("icc_profile"))), "RGB", None
    if image.mode == "LAB":
        return np.array(lab_to_rgb(image)), "RGB", None
    if image.mode in ("RGBX", "YCbCr", "HSV"):
        return np.array(image.convert("RGB")), "RGB", None
    if image.mode == "RGBA":
        return np.array(image), "RGBA", None
    array = np.array(image)
    if image.mode == "RGB":
        return _keyed(array, "RGB", key)
    if array.ndim != 2:
        raise UnreadableError(f"has pixels of Pillow's mode {image.mode}, which is not supported.")
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    return _keyed(array, "grey", key)


def _transparent(image: PillowImage.Image) -> Any:
    """Return the one transparent color; a grey of 2 or 4 bits as it is when spread over 8."""
    key = image.info.get("transparency")
    tiles = getattr(image, "tile", None)
    if isinstance(key, int) and image.format == "PNG" and tiles and isinstance(tiles[0].args, str):
        n_bits = tiles[0].args.partition(";")[2]  # "L;2"
        return key * 255 // (2 ** int(n_bits) - 1) if n_bits in ("2", "4") else key
    return key


def _keyed(array: NDArray[Any], mode: Mode, key: Any) -> Pixels:
    """Make alpha of a transparent color, if there is one."""
    if key is None or isinstance(key, bytes):
        return array, mode, None
    if array.dtype == np.bool_:
        key = bool(key)  # Pillow says 255
    alpha = opaque_but(array, key, 3 if mode == "RGB" else 1)
    if mode == "RGB":
        return with_alpha(array, alpha), "RGBA", None
    return array, mode, alpha
