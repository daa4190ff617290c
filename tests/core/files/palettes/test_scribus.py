from __future__ import annotations

import pytest

BY_HAND = """<?xml version="1.0" encoding="UTF-8"?>
<SCRIBUSCOLORS Name="tango">
 <COLOR Spot="0" RGB="#eeeeec" Register="0" NAME="Aluminum 1"/>
 <COLOR NAME="Black" CMYK="#000000ff"/>
 <COLOR NAME="Sky" SPACE="RGB" R="91" G="114" B="159"/>
 <COLOR NAME="Gelb" SPACE="CMYK" C="0" M="0" Y="100" K="0"/>
 <COLOR NAME="Schnee" SPACE="LAB" L="100" A="0" B="0"/>
</SCRIBUSCOLORS>
"""


def file(elements):
    return f"<SCRIBUSCOLORS>\n{elements}</SCRIBUSCOLORS>".encode()


def test_a_file_by_hand(read):
    palette = read("a.xml", BY_HAND.encode())
    assert palette.hex == ["#eeeeec", "#000000", "#5b729f", "#ffff00", "#ffffff"]
    assert palette.names == ("Aluminum 1", "Black", "Sky", "Gelb", "Schnee")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"no XML", "line 1: syntax error"),
        (b"<svg/>", "line 1: must begin with SCRIBUSCOLORS, got 'svg'"),
        (b"<!DOCTYPE a [<!ENTITY b 'boom'>]><SCRIBUSCOLORS/>", "document type or entities"),
        (file(""), "here are 0"),
        (file("<COLOR/>"), "line 2: a color must have RGB, CMYK, or a SPACE"),
        (file('<COLOR RGB="#12345"/>'), "line 2: must be # and 6 hex digits, got '#12345'"),
        (file('<COLOR CMYK="#1234567"/>'), "line 2: must be # and 8 hex digits"),
        (file('<COLOR SPACE="RGB" R="1" G="256" B="0"/>'), r"line 2: G must lie in 0\.\.255"),
        (file('<COLOR SPACE="LAB" L="nan" A="0" B="0"/>'), r"line 2: L must lie in 0\.\.100"),
        (file('<COLOR SPACE="RGB" R="1" G="2"/>'), "line 2: B must lie in"),
        (file('<COLOR SPACE="XYZ"/>'), "line 2: a color must have"),
        (file('<COLOR RGB="#000000"/>' * 65536), "at most 65,535 colors"),
    ],
)
def test_what_is_wrong_is_told(read, content, told):
    with pytest.raises(ValueError, match=rf"a\.xml: .*{told}|a\.xml: {told}"):
        read("a.xml", content)
