"""Krita palette (.kpl): colors with names in several models; read only.

Layout, after https://docs.krita.org (Palette file format): a zip that holds ``colorset.xml``::

    <ColorSet name="Lake" ...>
      <ColorSetEntry name="Sky" bitdepth="U8" spot="false">
        <RGB r="0.1" g="0.5" b="1" space="sRGB-elle-V2-srgbtrc.icc"/>
        <Position row="0" column="0"/>
      </ColorSetEntry>
      <Group name="Others" ...> more entries </Group>
    </ColorSet>

Entries hold ``<sRGB r g b>``, ``<RGB r g b>``, ``<Gray g>``, ``<CMYK c m y k>`` or ``<Lab L a b>``,
all in 0..1; a and b are 0 at 128/255. What is in groups follows in its order. RGB of other
profiles is taken for sRGB, but linear RGB is refused. Of the zip only that one member is unpacked,
no more than may be; XML with a document type or entities is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.handler import ContentHandler

from .conversion import to_levels
from .swatches import MOST_COLORS, Swatches
from .xml_text import go_through
from .zip_member import member_of

if TYPE_CHECKING:
    from xml.sax.xmlreader import AttributesImpl

MEMBER = "colorset.xml"
ENTRY = "ColorSetEntry"
MODELS = {"sRGB": "rgb", "RGB": "rgb", "Gray": "g", "CMYK": "cmyk", "Lab": "Lab"}
OTHER_MODELS = ("XYZ", "YCbCr")
LINEAR = "g10"
"""In the names of Krita's profiles without a curve."""
NEUTRAL = 128
KIND = "a Krita palette"


def read(content: bytes) -> Swatches:
    """Return colors and names."""
    entries = _Entries()
    go_through(member_of(content, MEMBER, KIND), entries, f"{MEMBER}, ", KIND)
    return Swatches(to_levels(entries.models, entries.values), entries.names)


class _Entries(ContentHandler):
    """Gathers what `expat` comes across; nothing is nested, so no depth can harm."""

    def __init__(self) -> None:
        super().__init__()
        self.models: list[str] = []
        self.values: list[tuple[float, ...]] = []
        self.names: list[str] = []
        self._name: str | None = None

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        if name == ENTRY:
            self._name = attrs.get("name", "")
        elif self._name is not None and name in MODELS:
            self._add(name, attrs)
        elif self._name is not None and name in OTHER_MODELS:
            raise ValueError(self._at(f"colors in {name} cannot be read"))

    def endElement(self, name: str) -> None:  # noqa: N802
        if name == ENTRY:
            self._name = None

    def _add(self, element: str, attrs: AttributesImpl) -> None:
        if LINEAR in attrs.get("space", ""):
            raise ValueError(self._at("linear RGB cannot be read; save the palette with 8 bits"))
        if len(self.models) == MOST_COLORS:
            raise ValueError(self._at(f"a palette has at most {MOST_COLORS:,} colors"))
        model, values = _color(element, [self._number(attrs, key) for key in MODELS[element]])
        self.models.append(model)
        self.values.append(values)
        self.names.append(self._name or "")
        self._name = None

    def _number(self, attrs: AttributesImpl, key: str) -> float:
        text = attrs.get(key, "")
        try:
            number = float(text)
        except ValueError:
            number = -1.0
        if not 0 <= number <= 1:
            raise ValueError(self._at(f"{key} must be a number in 0..1, got {text[:40]!r}"))
        return number

    def _at(self, what: str) -> str:
        line = self._locator.getLineNumber()  # type: ignore[attr-defined]
        return f"{MEMBER}, line {line}: {what}."


def _color(element: str, numbers: list[float]) -> tuple[str, tuple[float, ...]]:
    if element == "Lab":
        lightness, a, b = numbers
        return "Lab", (100 * lightness, 255 * a - NEUTRAL, 255 * b - NEUTRAL)
    model = {"Gray": "grey", "CMYK": "CMYK"}.get(element, "RGB")
    return model, tuple(numbers)
