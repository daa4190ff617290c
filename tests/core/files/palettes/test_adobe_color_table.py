from __future__ import annotations

import numpy as np
import pytest

from napari_kmeans_quantizer import Palette

TABLE = bytes(range(256)) * 3
BY_HAND = bytes([1, 2, 3, 4, 5, 6]) + bytes(762)


def test_files_by_hand(read):
    assert read("a.act", BY_HAND + b"\0\2\xff\xff").colors.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert read("a.act", BY_HAND + b"\0\2\0\1").colors.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert read("a.act", BY_HAND + b"\0\1").colors.tolist() == [[1, 2, 3]]
    assert len(read("a.act", BY_HAND)) == 256
    assert len(read("a.act", BY_HAND + b"\1\0\xff\xff")) == 256
    assert len(read("a.act", BY_HAND + b"\0\0\0\0")) == 256
    assert read("a.act", TABLE).colors[1].tolist() == [3, 4, 5]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (TABLE[:-1], "byte 767: .* this file has 767"),
        (TABLE + b"\0\1\0", "byte 768: .* this file has 771"),
        (TABLE + b"\1\1", r"byte 768: the number of colors must be 0\.\.256, got 257"),
    ],
)
def test_what_is_wrong_is_told_with_its_byte(read, content, told):
    with pytest.raises(ValueError, match=rf"a\.act: {told}"):
        read("a.act", content)


def test_what_is_written(written):
    palette = Palette([[1, 2, 3], [4, 5, 6]], dtype="uint8")
    assert written("a.act", palette) == BY_HAND + b"\0\2\xff\xff"


def test_what_it_holds(back):
    colors = np.random.default_rng(0).integers(0, 256, (256, 3))
    palette = Palette(colors + 0.3, names=["a"] * 256, dtype="uint8")
    assert back("a.act", palette).colors.tolist() == colors.tolist()  # 8 bits
    assert back("a.act", palette).names is None


def test_more_than_256_colors_are_refused_with_a_way_out(written):
    with pytest.raises(ValueError, match=r"a\.act: .* holds 256 colors.*257.*Save it as \.ase"):
        written("a.act", Palette(np.zeros((257, 3))))
