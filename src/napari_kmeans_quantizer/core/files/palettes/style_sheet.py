"""Style sheet (.css, .scss): variables that are colors, by tinycss2; read only.

Read are custom properties (``--rust: #782800``) and variables of Sass (``$rust: #782800``),
wherever they are, in the order of the file; values of CSS Color 4, of ``color()`` only sRGB,
without alpha. What is no color, or refers to another variable, is passed over; so is "transparent".
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from .conversion import to_levels
from .damage import blamed_on_the_file
from .swatches import MOST_COLORS, Swatches, names_of
from .text import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from napari_kmeans_quantizer.core.palette import Palette

    Tokens = list[Any]

LARGEST = 1 << 20
"""Bytes; parsing takes up to four hundred times as many."""
LINE_COMMENT = re.compile(r"(^|[\s;{}])//.*", re.MULTILINE)
"""Of Sass; CSS has none."""
NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


def read_css(content: bytes) -> Swatches:
    """Return colors and the names of their variables."""
    return _read(_checked(content))


def read_scss(content: bytes) -> Swatches:
    """Return colors and names; comments after ``//`` are left out."""
    return _read(LINE_COMMENT.sub(r"\1", _checked(content)))


def _checked(content: bytes) -> str:
    if len(content) > LARGEST:
        raise ValueError(f"is larger than {LARGEST >> 20} MB; style sheets are smaller.")
    return decode(content)


def _read(text: str) -> Swatches:
    from tinycss2 import parse_component_value_list  # type: ignore[import-untyped, unused-ignore]

    with blamed_on_the_file("a style sheet"):
        tokens = parse_component_value_list(text, skip_comments=True)
        found = sorted(_variables(tokens), key=lambda variable: variable[:2])
    if not found:
        raise ValueError("has no variables that are colors, such as `--rust: #782800;`.")
    if len(found) > MOST_COLORS:
        raise ValueError(f"line {found[MOST_COLORS][0]}: more than {MOST_COLORS:,} colors.")
    _, _, names, models, values = zip(*found, strict=True)
    return Swatches(to_levels(models, values), names)


def _variables(tokens: Tokens) -> Iterator[tuple[int, int, str, str, tuple[float, ...]]]:
    """Yield line, column, name, color model and values of each variable that is a color."""
    pending = [tokens]  # no recursion: a file can be nested as deep as it likes
    while pending:
        for declaration in _declarations(pending.pop(), pending):
            name, value = _name_and_value(declaration)
            color = _color(value) if name else None
            if color is not None:
                first = declaration[0]
                yield first.source_line, first.source_column, name, *color


def _declarations(tokens: Tokens, pending: list[Tokens]) -> Iterator[Tokens]:
    """Yield what lies between ";" and blocks, without blanks; put the blocks' tokens aside."""
    current: Tokens = []
    for token in tokens:
        if token.type == "{} block":
            pending.append(token.content)
            current = []
        elif token.type == "literal" and token.value == ";":
            yield current
            current = []
        elif token.type != "whitespace":
            current.append(token)
    yield current


def _name_and_value(declaration: Tokens) -> tuple[str, Tokens]:
    """Return the name of a variable and what follows its colon; "" if it is none."""
    is_sass = bool(declaration) and declaration[0] == "$"
    tokens = declaration[is_sass:]
    if len(tokens) < 3 or tokens[0].type != "ident" or tokens[1] != ":":
        return "", []
    name: str = tokens[0].value
    if not is_sass and not name.startswith("--"):
        return "", []
    return name.removeprefix("--"), tokens[2:]


def _color(value: Tokens) -> tuple[str, tuple[float, ...]] | None:
    """Return model and values of one color, alone or before "!default" and the like."""
    from tinycss2.color4 import parse_color  # type: ignore[import-untyped, unused-ignore]

    if len(value) > 1 and value[1] != "!":
        return None
    color = parse_color(value[0])
    if color is None or isinstance(color, str) or color.alpha == 0:
        return None
    if color.space in ("lab", "lch"):
        model, values = "Lab", color.to("lab").coordinates
        values = (min(max(values[0], 0.0), 100.0), *values[1:])
    elif color.space in ("oklab", "oklch"):
        model, values = "XYZ", color.to("xyz-d65").coordinates
    elif color.space in ("srgb", "hsl", "hwb"):
        model = "RGB"
        values = tuple(min(max(level, 0.0), 1.0) for level in color.to("srgb").coordinates)
    else:
        return None
    if not all(map(math.isfinite, values)):
        raise ValueError(f"line {value[0].source_line}: must be finite.")
    return model, values


def as_css(palette: Palette) -> str:
    """Return the colors as custom properties, under their names or as ``--color-1`` and so on.

    Examples
    --------
    >>> from napari_kmeans_quantizer import Palette
    >>> print(as_css(Palette([[255, 0, 0], [0, 0, 255]], names=["Deep red", ""])))
    :root {
      --deep-red: #ff0000;
      --color-2: #0000ff;
    }
    """
    taken: set[str] = set()
    lines = []
    for number, (color, name) in enumerate(zip(palette.hex, names_of(palette), strict=True), 1):
        plain = NOT_IN_NAMES.sub("-", name.lower()).strip("-") or f"color-{number}"
        unique = plain if plain not in taken else f"{plain}-{number}"
        while unique in taken:
            unique += "-"
        taken.add(unique)
        lines.append(f"  --{unique}: {color};")
    return "\n".join([":root {", *lines, "}"])
