"""One palette for all pictures."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile
from PIL import Image

from napari_kmeans_quantizer import Palette, fit_palette, quantize, read_palette, write_palette

from .command import PHOTO, names, opened, rgb

OTHER = np.ascontiguousarray(255 - PHOTO[:50, ::-1])


@pytest.fixture
def two(here):
    Image.fromarray(PHOTO).save("a.png")
    Image.fromarray(OTHER).save("b.png")
    return here


def colors_in(*paths):
    return {tuple(color) for path in paths for color in rgb(path).reshape(-1, 3)}


def test_all_are_painted_in_one_palette(run, two):
    said = run("a.png", "b.png", "-k", 6, "--shared-palette", "--save-palette", "six.gpl")
    assert (said.status, said.err) == (0, "")
    palette = fit_palette([PHOTO, OTHER], 6)
    assert read_palette("six.gpl").hex == palette.hex
    assert colors_in("a-6-colors.png", "b-6-colors.png") == set(map(tuple, palette.values))
    assert np.array_equal(rgb("b-6-colors.png"), quantize(OTHER, palette=palette).image)


@pytest.mark.parametrize("arguments", [["-k", "auto"], ["--min-psnr", "22"]])
def test_as_many_as_all_need(run, two, arguments):
    assert run("a.png", "b.png", *arguments, "--shared-palette").status == 0
    assert 1 < len(colors_in("a-auto-colors.png", "b-auto-colors.png")) < 256


def test_the_best_of_given_ones(run, two):
    given = Palette(PHOTO.reshape(-1, 3)[::200])
    write_palette("given.hex", given)
    arguments = ["-k", 4, "--shared-palette", "--choose-from", "given.hex"]
    assert run("a.png", "b.png", *arguments).status == 0
    assert colors_in("a-4-colors.png", "b-4-colors.png") <= set(map(tuple, given.values))


def test_what_cannot_be_read_is_left_out(run, two):
    (two / "c.png").write_bytes(b"not a picture")
    said = run("c.png", "a.png", "b.png", "-k", 6, "--shared-palette")
    assert said.status == 1
    assert said.err.startswith("napari-kmeans-quantizer: c.png: ")
    assert said.err.count("\n") == 1
    assert colors_in("a-6-colors.png", "b-6-colors.png") == set(
        map(tuple, fit_palette([PHOTO, OTHER], 6).values)
    )


def test_grey_alpha_and_16_bits_go_together(run, here):
    Image.fromarray(PHOTO).save("rgb.png")
    Image.fromarray(PHOTO[..., 0]).save("grey.png")
    Image.fromarray(np.dstack([PHOTO, 255 * (PHOTO[..., 0] > 50).astype(np.uint8)])).save(
        "alpha.png"
    )
    tifffile.imwrite("deep.tif", PHOTO.astype(np.uint16) * 257, photometric="rgb")
    Image.fromarray(PHOTO[..., 0] > 100).save("fax.png")
    Image.fromarray(np.zeros((9, 8, 4), np.uint8)).save("nothing.png")
    said = run(".", "-k", 5, "--shared-palette", "--save-palette", "five.json")
    assert (said.status, said.err) == (0, "")
    palette = read_palette("five.json")
    assert len(palette) == 5
    assert colors_in("rgb-5-colors.png", "grey-5-colors.png") <= set(map(tuple, palette.values))
    deep = tifffile.imread("deep-5-colors.tif")
    rounded = np.rint(deep.reshape(-1, 3) / 257)
    assert set(map(tuple, rounded)) <= set(map(tuple, palette.values))


def test_grey_pictures_stay_grey(run, here):
    Image.fromarray(PHOTO[..., 0]).save("a.png")
    Image.fromarray(PHOTO[..., 1]).save("b.png")
    assert run(".", "-k", 4, "--shared-palette", "--rgb").status == 0
    assert opened("a-4-colors.png").mode == "L"
    levels = {level for name in "ab" for level in np.unique(opened(f"{name}-4-colors.png"))}
    assert levels == set(fit_palette([PHOTO[..., 0], PHOTO[..., 1]], 4).values[:, 0])


def test_floats_do_not_go_with_integers(run, two):
    tifffile.imwrite("c.tif", PHOTO.astype(np.float32) / 255, photometric="rgb")
    said = run("a.png", "b.png", "c.tif", "-k", 4, "--shared-palette")
    assert said.status == 1
    assert said.err == (
        "napari-kmeans-quantizer: c.tif: is in floating point, others are not, which share no "
        "palette.\n"
    )
    assert "a-4-colors.png" in names(two)


def test_floats_without_data(run, here):
    image = PHOTO.astype(np.float32) / 255
    image[3:5, 4] = np.nan
    tifffile.imwrite("a.tif", image, photometric="rgb")
    tifffile.imwrite("b.tif", image[::-1].astype(np.float64), photometric="rgb")
    said = run("a.tif", "b.tif", "-k", 4, "--shared-palette")
    assert (said.status, said.err) == (0, "")
    result = tifffile.imread("a-4-colors.tif")
    assert np.isnan(result[3:5, 4]).all()
    assert len(np.unique(result[np.isfinite(image)].reshape(-1, 3), axis=0)) == 4


def test_nothing_to_be_seen(run, here):
    Image.fromarray(np.zeros((9, 8, 4), np.uint8)).save("a.png")
    said = run("a.png", "--shared-palette", "--save-palette", "a.gpl")
    assert said.status == 0
    assert "0 colors, unchanged" in said.out


def test_floats_of_other_units_are_named(run, here):
    tifffile.imwrite("a.tif", PHOTO.astype(np.float32), photometric="rgb")
    tifffile.imwrite("b.tif", PHOTO.astype(np.float32) / 255, photometric="rgb")
    said = run("a.tif", "b.tif", "--shared-palette")
    assert said.status == 1
    assert said.err.startswith("napari-kmeans-quantizer: --shared-palette: b.tif: ")
    assert said.err.count("\n") == 1
    assert names(here) == ["a.tif", "b.tif"]
