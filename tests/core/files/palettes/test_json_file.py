from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from napari_kmeans_quantizer import Palette, read_palette


def read_json(read, value):
    return read("a.json", json.dumps(value).encode())


@pytest.mark.parametrize(
    "value",
    [
        ["#ff0000", "0f0"],
        [[255, 0, 0], [0, 255.0, 0]],
        {"colors": ["#ff0000", "#00ff00"]},
        {"palette": [{"color": "#ff0000"}, {"rgb": [0, 255, 0]}]},
        {"name": "two", "swatches": [{"hex": "ff0000"}, {"value": "#00FF00FF"}]},
        {"hex": ["#ff0000", "#00ff00"], "colors": [[1.0, 0, 0], [0, 1.0, 0]]},
    ],
)
def test_files_of_others(read, value):
    palette = read_json(read, value)
    assert palette.colors.tolist() == [[255, 0, 0], [0, 255, 0]]
    assert palette.names is None


def test_names(read):
    assert read_json(read, {"colors": ["fff", "000"], "names": ["a", None]}).names == ("a", "")
    assert read_json(read, [{"hex": "fff", "name": "a"}, "000"]).names == ("a", "")
    assert read_json(read, {"colors": ["fff"], "names": ["a", "b"]}).names is None


def test_numbers_out_of_all_range_are_black_and_white(read):
    value = {"colors": [[-1e308, 1e308, 5]], "dtype": "float64", "value_range": [0, 1e-300]}
    assert read_json(read, value).hex == ["#00ffff"]


def test_counts(read):
    assert read_json(read, {"hex": ["fff", "000"], "counts": [3, 4]}).counts.tolist() == [3, 4]
    assert read_json(read, {"hex": ["fff"], "counts": [3, 4]}).counts.tolist() == [0]


def test_what_is_written(written):
    palette = Palette([[0.2, 0, 1]], [7], ["Blässe"], dtype="float32")
    told = json.loads(written("a.json", palette))
    assert told.pop("version")
    assert told == {
        "program": "napari-kmeans-quantizer",
        "color_space": "sRGB",
        "channels": 3,
        "dtype": "float32",
        "value_range": [0, 1],
        "colors": [[0.2, 0, 1]],
        "hex": ["#3300ff"],
        "names": ["Blässe"],
        "counts": [7],
        "shares": [1.0],
    }


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int32", "float32", "bool", "uint64"])
@pytest.mark.parametrize("n_channels", [1, 2, 3, 5])
def test_it_holds_all_that_is_shown(back, dtype, n_channels):
    values = np.random.default_rng(0).random((20, n_channels))
    white = 1 if dtype in ("float32", "bool") else np.iinfo(dtype).max
    names = [f"雪 {i}" for i in range(20)]
    palette = Palette(values * float(white), np.arange(20), names, dtype, (0, white))
    read = back("a.json", palette)
    np.testing.assert_array_equal(read.colors, 255 * palette.rgb)
    assert read.hex == palette.hex
    assert read.names == palette.names
    assert read.counts.tolist() == palette.counts.tolist()
    assert (read.dtype, read.value_range) == (np.uint8, (0, 255))
    assert back("a.json", read).colors == pytest.approx(read.colors, rel=1e-14)


OURS = {"colors": [[1, 2, 3]], "dtype": "uint8", "value_range": [0, 255]}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (b"[", "line 1: is no JSON"),
        (b'{\n"colors": [1,]\n}', "line 2: is no JSON"),
        (b"\xff\xfe\x00", "line 1: is no JSON"),
        (b"[" * 200_000, "cannot be read as JSON: maximum recursion"),
        (b"[[1, 2, NaN]]", "numbers must be finite, got NaN"),
        (b"[[1, 2, 1e999]]", r"color 1: must lie in 0\.\.255"),
        (b"[[1, 2, " + b"9" * 5000 + b"]]", "4300 digits"),
        (["fff", "red"], "color 2: must be a hex text or three numbers"),
        ([[1, 2, "3"]], "color 1: must be"),
        ([[1, 2, True]], "color 1: must be"),
        ([[1, 2, 256]], r"color 1: must lie in 0\.\.255"),
        ([[1, 2]], "color 1"),
        ([None], "color 1"),
        ([], "here are 0"),
        ({"colors": "fff"}, "must be a list of colors"),
        (7, "must be a list of colors"),
        (["fff"] * 65536, "here are 65,536"),
        ({**OURS, "dtype": "O"}, "dtype must be one of"),
        ({**OURS, "dtype": [1]}, "dtype must be one of"),
        ({**OURS, "value_range": [0]}, "value_range must be two numbers"),
        ({**OURS, "value_range": [1, 0]}, "value_range must be black and white"),
        ({**OURS, "value_range": [0, 10**400]}, "value_range must be black and white"),
        ({**OURS, "colors": {}}, "colors must be a list"),
        ({**OURS, "colors": [[1], [1, 2]]}, "lists of different lengths"),
        ({**OURS, "colors": [["a"]]}, "must be numbers"),
        ({**OURS, "colors": [[10**400]]}, "must be numbers|too large|as a palette"),
        ({**OURS, "counts": [1, 2]}, "`counts` must be 1 integers"),
        ({**OURS, "counts": []}, "`counts` must be 1 integers"),
        ({**OURS, "counts": [-1]}, "counts must not be negative"),
        ({**OURS, "counts": [2**63]}, "add up to 9,007,199,254,740,992 at most"),
        ({**OURS, "counts": [1.5]}, "counts must be a list of whole numbers"),
        ({**OURS, "counts": "many"}, "counts must be a list of whole numbers"),
        ({**OURS, "names": [1]}, "names must be a list of texts"),
        ({**OURS, "names": 1}, "names must be a list of texts"),
        ({**OURS, "names": ["a", "b"]}, "`names` must be 1"),
    ],
)
def test_what_is_wrong(read, value, told):
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    with pytest.raises(ValueError, match=rf"a\.json: .*({told})"):
        read("a.json", content)


NUMBERS = st.integers() | st.floats() | st.booleans() | st.none() | st.text(max_size=3)
LISTS = st.lists(NUMBERS, max_size=4) | NUMBERS
ANY = st.lists(LISTS, max_size=3) | LISTS


@given(
    ours=st.fixed_dictionaries(
        {
            "colors": st.lists(st.lists(st.integers() | st.floats(), max_size=3), max_size=2) | ANY,
            "dtype": st.sampled_from(["uint8", "int64", "uint64", "float16", "bool", 7, None, []]),
            "value_range": st.lists(st.integers() | st.floats(), min_size=2, max_size=2) | ANY,
        },
        optional={"names": ANY, "counts": ANY, "hex": ANY},
    )
    | ANY
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_values_are_a_palette_or_refused(tmp_path, ours):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(ours))
    try:
        palette = read_palette(path)
    except ValueError as error:
        if not str(error).startswith(f"{path}: "):
            raise
        return
    assert 0 <= palette.colors.min() <= palette.colors.max() <= 255


def test_written_where_the_package_is_not_installed(tmp_path):
    """As from a checkout that is only on the path: its version is told by nothing."""
    code = (
        "from importlib import metadata\n"
        "def unknown(name):\n"
        "    raise metadata.PackageNotFoundError(name)\n"
        "metadata.version = unknown\n"
        "from napari_kmeans_quantizer import Palette, write_palette\n"
        "write_palette('two.json', Palette([[0], [255]]))\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)
    assert json.loads((tmp_path / "two.json").read_text())["version"] == "(not installed)"
