"""Sizes of pixels, and places of frames: as is said, or as the file tells."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile
from PIL import Image

from .slides import save, slide, table_of

STACK = np.stack([slide(), slide(), slide()[:, ::-1]])
SIZES = {"PhysicalSizeX": 0.5, "PhysicalSizeY": 0.25}


def measured(run, *arguments):
    said = run("measure", *arguments, "-k", 3, "-q")
    assert (said.status, said.err) == (0, "")
    return table_of(said.out)


def sums(table):
    return table["area"].sum(), set(table["unit"])


@pytest.mark.parametrize(
    ("size", "area"), [("0.5", 80 * 0.25), ("2,0.5", 80), ("1e-3", 80e-6), ("3,3", 720)]
)
def test_one_length_or_two(run, here, size, area):
    save(slide(), "a.png")
    total, unit = sums(measured(run, "a.png", "--pixel-size", size, "--unit", "mm"))
    assert total == pytest.approx(area, rel=1e-12)
    assert unit == {"mm²"}


@pytest.mark.parametrize("unit", ["um", "µm", "\N{GREEK SMALL LETTER MU}m", "micron"])
def test_micrometers_are_written_with_the_micro_sign(run, here, unit):
    save(slide(), "a.png")
    assert sums(measured(run, "a.png", "--pixel-size", 1, "--unit", unit)) == (80, {"µm²"})


def test_no_unit_and_no_size(run, here):
    Image.fromarray(slide()).save("a.png", dpi=(300, 300))
    assert sums(measured(run, "a.png", "--pixel-size", 2)) == (320, {""})
    table = measured(run, "a.png")
    assert table["area"].isna().all()
    assert set(table["unit"]) == {""}


def test_sizes_that_files_tell(run, here):
    tifffile.imwrite("ome.tif", slide(), ome=True, metadata={"axes": "YXS", **SIZES})
    resolution = {"resolution": (2, 4), "metadata": {"unit": r"\u00B5m", "axes": "YXS"}}
    tifffile.imwrite("imagej.tif", slide(), imagej=True, **resolution)
    tifffile.imwrite("none.tif", slide(), photometric="rgb", resolution=(300, 300))
    table = measured(run, "ome.tif", "imagej.tif", "none.tif")
    for name in ("ome.tif", "imagej.tif"):
        assert sums(table[table["image"] == name]) == (10, {"µm²"})
    assert table[table["image"] == "none.tif"]["area"].isna().all()
    assert sums(measured(run, "ome.tif", "--pixel-size", 1, "--unit", "px")) == (80, {"px²"})


def test_volumes(run, here):
    options = {"ome": True, "photometric": "rgb"}
    metadata = {"axes": "ZYXS", **SIZES, "PhysicalSizeZ": 2.0}
    tifffile.imwrite("a.ome.tif", STACK, metadata=metadata, **options)
    assert sums(measured(run, "a.ome.tif")) == (240 * 0.25, {"µm³"})
    table = measured(run, "a.ome.tif", "--frames")
    assert sums(table) == (240 * 0.125, {"µm²"})
    assert table["position"].tolist() == [0.0] * 3 + [2.0] * 3 + [4.0] * 3
    assert set(table["position_unit"]) == {"µm"}
    assert sums(measured(run, "a.ome.tif", "--pixel-size", "3,1,1")) == (720, {""})


def test_a_flat_picture_has_no_volume(run, here):
    save(slide(), "a.png")
    said = run("measure", "a.png", "--pixel-size", "3,1,1", "-q")
    assert said.status == 1
    assert "a.png: --pixel-size must be a length above 0, or two" in said.err


def test_frames(run, here):
    tifffile.imwrite("movie.tif", STACK, photometric="rgb")
    table = measured(run, "movie.tif", "--frames")
    assert table["frame"].tolist() == [0] * 3 + [1] * 3 + [2] * 3
    assert table["position"].tolist() == table["frame"].tolist()
    assert table.groupby("frame")["share"].sum().tolist() == [1, 1, 1]
    table = measured(run, "movie.tif", "--frames", "--frame-step", 30, "--frame-unit", "s")
    assert table["position"].tolist() == [0.0] * 3 + [30.0] * 3 + [60.0] * 3
    assert set(table["position_unit"]) == {"s"}
    assert measured(run, "movie.tif")["frame"].isna().all()


def test_times_that_files_tell(run, here):
    metadata = {"axes": "TYXS", "finterval": 1.5}
    tifffile.imwrite("movie.tif", STACK, imagej=True, metadata=metadata)
    table = measured(run, "movie.tif", "--frames")
    assert table["position"].tolist() == [0.0] * 3 + [1.5] * 3 + [3.0] * 3
    assert set(table["position_unit"]) == {"s"}


def test_times_of_an_animation(run, here):
    frames = [Image.fromarray(np.roll(slide(), i, 0)).quantize(3) for i in range(3)]
    frames[0].save("a.gif", save_all=True, append_images=frames[1:], duration=[100, 250, 70])
    table = measured(run, "a.gif", "--frames")
    assert table["position"].tolist() == pytest.approx([0.0] * 3 + [0.1] * 3 + [0.35] * 3)
    assert set(table["position_unit"]) == {"s"}


def test_a_still_among_movies_is_one_frame(run, here):
    tifffile.imwrite("movie.tif", STACK, photometric="rgb")
    save(np.dstack([slide(), np.full((8, 10), 255, np.uint8)]), "still.png")
    grey = Image.fromarray(slide()[..., 0]).convert("LA")
    grey.save("grey.png")
    table = measured(run, "movie.tif", "still.png", "grey.png", "--frames")
    assert set(table[table["image"] == "still.png"]["frame"]) == {0}
    assert table[table["image"] == "grey.png"]["pixels"].sum() == 80
