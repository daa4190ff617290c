"""Table (.csv) for spreadsheets and pandas: 8 bits, with names and numbers of pixels.

Layout, written: a row of titles, then one row a color::

    index,hex,name,pixels,share,red,green,blue
    0,#782800,Rust,17,1.0,120,40,0

Read: any table, with ",", ";" or tabs, that has a column "hex", or three "red", "green", "blue"
(or "r", "g", "b") in 0..255; "hex" tells if both are there. Columns "name" and "pixels" (or
"count") may be there, others are passed over. Without titles: hex and perhaps a name, or three
numbers and perhaps a name.
"""

from __future__ import annotations

import csv
import io
import itertools
from typing import TYPE_CHECKING

from napari_kmeans_quantizer.core.units import LARGEST_INTEGER

from .swatches import MOST_COLORS, Swatches, bytes_of, names_of
from .text import decode, of_hex, wrong

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from napari_kmeans_quantizer.core.palette import Palette

    Row = tuple[int, list[str]]
    Color = tuple[float, ...]

TITLES = ("index", "hex", "name", "pixels", "share", "red", "green", "blue")
CHANNELS = (("red", "green", "blue"), ("r", "g", "b"))
COUNTS = ("pixels", "count", "counts")
SEPARATORS = ",;\t"


def read(content: bytes) -> Swatches:
    """Return colors, names and counts."""
    rows = _rows(decode(content))
    number, first = next(rows, (1, [""]))
    table: Iterable[Row]
    name: int | None
    count: int | None
    titles = [cell.lower() for cell in first]
    if of_hex(first[0]) or _is_number(first[0]):
        table = itertools.chain([(number, first)], rows)
        columns, name, count = *_untitled(first), None
    else:
        table, columns = rows, _columns(number, titles)
        name = titles.index("name") if "name" in titles else None
        count = next((titles.index(title) for title in COUNTS if title in titles), None)
    levels: list[Color] = []
    names: list[str] = []
    counts: list[int] = []
    for number, row in table:
        if len(levels) == MOST_COLORS:
            raise ValueError(f"line {number}: a palette has at most {MOST_COLORS:,} colors.")
        levels.append(_color(number, row, columns))
        names.append(_cell(row, name))
        counts.append(_count(number, _cell(row, count)))
    return Swatches(levels, names, counts)


def _rows(text: str) -> Iterator[Row]:
    """Yield line and cells of each row that is not blank."""
    head = text.lstrip("\r\n").partition("\n")[0]
    separator = max(SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for row in reader:
            if any(map(str.strip, row)):
                yield reader.line_num, [cell.strip() for cell in row]
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: {error}.") from error


def _untitled(first: list[str]) -> tuple[list[int], int]:
    """Return the columns of color and name where there are no titles."""
    is_rgb = len(first) >= 3 and all(map(_is_number, first[:3]))
    columns = [0, 1, 2] if is_rgb else [0]
    return columns, len(columns)


def _columns(line: int, titles: list[str]) -> list[int]:
    """Return where the color is: one column of hex, or three of numbers."""
    if "hex" in titles:
        return [titles.index("hex")]
    for channels in CHANNELS:
        if set(channels) <= set(titles):
            return [titles.index(channel) for channel in channels]
    raise wrong(line, "titles with 'hex', or with 'red', 'green' and 'blue'", ",".join(titles))


def _color(line: int, row: list[str], columns: list[int]) -> Color:
    cells = [_cell(row, column) for column in columns]
    if len(cells) == 1:
        color = of_hex(cells[0])
        if color is None:
            raise wrong(line, "a color as #rrggbb", cells[0])
        return color
    if not all(_is_number(cell) and 0 <= float(cell) <= 255 for cell in cells):
        raise wrong(line, "three numbers in 0..255", ",".join(cells))
    return tuple(map(float, cells))


def _cell(row: list[str], column: int | None) -> str:
    return "" if column is None or column >= len(row) else row[column]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _count(line: int, cell: str) -> int:
    if not cell:
        return 0
    if not _is_number(cell) or not 0 <= float(cell) <= LARGEST_INTEGER:
        raise wrong(line, "a number of pixels", cell)
    return int(float(cell))


def write(palette: Palette, title: str) -> bytes:
    """Return the file."""
    del title
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(TITLES)
    parts = zip(
        palette.hex,
        names_of(palette),
        palette.counts.tolist(),
        palette.share.tolist(),
        bytes_of(palette).tolist(),
        strict=True,
    )
    for index, (color, name, count, share, rgb) in enumerate(parts):
        table.writerow([index, color, name, count, share, *rgb])
    return text.getvalue().encode()
