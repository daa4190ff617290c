"""What one gets without knowing much."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from napari_kmeans_quantizer import quantize
from napari_kmeans_quantizer.cli.words import change

from .command import PHOTO, names, opened, rgb


def test_a_picture_in_16_colors_lies_beside_it(run, photo, here):
    said = run(photo)
    assert said.status == 0
    assert said.err == ""
    assert names(here) == ["photo-16-colors.png", "photo.png"]
    assert opened("photo-16-colors.png").mode == "P"
    assert np.array_equal(rgb("photo-16-colors.png"), quantize(PHOTO, 16).image)


def test_the_line_tells_colors_quality_and_bytes(run, photo, here):
    line = run("photo.png", "-k", 5).out
    before, after = photo.stat().st_size, (here / "photo-5-colors.png").stat().st_size
    assert line == (
        f"photo.png -> photo-5-colors.png: 5 colors, {quantize(PHOTO, 5).psnr:.1f} dB, "
        f"{change(before, after)}\n"
    )
    assert f", {100 - 100 * after / before:.0f} % smaller" in line


def test_what_grows_is_said_to_be_larger(run, here):
    Image.fromarray(PHOTO).save("photo.jpg", quality=20)
    line = run("photo.jpg", "--rgb").out
    assert re.search(r"KB -> [\d.]+ KB, \d+ % larger\n", line)


def test_what_has_few_colors_is_unchanged(run, here):
    Image.new("RGB", (9, 7), "red").save("red.png")
    assert "red.png -> red-16-colors.png: 1 color, unchanged, " in run("red.png").out


def test_the_seed_decides(run, photo, here):
    assert run(photo, "-k", 3, "--seed", 4, "--effort", "fast").status == 0
    written = rgb(here / "photo-3-colors.png")
    assert np.array_equal(written, quantize(PHOTO, 3, random_state=4, effort="fast").image)


def test_distances_in_a_color_space(run, photo, here):
    Image.fromarray(PHOTO[..., 0]).save("grey.png")
    assert run(photo, "grey.png", "-k", 3, "--color-space", "oklab").status == 0
    written = rgb("photo-3-colors.png")
    assert np.array_equal(written, quantize(PHOTO, 3, color_space="oklab").image)
    grey = np.asarray(opened("grey-3-colors.png").convert("L"))
    assert np.array_equal(grey, quantize(PHOTO[..., 0], 3).image)


def test_fast_makes_larger_files(run, photo, here):
    palette = ["--palette", "photo.png", "--suffix=-few", "--force"]
    Image.fromarray(PHOTO).quantize(9).save("photo.png")
    sizes = {}
    for effort in ("balanced", "fast"):
        assert run(photo, *palette, "--effort", effort).status == 0
        sizes[effort] = (here / "photo-few.png").stat().st_size
        assert np.array_equal(rgb("photo-few.png"), rgb("photo.png"))
    assert sizes["balanced"] < sizes["fast"]


def test_rgb_is_a_color_per_pixel(run, photo, here):
    assert run(photo, "--rgb").status == 0
    assert opened("photo-16-colors.png").mode == "RGB"


def test_more_colors_than_indices_are_rgb(run, photo, here):
    assert run(photo, "-k", 300).status == 0
    assert opened("photo-300-colors.png").mode == "RGB"
    assert len(np.unique(rgb("photo-300-colors.png").reshape(-1, 3), axis=0)) == 300


def test_quiet_says_nothing(run, photo):
    assert run(photo, "--quiet") == (0, "", "")


def test_help_is_short_and_begins_with_how(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    said = run("--help")
    assert said.status == 0
    assert said.out.startswith("usage: napari-kmeans-quantizer [options] PICTURE [PICTURE ...]\n")
    assert said.out.count("\n") < 70
    assert max(map(len, said.out.splitlines())) <= 100
    assert said.out.count("  napari-kmeans-quantizer ") == 5


def test_version(run):
    said = run("--version")
    assert said.status == 0
    assert re.fullmatch(r"napari-kmeans-quantizer (\d+\.\d+.*|\(not installed\))\n", said.out)


def test_is_installed_as_a_command():
    code = "from importlib.metadata import entry_points; print(entry_points(group='console_scripts')['napari-kmeans-quantizer'].load().__name__)"  # noqa: E501
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "main"


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from napari_kmeans_quantizer.cli.options import parsed; parsed(['x'])\n"
        "print(*{'numba', 'PIL', 'tifffile', 'tqdm', 'pandas', 'napari', 'qtpy'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("\n", "")


@pytest.mark.parametrize("name", ["photo one.png", "Äpfel 🍎.png", "-.png", "100%.png"])
def test_names_of_all_kinds(run, photo, here, name):
    photo.rename(here / name)
    assert run("-k", 3, "--", name).status == 0
    assert (here / name.replace(".png", "-3-colors.png")).exists()
