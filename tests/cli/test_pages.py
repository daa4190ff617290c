"""Every command of the README and the docs runs as it stands, in order of the page."""

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

from .command import run_alone
from .slides import WHITE, cells, save, slide

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
REFERENCE = ROOT / "docs" / "command-line.md"


def commands(page):
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("napari-kmeans-quantizer")]


def told(page):
    """Return what commands say, as far as it is on the page."""
    pairs = re.findall(
        r"```sh\n([^`]*)\n```\n+```text\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL
    )
    return {command.splitlines()[-1]: text for command, text in pairs}


@pytest.fixture
def pictures(here):
    """What the pages' commands work on."""
    Image.fromarray(data.coffee()).save("photo.jpg", quality=95)
    for folder in ("pictures", "holidays"):
        Path(folder).mkdir()
        Image.fromarray(data.astronaut()[::8, ::8]).save(f"{folder}/beach.jpg")
        Image.fromarray(data.cat()[::8, ::8]).save(f"{folder}/cat.jpg")
    zarr.create_array("slide.ome.zarr", data=data.astronaut()[::8, ::8], chunks=(32, 32, 3))
    slides()
    frames = np.stack([np.roll(slide(), i, 1) for i in range(3)])
    tifffile.imwrite("movie.tif", frames, photometric="rgb")
    film = [Image.fromarray(frame) for frame in frames]
    film[0].save("film.gif", save_all=True, append_images=film[1:], duration=100)
    return here


def slides():
    """Save slides as PNG and TIFF, and their regions."""
    less = slide()
    less[7] = WHITE
    for i, picture in enumerate((slide(), less, slide()[:, :5]), 1):
        for suffix in ("png", "tif"):
            save(picture, f"slide{i}.{suffix}")
        for folder in (Path("cells"), Path("regions")):
            folder.mkdir(exist_ok=True)
            save(cells()[:, : picture.shape[1]], folder / f"slide{i}.png")


def lines_of(text):
    """Return lines without sizes, which differ with the encoders, and whatever ended first."""
    return sorted(re.sub(r" \d+ (KB|%)", r"\1", text).splitlines())


@pytest.mark.parametrize("page", [p for p in PAGES if commands(p)], ids=lambda p: p.name)
def test_commands_run(page, run, pictures):
    texts = told(page)
    for command in commands(page):
        _, *words = shlex.split(command)
        if "<" in words:  # what a shell does
            done = run_alone("-", input=(pictures / words[2]).read_bytes())
            assert done.returncode == 0
            (pictures / words[4]).write_bytes(done.stdout)
            continue
        said = run(*words)
        assert (said.status, said.err) == (0, ""), command
        if command in texts:
            assert lines_of(said.out) == lines_of(texts.pop(command))
    assert not texts, "what is told belongs to a command"


def test_the_reference_tells_what_comes_out():
    assert len(commands(REFERENCE)) > 10
    assert len(told(REFERENCE)) == 2


def test_options_of_the_reference_are_real(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    known = set(re.findall(r"--[\w-]+", run("--help").out + run("measure", "--help").out))
    page = REFERENCE.read_text(encoding="utf-8")
    assert set(re.findall(r"`(--[\w-]+)", page)) <= known
    assert parsed(["x", "--dither=ordered"]).dither == "ordered"
