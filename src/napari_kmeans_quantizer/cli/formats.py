"""In which format a result goes to a file."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from napari_kmeans_quantizer.core.files.pictures import likely

if TYPE_CHECKING:
    from .inputs import Source
    from .options import Options


def likely_suffix(source: Source, options: Options) -> str:
    """Return the suffix of a format that can hold the result, as `default_suffix` will.

    Names must be known before any picture is read as a whole. What turns out to be otherwise, is
    damaged or missing, is told when it is its turn; what a pipe has said is not said again.
    """
    if source.path is not None and not source.path.is_file():
        return ".png"
    n_colors = 0 if options.n_colors in (None, "auto") else int(options.n_colors or 0)
    try:
        with io.BytesIO(source.content) if source.path is None else source.path.open("rb") as file:
            return likely.likely_suffix(file, n_colors)
    except OSError:
        return ".png"
