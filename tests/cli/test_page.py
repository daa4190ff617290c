"""Every command of the page runs as it stands, in order."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
import tifffile
import zarr
from PIL import Image
from skimage import data

from napari_kmeans_quantizer.cli.options import parsed

from .command import names, run_alone
from .slides import WHITE, cells, save, slide

PAGE = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
COMMANDS = [
    line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()
]
TOLD = {
    command.splitlines()[-1]: told
    for command, told in re.findall(r"```sh\n([^`]*)\n```\n+```text\n(.*?)```", PAGE, re.DOTALL)
}
"""What commands say, as far as it is on the page."""


@pytest.fixture
def pictures(here):
    Image.fromarray(data.coffee()).save("photo.jpg", quality=95)
    for folder in ("pictures", "holidays", "small", "shared", "reported"):
        (here / folder).mkdir()
    for folder in ("pictures", "holidays"):
        Image.fromarray(data.astronaut()[::8, ::8]).save(f"{folder}/beach.jpg")
        Image.fromarray(data.cat()[::8, ::8]).save(f"{folder}/cat.jpg")
    zarr.create_array("slide.ome.zarr", data=data.astronaut()[::8, ::8], chunks=(32, 32, 3))
    save(slide(), "slide1.png")
    less = slide()
    less[7] = WHITE
    save(less, "slide2.png")
    save(slide()[:, :5], "slide3.png")
    frames = np.stack([np.roll(slide(), i, 1) for i in range(3)])
    tifffile.imwrite("movie.tif", frames, photometric="rgb")
    (here / "cells").mkdir()
    for i in (1, 2, 3):
        save(cells()[:, : 5 if i == 3 else 10], f"cells/slide{i}.png")
    return here


def lines_of(text):
    """Return lines without sizes, which differ with the encoders, and whatever ended first."""
    return sorted(re.sub(r" \d+ (KB|%)", r"\1", text).splitlines())


def test_commands_run(run, pictures):
    for command in COMMANDS:
        program, *words = shlex.split(command)
        assert program == "napari-kmeans-quantizer"
        if "<" in words:  # what a shell does
            done = run_alone("-", input=(pictures / words[2]).read_bytes())
            assert done.returncode == 0
            (pictures / words[4]).write_bytes(done.stdout)
            continue
        said = run(*words)
        assert (said.status, said.err) == (0, ""), command
        if command in TOLD:
            assert lines_of(said.out) == lines_of(TOLD[command])
    assert len(COMMANDS) > 10
    assert len(TOLD) == 2
    assert len(names(pictures / "shared")) == 2


def test_options_of_the_page_are_real(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    known = set(re.findall(r"--[\w-]+", run("--help").out + run("measure", "--help").out))
    assert set(re.findall(r"`(--[\w-]+)", PAGE)) <= known
    assert parsed(["x", "--dither=ordered"]).dither == "ordered"
