"""Images in zarr: OME-Zarr in, OME-Zarr out, of any size."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import tifffile
import zarr
from PIL import Image

from napari_kmeans_quantizer import quantize, read_palette

from .command import COMMAND, PHOTO, names, run_alone

SLIDE = np.ascontiguousarray(np.moveaxis(np.tile(PHOTO, (6, 4, 1)), -1, 0))
LABELS = "labels/clusters/0"


def write_ome(path, pixels, chunks, axes="cyx", version="0.5"):
    kinds = {"c": "channel"}
    told = {
        "axes": [{"name": name, "type": kinds.get(name, "space")} for name in axes],
        "datasets": [
            {
                "path": "0",
                "coordinateTransformations": [{"type": "scale", "scale": [1.0] * len(axes)}],
            }
        ],
    }
    attributes = {"ome": {"version": version, "multiscales": [told]}}
    root = zarr.create_group(path, attributes=attributes)
    root.create_array("0", data=pixels, chunks=chunks)
    return path


@pytest.fixture
def slide(here):
    return write_ome(here / "slide.ome.zarr", SLIDE, (3, 64, 64))


def stored(path):
    return zarr.open_array(path, mode="r")[...]


def test_a_slide_in_16_colors_lies_beside_it(run, slide, here):
    said = run("slide.ome.zarr")
    assert (said.status, said.err) == (0, "")
    assert names(here) == ["slide-16-colors.ome.zarr", "slide.ome.zarr"]
    expected = quantize(SLIDE, 16, channel_axis=0)
    assert np.array_equal(stored(f"slide-16-colors.ome.zarr/{LABELS}"), expected.labels + 1)
    assert np.array_equal(stored("slide-16-colors.ome.zarr/0"), expected.image)
    assert said.out.startswith(
        f"slide.ome.zarr -> slide-16-colors.ome.zarr: 16 colors, {expected.psnr:.1f} dB, "
    )


def test_where_one_wants_it(run, slide, here):
    assert run(slide, "-k", 3, "-o", "some.zarr").status == 0
    assert run(slide, "-k", 3, "--out-dir", "out").status == 0
    assert run(slide, "-k", 3, "--suffix=-few").status == 0
    assert names(here) == ["out", "slide-few.ome.zarr", "slide.ome.zarr", "some.zarr"]
    assert names(here / "out") == ["slide-3-colors.ome.zarr"]


def test_what_can_be_asked_of_pictures(run, slide, here):
    (here / "few.hex").write_text("000000\nff0000\nffffff\n")
    options = ["--color-space", "oklab", "--effort", "fast", "--seed", 4, "-k", 5]
    assert run(slide, *options, "-o", "a.zarr", "--save-palette", "a.gpl").status == 0
    expected = quantize(
        SLIDE, 5, channel_axis=0, color_space="oklab", effort="fast", random_state=4
    )
    assert np.array_equal(stored(f"a.zarr/{LABELS}"), expected.labels + 1)
    assert read_palette("a.gpl").hex == expected.palette.hex
    assert run(slide, "--palette", "few.hex", "-o", "b.zarr").status == 0
    expected = quantize(SLIDE, channel_axis=0, palette=read_palette("few.hex"))
    assert np.array_equal(stored(f"b.zarr/{LABELS}"), expected.labels + 1)


def test_labels_only(run, slide, here):
    assert run(slide, "-k", 3, "--labels-only", "-o", "a.zarr").status == 0
    assert names(here / "a.zarr") == ["labels", "zarr.json"]


def test_floats_without_data(run, here):
    image = PHOTO[..., 0] / np.float32(255)
    image[4:9] = np.nan
    write_ome(here / "a.zarr", image, (16, 16), "yx")
    assert run("a.zarr", "-k", 3, "-o", "b.zarr").status == 0
    assert np.array_equal(stored(f"b.zarr/{LABELS}") == 0, np.isnan(image))


def test_a_picture_becomes_zarr(run, here):
    how = {"PhysicalSizeX": 0.25, "PhysicalSizeY": 0.5, "PhysicalSizeXUnit": "µm"}
    tifffile.imwrite(
        "photo.ome.tif", PHOTO, photometric="rgb", metadata=how | {"PhysicalSizeYUnit": "µm"}
    )
    assert run("photo.ome.tif", "-k", 3, "-o", "photo.ome.zarr").status == 0
    assert np.array_equal(stored(f"photo.ome.zarr/{LABELS}"), quantize(PHOTO, 3).labels + 1)
    told = json.loads((here / "photo.ome.zarr" / "labels" / "clusters" / "zarr.json").read_text())
    image = told["attributes"]["ome"]["multiscales"][0]
    assert [axis["unit"] for axis in image["axes"]] == ["micrometer"] * 2
    assert image["datasets"][0]["coordinateTransformations"][0]["scale"] == [0.5, 0.25]


def test_frames_of_a_picture_are_times(run, here):
    frames = np.stack([PHOTO[..., 0], PHOTO[..., 1]])
    tifffile.imwrite("movie.tif", frames, photometric="minisblack")
    assert run("movie.tif", "-k", 3, "--format", "zarr").status == 0
    assert np.array_equal(stored(f"movie-3-colors.zarr/{LABELS}"), quantize(frames, 3).labels + 1)
    told = json.loads((here / "movie-3-colors.zarr" / "zarr.json").read_text())
    axes = told["attributes"]["ome"]["multiscales"][0]["axes"]
    assert [axis["name"] for axis in axes] == ["t", "y", "x"]


def test_transparent_pixels_of_a_picture(run, here):
    image = np.dstack([PHOTO, np.full(PHOTO.shape[:2], 255, np.uint8)])
    image[:9, :, 3] = 0
    Image.fromarray(image).save("a.png")
    assert run("a.png", "-k", 3, "-o", "a.zarr").status == 0
    assert np.array_equal(stored(f"a.zarr/{LABELS}") == 0, image[..., 3] == 0)


def test_many_one_after_the_other(run, slide, here):
    other = write_ome(here / "other.zarr", SLIDE[:, :50], (3, 64, 64))
    (here / "broken.zarr").mkdir()
    said = run("slide.ome.zarr", "broken.zarr", other, "-k", 3, "--out-dir", "out")
    assert said.status == 1
    assert names(here / "out") == ["other-3-colors.zarr", "slide-3-colors.ome.zarr"]
    assert said.err == (
        "napari-kmeans-quantizer: broken.zarr: is no zarr array, and no OME-Zarr image.\n"
    )


def test_nothing_is_replaced_unasked(run, slide, here):
    assert run("slide.ome.zarr", "-k", 3, "-o", "a.zarr").status == 0
    said = run("slide.ome.zarr", "-k", 4, "-o", "a.zarr")
    assert said.status == 1
    assert said.err == (
        "napari-kmeans-quantizer: a.zarr: exists already. Use --force to replace it, or another "
        "name.\n"
    )
    assert stored(f"a.zarr/{LABELS}").max() == 3
    assert run("slide.ome.zarr", "-k", 4, "-o", "a.zarr", "--force").status == 0
    assert stored(f"a.zarr/{LABELS}").max() == 4


def test_the_picture_itself_is_never_replaced(run, slide):
    said = run("slide.ome.zarr", "-o", "slide.ome.zarr", "--force")
    assert said.status == 1
    assert "slide.ome.zarr: the result must lie apart from what is read" in said.err
    assert stored(slide / "0").shape == SLIDE.shape


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "a.tif"], "-o: a.tif: zarr is written to zarr: the name must end in .zarr."),
        (["--format", "png"], "--format: .png: zarr is written to zarr."),
        (["-o", "none/a.zarr"], "-o: there is no folder none."),
        (["other.zarr", "-o", "a.zarr"], "-o names one result, for 2 pictures: use --out-dir."),
        (["--dither"], "--dither: floyd-steinberg passes errors on"),
        (["--shared-palette"], "--shared-palette: is for pictures in files"),
        (["--report", "a.csv"], "--report: is for pictures in files"),
        (["--rgb"], "--indexed and --rgb: zarr has labels and colors."),
        (["--save-palette", "a.xyz"], "--save-palette: a.xyz: must end in"),
        (["--palette", "none.gpl"], "--palette: none.gpl: there is no such file."),
        (["here.zarr/slide.ome.zarr", "--out-dir", "."], "slide-16-colors.ome.zarr would be writ"),
        ([".", "--out-dir", "."], ".: name the picture itself to write zarr."),
        (["--scheduler", "nonsense://"], "--scheduler: nonsense://: no scheduler of dask answers"),
    ],
)
def test_what_does_not_go_together(run, slide, here, arguments, message):
    before = names(here)
    said = run("slide.ome.zarr", *arguments)
    assert said.status == 2
    assert said.err.startswith(f"napari-kmeans-quantizer: {message}")
    assert said.err.count("\n") == 1
    assert names(here) == before


@pytest.mark.parametrize("options", [["--resume"], ["--workers", 2], ["--labels-only"]])
def test_what_is_for_zarr(run, photo, options):
    said = run(photo, *options)
    assert said.status == 2
    assert "are for zarr: name a PICTURE in zarr, or -o NAME.zarr." in said.err


def test_worker_processes(slide, here):
    """They import this program anew: the command runs in a process of its own."""
    script = here / "command.py"
    script.write_text(
        "import sys\nfrom napari_kmeans_quantizer.cli import main\n"
        "if __name__ == '__main__':\n    sys.exit(main())\n"
    )
    command = [sys.executable, script, slide, "-k", "3", "--workers", "2", "-o", "a.zarr"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stderr
    expected = quantize(SLIDE, 3, channel_axis=0)
    assert np.array_equal(stored(f"a.zarr/{LABELS}"), expected.labels + 1)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are of POSIX")
def test_interrupted_and_resumed(run, here):
    """Ctrl-C among the chunks: what is written is kept, and gone on with."""
    image = np.tile(SLIDE, (1, 8, 8))  # long enough to be interrupted on a busy machine
    write_ome(here / "large.zarr", image, (3, 64, 64))
    command = [*COMMAND, "large.zarr", "-k", "4", "-o", "a.zarr"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    chunks = here / ".a.zarr.partial" / LABELS / "c"
    until = time.monotonic() + 300
    while len(list(chunks.rglob("*"))) < 20 and process.poll() is None and time.monotonic() < until:
        pass
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=300)
    assert process.returncode == 130
    assert told.splitlines()[-1] == (
        "napari-kmeans-quantizer: interrupted. What is written so far is kept in .a.zarr.partial: "
        "--resume goes on with it."
    )
    assert names(here) == [".a.zarr.partial", "large.zarr"]
    said = run("large.zarr", "-k", 4, "-o", "a.zarr")
    assert said.status == 1
    assert "Use --resume to go on with it, or --force to begin anew." in said.err
    said = run("large.zarr", "-k", 5, "-o", "a.zarr", "--resume")
    assert ".a.zarr.partial was begun with other options (n_colors: 4, now 5)" in said.err
    said = run("large.zarr", "-k", 4, "-o", "a.zarr", "--resume")
    assert (said.status, said.err) == (0, "")
    assert "of them from before" in said.out
    assert names(here) == ["a.zarr", "large.zarr"]


def test_help_tells_of_zarr():
    done = run_alone("--help")
    assert b"--resume" in done.stdout
