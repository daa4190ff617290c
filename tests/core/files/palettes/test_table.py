from __future__ import annotations

import numpy as np
import pytest

from napari_kmeans_quantizer import Palette

BY_HAND = b"""index,hex,name,pixels,share,red,green,blue
0,#782800,"Rust, old",17,0.85,120,40,0
1,#0000ff,,3,0.15,0,0,255
"""


def test_a_file_by_hand(read):
    palette = read("a.csv", BY_HAND)
    assert palette.colors.tolist() == [[120, 40, 0], [0, 0, 255]]
    assert palette.names == ("Rust, old", "")
    assert palette.counts.tolist() == [17, 3]


@pytest.mark.parametrize(
    "content",
    [
        b"Name;R;G;B\nRust;120;40;0\n;0;0;255\n",
        b"red\tgreen\tblue\tname\r\n120\t40\t0\tRust\r\n\r\n0\t0\t255\t\r\n",
        b"\xef\xbb\xbfname,hex\nRust,782800\n,0000ff\n",
        b"#782800,Rust\n#0000ff\n",
        b"120,40,0,Rust\n0,0,255\n",
        b"120.0, 40.0, 0.0, Rust\n0, 0, 255,",
    ],
)
def test_what_varies(read, content):
    palette = read("a.csv", content)
    assert palette.colors.tolist() == [[120, 40, 0], [0, 0, 255]]
    assert palette.names == ("Rust", "")
    assert palette.counts.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"name,space_id,color\nWhite,8,#0000\n", "line 1: must be titles with 'hex'"),
        (b"\n\n", "line 1: must be titles"),
        (b"hex\nfff\nred\n", "line 3: must be a color as #rrggbb, got 'red'"),
        (b"r,g,b\n1,2,3\n1,2\n", r"line 3: must be three numbers in 0\.\.255"),
        (b"r,g,b\n1,2,256\n", "line 2: must be three numbers"),
        (b"r,g,b\n1,2,nan\n", "line 2: must be three numbers"),
        (b"hex,pixels\nfff,-1\n", "line 2: must be a number of pixels"),
        (b"hex,pixels\nfff,inf\n", "line 2: must be a number of pixels"),
        (b'hex\n"' + b"f" * 200_000, "line [23]: field larger than field limit"),
        (b"hex\n", "here are 0"),
        (b"hex\n" + b"fff\n" * 65536, "line 65537: a palette has at most 65,535 colors"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(read, content, told):
    with pytest.raises(ValueError, match=rf"a\.csv: .*{told}"):
        read("a.csv", content)


def test_what_is_written(written):
    colors = [[120, 40, 0], [0, 0, 255]]
    palette = Palette(colors, [17, 3], ["Rust, old", ""], "uint8")
    assert written("a.csv", palette) == BY_HAND


def test_what_it_holds(back):
    colors = np.random.default_rng(0).random((300, 3)) * 255
    names = [f'"雪", {i};' for i in range(300)]
    palette = Palette(colors, np.arange(300), names, "uint8")
    read = back("a.csv", palette)
    assert read.colors.tolist() == palette.values.tolist()  # 8 bits
    assert read.names == palette.names
    assert read.counts.tolist() == palette.counts.tolist()
