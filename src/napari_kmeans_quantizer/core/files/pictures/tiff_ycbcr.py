"""YCbCr in TIFF that is not JPEG: tifffile does not read it; libtiff, in Pillow, tells on stderr.

Layout (TIFF 6.0, section 21): strips of units, each h x v values of Y, row by row, then one of Cb
and one of Cr; units lie from left to right. The last of a row or strip are filled up.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import numpy as np

from .picture import UnreadableError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tifffile import TiffPage

SUBSAMPLING = 530
CONTIGUOUS = 1
"""Samples of a pixel together, not in planes."""


def ycbcr_to_rgb(page: TiffPage, stream: IO[bytes]) -> NDArray[Any]:
    """Return a page ``(H, W, 3)`` as RGB."""
    from PIL import Image

    if page.is_tiled or page.planarconfig != CONTIGUOUS or page.bitspersample != 8:
        raise UnreadableError("has YCbCr colors in tiles, planes or not of 8 bits; not supported.")
    height = page.imagelength
    strips = [
        _strip(page, _content(page, stream, index), min(page.rowsperstrip, height - row))
        for index, row in enumerate(range(0, height, page.rowsperstrip))
    ]
    layers = np.concatenate(strips, axis=1)
    image = Image.merge("YCbCr", [Image.fromarray(layer) for layer in layers])
    return np.array(image.convert("RGB"))


def _content(page: TiffPage, stream: IO[bytes], index: int) -> bytes:
    """Return a strip, unpacked."""
    import tifffile

    if index >= len(page.dataoffsets):
        raise UnreadableError(f"is damaged: its strip {index + 1} is missing.")
    stream.seek(page.dataoffsets[index])
    packed = stream.read(page.databytecounts[index])
    if page.compression == tifffile.COMPRESSION.NONE:
        return packed
    return bytes(tifffile.TIFF.DECOMPRESSORS[page.compression](packed))


def _strip(page: TiffPage, content: bytes, n_rows: int) -> NDArray[Any]:
    """Return the three layers ``(3, rows, W)`` of a strip, each value of Cb and Cr repeated."""
    across, down = (int(number) for number in page.tags.valueof(SUBSAMPLING, default=(2, 2)))
    if across not in (1, 2, 4) or down not in (1, 2, 4):
        raise UnreadableError(f"is damaged: has its colors subsampled by {across} x {down}.")
    width, n_luma = page.imagewidth, across * down
    shape = (-(-n_rows // down), -(-width // across), n_luma + 2)
    values = np.frombuffer(content, np.uint8)
    if len(values) < np.prod(shape):
        raise UnreadableError(f"is cut off: a strip has {len(values)} of {np.prod(shape)} values.")
    units = values[: np.prod(shape)].reshape(shape)
    blocks = units[..., :n_luma].reshape(*shape[:2], down, across)
    luma = blocks.swapaxes(1, 2).reshape(shape[0] * down, shape[1] * across)
    chroma = np.moveaxis(units[..., n_luma:], -1, 0).repeat(down, axis=1).repeat(across, axis=2)
    return np.concatenate([luma[np.newaxis], chroma])[:, :n_rows, :width]
