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

import io
from typing import TYPE_CHECKING
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler

from .conversion import to_levels
from .damage import blamed_on_the_file
from .source import LARGEST_FILE
from .swatches import MOST_COLORS, Swatches

if TYPE_CHECKING:
    from xml.sax.xmlreader import AttributesImpl

MEMBER = "colorset.xml"
ENTRY = "ColorSetEntry"
MODELS = {"sRGB": "rgb", "RGB": "rgb", "Gray": "g", "CMYK": "cmyk", "Lab": "Lab"}
OTHER_MODELS = ("XYZ", "YCbCr")
LINEAR = "g10"
"""In the names of Krita's profiles without a curve."""
NEUTRAL = 128
ZIP = b"PK"


def read(content: bytes) -> Swatches:
    """Return colors and names."""
    from defusedxml import DefusedXmlException, sax  # type: ignore[import-untyped, unused-ignore]

    text = _unpacked(content)
    entries = _Entries()
    with blamed_on_the_file("a Krita palette"):
        try:
            sax.parseString(text, entries, forbid_dtd=True)
        except SAXParseException as error:
            told = f"line {error.getLineNumber()}: {error.getMessage()}"
            raise ValueError(f"{MEMBER}, {told}.") from error
        except DefusedXmlException as error:
            told = f"has a document type or entities, refused: {error}"
            raise ValueError(f"{MEMBER} {told}") from error
    return Swatches(to_levels(entries.models, entries.values), entries.names)


def _unpacked(content: bytes) -> bytes:
    """Return the one member that tells the colors."""
    import zipfile

    if not content.startswith(ZIP):
        raise ValueError("byte 0: a Krita palette is a zip, this is none.")
    with blamed_on_the_file("a Krita palette"), zipfile.ZipFile(io.BytesIO(content)) as archive:
        if MEMBER not in archive.namelist():
            raise ValueError(f"holds no {MEMBER}; is it a Krita palette?")
        member = archive.getinfo(MEMBER)
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"{MEMBER} is packed in an unusual way ({member.compress_type}).")
        with archive.open(member) as file:
            # What is declared may be less than what comes out.
            text = b"" if member.file_size > LARGEST_FILE else file.read(LARGEST_FILE + 1)
        if not 0 < len(text) <= LARGEST_FILE:
            raise ValueError(f"{MEMBER} must have 1 to {LARGEST_FILE:,} bytes unpacked.")
        return text


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
