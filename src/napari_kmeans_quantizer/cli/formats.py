"""In which format a result goes to a file, told by the first bytes of the picture."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING

from napari_kmeans_quantizer.core.files.pictures.quiet import quietly
from napari_kmeans_quantizer.core.files.pictures.reading import TIFF_STARTS

if TYPE_CHECKING:
    from .inputs import Source
    from .options import Options

ANIMATIONS = {"GIF": ".gif", "WEBP": ".webp"}
MOST_OF_GIF = 256


def likely_suffix(source: Source, options: Options) -> str:
    """Return the suffix of a format that can hold the result, as `default_suffix` will.

    Names must be known before any picture is read as a whole. What turns out to be otherwise, is
    damaged or missing, is told when it is its turn; what a pipe has said is not said again.
    """
    if source.path is not None and not source.path.is_file():
        return ".png"
    try:
        with io.BytesIO(source.content) if source.path is None else source.path.open("rb") as file:
            return _suffix_of(file, options)
    except OSError:
        return ".png"


def _suffix_of(file: IO[bytes], options: Options) -> str:
    start = file.read(12)
    if start[:4] in TIFF_STARTS:
        return ".tif"
    name = "GIF" if start[:4] == b"GIF8" else "WEBP" if start[8:] == b"WEBP" else None
    n_colors = 0 if options.n_colors in (None, "auto") else int(options.n_colors or 0)
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
