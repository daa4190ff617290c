"""PNG of 16 bits a channel, which Pillow reduces to 8: by libpng itself, through imagecodecs."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from .alpha import opaque_but, with_alpha

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

    from .picture import Pixels

DEPTH_AT = 24
"""Byte of a PNG file that tells the bits a channel: the first chunk is always IHDR."""


def bit_depth(stream: IO[bytes]) -> int:
    """Return the bits a channel of a PNG file."""
    stream.seek(DEPTH_AT)
    return stream.read(1)[0]


def is_deep(image: ImageFile, stream: IO[bytes]) -> bool:
    """Tell whether it is a PNG of 16 bits a channel."""
    return image.format == "PNG" and bit_depth(stream) == 16


def read_png16(image: ImageFile, stream: IO[bytes]) -> Pixels:
    """Read the pixels; `image` is what Pillow knows of the file."""
    import imagecodecs

    image.verify()  # the checksums: of damage libpng would tell on stderr
    stream.seek(0)
    array: Any = imagecodecs.png_decode(stream.read())
    n_channels = 1 if array.ndim == 2 else array.shape[2]
    key = image.info.get("transparency")
    if key is not None and n_channels in (1, 3):
        alpha = opaque_but(array, key, n_channels)
        return (
            (array, "grey", alpha) if n_channels == 1 else (with_alpha(array, alpha), "RGBA", None)
        )
    if n_channels == 1:
        return array, "grey", None
    if n_channels == 2:
        return array[..., 0].copy(), "grey", array[..., 1].copy()
    return array, "RGB" if n_channels == 3 else "RGBA", None
