from __future__ import annotations

import pytest

from napari_kmeans_quantizer import Palette
from napari_kmeans_quantizer.core.files.palettes import as_hex


def test_a_file_by_hand(read):
    palette = read("a.hex", b"FF0000\n\n  #00ff01  \r\n#fa8\r0000ff80\n")
    assert palette.hex == ["#ff0000", "#00ff01", "#ffaa88", "#0000ff"]
    assert palette.names is None


@pytest.mark.parametrize("line", [b"ff00", b"ff000g", b"0xff00", b"ff0000 a", b"\xff", b"##fff"])
def test_what_is_wrong_is_told_with_its_line(read, line):
    with pytest.raises(ValueError, match=r"a\.hex: line 2: must be a color as rrggbb, got "):
        read("a.hex", b"ff0000\n" + line)


def test_what_is_written(written, back):
    palette = Palette([[255, 0, 0.4], [0, 0, 254.6]], names=["a", "b"], dtype="uint8")
    assert written("a.hex", palette) == b"ff0000\n0000ff\n"
    assert back("a.hex", palette).colors.tolist() == palette.values.tolist()  # 8 bits, no names
    assert back("a.hex", palette).names is None


def test_as_hex():
    assert as_hex(Palette([[1.0], [0.5]])) == "#ffffff\n#808080"


def test_too_many_lines_are_not_gathered(read):
    with pytest.raises(ValueError, match=r"line 655351: a palette has at most 655,350 lines"):
        read("a.hex", b"fff\n" * 700_000)
