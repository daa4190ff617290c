from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image
from skimage import data

from napari_kmeans_quantizer import Palette


def png(array, mode=None):
    file = io.BytesIO()
    Image.fromarray(np.asarray(array, np.uint8), mode).save(file, "PNG")
    return file.getvalue()


def chunk(kind, content):
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def by_hand(width=1, height=1, pixels=b"\0\0", kind=3):
    """Return a PNG of 8 bits with a palette of three colors, which kinds but 3 only suggest."""
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0))
        + chunk(b"PLTE", b"\1\2\3\4\5\6\1\2\3")
        + chunk(b"IDAT", zlib.compress(pixels))
        + chunk(b"IEND", b"")
    )


def test_an_indexed_picture_by_hand(read):
    palette = read("a.png", by_hand())
    assert palette.colors.tolist() == [[1, 2, 3], [4, 5, 6], [1, 2, 3]]
    assert palette.names is None


def test_pixels_are_not_decoded(read):
    assert len(read("a.png", by_hand(60_000, 60_000, b"none"))) == 3


def test_a_row_of_squares_is_not_decoded_if_it_is_huge(read):
    with pytest.raises(ValueError, match=r"no palette.*quantize it"):
        read("a.png", by_hand(300 * 60_000, 300, b"none", kind=2))


def test_rows_of_squares_as_lospec_has_them(read):
    colors = np.array([[255, 0, 0], [255, 0, 0], [0, 0, 255]])
    for side in (1, 8, 32):
        squares = np.tile(colors.repeat(side, axis=0), (side, 1, 1))
        assert read("a.png", png(squares)).colors.tolist() == colors.tolist()
    assert read("a.png", png([[0, 128]])).colors.tolist() == [[0] * 3, [128] * 3]


@pytest.mark.parametrize(
    "picture", [data.astronaut(), data.coffee(), data.camera(), data.chelsea()]
)
def test_a_photograph_is_no_palette(read, picture):
    with pytest.raises(ValueError, match=r"a\.png: is a picture .*, no palette.*quantize it"):
        read("a.png", png(picture))


def test_nearly_a_strip_is_none(read):
    squares = np.zeros((8, 24, 3))
    squares[3, 20] = 1
    with pytest.raises(ValueError, match="no palette"):
        read("a.png", png(squares))


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n",
        by_hand()[:40],
        by_hand().replace(b"PLTE", b"PLTX"),
        png(np.random.default_rng(0).integers(0, 256, (1, 900, 3)))[:-1000],
        png(np.zeros((1, 9, 3)))[:40],
    ],
)
def test_what_is_damaged(read, content):
    with pytest.raises(ValueError, match=r"a\.png: "):
        read("a.png", content)


@pytest.mark.parametrize("n_colors", [1, 2, 3, 16, 17, 256, 257, 3000])
def test_what_is_written(back, written, n_colors):
    colors = np.random.default_rng(0).integers(0, 256, (n_colors, 3))
    colors[-1] = colors[0]
    palette = Palette(colors + 0.2, names=["a"] * n_colors, dtype="uint8")
    read = back("a.png", palette)
    assert read.colors.tolist() == colors.tolist()  # 8 bits, no names
    assert read.names is None
    picture = Image.open(io.BytesIO(written("a.png", palette)))
    side = picture.height
    assert picture.size == (n_colors * side, side)
    shown = np.asarray(picture.convert("RGB"))
    assert shown[0, ::side].tolist() == colors.tolist()
    assert picture.mode == ("P" if n_colors <= 256 else "RGB")
