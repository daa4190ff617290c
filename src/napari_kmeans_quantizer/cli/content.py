"""The bytes of a result: indexed where that holds it exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    if indexed is False:
        return encode_picture(suffix, picture, result.image)
    try:
        return _encode_indexed(suffix, picture, result, quick)
    except ValueError as error:
        if indexed:
            raise ValueError(f"{in_words(error)} Leave out --indexed.") from error
        return encode_picture(suffix, picture, result.image)


def _encode_indexed(suffix: str, picture: Picture, result: Quantization, quick: bool) -> bytes:
    from napari_kmeans_quantizer.core.files.indexed import encode_indexed

    alpha = picture.alpha
    if alpha is not None and ((alpha > 0) & (alpha < alpha.max())).any():
        raise ValueError("An indexed file can not hold grey that is partly transparent.")
    return encode_indexed(
        suffix,
        result,
        quick=quick,
        durations=picture.durations,
        loop=picture.loop,
        icc_profile=picture.icc_profile,
        dpi=picture.dpi,
    )
