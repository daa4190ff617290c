"""What holds for palette files of all kinds."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from napari_kmeans_quantizer import Palette, quantize, read_palette, write_palette
from napari_kmeans_quantizer.core.files.palettes import READABLE, WRITABLE
from napari_kmeans_quantizer.core.files.palettes.formats import FORMATS, NOT_SUPPORTED

PALETTE = Palette([[120, 40, 0], [0, 0, 255], [120, 40, 0]], [3, 2, 1], ["Rust", "", "雪"], "uint8")


def test_the_contract():
    both = [".gpl", ".ase", ".aco", ".act", ".pal", ".hex", ".json", ".csv", ".png"]
    assert list(WRITABLE) == both
    assert {*both, ".kpl", ".txt", ".css", ".scss", ".gif", ".bmp", ".tif"} <= set(READABLE)


def test_the_table_is_there_without_heavy_libraries():
    code = (
        "import sys\n"
        "from napari_kmeans_quantizer.core.files.palettes import READABLE, WRITABLE, as_css\n"
        "assert not {'PIL', 'skimage', 'tinycss2', 'defusedxml', 'numba'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("suffix", WRITABLE)
def test_a_round_trip(tmp_path, suffix):
    path = tmp_path / f"blässe 雪{suffix.upper()}"
    write_palette(str(path), PALETTE)
    palette = read_palette(path)
    assert palette.colors.tolist() == PALETTE.colors.tolist()  # in order, also what is twice there
    assert (palette.dtype, palette.value_range) == (np.uint8, (0, 255))
    assert palette.names in (None, PALETTE.names)
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("suffix", WRITABLE)
@pytest.mark.parametrize("n_channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", ["uint8", "float32", "int16"])
def test_what_is_shown_is_what_is_written(back, suffix, n_channels, dtype):
    values = np.random.default_rng(0).random((30, n_channels))
    palette = Palette(values * (1 if dtype == "float32" else 255), dtype=dtype)
    assert back(f"a{suffix}", palette).hex == palette.hex


def test_a_file_of_levels_serves_an_image_of_fractions(tmp_path):
    write_palette(tmp_path / "a.gpl", PALETTE)
    image = np.array([[[0.5, 0.2, 0], [0, 0, 0.9]]], np.float32)
    painted = quantize(image, palette=read_palette(tmp_path / "a.gpl"))
    assert painted.palette.hex == PALETTE.hex
    assert painted.labels.tolist() == [[0, 1]]


@pytest.mark.parametrize("suffix", [*NOT_SUPPORTED, ".jpg", "", ".gplx"])
def test_other_suffixes_are_refused_with_a_way_out(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"GIMP Palette\n1 2 3\n")
    with pytest.raises(ValueError, match=r"a.*: .* \.gpl, \.ase, .*such as \.gpl") as told:
        read_palette(path)
    assert NOT_SUPPORTED.get(suffix, "suffix") in str(told.value)
    path.unlink()
    with pytest.raises(ValueError, match=r"cannot be written. Use one of \.gpl, \.ase"):
        write_palette(path, PALETTE)
    assert os.listdir(tmp_path) == []


def test_what_is_only_read_is_told_by_name(tmp_path):
    with pytest.raises(ValueError, match=r"a\.kpl: Krita palette \(\.kpl\) cannot be written"):
        write_palette(tmp_path / "a.kpl", PALETTE)


def test_what_cannot_be_opened(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_palette(tmp_path / "a.gpl")
    (tmp_path / "b.gpl").mkdir()
    with pytest.raises(OSError, match=r"b\.gpl"):
        read_palette(tmp_path / "b.gpl")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipes_and_devices_are_refused(tmp_path):
    os.mkfifo(tmp_path / "a.gpl")
    (tmp_path / "b.gpl").symlink_to("/dev/zero")
    for name in ("a.gpl", "b.gpl"):
        with pytest.raises(ValueError, match=rf"{name}: is a device or pipe"):
            read_palette(tmp_path / name)


@pytest.mark.parametrize("suffix", READABLE)
def test_size_is_looked_at_first(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # a hole: takes no room
    with pytest.raises(ValueError, match="is larger than 16 MB"):
        read_palette(path)
    path.write_bytes(b"")
    with pytest.raises(ValueError, match="byte 0: is empty"):
        read_palette(path)


@pytest.mark.parametrize("suffix", WRITABLE)
def test_no_file_is_replaced_unasked(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"old")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        write_palette(path, PALETTE)
    assert path.read_bytes() == b"old"
    write_palette(path, PALETTE, overwrite=True)
    assert len(read_palette(path)) == 3


def test_what_cannot_be_written(tmp_path):
    with pytest.raises(TypeError, match="must be a Palette, got list"):
        write_palette(tmp_path / "a.gpl", [[1, 2, 3]])
    with pytest.raises(ValueError, match=r"a\.gpl: a palette has 1 to 65,535 colors, here are 0"):
        write_palette(tmp_path / "a.gpl", Palette(np.zeros((0, 3))))
    with pytest.raises(FileNotFoundError):
        write_palette(tmp_path / "missing" / "a.gpl", PALETTE)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("suffix", sorted(set(WRITABLE) - {".act"}))
def test_the_most_colors(back, suffix):
    colors = np.arange(65535)[:, np.newaxis] // [1, 256, 1] % 256
    palette = Palette(colors, dtype="uint8")
    assert back(f"a{suffix}", palette).colors.tolist() == colors.tolist()


def test_names_are_no_longer_than_any_list_shows(tmp_path):
    path = tmp_path / "a.gpl"
    path.write_text(f"GIMP Palette\n1 2 3 {'x' * 5000}\n4 5 6 a\x07b\n", encoding="utf-8")
    assert read_palette(path).names == ("x" * 1000, "a b")


fuzzed = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read_or_refuse(path, content):
    path.write_bytes(content)
    try:
        palette = read_palette(path)
    except ValueError as error:
        if not str(error).startswith(f"{path}: "):
            raise
        return
    assert 1 <= len(palette) <= 65535
    assert palette.colors.min() >= 0
    assert palette.colors.max() <= 255


@pytest.mark.parametrize("suffix", READABLE)
@given(content=st.binary(max_size=200))
@fuzzed
def test_any_bytes_are_a_palette_or_refused(tmp_path, suffix, content):
    read_or_refuse(tmp_path / f"a{suffix}", content)


@pytest.mark.parametrize("suffix", WRITABLE)
@given(changes=st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=6)), min_size=1))
@fuzzed
def test_a_changed_file_is_a_palette_or_refused(tmp_path, suffix, changes):
    content = bytearray(FORMATS[suffix].write(PALETTE, "a"))
    for place, piece in changes:
        at = place % (len(content) + 1)
        content[at : at + len(piece) * (place % 3)] = piece
    read_or_refuse(tmp_path / f"a{suffix}", bytes(content))


@pytest.mark.parametrize("suffix", [".gpl", ".ase", ".aco", ".json", ".csv"])
@given(names=st.lists(st.text(), min_size=3, max_size=3))
@fuzzed
def test_any_names_leave_a_file_whole(tmp_path, suffix, names):
    path = tmp_path / f"a{suffix}"
    write_palette(path, Palette(PALETTE.colors, names=names, dtype="uint8"), overwrite=True)
    palette = read_palette(path)
    assert palette.colors.tolist() == PALETTE.colors.tolist()
    write_palette(path, palette, overwrite=True)
    assert read_palette(path).names == palette.names
