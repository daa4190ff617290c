"""Every command of the page runs as it stands, in order."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from PIL import Image
from skimage import data

from napari_kmeans_quantizer.cli.options import parsed

from .command import names, run_alone

PAGE = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
COMMANDS = [
    line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()
]


@pytest.fixture
def pictures(here):
    Image.fromarray(data.coffee()).save("photo.jpg", quality=95)
    for folder in ("pictures", "holidays", "small", "shared", "reported"):
        (here / folder).mkdir()
    for folder in ("pictures", "holidays"):
        Image.fromarray(data.astronaut()[::8, ::8]).save(f"{folder}/beach.jpg")
        Image.fromarray(data.cat()[::8, ::8]).save(f"{folder}/cat.jpg")
    return here


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
        if command == COMMANDS[0]:
            told = re.search(r"```text\n(.*?)```", PAGE, re.DOTALL)[1]
            # Sizes differ a little with the versions of the encoders.
            assert re.sub(r"\d+ (KB|%)", r"\1", said.out) == re.sub(r"\d+ (KB|%)", r"\1", told)
    assert len(COMMANDS) > 10
    assert len(names(pictures / "shared")) == 2


def test_options_of_the_page_are_real(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    known = set(re.findall(r"--[\w-]+", run("--help").out))
    assert set(re.findall(r"`(--[\w-]+)", PAGE)) <= known
    assert parsed(["x", "--dither=ordered"]).dither == "ordered"
