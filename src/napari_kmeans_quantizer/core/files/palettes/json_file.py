"""JSON (.json): everything that a palette knows.

Layout, written::

    {"program": "napari-kmeans-quantizer", "version": "0.1.0", "color_space": "sRGB",
     "channels": 3, "dtype": "uint8", "value_range": [0, 255],
     "colors": [[120, 40, 0]], "hex": ["#782800"], "names": ["Rust"],
     "counts": [17], "shares": [1.0]}

``colors`` are in the image's own units, with all channels; ``names`` may be null. Read back they
are what is shown of them, in 0..255 and with fractions: ``hex`` before it is rounded.

Also read: a list of colors, or an object with such a list under "hex", "colors", "palette" or
"swatches", and lists of as many "names" and "counts" beside it. A color is then a hex text, three
numbers in 0..255, or an object with "hex", "color", "value" or "rgb", and perhaps "name".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_kmeans_quantizer.core.version import PROGRAM, version

from .damage import blamed_on_the_file
from .swatches import Swatches, check_number, names_of
from .text import decode, of_hex, quoted

if TYPE_CHECKING:
    from napari_kmeans_quantizer.core.palette import Palette

LISTS = ("hex", "colors", "palette", "swatches")
COLORS = ("hex", "color", "value", "rgb")
DTYPES = (
    *("bool", "float16", "float32", "float64", "int8", "int16", "int32", "int64"),
    *("uint8", "uint16", "uint32", "uint64"),
)
LARGEST = 1e300
"""Of black and white."""


def read(content: bytes) -> Swatches:
    """Return colors, names and counts."""
    try:
        with blamed_on_the_file("JSON"):
            found = json.loads(decode(content), parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}: is no JSON: {error.msg}.") from error
    if isinstance(found, dict) and {"colors", "dtype", "value_range"} <= found.keys():
        return _ours(found)
    return _plain_lists(found if isinstance(found, dict) else {LISTS[0]: found})


def _plain_lists(found: dict[str, Any]) -> Swatches:
    colors = next((found[key] for key in LISTS if isinstance(found.get(key), list)), None)
    if colors is None:
        raise ValueError(f"must be a list of colors, or an object with one as one of {LISTS}.")
    check_number(len(colors))
    levels = [_color(i, item) for i, item in enumerate(colors, 1)]
    counts = found.get("counts")
    counts = counts if isinstance(counts, list) and len(counts) == len(colors) else None
    return Swatches(levels, _names(colors, found.get("names")), counts)


def _refuse(constant: str) -> float:
    raise ValueError(f"numbers must be finite, got {constant}.")


def _ours(found: dict[str, Any]) -> Swatches:
    from napari_kmeans_quantizer.core.palette import Palette

    colors, dtype = found["colors"], found["dtype"]
    if dtype not in DTYPES:
        raise ValueError(f"dtype must be one of {DTYPES}, got {quoted(str(dtype))}.")
    if not isinstance(colors, list):
        raise ValueError(f"colors must be a list, got {quoted(str(colors))}.")
    check_number(len(colors))
    given: dict[str, Any] = {"colors": colors, "dtype": np.dtype(dtype)}
    with blamed_on_the_file("a palette"), np.errstate(all="ignore"):
        palette = Palette(**given, value_range=_range(found["value_range"]))
        return Swatches(palette.rgb * 255, found.get("names"), found.get("counts"))


def _range(ends: object) -> tuple[float, float]:
    """Return black and white; integers stay what they are."""
    if not isinstance(ends, list) or len(ends) != 2 or not all(map(_is_number, ends)):
        raise ValueError(f"value_range must be two numbers, got {quoted(str(ends))}.")
    low, high = ends
    if not -LARGEST <= low <= high <= LARGEST:
        raise ValueError(f"value_range must be black and white, got {quoted(str(ends))}.")
    return low, high


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _color(place: int, item: object) -> tuple[float, ...]:
    if isinstance(item, dict):
        item = next((item[key] for key in COLORS if key in item), None)
    color: Any = of_hex(item.strip()) if isinstance(item, str) else item
    if not isinstance(color, list | tuple) or len(color) != 3 or not all(map(_is_number, color)):
        raise ValueError(
            f"color {place}: must be a hex text or three numbers in 0..255, "
            f"got {quoted(str(item))}."
        )
    if not all(0 <= value <= 255 for value in color):
        raise ValueError(f"color {place}: must lie in 0..255, got {quoted(str(color))}.")
    return tuple(map(float, color))


def _names(items: list[Any], names: object) -> list[str] | None:
    """Return the names beside the colors, or in them."""
    if isinstance(names, list) and len(names) == len(items):
        return [name if isinstance(name, str) else "" for name in names]
    inner = [item.get("name") if isinstance(item, dict) else None for item in items]
    return [name if isinstance(name, str) else "" for name in inner]


def write(palette: Palette, title: str) -> bytes:
    """Return the file, one color a line."""
    del title
    about = {
        "program": PROGRAM,
        "version": version(),
        "color_space": "sRGB",
        "channels": palette.n_channels,
        "dtype": palette.dtype.newbyteorder("=").name,
        "value_range": [_plain(end) for end in palette.value_range],
    }
    lists: dict[str, list[Any] | None] = {
        "colors": [[_plain(value) for value in row] for row in palette.colors.tolist()],
        "hex": palette.hex,
        "names": names_of(palette) if palette.names is not None else None,
        "counts": palette.counts.tolist(),
        "shares": palette.share.tolist(),
    }
    parts = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in about.items()]
    parts += [f"{json.dumps(key)}: {_lines(values)}" for key, values in lists.items()]
    return ("{\n  " + ",\n  ".join(parts) + "\n}\n").encode()


def _lines(values: list[Any] | None) -> str:
    if values is None:
        return "null"
    rows = (json.dumps(value, ensure_ascii=False) for value in values)
    return "[\n    " + ",\n    ".join(rows) + "\n  ]"


def _plain(value: float) -> float:
    """Return a whole number without a point."""
    return int(value) if float(value).is_integer() and abs(value) < 1e15 else value
