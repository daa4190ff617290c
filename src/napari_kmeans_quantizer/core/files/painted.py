"""The bytes of a painted picture: indexed where that holds it exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .pictures import encode_picture

if TYPE_CHECKING:
    from napari_kmeans_quantizer import Quantization

    from .pictures import Picture


def encode_painted(
    suffix: str, picture: Picture, result: Quantization, *, quick: bool = False
) -> bytes:
    """Return the bytes of a picture with its palette, or else of all values as they are painted.

    Parameters
    ----------
    suffix : str
        The format.
    picture : Picture
        What was read: transparency, durations, color profile and resolution come from it.
    result : Quantization
        Of ``picture.image``.
    quick : bool, optional
        Do without the last per cents.
    """
    try:
        return encode_with_palette(suffix, picture, result, quick=quick)
    except ValueError:
        return encode_picture(suffix, picture, result.image)


def encode_with_palette(
    suffix: str, picture: Picture, result: Quantization, *, quick: bool = False
) -> bytes:
    """Return the bytes of a picture with its palette.

    Raises
    ------
    ValueError
        If such a file does not hold it exactly.
    """
    from .indexed import encode_indexed

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
