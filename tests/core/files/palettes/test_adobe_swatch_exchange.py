from __future__ import annotations

import struct

import numpy as np
import pytest

from napari_kmeans_quantizer import Palette


def name_of(text):
    return struct.pack(">H", len(text) + 1) + (text + "\0").encode("utf-16-be")


def swatch(name, model, *values, kind=2):
    body = name_of(name) + model + struct.pack(f">{len(values)}fH", *values, kind)
    return struct.pack(">HI", 1, len(body)) + body


def group(name):
    return struct.pack(">HI", 0xC001, len(name_of(name))) + name_of(name)


GROUP_END = struct.pack(">HI", 0xC002, 0)


def file_of(*blocks, n_blocks=None):
    return b"ASEF" + struct.pack(">HHI", 1, 0, n_blocks or len(blocks)) + b"".join(blocks)


def test_a_file_by_hand(read):
    content = (
        b"ASEF\0\1\0\0\0\0\0\1"  # version 1.0, one block
        b"\0\1\0\0\0\x1c"  # a swatch of 28 bytes
        b"\0\4\0R\0e\0d\0\0"  # 4 units: "Red" and a zero
        b"RGB \x3f\x80\0\0\0\0\0\0\x3e\x80\0\0"  # 1, 0, 0.25
        b"\0\2"  # process
    )
    palette = read("a.ase", content)
    assert palette.colors.tolist() == [[255, 0, 63.75]]
    assert palette.names == ("Red",)


def test_groups_models_and_kinds(read):
    palette = read(
        "a.ase",
        file_of(
            group("Greys"),
            swatch("half", b"Gray", 0.5, kind=0),
            swatch("white", b"GRAY", 1.0),
            GROUP_END,
            struct.pack(">HI", 0xABCD, 3) + b"new",
            swatch("sun", b"CMYK", 0, 0, 1, 0, kind=1),
            swatch("lightest", b"LAB ", 1, 0, 0),
            swatch("", b"RGB ", 0.2, 0.4, 0.6),
        ),
    )
    assert palette.names == ("half", "white", "sun", "lightest", "")
    assert palette.hex == ["#808080", "#ffffff", "#ffff00", "#ffffff", "#336699"]
    assert palette.colors[[1, 2, 3, 4]].tolist() == [
        [255] * 3,
        [255, 255, 0],
        [255] * 3,
        [51, 102, 153],
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\x10\x9c\0\0\xe0\xa5\1\0" + bytes(120), "is a sprite of Aseprite"),
        (b"GIMP Palette", "byte 0: Adobe Swatch Exchange begins with"),
        (b"ASEF\0\1", "byte 0: the header"),
        (file_of(n_blocks=2**32 - 1), "byte 12: 4,294,967,295 blocks"),
        (file_of(group("a"), GROUP_END), "here are 0"),
        (file_of(swatch("a", b"RGB ", 1, 0, 0))[:-3], "byte 18: a block must take"),
        (file_of(swatch("a", b"HSB ", 1, 0, 0)), "byte 24: unknown color model b'HSB '"),
        (file_of(swatch("a", b"RGB ", 1, 0, np.nan)), r"byte 28: RGB values must lie in"),
        (file_of(swatch("a", b"RGB ", 1, 0, 1.5)), r"byte 28: RGB values must lie in"),
        (file_of(swatch("a", b"LAB ", 0.5, 0, 200)), r"byte 28: a and b must lie in -128\.\.128"),
        (file_of(swatch("a", b"RGB ", 1)), "byte 28: a color must take 12 bytes, only 6"),
    ],
)
def test_what_is_wrong_is_told_with_its_byte(read, content, told):
    with pytest.raises(ValueError, match=rf"a\.ase: {told}|a\.ase: .*{told}"):
        read("a.ase", content)


def test_what_is_written(written):
    content = written("a.ase", Palette([[255, 0, 51]], names=["Red"], dtype="uint8"))
    assert content == file_of(swatch("Red", b"RGB ", 1, 0, 0.2))


def test_it_holds_float32(back):
    colors = np.random.default_rng(0).random((500, 3))
    palette = Palette(colors, names=[f"雪 🎨 {i}" for i in range(500)], dtype="float64")
    read = back("a.ase", palette)
    assert np.abs(read.colors - 255 * colors).max() < 2e-5
    assert read.names == palette.names
    assert back("a.ase", read).colors.tolist() == read.colors.tolist()
    assert read.counts.sum() == 0


def test_whole_levels_stay_whole(back):
    levels = np.arange(256).repeat(3).reshape(-1, 3)
    assert back("a.ase", Palette(levels, dtype="uint8")).colors.tolist() == levels.tolist()


def test_what_lies_between_two_levels_is_shown_as_it_was(back):
    palette = Palette(np.arange(255).repeat(3).reshape(-1, 3) + 0.5, dtype="uint8")
    assert back("a.ase", palette).hex == palette.hex
