from __future__ import annotations

import io
import json
import zipfile

import pytest


def color(hue, saturation, brightness):
    return {"hue": hue, "saturation": saturation, "brightness": brightness, "alpha": 1}


def archive(content, member="Swatches.json"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(member, content if isinstance(content, str) else json.dumps(content))
    return file.getvalue()


RED, DARK_GREEN = color(0, 1, 1), color(1 / 3, 1, 0.4)


@pytest.mark.parametrize(
    "content",
    [
        {"name": "one", "swatches": [None, RED, None, DARK_GREEN]},
        [{"name": "first", "swatches": [RED]}, {"name": "second", "swatches": [DARK_GREEN, None]}],
    ],
    ids=["palette", "list of palettes"],
)
def test_a_file_by_hand(read, content):
    palette = read("a.swatches", archive(content))
    assert palette.hex == ["#ff0000", "#006600"]
    assert palette.names is None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{}", "byte 0: a Procreate palette is a zip"),
        (archive([], "Other.json"), r"holds no Swatches\.json"),
        (archive("[{"), r"Swatches\.json, line 1: is no JSON"),
        (archive([]), 'must hold palettes with a list "swatches"'),
        (archive({"swatches": 3}), 'must hold palettes with a list "swatches"'),
        (archive([3]), 'must hold palettes with a list "swatches"'),
        (archive({"swatches": [None]}), "here are 0"),
        (archive({"swatches": [RED, color(0, 2, 0)]}), "color 2: hue, saturation, brightness must"),
        (archive({"swatches": [color("0", 0, 0)]}), "color 1: hue"),
        (archive('{"swatches": [{"hue": NaN, "saturation": 0, "brightness": 0}]}'), "color 1: hue"),
        (archive({"swatches": ["red"]}), "color 1: hue"),
        (archive("[" * 100_000), "a Procreate palette|is no JSON"),
    ],
)
def test_what_is_wrong_is_told(read, content, told):
    with pytest.raises(ValueError, match=rf"a\.swatches: .*({told})"):
        read("a.swatches", content)
