"""`read_palette` and `write_palette`: a palette from a file, and back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from napari_kmeans_quantizer.core.files.writing import check_free, write_file

from .formats import reader_of, writer_of
from .source import content_of
from .swatches import check_number, to_palette

if TYPE_CHECKING:
    from napari_kmeans_quantizer.core.palette import Palette


def read_palette(path: str | os.PathLike[str]) -> Palette:
    r"""Read the colors of a palette file; the suffix, and where it is shared the bytes, tell how.

    Parameters
    ----------
    path : str or path-like
        GIMP ``.gpl``; Adobe ``.ase``, ``.aco`` and ``.act``; JASC, RIFF or Corel ``.pal``; Lospec
        ``.hex``; Krita ``.kpl``; Procreate ``.swatches``; Scribus ``.xml``; Paint.NET ``.txt``;
        ``.json`` and ``.csv`` of this package and plain ones of others; the variables of a ``.css``
        or ``.scss``; an indexed ``.png``, ``.gif``, ``.bmp`` or ``.tif``; a ``.png`` with a row of
        swatches.

    Returns
    -------
    Palette
        sRGB in 0..255, dtype uint8, in the file's order, also if colors are alike. What a file
        tells finer than that is kept: `colors` have fractions then, `values` and `hex` are
        rounded. With `names` if one is given, and `counts` from ``.json`` and ``.csv``, else 0.

    Raises
    ------
    ValueError
        If it is no palette, damaged, of more than 16 MB or 65535 colors, or of a kind that is not
        supported. The message tells the file, and where in it.
    OSError
        If it is missing or cannot be read.

    Notes
    -----
    HSB and CIELAB (D50, adapted to D65 after Bradford) are converted by scikit-image; CMYK by
    Pillow, without a profile, in 8 bits. Alpha is left out.

    See Also
    --------
    write_palette

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "two.hex"
    >>> _ = path.write_text("ff0000\n0000ff\n")
    >>> read_palette(path)
    Palette(2 colors: #ff0000, #0000ff)
    """
    try:
        read = reader_of(Path(path).suffix)
        return to_palette(read(content_of(path)))
    except ValueError as error:
        raise ValueError(f"{os.fspath(path)}: {error}") from error


def write_palette(
    path: str | os.PathLike[str], palette: Palette, *, overwrite: bool = False
) -> None:
    """Write a palette to a file that other programs read; the suffix tells how.

    Parameters
    ----------
    path : str or path-like
        With one of the suffixes ``.gpl``, ``.ase``, ``.aco``, ``.act``, ``.pal`` (JASC), ``.hex``,
        ``.json``, ``.csv`` or ``.png`` (a strip of swatches).
    palette : Palette
        At least one color. What is shown of it is written: `Palette.rgb`, whatever its units
        and channels; ``.json`` holds `colors`, too.
    overwrite : bool, optional
        Replace a file that exists.

    Raises
    ------
    TypeError
        If `palette` is not a `Palette`.
    ValueError
        If the suffix is none of these, or the format cannot hold as many colors.
    FileExistsError
        If the file exists and `overwrite` is not set.
    OSError
        If it cannot be written; what was there is as it was.

    Notes
    -----
    ====================  ======================================================================
    format                holds
    ====================  ======================================================================
    .ase, .aco            32-bit floats, or 16 bits a channel; names
    .json                 all but the file's own order of bytes
    .gpl, .csv            8 bits a channel; names; .csv also `counts`
    .act, .pal, .hex      8 bits a channel; .act at most 256 colors
    .png                  8 bits a channel
    ====================  ======================================================================

    Names are written on one line each, without control characters.

    See Also
    --------
    read_palette

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from napari_kmeans_quantizer import Palette
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "two.gpl"
    >>> write_palette(path, Palette([[255, 0, 0], [0, 0, 255]], names=["red", "blue"]))
    >>> read_palette(path).names
    ('red', 'blue')
    """
    from napari_kmeans_quantizer.core.palette import Palette

    if not isinstance(palette, Palette):
        raise TypeError(f"`palette` must be a Palette, got {type(palette).__name__}.")
    target = Path(path)
    try:
        write = writer_of(target.suffix)
        check_number(len(palette))
        check_free(path, overwrite=overwrite)
        content = write(palette, target.stem)
    except ValueError as error:
        raise ValueError(f"{os.fspath(path)}: {error}") from error
    write_file(path, content, overwrite=overwrite)
