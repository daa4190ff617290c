from __future__ import annotations

import pytest

from napari_kmeans_quantizer import Palette
from napari_kmeans_quantizer.core.files.palettes import as_css

BY_HAND = b"""/* --old: #000; */
:root {
  --rust: #782800;
  --gap: 4px;
  --sea: rgb(0 51 255 / 50%);
  --link: var(--sea);
}
@media print { a { color: red; --ink: black } }
--snow: #FFF;
"""


def test_a_file_by_hand(read):
    palette = read("a.css", BY_HAND)
    assert palette.names == ("rust", "sea", "ink", "snow")
    assert palette.hex == ["#782800", "#0033ff", "#000000", "#ffffff"]


def test_sass_by_hand(read):
    content = b"""// $old: #000; it's gone
$rust: #782800 !default; // brown
$both: #fff #000;
.a { .b { $sea: hsl(228, 100%, 50%); } }
$snow: white"""
    palette = read("a.scss", content)
    assert palette.names == ("rust", "sea", "snow")
    assert palette.hex == ["#782800", "#0033ff", "#ffffff"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("#f80", "#ff8800"),
        ("#ff8800cc", "#ff8800"),
        ("RebeccaPurple", "#663399"),
        ("rgb(300, -5, 0)", "#ff0000"),
        ("hsl(120deg 100% 25%)", "#008000"),
        ("hwb(0 20% 20%)", "#cc3333"),
        ("lab(100% 0 0)", "#ffffff"),
        ("lch(50 0 0)", "#777777"),
        ("lab(400 0 0)", "#ffffff"),
        ("oklab(1 0 0)", "#ffffff"),
        ("color(srgb 1 0.4 0)", "#ff6600"),
        ("oklch(0.628 0.2577 29.23)", "#ff0000"),
    ],
)
def test_colors(read, value, expected):
    assert read("a.css", f"a {{ --a: {value}; }}".encode()).hex == [expected]


@pytest.mark.parametrize(
    "value",
    [
        "transparent",
        "#1234567",
        "currentcolor",
        "url(a)",
        "red blue",
        "",
        "color(display-p3 1 0 0)",
    ],
)
def test_what_is_no_color_is_passed_over(read, value):
    palette = read("a.css", f"a {{ --a: {value}; --b: #fff }}".encode())
    assert palette.names == ("b",)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a { color: red }", "has no variables that are colors"),
        (b"\0\xff}{;:", "has no variables that are colors"),
        (b"a{--a: lab(50% 1e999 0)}", "line 1: must be finite"),
        (b"a" * (1 << 20) + b"a", "is larger than 1 MB"),
        (b"--a:#fff;" * 65536, "line 1: more than 65,535 colors"),
    ],
)
def test_what_is_wrong_is_told(read, content, told):
    with pytest.raises(ValueError, match=rf"a\.css: {told}"):
        read("a.css", content)


@pytest.mark.parametrize("opening", [b"(", b"{", b"[", b"a{", b"--a:rgb(", b"$a:((", b"calc("])
def test_nesting_does_no_harm(read, opening):
    for suffix in (".css", ".scss"):
        with pytest.raises(ValueError, match="has no variables"):
            read(f"a{suffix}", opening * 5_000)
        assert len(read(f"a{suffix}", b"--b: #fff;" + opening * 5_000)) == 1


def test_as_css(read):
    names = ["Deep red", "", "deep-red", "Größe 雪", "color 2"]
    palette = Palette([[255, 0, 0], [0, 0, 0], [1, 1, 1], [2, 2, 2], [3, 3, 3]], names=names)
    text = as_css(palette)
    read_back = read("a.css", text.encode())
    assert read_back.hex == palette.hex
    assert read_back.names == ("deep-red", "color-2", "deep-red-3", "gr-e", "color-2-5")
