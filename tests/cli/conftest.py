from __future__ import annotations

import pytest
from PIL import Image

from napari_kmeans_quantizer.cli import main

from .command import PHOTO, Said


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder, in which one is."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def photo(here):
    path = here / "photo.png"
    Image.fromarray(PHOTO).save(path)
    return path


@pytest.fixture
def run(here, capsys):
    """Run the command in this process."""

    def run(*arguments):
        capsys.readouterr()
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = end.code
        return Said(status, *capsys.readouterr())

    return run
