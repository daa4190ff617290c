"""What is refused before any work, and why."""

from __future__ import annotations

import numpy as np
import pytest

from napari_kmeans_quantizer import Palette, write_palette

from .command import names
from .slides import save, slide


@pytest.fixture
def two(here):
    save(slide(), "a.png")
    save(slide(), "b.png")
    write_palette("stains.gpl", Palette(np.eye(3) * 255, names=("r", "g", "b"), dtype=np.uint8))
    (here / "taken.csv").write_text("precious")
    (here / "folder.csv").mkdir()
    return here


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["-p stains.gpl -k 3"], "--palette says which colors are measured: leave out -k, "),
        (["-p stains.gpl --own-palettes"], "--palette says which colors are measured: "),
        (["--names x --own-palettes"], "--names are of the colors of all pictures: leave out"),
        (["--group"], "--group sums up clusters of one name: name them by --names, or "),
        (["--fit-regions"], "--fit-regions needs --regions."),
        (
            ["--fit-regions --regions a.png -p stains.gpl"],
            "--fit-regions is where colors are found",
        ),
        (["--unit um"], "--unit needs --pixel-size."),
        (["--frame-step 3"], "--frame-step needs --frames."),
        (["--frames --frame-unit s"], "--frame-unit needs --frame-step."),
        (["--frames --pixel-size 1,2,3"], "--pixel-size: a frame has rows and columns: give two"),
        (["--pixel-size 0"], "--pixel-size: must be a length above 0, or two of rows and columns"),
        (["--pixel-size 0,5"], "--pixel-size: must be a length above 0, or two of rows and colu"),
        (["--pixel-size 1,1,1,1"], "--pixel-size: must be a length above 0"),
        (["--pixel-size nan"], "--pixel-size: must be a length above 0"),
        (["--pixel-size inf"], "--pixel-size: must be a length above 0"),
        (["--pixel-size 1 --unit", ""], "--unit: must be a unit, such as um, got ''."),
        (["--frames --frame-step -1"], "--frame-step: must be a number above 0, got '-1'."),
        (["-o a.xlsx"], "-o/--output: must be - or end in .csv, .tsv, .json, got 'a.xlsx'."),
        (["-o taken.csv"], "-o: taken.csv: exists already: --force replaces it."),
        (["-o folder.csv -f"], "-o: folder.csv: is no file that can be replaced."),
        (["-o no/a.csv"], "-o: there is no folder no."),
        (["--save-palette a.xyz"], "--save-palette: a.xyz: must end in .gpl, "),
        (["--save-palette stains.gpl"], "--save-palette: stains.gpl: exists already: --force"),
        (["-p stains.gpl --save-palette stains.gpl -f"], "--save-palette: stains.gpl: is read as"),
        (["-o x.csv --save-palette x.csv"], "x.csv would be written twice, for -o and for "),
        (["--save-palette x.gpl --own-palettes"], "--save-palette writes one palette, 2 pictures"),
        (["--background glass"], "--background: no cluster is called 'glass'; name clusters by "),
        (["--background glass --names x,y"], "--background: no cluster is called 'glass'; named"),
        (["-p stains.gpl --background x"], "'x'; named are: b, g, r."),
        (["-p stains.gpl --background 3"], "--background: there are 3 clusters, from 0 to 2, got"),
        (["-k 3 --background 3"], "--background: there are 3 clusters, from 0 to 2, got 3."),
        (["-k 1 --names x,y"], "--names: 2 names for 1 cluster."),
        (["-p stains.gpl --names a,b,c,d"], "--names: 4 names for 3 clusters."),
        (["-p no.gpl"], "--palette: no.gpl: there is no such file."),
        (["--dither"], "--dither: is no option."),
        (["--region x"], "--region: is no option. Is --regions meant?"),
        (["-"], "-: standard input can not be mixed with other pictures."),
    ],
)
def test_before_any_work(run, two, arguments, told):
    words, *last = arguments
    before = names(two)
    said = run("measure", "a.png", "b.png", *words.split(), *last)
    assert (said.status, said.out) == (2, "")
    assert told in said.err
    assert said.err.startswith("napari-kmeans-quantizer")
    assert said.err.count("\n") == 1
    assert names(two) == before
    assert (two / "taken.csv").read_text() == "precious"


def test_no_picture(run, two):
    assert run("measure").status == 2
    said = run("measure", "*.gif")
    assert said.err == "napari-kmeans-quantizer: nothing to do: there is no picture in '*.gif'.\n"


def test_standard_input_has_no_name_to_look_for(run, two):
    said = run("measure", "-", "--regions", "folder.csv")
    assert said.status == 2
    assert "--regions: folder.csv is a folder, and standard input has no name" in said.err


def test_force_replaces(run, two):
    assert run("measure", "a.png", "-k", 3, "-o", "taken.csv", "--force").status == 0
    assert (two / "taken.csv").read_text().startswith("image,")


def test_what_only_the_pictures_can_tell(run, two):
    """Of 5 colors that are wanted, pictures have 3."""
    said = run("measure", "a.png", "b.png", "-k", 5, "--names", "a,b,c,d", "-o", "x.csv")
    assert (said.status, said.err.count("\n")) == (1, 1)
    assert said.err.endswith("--names: 4 names for 3 clusters.\n")
    said = run("measure", "a.png", "-k", "auto", "--background", 7, "-q")
    assert said.status == 1
    assert "a.png: --background: there are 3 clusters, from 0 to 2, got 7." in said.err


def test_the_regions_are_not_replaced(run, two):
    save(np.ones((8, 10), np.uint8), "mask.png")
    said = run("measure", "a.png", "--regions", "mask.png", "--save-palette", "mask.png", "-f")
    assert said.status == 2
    assert "--save-palette: mask.png: is read as well (mask.png)" in said.err
