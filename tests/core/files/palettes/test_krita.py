from __future__ import annotations

import io
import zipfile

import pytest

from napari_kmeans_quantizer.core.files.palettes.source import LARGEST_FILE

BY_HAND = """<?xml version="1.0" encoding="UTF-8"?>
<ColorSet name="Lake" version="1.0" columns="2" rows="2">
  <ColorSetEntry name="Sky" bitdepth="U8" spot="false">
    <RGB r="0.2" g="0.4" b="1" space="sRGB-elle-V2-srgbtrc.icc"/>
    <Position row="0" column="0"/>
  </ColorSetEntry>
  <ColorSetEntry name="Snow" bitdepth="U8" spot="true">
    <Lab L="1" a="0.50196078431373" b="0.50196078431373" space="Lab identity built-in"/>
  </ColorSetEntry>
  <Group name="Others" rows="1">
    <ColorSetEntry name="Wölkchen"><Gray g="0.6"/></ColorSetEntry>
    <ColorSetEntry><CMYK c="0" m="0" y="1" k="0"/></ColorSetEntry>
    <ColorSetEntry name="S"><sRGB r="0" g="0" b="0"/></ColorSetEntry>
  </Group>
</ColorSet>
"""


def archive(text, member="colorset.xml", method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as zipped:
        zipped.writestr("mimetype", "application/x-krita-palette")
        zipped.writestr(member, text)
    return file.getvalue()


def entries(text):
    return archive(f"<ColorSet>\n<ColorSetEntry>{text}</ColorSetEntry></ColorSet>")


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_a_file_by_hand(read, method):
    palette = read("a.kpl", archive(BY_HAND, method=method))
    assert palette.hex == ["#3366ff", "#ffffff", "#999999", "#ffff00", "#000000"]
    assert palette.names == ("Sky", "Snow", "Wölkchen", "", "S")


BOMB = "<!DOCTYPE a [<!ENTITY b 'boom'><!ENTITY c '&b;&b;'>]><ColorSet>&c;</ColorSet>"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"GIMP Palette", "byte 0: a Krita palette is a zip"),
        (b"PK\3\4", "cannot be read as a Krita palette: File is not a zip file"),
        (archive(BY_HAND)[:-40], "cannot be read as a Krita palette"),
        (archive(BY_HAND, "palette.xml"), "holds no colorset.xml"),
        (archive(BY_HAND, method=zipfile.ZIP_LZMA), "packed in an unusual way"),
        (archive(" " * (LARGEST_FILE + 1)), "colorset.xml must have 1 to 16,777,216 bytes"),
        (archive(""), "colorset.xml must have 1 to"),
        (archive(BOMB), "document type or entities, refused"),
        (archive("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"), "document type or entities"),
        (archive("<ColorSet>\n<ColorSetEntry>"), "colorset.xml, line 2: "),
        (archive("<ColorSet/>"), "here are 0"),
        (entries('<RGB r="1" g="2" b="0"/>'), r"line 2: g must be a number in 0\.\.1, got '2'"),
        (entries('<RGB r="nan" g="0" b="0"/>'), r"line 2: r must be a number in 0\.\.1"),
        (entries('<RGB r="1" g="0"/>'), r"line 2: b must be a number in 0\.\.1, got ''"),
        (entries('<XYZ x="1" y="1" z="1"/>'), "line 2: colors in XYZ cannot be read"),
        (
            entries('<RGB r="1" g="0" b="0" space="sRGB-elle-V2-g10.icc"/>'),
            "line 2: linear RGB cannot be read",
        ),
    ],
)
def test_what_is_wrong_is_told(read, content, told):
    with pytest.raises(ValueError, match=rf"a\.kpl: .*{told}|a\.kpl: {told}"):
        read("a.kpl", content)


def test_a_size_that_is_not_the_declared_one(read):
    """More comes out of the zip than it says."""
    content = archive(" " * (LARGEST_FILE + 1))
    told = (LARGEST_FILE + 1).to_bytes(4, "little")
    with pytest.raises(ValueError, match=r"a\.kpl: "):
        read("a.kpl", content.replace(told, (1000).to_bytes(4, "little")))


def test_nesting_does_no_harm(read):
    text = "<a>" * 200_000 + "</a>" * 200_000
    with pytest.raises(ValueError, match=r"a\.kpl: "):
        read("a.kpl", archive(text))


def test_too_many_colors(read):
    entry = '<ColorSetEntry><Gray g="1"/></ColorSetEntry>'
    with pytest.raises(ValueError, match="at most 65,535 colors"):
        read("a.kpl", archive(f"<ColorSet>{entry * 65536}</ColorSet>"))
