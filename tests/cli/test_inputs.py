"""Which pictures: files, patterns, folders."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

import pytest
from PIL import Image

from napari_kmeans_quantizer.cli.inputs import find_sources

from .command import names


def make(*paths):
    for path in paths:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        Image.new("L", (3, 2)).save(path)


def found(*given, recursive=False, out_dir=None):
    return [source.name.replace("\\", "/") for source in find_sources(given, recursive, out_dir)]


def test_files_in_the_order_in_which_they_are_named(here):
    make("b.png", "a.png")
    assert found("b.png", "a.png") == ["b.png", "a.png"]


def test_pictures_and_options_in_any_order(run, here):
    make("a.png", "b.png", "c.png", "-d.png")
    assert run("a.png", "-k", 3, "b.png", "--quiet", "c.png", "--rgb", "--", "-d.png").status == 0
    results = [f"{stem}-3-colors.png" for stem in ("-d", "a", "b", "c")]
    assert set(names(here)) >= set(results)


def test_each_file_once(here):
    make("a.png")
    assert found("a.png", "./a.png", "*.png", ".") == ["a.png"]


def test_quoted_patterns(here):
    make("a.png", "b.jpg", "c.png", "in/d.png", "in/in/e.png")
    assert found("*.png") == ["a.png", "c.png"]
    assert found("**/*.png") == ["a.png", "c.png", "in/d.png", "in/in/e.png"]


def test_what_looks_like_a_pattern_may_be_a_name(here):
    make("a[1].png", "a1.png")
    assert found("a[1].png") == ["a[1].png"]


def test_a_folder_means_the_pictures_in_it(here):
    make("in/b.png", "in/a.jpg", "in/.hidden.png", "in/in/c.png", "in/.git/d.png")
    (here / "in" / "notes.txt").write_text("no picture")
    assert found("in") == ["in/a.jpg", "in/b.png"]
    assert found("in", recursive=True) == ["in/a.jpg", "in/b.png", "in/in/c.png"]


def test_all_that_can_be_read_is_taken_out_of_a_folder(here):
    suffixes = [".avif", ".bmp", ".gif", ".jpg", ".pcx", ".png", ".ppm", ".qoi", ".tga", ".tif"]
    written = []
    for suffix in [*suffixes, ".webp"]:
        with suppress(OSError, KeyError):  # Pillow may have been built without
            Image.new("RGB", (3, 2)).save(f"a{suffix}")
            written.append(f"a{suffix}")
    assert found(".") == sorted(written)
    assert len(written) >= len(suffixes) - 2


def test_the_folder_of_results_is_left_out(here):
    make("in/a.png", "in/out/a-16-colors.png")
    assert found("in", recursive=True, out_dir=here / "in" / "out") == ["in/a.png"]


@pytest.mark.parametrize("given", [["empty"], ["*.png"], ["empty", "*.gif"]])
def test_nothing_to_do(run, here, given):
    (here / "empty").mkdir()
    said = run(*given)
    assert said.status == 2
    told = ", ".join(f"'{name}'" for name in given)
    assert said.err == (f"napari-kmeans-quantizer: nothing to do: there is no picture in {told}.\n")


def test_missing_files_and_patterns_do_not_stop_the_others(run, here):
    make("a.png")
    said = run("missing.png", "a.png", "*.gif")
    assert said.status == 1
    assert said.err == (
        "napari-kmeans-quantizer: missing.png: there is no such file.\n"
        "napari-kmeans-quantizer: *.gif: there is no such file.\n"
    )
    assert names(here) == ["a-16-colors.png", "a.png"]


def test_what_is_known_at_once_is_told_in_the_order_of_the_pictures(run, here):
    missing = [f"missing{n}.png" for n in range(20)]
    said = run(*missing, "--jobs", "1")
    told = [line.split(": ")[1] for line in said.err.splitlines() if "no such file" in line]
    assert told == missing


def test_a_second_run_over_a_folder_leaves_results_alone(run, here):
    make("in/a.png", "in/b.png")
    assert run("in").status == 0
    said = run("in", "--force")
    assert said.status == 0
    assert "2 of 2 pictures done" in said.out
    assert names(here / "in") == ["a-16-colors.png", "a.png", "b-16-colors.png", "b.png"]


def test_so_does_a_run_with_other_colors(run, here):
    make("in/a.png", "in/b.png", "in/b.jpg", "in/shop-2-colors.png")
    originals = 4
    for k in (3, "auto", 5):
        said = run("in", "-k", k)
        assert said.status == 0
        assert f"{originals} of {originals} pictures done" in said.out
    assert len(names(here / "in")) == 4 * originals
    assert run("in/a-3-colors.png", "-k", 2).status == 0  # it is named


def test_folders_of_folders_are_kept_in_the_folder_of_results(run, here):
    make("in/a.png", "in/one/a.png", "in/two/in/a.png")
    (here / "out").mkdir()
    assert run("in", "--recursive", "--out-dir", "out", "--suffix=-few").status == 0
    results = sorted(str(p.relative_to(here / "out").as_posix()) for p in here.glob("out/**/*.png"))
    assert results == ["a-few.png", "one/a-few.png", "two/in/a-few.png"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_in_circles(here):
    make("in/a.png")
    (here / "in" / "again").symlink_to(here / "in")
    assert found("in", recursive=True) == ["in/a.png"]
