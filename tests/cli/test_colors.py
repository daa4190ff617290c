"""Which colors: as many as wanted, dithered, given, chosen, saved."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile
from PIL import Image

from napari_kmeans_quantizer import Palette, quantize, read_palette, write_palette

from .command import PHOTO, names, opened, rgb

FIVE = Palette(
    [[0, 0, 0], [90, 40, 20], [200, 160, 110], [255, 255, 255], [20, 90, 160]],
    names=["ink", "bean", "foam", "cup", "blue"],
)


@pytest.fixture
def five(here):
    write_palette("five.gpl", FIVE)
    return here / "five.gpl"


def n_colors(path):
    return len(np.unique(rgb(path).reshape(-1, 3), axis=0))


def test_as_many_as_the_elbow_says(run, photo, here):
    assert run(photo, "-k", "auto").status == 0
    expected = quantize(PHOTO, "auto")
    assert 2 < len(expected.palette) < 32
    assert np.array_equal(rgb("photo-auto-colors.png"), expected.image)


def test_as_few_as_reach_a_quality(run, photo, here):
    said = run(photo, "--min-psnr", 27)
    assert said.status == 0
    expected = quantize(PHOTO, "auto", min_psnr=27)
    assert expected.psnr >= 27
    assert "more colors" not in said.out
    assert f" {len(expected.palette)} colors, {expected.psnr:.1f} dB" in said.out
    assert np.array_equal(rgb("photo-auto-colors.png"), expected.image)


def test_at_most_so_many(run, photo, here):
    said = run(photo, "-k", 3, "--min-psnr", 40)
    assert said.status == 0
    assert said.out.endswith("; 40 dB need more colors\n")
    assert n_colors("photo-auto-colors.png") == 3


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        (["--dither"], {"dither": "floyd-steinberg"}),
        (["--dither=ordered"], {"dither": "ordered"}),
        (["--dither", "blue-noise"], {"dither": "blue-noise"}),
        (["--dither=ordered", "--dither-strength", "0.5"],
         {"dither": "ordered", "dither_strength": 0.5}),
        (["--dither", "--dither-strength", "0"], {}),
    ],
)  # fmt: skip
def test_dithering(run, photo, here, arguments, options):
    assert run("-k", 5, *arguments, "photo.png").status == 0
    assert np.array_equal(rgb("photo-5-colors.png"), quantize(PHOTO, 5, **options).image)


def test_in_the_colors_of_a_file(run, photo, here, five):
    said = run(photo, "--palette", "five.gpl")
    assert said.status == 0
    assert np.array_equal(rgb("photo-five.png"), quantize(PHOTO, palette=FIVE).image)


def test_in_the_best_colors_of_a_file(run, photo, here, five):
    assert (
        run(photo, "-k", 3, "--choose-from", "five.gpl", "--save-palette", "three.gpl").status == 0
    )
    chosen = read_palette("three.gpl")
    assert len(chosen) == 3
    assert set(chosen.hex) < set(FIVE.hex)
    assert set(chosen.names) < set(FIVE.names)
    assert np.array_equal(rgb("photo-3-colors.png"), quantize(PHOTO, 3, choose_from=FIVE).image)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("option", ["--palette", "--choose-from"])
def test_grey_in_colors(run, here, five, option, dtype):
    grey = PHOTO[..., 0].astype(dtype) * (1 if dtype == np.uint8 else 257)
    tifffile.imwrite("grey.tif", grey)
    said = run("grey.tif", option, "five.gpl", "-o", "result.tif")
    assert said.status == 0
    result = tifffile.imread("result.tif") if dtype == np.uint16 else rgb("result.tif")
    assert result.dtype == dtype
    scale = 1 if dtype == np.uint8 else 257
    expected = quantize(np.repeat(PHOTO[..., :1], 3, axis=-1), palette=FIVE).image
    if option == "--palette":
        assert np.array_equal(result, expected.astype(dtype) * scale)


def test_grey_in_greys_stays_grey(run, here):
    write_palette("greys.hex", Palette([[0] * 3, [128] * 3, [255] * 3]))
    Image.fromarray(PHOTO[..., 0]).save("grey.png")
    assert run("grey.png", "--palette", "greys.hex", "--rgb").status == 0
    result = opened("grey-greys.png")
    assert result.mode == "L"
    assert np.array_equal(result, quantize(PHOTO[..., 0], palette=[[0], [128], [255]]).image)


def test_black_and_white_in_colors(run, here, five):
    Image.fromarray(PHOTO[..., 0] > 128).save("fax.png")
    assert run("fax.png", "--palette", "five.gpl").status == 0
    assert n_colors("fax-five.png") == 2


def test_the_palette_is_saved(run, photo, here):
    for suffix in (".gpl", ".ase", ".aco", ".act", ".pal", ".hex", ".json", ".csv", ".png"):
        assert run(photo, "-k", 6, "--save-palette", f"six{suffix}", "--force").status == 0
        saved = read_palette(f"six{suffix}")
        assert saved.hex[:6] == quantize(PHOTO, 6).palette.hex


def test_one_palette_of_many_pictures_is_ambiguous(run, photo, here):
    Image.fromarray(PHOTO[::-1]).save("other.png")
    said = run("photo.png", "other.png", "--save-palette", "x.gpl")
    assert said.status == 2
    assert "--save-palette writes one palette, 2 pictures have one each" in said.err
    assert names(here) == ["other.png", "photo.png"]


@pytest.mark.parametrize("option", ["--palette", "--choose-from"])
@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.gpl", None, "no such file"),
        ("bad.gpl", b"not a palette", "bad.gpl: "),
        ("bad.xyz", b"", "suffix '.xyz'"),
    ],
)
def test_palettes_that_cannot_be_read(run, photo, here, option, name, content, message):
    if content is not None:
        (here / name).write_bytes(content)
    said = run(photo, option, name)
    assert said.status == 2
    assert said.err.startswith(f"napari-kmeans-quantizer: {option}: ")
    assert message.lower() in said.err.lower()
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-k", "0"], "-k/--n-colors: must be an integer in 1..65535 or auto, got '0'."),
        (["-k", "70000"], "-k/--n-colors: must be an integer in 1..65535 or auto"),
        (["-k", "few"], "-k/--n-colors: must be an integer in 1..65535 or auto"),
        (["-k", "2.5"], "-k/--n-colors: must be an integer in 1..65535 or auto"),
        (["--seed", "-1"], "--seed: must be an integer, not negative, got '-1'."),
        (["--min-psnr", "nan"], "--min-psnr: must be a number of dB above 0, got 'nan'."),
        (["--min-psnr", "0"], "--min-psnr: must be a number of dB above 0"),
        (["--dither", "--dither-strength", "1.5"], "--dither-strength: must be a number in 0..1"),
        (["--dither-strength", "0.5"], "--dither-strength needs --dither."),
        (["--dither=none"], "--dither: invalid choice: 'none'"),
        (["--effort", "most"], "--effort: invalid choice: 'most'"),
        (["--color-space", "hsv"], "--color-space: invalid choice: 'hsv'"),
        (["--jobs", "0"], "-j/--jobs: must be an integer of at least 1"),
        (["--max-pixels", "many"], "--max-pixels: must be an integer of at least 1"),
        (["--suffix", "-/x"], "--suffix: must be a part of a file's name"),
        (["--report", "x.txt"], "--report: must end in .json or .csv"),
        (["--palette", "x", "--choose-from", "x"], "not both --palette"),
        (["--palette", "x", "-k", "3"], "--palette says which colors to paint in: leave out -k"),
        (["--palette", "x", "--min-psnr", "3"], "leave out -k, --min-psnr and --shared-palette"),
        (["--palette", "x", "--shared-palette"], "leave out -k, --min-psnr and --shared-palette"),
        (["--indexed", "-k", "257"], "--indexed: an indexed picture has at most 256 colors, -k is"),
        (["--indexed", "--rgb"], "not allowed with argument"),
        (["-o", "x.png", "--out-dir", "."], "-o names the result: leave out --out-dir"),
        (["-o", "x.png", "--suffix", "-x"], "-o names the result"),
        (["-"], "-: standard input can not be mixed with other pictures."),
        (["--unknown"], "--unknown: is no option. See --help."),
        (["--outdir=x", "y.png"], "--outdir: is no option. Is --out-dir meant?"),
    ],
)  # fmt: skip
def test_wrong_usage(run, photo, here, arguments, message):
    said = run(photo, *arguments)
    assert said.status == 2
    assert message in said.err
    assert said.err.startswith("napari-kmeans-quantizer: ")
    assert said.err.count("\n") == 1
    assert names(here) == ["photo.png"]


def test_no_picture_at_all(run):
    said = run()
    assert said.status == 2
    assert "name a PICTURE: a file, a pattern or a folder. See --help." in said.err


def test_a_picture_that_looks_like_an_option(run, photo, here):
    photo.rename(here / "-dash.png")
    assert "the picture of this name is ./-dash.png." in run("-dash.png").err
    assert run("./-dash.png", "-k", 2).status == 0
    assert run("--suffix", "-x", "--", "-dash.png").status == 0
    assert names(here) == ["-dash-2-colors.png", "-dash-x.png", "-dash.png"]
