"""One writer of painted pictures: what a format cannot hold is refused before any work."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_kmeans_quantizer.core.files.writing import check_free, write_file

from .color_profiles import is_srgb
from .gif import encode_gif
from .other_writers import encode_bmp, encode_netpbm, encode_tiff
from .png import encode_png
from .quiet import quietly
from .webp import encode_webp

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .picture import Picture

LOSSY = (".jpg", ".jpeg", ".jfif", ".jpe", ".avif", ".heic")


@dataclass(frozen=True)
class Format:
    """What a format holds, losslessly."""

    name: str
    encode: Callable[[Picture, NDArray[Any]], bytes]
    dtypes: tuple[str, ...] | None = ("bool", "uint8")
    """None: all."""
    modes: tuple[str, ...] = ("grey", "RGB", "RGBA")
    has_alpha: bool = True
    has_profile: bool = True
    has_pages: bool = False
    has_times: bool = False
    most_pixels: int = 2**31 - 1
    """Across and down."""


_PNG = Format("PNG", encode_png, ("bool", "uint8", "uint16"), has_times=True)
_TIFF = Format("TIFF", encode_tiff, None, ("grey", "RGB", "RGBA", "channels"), has_pages=True)
_GIF = Format("GIF", encode_gif, has_times=True, has_profile=False, most_pixels=65535)
_WEBP = Format("WebP", encode_webp, ("uint8",), has_times=True, most_pixels=16383)
_BMP = Format("BMP", encode_bmp, has_alpha=False, has_profile=False)
_PPM = Format("PPM", encode_netpbm, _PNG.dtypes, has_alpha=False, has_profile=False)
_PGM = Format("PGM", encode_netpbm, _PNG.dtypes, ("grey",), has_alpha=False, has_profile=False)

FORMATS = {
    ".png": _PNG, ".apng": _PNG, ".tif": _TIFF, ".tiff": _TIFF, ".gif": _GIF, ".webp": _WEBP,
    ".bmp": _BMP, ".ppm": _PPM, ".pnm": _PPM, ".pgm": _PGM,
}  # fmt: skip
"""By suffix."""


def write_picture(
    path: str | os.PathLike[str],
    picture: Picture,
    image: NDArray[Any],
    *,
    overwrite: bool = False,
) -> int:
    """Write the painted image of a picture, with all else as the picture has it.

    Parameters
    ----------
    path : str or path-like
        The suffix tells the format: .png, .apng, .tif, .tiff, .gif, .webp, .bmp, .ppm, .pnm, .pgm.
    picture : Picture
        Where alpha, durations, color profile and resolution come from. Formats that cannot hold
        the resolution leave it out.
    image : ndarray
        Of the shape and dtype of ``picture.image``.
    overwrite : bool, optional
        Replace a file that exists.

    Returns
    -------
    int
        Number of bytes.

    Raises
    ------
    ValueError
        If the format cannot hold it.
    FileExistsError
        If it exists and `overwrite` is not set.
    OSError
        If it cannot be written.

    Examples
    --------
    >>> import numpy as np
    >>> from napari_kmeans_quantizer import quantize
    >>> from napari_kmeans_quantizer.core.files.pictures import Picture
    >>> image = np.arange(192, dtype=np.uint8).reshape(8, 8, 3)
    >>> picture = Picture(image, "RGB", "PNG", n_bytes=0, dpi=(300, 300))
    >>> q = quantize(picture.image, 4, **picture.arguments)
    >>> n_bytes = write_picture(getfixture("tmp_path") / "four.png", picture, q.image)
    """
    check_free(path, overwrite=overwrite)
    return write_file(path, encode_picture(path, picture, image), overwrite=overwrite)


def encode_picture(suffix: str | os.PathLike[str], picture: Picture, image: NDArray[Any]) -> bytes:
    """Return what `write_picture` writes; `suffix`, or a path, tells the format."""
    check_can_write(suffix, picture)
    if image.shape != picture.image.shape or image.dtype != picture.image.dtype:
        raise ValueError(
            f"`image` must have the picture's shape {picture.image.shape} and dtype "
            f"{picture.image.dtype}, got {image.shape} and {image.dtype}."
        )
    with quietly():
        try:
            return FORMATS[_suffix(suffix)].encode(picture, image)
        except ValueError as error:
            raise ValueError(f"{os.fspath(suffix)}: {error}") from error


def check_can_write(suffix: str | os.PathLike[str], picture: Picture) -> None:
    """Refuse a format that cannot hold the picture, and say which can.

    Parameters
    ----------
    suffix : str or path-like
        Such as ".png", or a path that ends so.
    picture : Picture

    Raises
    ------
    ValueError
    """
    told, ending = os.fspath(suffix), _suffix(suffix)
    possible = _choices(picture)
    if ending in LOSSY:
        raise ValueError(f"{told}: would blur the colors. Choose {possible}.")
    if ending not in FORMATS:
        raise ValueError(f"{told}: must end in {possible}.")
    missing = _missing(FORMATS[ending], picture)
    if missing is not None:
        raise ValueError(
            f"{told}: {FORMATS[ending].name} cannot hold {missing}. Choose {possible}."
        )


def default_suffix(picture: Picture) -> str:
    """Return the suffix of a lossless format that can hold the picture: its own, PNG or TIFF.

    An animation stays GIF if it was, which can hold 256 colors a frame.
    """
    own = {"GIF": ".gif", "WEBP": ".webp"}.get(picture.format, ".png")
    first = own if picture.durations is not None else ".tif" if picture.format == "TIFF" else ".png"
    able = (s for s in (first, ".png") if _missing(FORMATS[s], picture) is None)
    return next(able, ".tif")


def _suffix(path: str | os.PathLike[str]) -> str:
    text = os.fspath(path)
    return (text if text.startswith(".") and "." not in text[1:] else Path(text).suffix).lower()


def _choices(picture: Picture) -> str:
    """Return the suffixes that can hold a picture, one a format, in words."""
    first = {known.name: suffix for suffix, known in reversed(FORMATS.items())}
    able = [s for s in FORMATS if s in first.values() and _missing(FORMATS[s], picture) is None]
    if not able:
        return "a picture of fewer bits: no format holds this animation"
    return " or ".join([", ".join(able[:-1]), able[-1]] if len(able) > 1 else able)


def _missing(known: Format, picture: Picture) -> str | None:
    """Return what a format cannot hold, in words; None: it holds all."""
    dtype, height_axis = picture.image.dtype, 0 if picture.n_frames is None else 1
    if picture.mode not in known.modes:
        n_channels = picture.image.shape[-1]
        return f"{n_channels} channels" if picture.mode == "channels" else "colors"
    is_bits_of_color = dtype.kind == "b" and picture.mode != "grey"
    if known.dtypes is not None and (dtype.name not in known.dtypes or is_bits_of_color):
        return f"{dtype} values"
    if picture.mask is not None and not known.has_alpha:
        return "transparency"
    if picture.durations is not None and not known.has_times:
        return "an animation"
    if picture.n_frames is not None and picture.durations is None and not known.has_pages:
        return f"{picture.n_frames} pages"
    if max(picture.image.shape[height_axis : height_axis + 2]) > known.most_pixels:
        return f"more than {known.most_pixels} pixels across or down"
    if picture.icc_profile and not known.has_profile and not is_srgb(picture.icc_profile):
        return "the color profile, without which the colors look different"
    return None
