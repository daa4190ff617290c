from __future__ import annotations

import struct

import numpy as np
import pytest

from napari_kmeans_quantizer import Palette


def color(model, *words):
    return struct.pack(">5H", model, *(word % 65536 for word in words))


def named(content, name):
    return content + struct.pack(">I", len(name) + 1) + (name + "\0").encode("utf-16-be")


def section(version, *colors, n_colors=None):
    return struct.pack(">HH", version, n_colors or len(colors)) + b"".join(colors)


RED, BLUE = color(0, 65535, 0, 0, 0), color(0, 0, 0, 65535, 0)


def test_a_file_by_hand(read):
    content = b"\0\1\0\1" + b"\0\0" + b"\xff\xff\x01\x01\0\0\0\0"  # one color: 255, 1, 0
    assert read("a.aco", content).colors.tolist() == [[255, 1, 0]]
    assert read("a.aco", content).names is None


def test_version_2_alone_or_after_version_1(read):
    second = section(2, named(RED, "żar"), named(BLUE, ""))
    for content in (second, section(1, RED, BLUE) + second, second + b"8BIMphry and more"):
        palette = read("a.aco", content)
        assert palette.hex == ["#ff0000", "#0000ff"]
        assert palette.names == ("żar", "")


@pytest.mark.parametrize(
    ("model", "words", "expected"),
    [
        (0, (32768, 0, 65535, 9), "#8000ff"),
        (1, (0, 65535, 65535, 0), "#ff0000"),
        (1, (21845, 65535, 65535, 0), "#00ff00"),
        (1, (9999, 0, 65535, 0), "#ffffff"),
        (2, (0, 65535, 65535, 65535), "#00ffff"),  # full cyan
        (2, (65535, 65535, 65535, 0), "#000000"),
        (7, (10000, 0, 0, 0), "#ffffff"),
        (7, (5000, 0, 0, 0), "#777777"),
        (7, (5000, -3000, 2000, 0), "#458453"),  # as LittleCMS
        (8, (0, 0, 0, 0), "#ffffff"),  # grey counts ink
        (8, (10000, 0, 0, 0), "#000000"),
        (8, (2000, 0, 0, 0), "#cccccc"),
    ],
)
def test_models(read, model, words, expected):
    assert read("a.aco", section(1, color(model, *words))).hex == [expected]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\0\1", "byte 0: the header must take 4 bytes, only 2 follow"),
        (section(3, RED), "byte 0: Adobe Color begins with version 1 or 2, not with 3"),
        (section(1, RED, n_colors=65535), "byte 4: 65,535 colors must take 655,350 bytes, only 10"),
        (section(1, color(3, 1, 2, 3, 4)), r"byte 4: color model 3 \(Pantone\) cannot be read"),
        (section(1, RED, color(99, 1, 2, 3, 4)), r"byte 14: color model 99 \(unknown\)"),
        (section(1, color(8, 10001, 0, 0, 0)), r"byte 4: grey must lie in 0\.\.10000"),
        (section(1, color(7, 10001, 0, 0, 0)), r"byte 4: L must lie in 0\.\.10000"),
        (section(1, color(7, 9, -32768, 0, 0)), r"byte 4: a and b must lie in"),
        (section(2, RED + struct.pack(">I", 2**32 - 1)), "byte 18: a name must take"),
        (section(1), "1 to 65,535 colors, here are 0"),
    ],
)
def test_what_is_wrong_is_told_with_its_byte(read, content, told):
    with pytest.raises(ValueError, match=rf"a\.aco: {told}|a\.aco: .*{told}"):
        read("a.aco", content)


def test_what_is_written(written):
    palette = Palette([[255, 0, 0], [0, 0, 255]], names=["red", ""], dtype="uint8")
    second = section(2, named(RED, "red"), named(BLUE, ""))
    assert written("a.aco", palette) == section(1, RED, BLUE) + second


def test_it_holds_16_bits(back):
    values = np.random.default_rng(0).integers(0, 65536, (500, 3))
    palette = Palette(values, names=[f"雪 🎨 {i}" for i in range(500)], dtype="uint16")
    read = back("a.aco", palette)
    assert np.rint(read.colors * 257).tolist() == values.tolist()
    assert read.names == palette.names
    assert back("a.aco", read).colors.tolist() == read.colors.tolist()
    assert read.counts.sum() == 0


def test_what_is_shown_stays(back):
    levels = np.arange(0, 256, 0.5)[:511].repeat(3).reshape(-1, 3)
    palette = Palette(levels, dtype="uint8")
    read = back("a.aco", palette)
    assert read.hex == palette.hex
    assert read.colors[::2].tolist() == levels[::2].tolist()
