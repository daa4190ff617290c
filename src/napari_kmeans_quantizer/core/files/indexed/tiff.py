"""TIFF with a color map; a stack becomes pages."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .extras import Extras
    from .frames import Frames

DEFLATE_LEVEL = 9
TO_16_BITS = 257
"""What the entries of a color map are: whichever half a reader takes, it gets the byte."""
ICC_TAG = 34675


def check_tiff(frames: Frames) -> None:
    """Refuse what is transparent: color maps know no alpha."""
    if not frames.is_opaque:
        raise ValueError(
            "A color map of TIFF holds no transparency, got pixels that are outside of the mask "
            "or not opaque. Write a PNG."
        )


def encode_tiff(frames: Frames, extras: Extras) -> bytes:
    """Return a TIFF file with 8 bits a pixel; the map has 256 entries, of which the last are 0."""
    from tifffile import imwrite

    colors = np.zeros((3, 256), np.uint16)
    colors[:, : len(frames.colors)] = frames.colors.T.astype(np.uint16) * TO_16_BITS
    options: dict[str, Any] = {}
    if extras.dpi is not None:
        options |= {"resolution": extras.dpi, "resolutionunit": "INCH"}
    if extras.icc_profile is not None:
        options["iccprofile"] = extras.icc_profile
    file = io.BytesIO()
    imwrite(
        file,
        frames.indices if frames.is_stack else frames.indices[0],
        photometric="palette",
        colormap=colors,
        compression="adobe_deflate",
        compressionargs={"level": DEFLATE_LEVEL},
        metadata=None,
        software=False,
        **options,
    )
    return file.getvalue()
