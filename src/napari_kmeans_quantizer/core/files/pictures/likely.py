"""In which format a painted picture goes to a file, told by the first bytes of the picture."""

from __future__ import annotations

from typing import IO

from .quiet import quietly
from .reading import TIFF_STARTS

ANIMATIONS = {"GIF": ".gif", "WEBP": ".webp"}
MOST_OF_GIF = 256


def likely_suffix(file: IO[bytes], n_colors: int = 0) -> str:
    """Return the suffix of a format that can hold the result, as `default_suffix` will.

    Parameters
    ----------
    file : binary file
        The picture.
    n_colors : int, optional
        How many colors the result has, 0 if that is not known.
    """
    start = file.read(12)
    if start[:4] in TIFF_STARTS:
        return ".tif"
    name = "GIF" if start[:4] == b"GIF8" else "WEBP" if start[8:] == b"WEBP" else None
    if name is None or (name == "GIF" and n_colors > MOST_OF_GIF) or not _is_animated(file, name):
        return ".png"
    return ANIMATIONS[name]


def _is_animated(file: IO[bytes], name: str) -> bool:
    from PIL import Image

    try:
        with quietly(), Image.open(file, formats=[name]) as image:
            return bool(getattr(image, "is_animated", False))
    except Exception:  # whatever is wrong with it is told when it is read
        return False
