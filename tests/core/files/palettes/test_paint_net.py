from __future__ import annotations

import pytest


def test_a_file_by_hand(read):
    content = (
        b"; paint.net Palette File\r\n; aarrggbb\r\nFF000000\r\n\r\n80404142 ; half\r\n0Ff1e2\r\n"
    )
    palette = read("a.txt", content)
    assert palette.hex == ["#000000", "#404142", "#0ff1e2"]
    assert palette.names is None


@pytest.mark.parametrize("line", [b"Dear all,", b"FF00", b"#FF0000", b"FF000000 FF000000"])
def test_what_is_wrong_is_told_with_its_line(read, line):
    with pytest.raises(ValueError, match=r"a\.txt: line 2: must be a color as aarrggbb"):
        read("a.txt", b"FF000000\n" + line)


def test_comments_only(read):
    with pytest.raises(ValueError, match="here are 0"):
        read("a.txt", b"; nothing\n")
