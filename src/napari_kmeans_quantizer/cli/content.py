"""The bytes of a result: indexed where that holds it exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_kmeans_quantizer.core.files.painted import encode_painted, encode_with_palette
from napari_kmeans_quantizer.core.files.pictures import encode_picture

from .words import in_words

if TYPE_CHECKING:
    from napari_kmeans_quantizer import Quantization
    from napari_kmeans_quantizer.core.files.pictures import Picture


def encoded(
    suffix: str,
    picture: Picture,
    result: Quantization,
    indexed: bool | None,
    quick: bool = False,
) -> bytes:
    """Return the bytes of the file.

    Parameters
    ----------
    suffix : str
        The format.
    picture : Picture
        What was read.
    result : Quantization
        Of ``picture.image``.
    indexed : bool or None
        A palette and an index per pixel; None: if that holds the result exactly.
    quick : bool, optional
        Do without the last per cents.
    """
    if indexed is None:
        return encode_painted(suffix, picture, result, quick=quick)
    if not indexed:
        return encode_picture(suffix, picture, result.image)
    try:
        return encode_with_palette(suffix, picture, result, quick=quick)
    except ValueError as error:
        raise ValueError(f"{in_words(error)} Leave out --indexed.") from error
