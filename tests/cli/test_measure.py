"""Areas and shares of clusters in pictures, as one table."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
import tifffile
from pandas.testing import assert_frame_equal
from PIL import Image

from napari_kmeans_quantizer import (
    Palette,
    fit_palette,
    measure,
    quantize,
    read_palette,
    write_palette,
)
from napari_kmeans_quantizer.cli.measure import running
from napari_kmeans_quantizer.core.measurement import COLUMNS

from .command import PHOTO, names, run_alone
from .slides import BROWN, HEX, PALE, WHITE, save, slide, table_of

posix = pytest.mark.skipif(sys.platform == "win32", reason="pipes and signals are of POSIX")


@pytest.fixture
def slides(here):
    """Three pictures of known areas: as it is, turned, and without white."""
    save(slide(), "slide1.png")
    save(np.rot90(slide()), "slide2.png")
    save(slide()[:, :5], "slide3.png")
    return here


@pytest.fixture
def stains(here):
    """A file of named colors, of which two are background."""
    colors, told = [WHITE, PALE, BROWN], ("background", "background", "DAB")
    write_palette("stains.gpl", Palette(np.array(colors), names=told, dtype=np.uint8))
    return here / "stains.gpl"


def test_known_areas_are_exact(run, slides):
    said = run("measure", "slide1.png", "-k", 3, "--pixel-size", 0.5, "--unit", "um", "-q")
    assert (said.status, said.err) == (0, "")
    table = table_of(said.out)
    assert list(table.columns) == [*COLUMNS, "error"]
    assert table["image"].tolist() == ["slide1.png"] * 3
    assert dict(zip(table["hex"], table["pixels"], strict=True)) == HEX
    assert table["pixels"].tolist() == [36, 24, 20]  # most frequent first
    assert table["area"].tolist() == [9.0, 6.0, 5.0]
    assert set(table["unit"]) == {"µm²"}
    assert table["share"].tolist() == [36 / 80, 24 / 80, 20 / 80]
    assert set(table["region"]) == set(table["name"]) == set(table["error"]) == {""}


def test_the_same_table_by_a_script(run, here):
    """The ten lines that the page shows, with numbers as they are."""
    images = {"a.png": PHOTO, "b.png": np.ascontiguousarray(255 - PHOTO[:50, ::-1])}
    regions = {}
    for name, image in images.items():
        save(image, name)
        regions[name] = (np.indices(image.shape[:2]).sum(0) // 30).astype(np.uint8)
        os.makedirs("regions", exist_ok=True)
        save(regions[name], f"regions/{name}")
    options = ["--regions", "regions", "--pixel-size", "0.3,0.7", "--unit", "mm", "--names", "cup"]
    said = run("measure", "a.png", "b.png", "-k", 4, "--background", "cup", *options, "-q")
    assert (said.status, said.err) == (0, "")

    palette = fit_palette(list(images.values()), 4).renamed({0: "cup"})
    tables = []
    for name, image in images.items():
        q = quantize(image, palette=palette)
        tables.append(
            measure(
                q, image=name, regions=regions[name], pixel_size=(0.3, 0.7), unit="mm",
                background=["cup"],
            )
        )  # fmt: skip
    expected = pd.concat(tables, ignore_index=True)

    table = table_of(said.out).drop(columns="error")
    assert_frame_equal(table, expected, check_dtype=False, check_exact=True)


def test_one_picture_has_the_colors_that_quantizing_finds(run, photo):
    for arguments, options in (
        (["-k", 3], {"n_colors": 3}),
        (["-k", "auto"], {"n_colors": "auto"}),
        (["--min-psnr", 22], {"n_colors": "auto", "min_psnr": 22}),
        (
            ["-k", 5, "--color-space", "lab", "--effort", "fast", "--seed", 4],
            {"n_colors": 5, "color_space": "lab", "effort": "fast", "random_state": 4},
        ),
        ([], {}),
    ):
        table = table_of(run("measure", photo, *arguments, "-q").out)
        expected = quantize(PHOTO, **options).palette
        assert table["hex"].tolist() == expected.hex
        assert table["pixels"].tolist() == expected.counts.tolist()


@pytest.mark.parametrize("arguments", [["-k", "auto"], ["--min-psnr", "22"], ["-k", "6"]])
def test_many_pictures_share_a_palette(run, here, arguments):
    save(PHOTO, "a.png")
    save(255 - PHOTO, "b.png")
    table = table_of(run("measure", ".", *arguments, "--jobs", 1, "-q").out)
    first, second = (table[table["image"] == name] for name in ("a.png", "b.png"))
    assert first["hex"].tolist() == second["hex"].tolist()
    assert len(first) > 1
    again = table_of(run("measure", ".", *arguments, "--jobs", 3, "-q").out)
    assert_frame_equal(again, table)


def test_or_each_has_its_own(run, here):
    save(PHOTO, "a.png")
    save(255 - PHOTO, "b.png")
    table = table_of(run("measure", ".", "-k", 4, "--own-palettes", "-q").out)
    expected = quantize(PHOTO, 4).palette.hex + quantize(255 - PHOTO, 4).palette.hex
    assert table["hex"].tolist() == expected


def test_colors_of_a_file_are_clusters_with_its_names(run, slides, stains):
    table = table_of(run("measure", "slide3.png", "-p", "stains.gpl", "-q").out)
    assert table["name"].tolist() == ["background", "background", "DAB"]
    assert table["pixels"].tolist() == [0, 20, 20]  # in the file's order, none left out


def test_background_and_groups(run, slides, stains):
    arguments = ["-p", stains, "--background", "background"]
    table = table_of(run("measure", "slide1.png", *arguments, "-q").out)
    assert table["pixels"].tolist() == [36, 24, 20]
    assert table["share"].fillna(-1).tolist() == [-1, -1, 1.0]
    table = table_of(run("measure", "slide1.png", *arguments, "--group", "-q").out)
    assert table["name"].tolist() == ["background", "DAB"]
    assert table["pixels"].tolist() == [60, 20]
    assert table["cluster"].tolist() == [0, 2]


def test_background_by_number(run, slides):
    table = table_of(run("measure", "slide1.png", "-k", 3, "--background", 0, "-q").out)
    assert table["share"].fillna(-1).tolist() == [-1, 24 / 44, 20 / 44]


def test_a_name_goes_before_a_number(run, slides):
    arguments = ["--names", "a,0", "--background", "0", "--background", "2"]
    table = table_of(run("measure", "slide1.png", "-k", 3, *arguments, "-q").out)
    assert table["share"].fillna(-1).tolist() == [1.0, -1, -1]


def test_names_go_into_the_palette_that_is_saved(run, slides):
    """The way to named clusters: measure, name the colors of the file, measure again."""
    told = ["--names", "glass,,DAB", "--save-palette", "named.gpl"]
    said = run("measure", ".", "-k", 3, *told, "-o", "first.csv")
    assert (said.status, said.err) == (0, "")
    assert "palette -> named.gpl\n" in said.out
    saved = read_palette("named.gpl")
    assert saved.names == ("glass", "", "DAB")
    assert run("measure", ".", "-p", "named.gpl", "-o", "second.csv").status == 0
    assert_frame_equal(table_of(slides / "second.csv"), table_of(slides / "first.csv"))


def test_the_palette_of_one_picture_is_saved(run, slides):
    arguments = ["-k", 3, "--names", "glass", "--save-palette", "a.json"]
    assert run("measure", "slide1.png", *arguments).status == 0
    assert read_palette("a.json").names == ("glass", "", "")


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".json"])
def test_a_table_as_a_file(run, slides, suffix):
    said = run("measure", ".", "-k", 3, "--names", "glass", "-o", f"areas{suffix}")
    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines()[-2:] == [f"9 rows -> areas{suffix}", "3 of 3 pictures measured"]
    text = (slides / f"areas{suffix}").read_text(encoding="utf-8")
    if suffix != ".json":
        separator = {".csv": ",", ".tsv": "\t"}[suffix]
        assert text.splitlines()[0].split(separator) == [*COLUMNS, "error"]
        return
    first = json.loads(text)[0]
    assert first["name"] == "glass"
    assert first["frame"] is None
    assert first["area"] is None


def test_what_cannot_be_written_is_told_and_the_other_file_is_written(run, slides, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(running, "write_table", full)
    said = run("measure", "slide1.png", "-k", 3, "-o", "t.csv", "--save-palette", "p.gpl")
    assert said.status == 1
    assert said.err == "napari-kmeans-quantizer: -o: No space left on device.\n"
    assert len(read_palette("p.gpl")) == 3


def test_lines_tell_the_largest_shares(run, slides):
    said = run("measure", "slide1.png", "-k", 3, "--names", "glass,pale", "-o", "a.csv")
    assert said.out == ("slide1.png: 45.0 % glass, 30.0 % pale, 25.0 % #785028\n3 rows -> a.csv\n")


def test_standard_output_holds_the_table_alone(slides):
    done = run_alone("measure", "slide1.png", "-k", 3, "-o", "-")
    assert done.stdout.startswith(b"image,region,")
    assert done.stdout.count(b"\n") == 4
    assert done.stderr.startswith(b"slide1.png: 45.0 % ")
    done = run_alone("measure", "slide1.png", "-k", 3, "--quiet", "--pixel-size=2", "--unit=um")
    assert "µm²".encode() in done.stdout
    assert done.stderr == b""


def test_a_picture_through_a_pipe(slides):
    done = run_alone("measure", "-", "-k", 3, "-q", input=(slides / "slide1.png").read_bytes())
    table = table_of(done.stdout.decode())
    assert set(table["image"]) == {"standard input"}
    assert table["pixels"].tolist() == [36, 24, 20]


@posix
def test_a_reader_that_has_seen_enough(slides):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        done = run_alone("measure", "slide1.png", "-k", 3, "-q", stdout=pipe)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_picture_that_fails_is_a_row(run, slides):
    (slides / "broken.png").write_bytes(b"no picture")
    said = run("measure", "broken.png", "slide1.png", "missing.png", "-k", 3, "-o", "a.csv")
    assert said.status == 1
    assert said.err.count("\n") == 2
    assert "napari-kmeans-quantizer: missing.png: there is no such file.\n" in said.err
    assert "1 of 3 pictures measured" in said.out
    table = table_of(slides / "a.csv")
    assert table["image"].tolist() == ["slide1.png"] * 3 + ["broken.png", "missing.png"]
    errors = table["error"].tolist()
    assert errors[:3] == [""] * 3
    assert errors[3].startswith("is no picture that can be read")
    assert errors[4] == "there is no such file."
    assert table.loc[3:, ["cluster", "pixels", "area", "share"]].isna().all(axis=None)


def test_all_fail(run, here):
    (here / "broken.png").write_bytes(b"no picture")
    said = run("measure", "broken.png", "-q")
    assert said.status == 1
    assert table_of(said.out)["image"].tolist() == ["broken.png"]


def test_grey_deep_and_transparent_pictures_go_together(run, here):
    save(slide(), "rgb.png")
    tifffile.imwrite("deep.tif", slide().astype(np.uint16) * 257, photometric="rgb")
    seen = np.full((8, 10, 1), 255, np.uint8)
    seen[:, 6:] = 0
    save(np.dstack([slide(), seen]), "alpha.png")
    save(np.full((8, 10), 250, np.uint8), "grey.png")
    save(np.zeros((9, 8, 4), np.uint8), "nothing.png")
    table = table_of(run("measure", ".", "-k", 3, "-q").out)
    pixels = {
        name: dict(zip(part["hex"], part["pixels"], strict=True))
        for name, part in table.groupby("image")
    }
    assert pixels["deep.tif"] == pixels["rgb.png"] == HEX
    assert pixels["alpha.png"] == {"#785028": 20, "#c8beb4": 24, "#fafafa": 4}
    assert pixels["grey.png"] == {"#785028": 0, "#c8beb4": 0, "#fafafa": 80}
    assert sum(pixels["nothing.png"].values()) == 0
    assert table[table["image"] == "nothing.png"]["share"].isna().all()


def test_a_picture_in_which_nothing_can_be_seen(run, here):
    save(np.zeros((9, 8, 4), np.uint8), "nothing.png")
    said = run("measure", "nothing.png", "-q")
    assert said.status == 1
    assert "nothing.png: has no pixel that can be seen: all are transparent.\n" in said.err
    assert len(table_of(said.out)) == 1


def test_pixels_without_data_are_told(run, here):
    image = slide().astype(np.float32) / 255
    image[0, 0] = np.nan
    tifffile.imwrite("a.tif", image, photometric="rgb")
    said = run("measure", "a.tif", "-k", 3, "-o", "a.csv")
    assert "; 1 pixels without data (NaN, infinite) not measured\n" in said.out
    assert table_of(here / "a.csv")["pixels"].sum() == 79


def test_channels_of_any_kind_in_one_picture(run, here):
    tifffile.imwrite("a.tif", np.arange(6 * 7 * 5, dtype=np.uint16).reshape(6, 7, 5))
    assert run("measure", "a.tif", "-k", 3).status == 0


def test_results_and_regions_in_the_folder_are_left_out(run, slides):
    assert run("slide1.png", "-k", 3).status == 0
    os.makedirs("regions")
    for name in ("slide1", "slide2", "slide3"):
        with Image.open(f"{name}.png") as picture:
            save(np.full(picture.size[::-1], 1, np.uint8), f"regions/{name}.png")
    said = run("measure", ".", "-r", "--regions", "regions", "-k", 3, "-q")
    assert (said.status, said.err) == (0, "")
    assert set(table_of(said.out)["image"]) == {"slide1.png", "slide2.png", "slide3.png"}


def test_floats_of_other_units(run, here):
    tifffile.imwrite("a.tif", PHOTO.astype(np.float32), photometric="rgb")
    tifffile.imwrite("b.tif", PHOTO.astype(np.float32) / 255, photometric="rgb")
    said = run("measure", "a.tif", "b.tif", "-o", "a.csv")
    assert said.status == 1
    assert said.err.startswith("napari-kmeans-quantizer: b.tif: ")
    assert names(here) == ["a.tif", "b.tif"]


def test_ctrl_c_leaves_a_row_for_what_is_not_measured(run, slides, monkeypatch):
    from napari_kmeans_quantizer.cli.measure import running

    real = running.done

    def done(task, *others):
        if task.source.name == "slide2.png":
            signal.raise_signal(signal.SIGINT)
            while True:  # until it is told to end
                time.sleep(0.01)
                others[-1](0.5)
        return real(task, *others)

    monkeypatch.setattr(running, "done", done)
    arguments = ["-k", 3, "--jobs", 1, "-o", "a.csv"]
    said = run("measure", "slide1.png", "slide2.png", "slide3.png", *arguments)
    assert said.status == 130
    assert said.err == "napari-kmeans-quantizer: interrupted: 1 of 3 pictures measured.\n"
    table = table_of(slides / "a.csv")
    assert table["error"].tolist() == ["", "", "", "interrupted.", "interrupted."]
    assert table["image"].tolist()[2:] == ["slide1.png", "slide2.png", "slide3.png"]


@posix
def test_names_that_are_no_text(slides):
    try:
        os.rename("slide1.png", b"\xe9t\xe9.png")
    except OSError:
        pytest.skip("this file system has no such names")
    done = run_alone("measure", b"\xe9t\xe9.png".decode(errors="surrogateescape"), "-o", "a.csv")
    assert (done.returncode, done.stderr) == (0, b"")
    assert table_of(slides / "a.csv")["image"][0] == r"\udce9t\udce9.png"


def test_a_picture_that_is_called_measure(run, here):
    Image.fromarray(slide()).save("measure", format="PNG")
    assert run("./measure", "-k", 3, "-o", "a.png").status == 0
    said = run("measure")
    assert said.status == 2
    assert said.err == (
        "napari-kmeans-quantizer measure: name a PICTURE; the one that is called measure is "
        "./measure.\n"
    )
    assert table_of(run("measure", "measure", "-k", 3, "-q").out)["pixels"].sum() == 80


def test_the_command_comes_first(run, slides):
    said = run("-k", 3, "measure", "slide1.png")
    assert said.status == 2
    assert "the command comes first: napari-kmeans-quantizer measure." in said.err


def test_help(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    said = run("measure", "--help")
    assert said.status == 0
    assert said.out.startswith("usage: napari-kmeans-quantizer measure [options] PICTURE")
    assert max(map(len, said.out.splitlines())) <= 100
    assert said.out.count("\n") < 75
    assert "measure --help" in run("--help").out


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from napari_kmeans_quantizer.cli.measure.options import parsed\n"
        "parsed(['x', '--unit', 'um', '--pixel-size', '1'])\n"
        "print(*{'numba', 'PIL', 'tifffile', 'tqdm', 'pandas', 'napari', 'qtpy'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("\n", "")
