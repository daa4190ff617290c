from __future__ import annotations

import pytest

from napari_kmeans_quantizer import Palette

BY_HAND = b"""GIMP Palette
Name: Autumn
Columns: 8
# a comment
120  40   0\tRust
  0   0 255
255 255 255   Snow  white
"""
COLORS = [[120, 40, 0], [0, 0, 255], [255, 255, 255]]


def test_a_file_by_hand(read):
    palette = read("a.gpl", BY_HAND)
    assert palette.colors.tolist() == COLORS
    assert palette.names == ("Rust", "", "Snow  white")
    assert palette.counts.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    "content",
    [
        BY_HAND.replace(b"\n", b"\r\n"),
        BY_HAND.replace(b"\n", b"\r"),
        b"\xef\xbb\xbf" + BY_HAND,
        BY_HAND.replace(b"Columns: 8\n", b""),
        BY_HAND.replace(b"Columns: 8\n", b"Source: the woods\n"),
        BY_HAND.replace(b"\n", b"\n\n"),
        BY_HAND.replace(b"\t", b" "),
        BY_HAND.replace(b"120  40", b"120\t40"),
        BY_HAND.rstrip(),
    ],
)
def test_what_varies(read, content):
    assert read("a.gpl", content).colors.tolist() == COLORS
    assert read("a.gpl", content).names[0] == "Rust"


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_encodings(read, encoding):
    palette = read("a.gpl", "GIMP Palette\n1 2 3 Blässe\n".encode(encoding))
    assert palette.names == ("Blässe",)


def test_alpha_of_aseprite_is_left_out(read):
    content = b"GIMP Palette\nChannels: RGBA\n#\n1 2 3 255 sea\n4 5 6 0\n"
    palette = read("a.gpl", content)
    assert palette.colors.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert palette.names == ("sea", "")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"JASC-PAL\n", "line 1: must be 'GIMP Palette'"),
        (b"\n1 2 3\n", "line 2: must be 'GIMP Palette'"),
        (b"GIMP Palette\n1 2 3\n\n4 5\n", "line 4: must be red, green, blue"),
        (b"GIMP Palette\n1 2 256\n", r"line 2: must be numbers in 0\.\.255"),
        (b"GIMP Palette\n1 2 -3\n", "line 2"),
        (b"GIMP Palette\n" + b"9" * 5000 + b" 2 3\n", r"line 2: .* got '9+\.\.\.'"),
        (b"GIMP Palette\n#\n", "1 to 65,535 colors, here are 0"),
        (b"GIMP Palette\n" + b"1 2 3\n" * 65536, "1 to 65,535 colors, here are 65,536"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(read, content, told):
    with pytest.raises(ValueError, match=rf"a\.gpl: .*{told}"):
        read("a.gpl", content)


def test_what_is_written(written):
    palette = Palette(COLORS, names=["Rust", "", "Snow"])
    assert written("Autumn.gpl", palette).decode() == (
        "GIMP Palette\nName: Autumn\nColumns: 0\n#\n"
        "120  40   0\tRust\n  0   0 255\n255 255 255\tSnow\n"
    )


def test_what_it_holds(back):
    palette = Palette([[0.4, 127.6, 255]], [7], ["Blässe 雪 🎨"], "uint8")
    read = back("a.gpl", palette)
    assert read.names == palette.names
    assert read.colors.tolist() == palette.values.tolist()  # 8 bits, no fractions
    assert read.counts.tolist() == [0]
    assert back("a.gpl", Palette([[1, 2, 3]], dtype="uint8")).names is None


def test_names_cannot_break_lines(back):
    palette = Palette([[1, 2, 3], [4, 5, 6]], names=["a\n9 9 9", "\ud800 b\0\u2028\t"])
    assert back("a.gpl", palette).names == ("a 9 9 9", "b")
    assert len(back("a\n1.gpl", palette)) == 2
