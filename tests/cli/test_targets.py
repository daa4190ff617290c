"""Where results go; what must not be is refused before any work."""

from __future__ import annotations

import os
import stat
import sys

import numpy as np
import pytest
import tifffile
from PIL import Image

from .command import PHOTO, names, opened

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes and links are of POSIX")


@pytest.fixture
def nothing_is_read(monkeypatch):
    """All is checked before any work."""
    from napari_kmeans_quantizer.cli import job

    def fail(*_, **__):
        raise AssertionError("work was begun")

    monkeypatch.setattr(job, "read_picture", fail)


def test_where_one_wants_it(run, photo, here):
    (here / "out").mkdir()
    assert run(photo, "-k", 3, "-o", "some.gif").status == 0
    assert run(photo, "-k", 3, "--out-dir", "out").status == 0
    assert run(photo, "-k", 3, "--suffix", ".few", "--format", "webp").status == 0
    assert run(photo, "-k", 3, "-o", "without", "--format", "PNG").status == 0
    assert names(here) == ["out", "photo.few.webp", "photo.png", "some.gif", "without"]
    assert names(here / "out") == ["photo-3-colors.png"]
    assert opened("without").format == "PNG"
    assert opened("some.gif").format == "GIF"


def test_the_same_names_in_another_folder(run, photo, here):
    (here / "out").mkdir()
    assert run("photo.png", "--suffix", "", "--out-dir", "out").status == 0
    assert names(here / "out") == ["photo.png"]
    said = run("photo.png", "--suffix", "", "--force")
    assert said.status == 1
    assert "photo.png: is the picture itself" in said.err


def test_the_folder_of_results_is_made(run, photo, here):
    report = ["--report", "out/report.csv", "--save-palette", "out/few.gpl"]
    assert run(photo, "-k", 3, "--out-dir", "out", *report).status == 0
    assert names(here / "out") == ["few.gpl", "photo-3-colors.png", "report.csv"]


def test_the_report_of_failures_lies_in_a_new_folder_too(run, here):
    (here / "broken.png").write_bytes(b"broken")
    assert run("broken.png", "--out-dir", "out", "--report", "out/report.csv").status == 1
    assert names(here / "out") == ["report.csv"]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["-k", "auto"], "photo-auto-colors.png"),
        (["--min-psnr", "20"], "photo-auto-colors.png"),
        (["-k", "9", "--min-psnr", "20"], "photo-auto-colors.png"),
    ],
)
def test_names_tell_what_was_asked_for(run, photo, here, arguments, name):
    assert run(photo, *arguments).status == 0
    assert name in names(here)


def test_nothing_is_replaced_unasked(run, photo, here, nothing_is_read):
    (here / "photo-16-colors.png").write_bytes(b"precious")
    said = run(photo)
    assert said.status == 1
    assert said.err == (
        f"napari-kmeans-quantizer: {here / 'photo-16-colors.png'}: exists already: "
        "--force replaces it.\n"
    )
    assert (here / "photo-16-colors.png").read_bytes() == b"precious"


def test_what_exists_does_not_stop_the_others(run, photo, here):
    Image.fromarray(PHOTO).save("other.png")
    (here / "photo-16-colors.png").write_bytes(b"precious")
    assert run(photo, "other.png").status == 1
    assert (here / "photo-16-colors.png").read_bytes() == b"precious"
    assert (here / "other-16-colors.png").exists()


@posix
def test_what_is_replaced_keeps_mode_and_link(run, photo, here):
    (here / "real.png").write_bytes(b"old")
    (here / "real.png").chmod(0o640)
    (here / "link.png").symlink_to("real.png")
    assert run(photo, "-k", 3, "-o", "link.png", "--force").status == 0
    assert (here / "link.png").is_symlink()
    assert stat.S_IMODE((here / "real.png").stat().st_mode) == 0o640
    assert opened("real.png").size == PHOTO.shape[1::-1]


@posix
@pytest.mark.parametrize("kind", ["itself", "symlink", "hard link", "other way"])
def test_the_picture_itself_is_never_replaced(run, photo, here, kind, nothing_is_read):
    target = here / "target.png"
    if kind == "symlink":
        target.symlink_to(photo)
    elif kind == "hard link":
        target.hardlink_to(photo)
    else:
        target = photo if kind == "itself" else here / ".." / "here" / "photo.png"
    before = photo.read_bytes()
    said = run(photo, "-o", target, "--force")
    assert said.status == 1
    assert said.err.endswith(
        "is the picture itself: choose another name with -o, --out-dir or --suffix.\n"
    )
    assert photo.read_bytes() == before


