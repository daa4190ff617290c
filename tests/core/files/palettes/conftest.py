from __future__ import annotations

import pytest

from napari_kmeans_quantizer import read_palette, write_palette


@pytest.fixture
def read(tmp_path):
    """Read a palette from bytes in a real file."""

    def read_bytes(name, content):
        path = tmp_path / name
        path.write_bytes(content)
        return read_palette(path)

    return read_bytes


@pytest.fixture
def written(tmp_path):
    """Return the bytes of a palette in a real file."""

    def write(name, palette):
        write_palette(tmp_path / name, palette, overwrite=True)
        return (tmp_path / name).read_bytes()

    return write


@pytest.fixture
def back(read, written):
    """Return a palette after a round trip."""
    return lambda name, palette: read(name, written(name, palette))
