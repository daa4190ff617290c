"""Regions: label and mask pictures."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile
from PIL import Image

from napari_kmeans_quantizer import fit_palette, quantize

from .command import PHOTO
from .slides import cells, save, slide, table_of

PIXELS = {("2", "#c8beb4"): 6, ("300", "#785028"): 4, ("300", "#fafafa"): 2}


@pytest.fixture
def folder(here):
    """A slide, and a folder for its regions."""
    save(slide(), "slide.png")
    (here / "regions").mkdir()
    return here / "regions"


def pixels_of(text):
    table = table_of(text)
    keys = zip(table["region"], table["hex"], strict=True)
    return {key: n for key, n in zip(keys, table["pixels"], strict=True) if n}


def test_each_number_is_a_region(run, folder):
    save(cells(), folder / "slide.png")
    said = run("measure", "slide.png", "-k", 3, "--regions", "regions", "-q")
    assert (said.status, said.err) == (0, "")
    assert pixels_of(said.out) == PIXELS
    table = table_of(said.out)
    assert table.groupby("region")["share"].sum().tolist() == [1, 1]
    assert table.groupby("region")["pixels"].sum().tolist() == [6, 6]


@pytest.mark.parametrize("dtype", ["bool", "uint8", "uint16", "int32", "uint32"])
def test_numbers_of_any_kind_and_suffix(run, folder, dtype):
    numbers = (cells() != 0).astype(dtype)
    tifffile.imwrite(folder / "slide.tiff", numbers)
    said = run("measure", "slide.png", "-k", 3, "--regions", "regions", "-q")
    assert pixels_of(said.out) == {("1", "#785028"): 4, ("1", "#c8beb4"): 6, ("1", "#fafafa"): 2}


def test_indexed_regions(run, folder):
    image = Image.fromarray((cells() % 255).astype(np.uint8), "P")
    image.putpalette(np.random.default_rng(0).integers(0, 256, 768).astype(np.uint8).tobytes())
    image.save(folder / "slide.png")
    said = run("measure", "slide.png", "-k", 3, "--regions", "regions", "-q")
    assert {region for region, _ in pixels_of(said.out)} == {"2", "45"}


def test_one_file_for_all(run, folder):
    save(slide()[:, ::-1], "other.png")
    save(cells(), "cells.png")
    said = run("measure", "slide.png", "other.png", "-k", 3, "--regions", "cells.png", "-q")
    table = table_of(said.out)
    assert table.groupby(["image", "region"])["pixels"].sum().tolist() == [6] * 4


def test_a_stack_with_regions_of_its_frames(run, here):
    tifffile.imwrite("stack.tif", np.stack([slide(), slide()[:, ::-1]]), photometric="rgb")
    save(cells(), "cells.png")
    arguments = ["measure", "stack.tif", "-k", 3, "--regions", "cells.png", "-q"]
    assert sum(pixels_of(run(*arguments).out).values()) == 24
    table = table_of(run(*arguments, "--frames").out)
    assert table.groupby(["frame", "region"])["pixels"].sum().tolist() == [6] * 4
    tifffile.imwrite("cells.tif", np.stack([cells(), 0 * cells()]), photometric="minisblack")
    table = table_of(run(*arguments[:5], "cells.tif", "-q", "--frames").out)
    assert set(table["frame"]) == {0}  # where there are none, there is no row


def test_a_still_with_regions_and_frames(run, here):
    save(slide(), "slide.png")
    save(cells(), "cells.png")
    said = run("measure", "slide.png", "-k", 3, "--regions", "cells.png", "--frames", "-q")
    assert pixels_of(said.out) == PIXELS


def test_folders_of_folders(run, here):
    for path in ("in/slide.png", "in/day/slide.png"):
        (here / path).parent.mkdir(exist_ok=True)
        (here / "regions" / path).parent.mkdir(parents=True, exist_ok=True)
        save(slide(), path)
        save(cells(), here / "regions" / path)
    said = run("measure", "in", "-r", "-k", 3, "--regions", "regions/in", "-q")
    assert (said.status, said.err) == (0, "")
    assert len(set(table_of(said.out)["image"])) == 2


@pytest.mark.parametrize("n_pictures", [1, 2])
def test_colors_are_found_inside_regions_only(run, here, n_pictures):
    inside = np.zeros(PHOTO.shape[:2], np.uint8)
    inside[20:40, 10:50] = 7
    (here / "regions").mkdir()
    for name in ("a.png", "b.png")[:n_pictures]:
        save(PHOTO, name)
        save(inside, here / "regions" / name)
    arguments = ["-k", 4, "--regions", "regions", "--fit-regions", "-q"]
    table = table_of(run("measure", "*.png", *arguments).out)
    part = PHOTO[20:40, 10:50]
    expected = quantize(part, 4).palette if n_pictures == 1 else fit_palette([part, part], 4)
    assert table["hex"].tolist()[:4] == expected.hex
    assert table["pixels"].sum() == 20 * 40 * n_pictures


@pytest.mark.parametrize(
    ("numbers", "what"),
    [
        (cells()[:, :5], "has 5 x 8 pixels, the picture 10 x 8 pixels: they must be of one size."),
        (np.stack([cells()] * 2), "has 2 pages of 10 x 8 pixels, the picture 10 x 8 pixels"),
        (cells() * 0, "holds no region: all is 0."),
        (cells().astype(np.float32), "has values of float32. Regions are whole numbers"),
        (slide(), "has colors or alpha. Regions are whole numbers"),
    ],
)
def test_what_is_wrong_with_regions_is_an_error_of_that_picture(run, folder, numbers, what):
    kind = "rgb" if numbers.shape[-1] == 3 else "minisblack"
    tifffile.imwrite(folder / "slide.tif", numbers, photometric=kind)
    save(slide(), "good.png")
    save(cells(), folder / "good.png")
    said = run("measure", "slide.png", "good.png", "-k", 3, "--regions", "regions", "-q")
    assert said.status == 1
    path = folder.relative_to(folder.parent) / "slide.tif"
    assert said.err.startswith(f"napari-kmeans-quantizer: slide.png: {path}: {what}")
    table = table_of(said.out)
    assert table["error"].tolist()[-1].startswith(f"{path}: {what}")
    assert table["image"].tolist()[:-1] == ["good.png"] * 6


def test_a_file_that_holds_no_regions_is_refused_before_any_work(run, folder):
    (folder / "broken.png").write_bytes(b"no picture")
    for name, what in (("broken.png", "is no picture"), ("missing.png", "there is no such file.")):
        said = run("measure", "slide.png", "--regions", folder / name)
        assert said.status == 2
        assert f"--regions: {folder / name}: {what}" in said.err


def test_missing_and_several_regions(run, folder):
    save(slide(), "other.png")
    save(cells(), folder / "slide.png")
    tifffile.imwrite(folder / "slide.tif", cells())
    said = run("measure", "slide.png", "other.png", "-k", 3, "--regions", "regions", "-q")
    assert said.status == 1
    one, two = folder.name + "/slide.png", folder.name + "/slide.tif"
    assert said.err.replace("\\", "/") == (
        f"napari-kmeans-quantizer: slide.png: several pictures may be its regions: {one}, {two}: "
        "keep one of them.\n"
        "napari-kmeans-quantizer: other.png: --regions: regions holds no picture that is called "
        "other.\n"
    )
    assert len(table_of(said.out)) == 2


def test_what_holds_the_regions_is_no_picture(run, folder):
    save(cells(), "cells.png")
    said = run("measure", ".", "-k", 3, "--regions", "cells.png", "-q")
    assert (said.status, said.err) == (0, "")
    assert pixels_of(said.out) == PIXELS
    said = run("measure", "cells*", "--regions", "cells.png")
    assert said.status == 2
    assert "nothing to do: all pictures that are found are read as something else." in said.err


def test_no_picture_is_its_own_regions(run, folder):
    said = run("measure", "slide.png", "--regions", ".")
    assert "slide.png: --regions: . holds no picture that is called slide." in said.err


def test_regions_in_which_nothing_can_be_seen(run, folder):
    seen = np.full((8, 10, 1), 255, np.uint8)
    seen[cells() == 2] = 0
    save(np.dstack([slide(), seen]), "slide.png")
    save(cells(), folder / "slide.png")
    table = table_of(run("measure", "slide.png", "-k", 2, "--regions", "regions", "-q").out)
    part = table[table["region"] == "2"]
    assert part["pixels"].tolist() == [0, 0]
    assert part["share"].isna().all()
