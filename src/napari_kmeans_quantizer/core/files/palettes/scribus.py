"""Scribus colors (.xml): names, RGB, CMYK or Lab; read only.

Layout, after the files that Scribus installs and exports::

    <SCRIBUSCOLORS Name="tango">
      <COLOR NAME="Aluminum" RGB="#eeeeec" Spot="0" Register="0"/>
      <COLOR NAME="Black" CMYK="#000000ff"/>
      <COLOR NAME="Sky" SPACE="RGB" R="91" G="114" B="159"/>
    </SCRIBUSCOLORS>

The first form counts in bytes. The second, from version 1.5 on, tells ``R G B`` in 0..255, ``C M Y
K`` in per cent, and ``L A B`` in 0..100 and about -128..127.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING
from xml.sax.handler import ContentHandler

from .conversion import to_levels
from .swatches import MOST_COLORS, Swatches
from .text import quoted
from .xml_text import go_through

if TYPE_CHECKING:
    from xml.sax.xmlreader import AttributesImpl

KIND = "a Scribus palette"
BYTES = {"RGB": ("RGB", 3), "CMYK": ("CMYK", 4)}
SPACES = {
    "RGB": ("RGB", "RGB", 255.0),
    "CMYK": ("CMYK", "CMYK", 100.0),
    "LAB": ("Lab", "LAB", 1.0),
}
"""Of the second form: the model, the attributes, and what is 1 in the model."""
LAB_RANGES = ((0.0, 100.0), (-128.0, 128.0), (-128.0, 128.0))


def read(content: bytes) -> Swatches:
    """Return colors and names."""
    colors = _Colors()
    go_through(content, colors, "", KIND)
    return Swatches(to_levels(colors.models, colors.values), colors.names)


class _Colors(ContentHandler):
    """Gathers the elements COLOR."""

    def __init__(self) -> None:
        super().__init__()
        self.models: list[str] = []
        self.values: list[tuple[float, ...]] = []
        self.names: list[str] = []
        self._is_first = True

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        if self._is_first and name != "SCRIBUSCOLORS":
            raise ValueError(self._at(f"must begin with SCRIBUSCOLORS, got {quoted(name)}"))
        self._is_first = False
        if name != "COLOR":
            return
        if len(self.models) == MOST_COLORS:
            raise ValueError(self._at(f"a palette has at most {MOST_COLORS:,} colors"))
        model, values = self._color(attrs)
        self.models.append(model)
        self.values.append(values)
        self.names.append(attrs.get("NAME", ""))

    def _color(self, attrs: AttributesImpl) -> tuple[str, tuple[float, ...]]:
        for key, (model, n_bytes) in BYTES.items():
            if key in attrs:
                return model, self._of_bytes(attrs[key], n_bytes)
        space = attrs.get("SPACE", "")
        if space not in SPACES:
            raise ValueError(self._at("a color must have RGB, CMYK, or a SPACE of these or LAB"))
        model, keys, whole = SPACES[space]
        ranges = LAB_RANGES if model == "Lab" else ((0.0, whole),) * len(keys)
        pairs = zip(keys, ranges, strict=True)
        return model, tuple(self._number(attrs, key, ends) / whole for key, ends in pairs)

    def _of_bytes(self, text: str, n_bytes: int) -> tuple[float, ...]:
        if re.fullmatch(rf"#[0-9A-Fa-f]{{{2 * n_bytes}}}", text) is None:
            wanted = f"# and {2 * n_bytes} hex digits"
            raise ValueError(self._at(f"must be {wanted}, got {quoted(text)}"))
        return tuple(byte / 255 for byte in bytes.fromhex(text[1:]))

    def _number(self, attrs: AttributesImpl, key: str, ends: tuple[float, float]) -> float:
        text = attrs.get(key, "")
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not ends[0] <= number <= ends[1]:
            low, high = ends
            raise ValueError(self._at(f"{key} must lie in {low:g}..{high:g}, got {quoted(text)}"))
        return number

    def _at(self, what: str) -> str:
        line = self._locator.getLineNumber()  # type: ignore[attr-defined]
        return f"line {line}: {what}."
