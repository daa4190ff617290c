from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

COLORS = np.array([[9, 8, 7], [6, 5, 4], [9, 8, 7], [255, 0, 128]], np.uint8)

GIF = (
    b"GIF89a\1\0\1\0\x81\0\0"  # one pixel; a palette of 4 colors
    b"\x09\x08\x07\x06\x05\x04\x09\x08\x07\xff\x00\x80"
    b",\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
)


def saved(kind, colors=COLORS, **options):
    picture = Image.fromarray(np.arange(len(colors), dtype=np.uint8)[np.newaxis]).convert("P")
    picture.putpalette(colors.tobytes())
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def test_a_gif_by_hand(read):
    assert read("a.gif", GIF).colors.tolist() == COLORS.tolist()


@pytest.mark.parametrize(("suffix", "kind"), [("bmp", "BMP"), ("tif", "TIFF"), ("tiff", "TIFF")])
def test_other_kinds(read, suffix, kind):
    palette = read(f"a.{suffix}", saved(kind))
    assert palette.colors[:4].tolist() == COLORS.tolist()
    assert palette.names is None


def test_the_suffix_may_be_wrong(read):
    assert read("a.bmp", GIF).colors.tolist() == COLORS.tolist()


def test_palettes_of_greys(read):
    """Pillow takes such pictures for grey ones."""
    greys = np.arange(4, dtype=np.uint8).repeat(3).reshape(-1, 3)
    content = GIF[:13] + greys.tobytes() + GIF[25:]
    assert read("a.gif", content).colors.tolist() == greys.tolist()
    ramp = np.arange(256, dtype=np.uint8).repeat(3).reshape(-1, 3)
    assert read("a.bmp", saved("BMP", ramp)).colors.tolist() == ramp.tolist()
    file = io.BytesIO()
    Image.new("1", (8, 1)).save(file, "BMP")
    assert read("a.bmp", file.getvalue()).hex == ["#000000", "#ffffff"]


@pytest.mark.parametrize("kind", ["BMP", "TIFF"])
def test_a_picture_without_a_palette(read, kind):
    file = io.BytesIO()
    Image.new("RGB", (8, 9)).save(file, kind)
    with pytest.raises(ValueError, match=rf"is a {kind} picture without a palette \(RGB, 8 x 9\)"):
        read("a.tif", file.getvalue())


@pytest.mark.parametrize(
    "content", [b"\xff\xd8\xff\xe0 JFIF", b"GIF89a", GIF[:15], b"BM", b"II*\0"]
)
def test_what_is_damaged(read, content):
    with pytest.raises(ValueError, match=r"a\.gif: "):
        read("a.gif", content)
