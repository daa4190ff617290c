"""write_indexed(): a quantized image as a file of indices into its palette."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from napari_kmeans_quantizer.core.files.writing import check_free, write_file
from napari_kmeans_quantizer.core.quantization import Quantization

from .extras import as_extras
from .frames import frames_of
from .gif import check_gif, encode_gif
from .png import encode_png
from .tiff import check_tiff, encode_tiff

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

SUFFIXES = (".png", ".gif", ".tif", ".tiff")


def write_indexed(
    path: str | os.PathLike[str],
    q: Quantization,
    *,
    overwrite: bool = False,
    keep_order: bool = False,
) -> int:
    """Write a quantized image as a picture of few colors: far fewer bytes than full color.

    Parameters
    ----------
    path : str or path-like
        The suffix says how: ``.png``, ``.gif``, ``.tif`` or ``.tiff``. What is in the file decodes
        to ``q.image`` exactly, but for pixels that take no part: these are transparent.
    q : Quantization
        A picture of rows and columns, or a stack of such: of PNG and GIF that becomes an animation,
        of TIFF pages. Grey or RGB(A) of 8 bits or bools (black and white), at most 256 colors.
    overwrite : bool, optional
        Replace a file that exists.
    keep_order : bool, optional
        Leave the entries of a PNG in the order of ``q.palette``, so that the file's indices are
        ``q.labels``. By default they are put in the order that makes the file smallest, often by
        some 10 %. GIF and TIFF always keep it.

    Returns
    -------
    int
        Number of bytes.

    Raises
    ------
    TypeError
        If `q` is no `Quantization`.
    ValueError
        If the suffix is none of these, or the file cannot hold the image exactly: more than 8 bits
        a channel, other channels than grey and RGB, more than 256 entries, more axes, partial
        transparency in GIF, any in TIFF. Or if `q` is lazy and of more than 268,435,456 pixels:
        smaller ones are computed as a whole.
    FileExistsError
        If the file exists and `overwrite` is not set.
    OSError
        If it cannot be written. Nothing half-written is left, and an old file stays as it was.

    See Also
    --------
    write_palette : The colors alone.

    Notes
    -----
    A PNG has 1, 2, 4 or 8 bits a pixel, as few as the palette allows, and an entry for every color,
    used or not. It has one more, transparent, if some pixels take no part. RGBA pixels of partial
    alpha are kept in PNG: a color is then an entry for each alpha that it is seen with.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from napari_kmeans_quantizer import quantize
    >>> q = quantize(coffee(), 8)
    >>> n_bytes = write_indexed(getfixture("tmp_path") / "coffee.png", q)
    >>> n_bytes < coffee().nbytes / 10
    True
    """
    check_free(path, overwrite=overwrite)
    content = encode_indexed(Path(path).suffix, q, keep_order=keep_order)
    return write_file(path, content, overwrite=overwrite)


def encode_indexed(
    suffix: str,
    q: Quantization,
    *,
    keep_order: bool = False,
    quick: bool = False,
    durations: float | Sequence[float] | None = None,
    loop: int | None = None,
    icc_profile: bytes | None = None,
    dpi: float | tuple[float, float] | None = None,
) -> bytes:
    """Return what `write_indexed` writes.

    Parameters
    ----------
    suffix : str
        Such as ``".png"``; upper or lower case.
    q, keep_order
        As `write_indexed`.
    quick : bool, optional
        Of PNG: leave the order, and take a few per cent of the time for some 15 % more bytes.
    durations : float or sequence of float, optional
        Milliseconds that each frame of an animation is shown, one number or one a frame, at most
        655,350; 100 by default. GIF rounds them to 10.
    loop : int, optional
        Times that an animation is shown; 0, the default, for ever.
    icc_profile : bytes, optional
        Kept in PNG and TIFF; GIF has no place for it.
    dpi : float or (float, float), optional
        Dots per inch, across and down; kept in PNG and TIFF.

    Returns
    -------
    bytes

    Raises
    ------
    TypeError, ValueError
        As `write_indexed`, or if an option is of the wrong kind or out of range.
    """
    kind = suffix.lower()
    if kind not in SUFFIXES:
        raise ValueError(f"An indexed file must end in {', '.join(SUFFIXES)}, got {suffix!r}.")
    if not isinstance(q, Quantization):
        raise TypeError(f"`q` must be a Quantization, got {type(q).__name__}.")
    frames = frames_of(q)
    extras = as_extras(len(frames.indices), durations, loop, icc_profile, dpi)
    if kind == ".png":
        return encode_png(frames, extras, keep_order, quick)
    if kind == ".gif":
        check_gif(frames)
        return encode_gif(frames, extras)
    check_tiff(frames)
    return encode_tiff(frames, extras)
