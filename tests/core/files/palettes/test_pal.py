"""The three kinds of .pal: JASC, RIFF and Corel."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from napari_kmeans_quantizer import Palette

JASC = b"JASC-PAL\r\n0100\r\n2\r\n128 0 0\r\n130 2 255\r\n"


def riff(*chunks):
    body = b"PAL " + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def chunk(kind, content):
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


DATA = b"\0\3" + b"\2\0" + b"\1\2\3\0" + b"\4\5\6\5"


def test_jasc_by_hand(read):
    for content in (
        JASC,
        JASC.replace(b"\r\n", b"\n"),
        b"\xef\xbb\xbf" + JASC,
        JASC.replace(b"0 0\r", b"0 0 255\r"),
        JASC + b"\r\n\r\n",
    ):
        palette = read("a.pal", content)
        assert palette.colors.tolist() == [[128, 0, 0], [130, 2, 255]]
        assert palette.names is None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"JASC-PAL", "line 1: must be '0100'"),
        (b"JASC-PAL\n0200\n1\n1 2 3", "line 2: must be '0100', got '0200'"),
        (b"JASC-PAL\n0100\nmany\n1 2 3", r"line 3: must be a number of colors in 1\.\.65535"),
        (b"JASC-PAL\n0100\n999999999\n1 2 3", "line 3: must be a number of colors"),
        (b"JASC-PAL\n0100\n2\n1 2 3", "line 4: 2 colors are announced, 1 are there"),
        (b"JASC-PAL\n0100\n1\n1 2", "line 4: must be red, green and blue"),
        (b"JASC-PAL\n0100\n1\n1 2 300", r"line 4: must be numbers in 0\.\.255"),
        (b"CMYK", "byte 0: a .pal begins with"),
        (bytes(768), "byte 0: a .pal begins with"),
    ],
)
def test_what_is_wrong_with_text(read, content, told):
    with pytest.raises(ValueError, match=rf"a\.pal: {told}"):
        read("a.pal", content)


def test_jasc_is_written(written, back):
    colors = [[128, 0, 0], [130, 2, 255]]
    assert written("a.pal", Palette(colors, names=["a", "b"], dtype="uint8")) == JASC
    palette = Palette(np.random.default_rng(0).random((999, 3)), dtype="float32")
    assert back("a.pal", palette).hex == palette.hex  # 8 bits, no names
    assert back("a.pal", palette).colors.tolist() == np.rint(palette.rgb * 255).tolist()


def test_riff_by_hand(read):
    for content in (
        riff(chunk(b"data", DATA)),
        riff(chunk(b"LIST", b"odd"), chunk(b"data", DATA)),
        riff(chunk(b"data", DATA + b"more")),
    ):
        assert read("a.pal", content).colors.tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"RIFF\0\0", "byte 0: the header"),
        (b"RIFF\0\0\0\0WAVE", "byte 8: a RIFF palette is of the form b'PAL '"),
        (riff(), "byte 12: the RIFF palette ends without"),
        (riff(chunk(b"LIST", b"odd")), "byte 24: the RIFF palette ends without"),
        (riff(b"LIST\xff\xff\xff\xff"), "byte 20: a chunk must take 4,294,967,295 bytes"),
        (riff(chunk(b"data", b"\0\4\1\0\0\0\0\0")), "byte 20: the version must be 0x0300"),
        (riff(chunk(b"data", b"\0\3\xff\xff")), "byte 24: 65,535 colors must take 262,140 bytes"),
        (riff(chunk(b"data", b"\0\3\0\0")), "1 to 65,535 colors, here are 0"),
    ],
)
def test_what_is_wrong_with_riff(read, content, told):
    with pytest.raises(ValueError, match=rf"a\.pal: {told}|a\.pal: .*{told}"):
        read("a.pal", content)


def test_corel_by_hand(read):
    content = b'"Deep Blue"  100   84    0    0\n"Sun ""2"""   0 0 100 0\n"Ink" 0 0 0 100\n'
    palette = read("a.pal", content)
    assert palette.names == ("Deep Blue", 'Sun ""2""', "Ink")
    assert palette.hex == ["#0029ff", "#ffff00", "#000000"]


@pytest.mark.parametrize("line", [b'"a" 1 2 3', b'"a" 1 2 3 101', b'"a 1 2 3 4', b"1 2 3 4"])
def test_what_is_wrong_with_corel(read, line):
    with pytest.raises(ValueError, match=r"a\.pal: line 2: must be"):
        read("a.pal", b'"a" 1 2 3 4\n' + line)
