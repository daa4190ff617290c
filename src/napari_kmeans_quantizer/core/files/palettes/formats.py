"""The one table of palette files: suffix to name, reader and writer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from . import (
    adobe_color,
    adobe_color_table,
    adobe_swatch_exchange,
    gimp,
    hex_list,
    indexed_picture,
    jasc,
    json_file,
    krita,
    paint_net,
    pal,
    procreate,
    scribus,
    strip,
    style_sheet,
    table,
)
from .swatches import Swatches

if TYPE_CHECKING:
    from napari_kmeans_quantizer.core.palette import Palette

Reader = Callable[[bytes], Swatches]
Writer = Callable[["Palette", str], bytes]


class Format(NamedTuple):
    """A kind of palette file."""

    name: str
    read: Reader
    write: Writer | None = None
    """Takes a palette and a title, returns the file."""
    written: str = ""
    """What is written, if only one of several kinds that are read."""


FORMATS = {
    ".gpl": Format("GIMP palette", gimp.read, gimp.write),
    ".ase": Format(
        "Adobe Swatch Exchange", adobe_swatch_exchange.read, adobe_swatch_exchange.write
    ),
    ".aco": Format("Adobe Photoshop swatches", adobe_color.read, adobe_color.write),
    ".act": Format("Adobe color table", adobe_color_table.read, adobe_color_table.write),
    ".pal": Format("JASC, RIFF or Corel palette", pal.read, jasc.write, "JASC palette"),
    ".hex": Format("Hex list", hex_list.read, hex_list.write),
    ".json": Format("JSON palette", json_file.read, json_file.write),
    ".csv": Format("CSV table", table.read, table.write),
    ".png": Format("Strip or indexed PNG", strip.read, strip.write, "Strip of swatches"),
    ".kpl": Format("Krita palette", krita.read),
    ".swatches": Format("Procreate palette", procreate.read),
    ".xml": Format("Scribus colors", scribus.read),
    ".txt": Format("Paint.NET palette", paint_net.read),
    ".css": Format("Style sheet", style_sheet.read_css),
    ".scss": Format("Sass style sheet", style_sheet.read_scss),
    ".gif": Format("Indexed GIF", indexed_picture.read),
    ".bmp": Format("Indexed BMP", indexed_picture.read),
    ".tif": Format("Indexed TIFF", indexed_picture.read),
    ".tiff": Format("Indexed TIFF", indexed_picture.read),
}

READABLE = {suffix: format_.name for suffix, format_ in FORMATS.items()}
"""Suffix to what `read_palette` reads."""

WRITABLE = {
    suffix: format_.written or format_.name
    for suffix, format_ in FORMATS.items()
    if format_.write is not None
}
"""Suffix to what `write_palette` writes."""

NOT_SUPPORTED = {
    ".acb": "an Adobe color book",
    ".aseprite": "a sprite of Aseprite",
    ".clr": "a color list of macOS",
    ".sketchpalette": "a palette of Sketch",
    ".soc": "a color table of LibreOffice",
}
"""Known by name only."""


def reader_of(suffix: str) -> Reader:
    """Return what reads such a file, or say what can be read."""
    known = FORMATS.get(suffix.lower())
    if known is not None:
        return known.read
    what = NOT_SUPPORTED.get(suffix.lower())
    reason = f"is {what}, which is not supported" if what else f"has the suffix {suffix!r}"
    raise ValueError(
        f"{reason}. Palettes are read from {', '.join(READABLE)}: save it as one of these, such "
        "as .gpl."
    )


def writer_of(suffix: str) -> Writer:
    """Return what makes such a file, or say what can be written."""
    known = FORMATS.get(suffix.lower())
    if known is not None and known.write is not None:
        return known.write
    what = f"{known.name} ({suffix})" if known else f"suffix {suffix!r}"
    raise ValueError(f"{what} cannot be written. Use one of {', '.join(WRITABLE)}.")