def test_nor_is_another_one(run, photo, here, nothing_is_read):
    (here / "photo-16-colors.png").write_bytes(photo.read_bytes())
    said = run("photo.png", "photo-16-colors.png", "--force")
    assert said.status == 1
    assert "photo-16-colors.png: is read as well (photo-16-colors.png)" in said.err


def test_pictures_that_differ_in_their_suffix(run, photo, here):
    for name in ("photo.jpg", "photo.BMP", "other.png"):
        Image.fromarray(PHOTO).save(name)
    assert run("photo.png", "photo.jpg", "photo.BMP", "other.png", "--out-dir", "out").status == 0
    assert names(here / "out") == [
        "other-16-colors.png", "photo-BMP-16-colors.png", "photo-jpg-16-colors.png",
        "photo-png-16-colors.png",
    ]  # fmt: skip
    assert run("photo.png", "photo.jpg", "--suffix", "", "--out-dir", "same").status == 0
    assert names(here / "same") == ["photo-jpg.png", "photo-png.png"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["one/a.png", "two/a.png", "--out-dir", "."],
        ["a.png", "-o", "x.csv.png", "--save-palette", "x.csv.png"],
        ["a.png", "--save-palette", "x.json", "--report", "./x.json"],
    ],
)
def test_two_results_of_one_name(run, here, arguments, nothing_is_read):
    for name in ("a.png", "a.jpg", "one/a.png", "two/a.png"):
        os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
        Image.fromarray(PHOTO).save(name)
    before = sorted(here.rglob("*"))
    said = run(*arguments, "--force")
    assert said.status == 2
    assert "would be written twice, for " in said.err
    assert said.err.count("\n") == 1
    assert sorted(here.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "none/a.png"], "-o: there is no folder none."),
        (["--out-dir", "none/new"], "--out-dir: there is no folder none."),
        (["--out-dir", "photo.png"], "--out-dir: photo.png is no folder."),
        (["--out-dir", "photo.png/new"], "--out-dir: photo.png is no folder."),
        (["--out-dir", "new", "-o", "a.png"], "-o names the result: leave out --out-dir"),
        (["--out-dir", "new", "--report", "old.csv"], "--report: old.csv: exists already"),
        (["--save-palette", "none/a.gpl"], "--save-palette: there is no folder none."),
        (["--report", "none/a.csv"], "--report: there is no folder none."),
        (["--report", "old.csv"], "--report: old.csv: exists already: --force replaces it."),
        (["--save-palette", "old.hex"], "--save-palette: old.hex: exists already: --force"),
        (["-o", "."], "-o: . is a folder: use --out-dir."),
        (["-o", "a.png", "--format", "gif"], "-o: a.png does not end in .gif, as --format wants."),
        (["-o", "a.jpg"], "-o: a.jpg: would blur the colors: choose"),
        (["-o", "a"], "-o: a: must end in .png, "),
        (["-o", "a.xyz"], "-o: a.xyz: must end in .png, "),
        (["--format", "jpeg"], "--format: .jpeg: would blur the colors: choose"),
        (["--format", "xyz"], "--format: .xyz: must be one of .png, "),
        (["--indexed", "-o", "a.bmp"], "-o: a.bmp: --indexed needs .png, .gif, "),
        (["--save-palette", "a.act", "-k", "257"], "--save-palette: a.act: holds at most 256"),
        (["--save-palette", "a.xyz"], "--save-palette: a.xyz: must end in .gpl"),
        (["--indexed", "--format", "bmp"], "--format: .bmp: --indexed needs .png, .gif, "),
    ],
)
def test_wrong_targets(run, photo, here, arguments, message, nothing_is_read):
    (here / "old.csv").write_text("old")
    (here / "old.hex").write_text("old")
    said = run("photo.png", *arguments)
    assert said.status == 2
    assert said.err.startswith(f"napari-kmeans-quantizer: {message}")
    assert said.err.count("\n") == 1
    assert names(here) == ["old.csv", "old.hex", "photo.png"]


