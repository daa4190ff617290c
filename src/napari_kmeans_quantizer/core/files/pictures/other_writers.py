"""TIFF, BMP and PPM of painted pictures."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .picture import Picture

LARGEST_CLASSIC = 2**32 - 2**25
"""Bytes that a TIFF with offsets of 32 bits may surely hold."""


def encode_tiff(picture: Picture, image: NDArray[Any]) -> bytes:
    """Return a painted image as a TIFF file, each page with the tags that say what it is."""
    import tifffile

    pages = image[np.newaxis] if picture.n_frames is None else image
    if picture.alpha is not None:
        pages = np.stack([pages, picture.alpha.reshape(pages.shape)], axis=-1)
    if pages.dtype == np.bool_ and (picture.mode != "grey" or picture.alpha is not None):
        pages = pages * np.uint8(255)  # tifffile writes bits of one channel only
    options: dict[str, Any] = {
        "photometric": "rgb" if picture.mode in ("RGB", "RGBA") else "minisblack",
        "planarconfig": None if pages.ndim == 3 else "contig",
        "extrasamples": _extra_samples(picture),
        "compression": "zlib",
        "metadata": None,
        "software": False,
        "iccprofile": picture.icc_profile,
        "contiguous": False,
    }
    if picture.dpi is not None:
        options |= {"resolution": picture.dpi, "resolutionunit": "inch"}
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream, bigtiff=pages.nbytes > LARGEST_CLASSIC) as tiff:
        for page in pages:
            tiff.write(page, **options)
    return stream.getvalue()


def _extra_samples(picture: Picture) -> list[str] | None:
    if picture.mode == "channels":
        return ["unspecified"] * (picture.image.shape[-1] - 1)
    return ["unassalpha"] if picture.mask is not None else None


def encode_bmp(picture: Picture, image: NDArray[Any]) -> bytes:
    """Return a painted image as a BMP file."""
    from PIL import Image

    return _saved(
        Image.fromarray(image), "BMP", {} if picture.dpi is None else {"dpi": picture.dpi}
    )


def encode_netpbm(picture: Picture, image: NDArray[Any]) -> bytes:
    """Return a painted image as a binary PBM, PGM or PPM file; two bytes have the larger first."""
    height, width = image.shape[:2]
    if image.dtype == np.bool_:  # 1 is black
        return f"P4\n{width} {height}\n".encode() + np.packbits(~image, axis=1).tobytes()
    kind = "P5" if picture.mode == "grey" else "P6"
    header = f"{kind}\n{width} {height}\n{np.iinfo(image.dtype).max}\n"
    return header.encode() + image.astype(image.dtype.newbyteorder(">")).tobytes()


def _saved(image: Any, name: str, options: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    image.save(stream, name, **options)
    return stream.getvalue()
