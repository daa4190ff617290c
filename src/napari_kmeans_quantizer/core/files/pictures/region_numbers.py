"""Label and mask pictures: each number but 0 is a region; numbers are as they are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .picture import UnreadableError
from .png16 import is_deep, read_png16

if TYPE_CHECKING:
    from typing import IO

    from numpy.typing import NDArray
    from PIL.ImageFile import ImageFile

    from .picture import Pixels

EXACT = ("PNG", "GIF", "BMP")
"""Beside TIFF; other formats blur numbers, or spread them over 8 bits."""
WANTED = "Regions are whole numbers, 0 for none: save them as grey or indexed PNG or TIFF."
IN_COLORS = f"has colors or alpha. {WANTED}"


def read_numbers(image: ImageFile, stream: IO[bytes]) -> Pixels:
    """Return the numbers of one of Pillow's images."""
    if image.format not in EXACT:
        raise UnreadableError(f"is a {image.format}, which does not keep numbers. {WANTED}")
    if is_deep(image, stream):
        numbers: NDArray[Any] = read_png16(image, stream)[0]
    else:
        white = _white(image)
        image.load()
        numbers = np.array(image)
        numbers = numbers // np.uint8(255 // white) if white < 255 else numbers
    if numbers.ndim != 2:
        raise UnreadableError(IN_COLORS)
    return numbers, "grey", None


def _white(image: ImageFile) -> int:
    """Return what is white of a grey PNG of 2 or 4 bits, which Pillow spreads over 8; else 255."""
    tiles = getattr(image, "tile", None)
    args = tiles[0].args if tiles else None
    n_bits = args.partition(";")[2] if image.mode == "L" and isinstance(args, str) else ""
    return 2 ** int(n_bits) - 1 if n_bits in ("2", "4") else 255
