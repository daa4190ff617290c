from __future__ import annotations

import subprocess
import sys

import imageio.v3 as iio
import numpy as np
import pytest
from skimage import data

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.cli import main

PHOTO = data.coffee()[::4, ::4]


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    iio.imwrite(path, PHOTO)
    return path


def test_quantizes_a_file(photo, tmp_path, capsys):
    output, swatches = tmp_path / "out.png", tmp_path / "palette.png"
    assert main([str(photo), "-k", "5", "-o", str(output), "-p", str(swatches)]) == 0
    expected = quantize(PHOTO, 5)
    assert np.array_equal(iio.imread(output), expected.image)
    colors = np.unique(iio.imread(swatches).reshape(-1, 4)[:, :3], axis=0)
    assert np.array_equal(colors, np.unique(expected.palette.values, axis=0))
    printed = capsys.readouterr().out
    assert expected.summary in printed
    assert expected.palette.hex[0] in printed
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "out.png",
        "palette.png",
        "photo.png",
    ]


def test_default_output_is_beside_the_picture(photo):
    assert main([str(photo), "-k", "3", "--seed", "4"]) == 0
    written = iio.imread(photo.with_name("photo-3-colors.png"))
    assert np.array_equal(written, quantize(PHOTO, 3, random_state=4).image)


@pytest.mark.parametrize("suffix", [".jpg", ".tif", ".bmp"])
def test_reads_other_formats(tmp_path, suffix):
    path = tmp_path / f"photo{suffix}"
    iio.imwrite(path, PHOTO)
    assert main([str(path), "-k", "4"]) == 0
    written = iio.imread(tmp_path / "photo-4-colors.png")
    assert len(np.unique(written.reshape(-1, 3), axis=0)) == 4


def test_16_bit_tiff_stays_16_bit(tmp_path):
    image = PHOTO.astype(np.uint16) * 200
    path = tmp_path / "deep.tif"
    iio.imwrite(path, image, plugin="tifffile")
    assert main([str(path), "-k", "4", "-o", str(tmp_path / "out.tif")]) == 0
    written = iio.imread(tmp_path / "out.tif", plugin="tifffile")
    assert written.dtype == np.uint16
    assert np.array_equal(written, quantize(image, 4).image)


def test_nothing_is_overwritten_unasked(photo, tmp_path, capsys):
    output = tmp_path / "out.png"
    output.write_bytes(b"precious")
    assert main([str(photo), "-o", str(output)]) == 1
    assert output.read_bytes() == b"precious"
    assert "--force" in capsys.readouterr().err
    assert main([str(photo), "-o", str(output), "--force"]) == 0
    assert iio.imread(output).shape == PHOTO.shape


def test_a_failed_write_leaves_the_old_file(photo, tmp_path, monkeypatch):
    output = tmp_path / "out.png"
    output.write_bytes(b"precious")

    def fail(path, *args, **options):
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(iio, "imwrite", fail)
    assert main([str(photo), "-o", str(output), "--force"]) == 1
    assert output.read_bytes() == b"precious"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.png", "photo.png"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.png"], "no such file"),
        (["{photo}", "-k", "0"], "1..65535"),
        (["{photo}", "-o", "{folder}/out.jpg"], "must end in .png"),
        (["{photo}", "-o", "{folder}/none/out.png"], "no folder"),
        (["{photo}", "-o", "{photo}", "--force"], "the picture itself"),
        (["{folder}/broken.png"], "cannot be read"),
    ],
)
def test_errors_are_one_line(photo, tmp_path, capsys, arguments, message):
    (tmp_path / "broken.png").write_bytes(b"not a picture")
    arguments = [a.format(photo=photo, folder=tmp_path) for a in arguments]
    assert main(arguments) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_is_installed_as_a_command(photo):
    code = "from importlib.metadata import entry_points; print(entry_points(group='console_scripts')['napari-kmeans-quantizer'].load().__name__)"  # noqa: E501
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "main"