@posix
def test_devices_are_not_replaced(run, photo, here):
    said = run(photo, "-o", "/dev/null", "--format", "png", "--force")
    assert said.status == 1
    assert "/dev/null: is no file that can be replaced." in said.err


def test_one_name_for_many_pictures(run, photo, here, nothing_is_read):
    Image.fromarray(PHOTO).save("other.png")
    said = run(photo, "other.png", "-o", "x.png")
    assert said.status == 2
    assert "-o names one result, for 2 pictures: use --out-dir." in said.err


@pytest.mark.parametrize("length", [240, 251])
@pytest.mark.parametrize("letter", ["n", "ä", "🍎"])
def test_the_longest_names_are_shortened(run, here, letter, length):
    name = letter * (length // len(letter.encode())) + ".png"
    try:
        Image.fromarray(PHOTO).save(name)
    except OSError:
        pytest.skip("this file system has shorter names")
    assert run("-k", 3, name).status == 0
    (written,) = set(names(here)) - {name}
    assert written.endswith("-3-colors.png")
    assert 250 < len(os.fsencode(written)) <= 255 or len(os.fsencode(name)) < 241


@pytest.mark.parametrize(
    ("name", "dtype", "result"),
    [
        ("a.tif", np.uint8, "a-3-colors.tif"),
        ("a.tif", np.float32, "a-3-colors.tif"),
        ("a.tif", np.uint16, "a-3-colors.tif"),
        ("a.png", np.uint16, "a-3-colors.png"),
    ],
)
def test_a_format_that_can_hold_the_result(run, here, name, dtype, result):
    image = np.random.default_rng(0).integers(0, 255, (9, 8)).astype(dtype)
    if name.endswith("tif"):
        tifffile.imwrite(name, image)
    else:
        Image.fromarray(image).save(name)
    assert run(name, "-k", 3).status == 0
    written = tifffile.imread(result) if result.endswith("tif") else np.asarray(opened(result))
    assert written.dtype == dtype
    assert len(np.unique(written)) == 3


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ([], 1, "{here}: nothing can be written in its folder: use --out-dir."),
        (["--out-dir", "."], 2, "--out-dir: nothing can be written in the folder .."),
    ],
)
def test_a_read_only_folder(run, photo, here, monkeypatch, arguments, status, message):
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    said = run("photo.png", *arguments)
    assert said.status == status
    told = message.format(here="photo-16-colors.png")
    assert said.err == f"napari-kmeans-quantizer: {told}\n"
    assert names(here) == ["photo.png"]


def test_indexed_or_not_at_all(run, here):
    tifffile.imwrite("deep.tif", PHOTO.astype(np.uint16) * 257, photometric="rgb")
    said = run("deep.tif", "--indexed")
    assert said.status == 1
    assert said.err == (
        "napari-kmeans-quantizer: deep.tif: An indexed file holds 8 bits a channel, got uint16 "
        "in 0..65535. Leave out --indexed.\n"
    )


@pytest.fixture
def small_disk(tmp_path):
    """64 KB, in memory."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root mounts, on Linux")
    import subprocess

    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("nothing may be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_the_report_and_the_palette_do_not_fit_either(run, photo, here, small_disk):
    (small_disk / "filler").write_bytes(bytes(64 * 1024 - 8 * 1024))
    options = ["--save-palette", small_disk / "a.json", "--report", small_disk / "a.csv"]
    (small_disk / "rest").write_bytes(bytes(8 * 1024 - 4096))
    said = run("photo.png", "-k", 300, *options)
    assert said.status == 1
    assert "napari-kmeans-quantizer: --save-palette: No space left on device.\n" in said.err
    assert names(small_disk) in (["filler", "rest"], ["a.csv", "filler", "rest"])


@pytest.mark.parametrize("before", [None, b"precious"])
def test_a_full_disk_loses_nothing(run, photo, here, small_disk, before):
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3)).astype(np.uint8)
    Image.fromarray(noise).save("noise.png")
    target = small_disk / "noise.png"
    if before is not None:
        target.write_bytes(before)
    said = run("noise.png", "--rgb", "-k", 5000, "-o", target, "--force")
    assert said.status == 1
    assert said.err == f"napari-kmeans-quantizer: {target}: No space left on device.\n"
    assert names(small_disk) == ([] if before is None else ["noise.png"])
    assert before is None or target.read_bytes() == before
