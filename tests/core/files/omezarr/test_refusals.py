"""What cannot be done is refused before any work, in words that help."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import zarr

from napari_kmeans_quantizer import quantize_to_zarr

from .noticing import lines, noticed
from .stores import files_in, names, scene, write_ome


@pytest.fixture
def target(tmp_path):
    return tmp_path / "result.zarr"


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_color": 3}, TypeError, "unexpected keyword argument 'n_color'"),
        ({"dither": "floyd-steinberg"}, ValueError, '"ordered" or "blue-noise"'),
        ({"version": "0.3"}, ValueError, "`version` must be 0.4 or 0.5, got '0.3'"),
        ({"channel_axis": 5}, ValueError, "`channel_axis` must lie in -2..1"),
        ({"channel_axis": "c"}, TypeError, "`channel_axis` must be an integer"),
        ({"mask": np.ones((3, 4), bool)}, ValueError, "spatial shape (320, 256), got (3, 4)"),
    ],
)
def test_options(tmp_path, target, options, error, message):
    with pytest.raises(error) as caught:
        quantize_to_zarr(noticed(tmp_path / "log"), target, **options)
    assert message in str(caught.value)
    assert lines(tmp_path / "log") == []
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    "options", [{"n_colors": 0}, {"effort": "much"}, {"mask": np.ones((40, 50))}]
)
def test_options_of_quantize(tmp_path, target, options):
    with pytest.raises((ValueError, TypeError)):
        quantize_to_zarr(scene(40, 50), target, **options)
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("target", "error", "message"),
    [
        ("s3://bucket/a.zarr", ValueError, "must be a folder of a file system"),
        (7, TypeError, "`target` must be a path"),
        ("none/a.zarr", FileNotFoundError, "there is no folder"),
        ("slide.zarr", ValueError, "must lie apart from what is read"),
        ("slide.zarr/labels", ValueError, "must lie apart from what is read"),
        ("slide.zarr/../slide.zarr", ValueError, "must lie apart from what is read"),
        ("folder", FileExistsError, "is no zarr, and is not replaced"),
        ("text", FileExistsError, "is no zarr, and is not replaced"),
    ],
)
def test_targets(tmp_path, monkeypatch, target, error, message):
    monkeypatch.chdir(tmp_path)
    write_ome(tmp_path / "slide.zarr", scene(40, 50), "yx")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "precious").write_text("x")
    (tmp_path / "text").write_text("x")
    before = files_in(tmp_path)
    with pytest.raises(error, match=message):
        quantize_to_zarr("slide.zarr", target, 3, overwrite=True)
    assert files_in(tmp_path) == before


def test_a_target_around_the_source(tmp_path):
    (tmp_path / "outer").mkdir()
    source = write_ome(tmp_path / "outer" / "slide.zarr", scene(40, 50), "yx")
    with pytest.raises(ValueError, match="must lie apart"):
        quantize_to_zarr(source, tmp_path / "outer", 3, overwrite=True)


def group(path, **attributes):
    return zarr.create_group(path, attributes=attributes)


def test_sources(tmp_path, target):
    (tmp_path / "text").write_text("x")
    (tmp_path / "empty").mkdir()
    group(tmp_path / "group")
    plate = {"columns": [], "rows": [], "wells": []}
    group(tmp_path / "plate", ome={"version": "0.5", "plate": plate})
    series = group(tmp_path / "series", ome={"version": "0.5", "bioformats2raw.layout": 3})
    series.create_group("0")
    series.create_group("1")
    group(tmp_path / "future", ome={"version": "0.9", "multiscales": [{}]})
    group(tmp_path / "broken", ome={"version": "0.5", "multiscales": [{"datasets": []}]})
    for name, error, message in [
        ("none", FileNotFoundError, "there is no such file or folder"),
        ("text", ValueError, "is no zarr array, and no OME-Zarr image"),
        ("empty", ValueError, "is no zarr array, and no OME-Zarr image"),
        ("group", ValueError, "without an OME-Zarr image"),
        ("plate", ValueError, "is a plate: name one of its images"),
        ("series", ValueError, "holds several images: name one of them, 0, 1"),
        ("future", ValueError, "is OME-Zarr 0.9; 0.4 and 0.5 can be read"),
        ("broken", ValueError, "`multiscales` is not valid: axes"),
    ]:
        with pytest.raises(error, match=message) as caught:
            quantize_to_zarr(tmp_path / name, target, 3)
        assert str(caught.value).startswith(str(tmp_path / name))
    assert not target.exists()


def test_arrays_that_ome_zarr_cannot_hold(target):
    with pytest.raises(ValueError, match="must have two to four axes besides channels"):
        quantize_to_zarr(np.zeros(9), target, 3)
    with pytest.raises(ValueError, match="must have two to four axes besides channels"):
        quantize_to_zarr(np.zeros((2, 2, 2, 2, 2)), target, 3)
    with pytest.raises(ValueError, match="at least one pixel"):
        quantize_to_zarr(np.zeros((0, 5)), target, 3)
    with pytest.raises(TypeError):
        quantize_to_zarr(np.zeros((4, 5), "M8[s]"), target, 3)


def test_what_is_missing_is_told(tmp_path, target, monkeypatch):
    from napari_kmeans_quantizer.core.files.omezarr import needed

    monkeypatch.setattr(needed, "NEEDED", ("dask", "zarr_of_the_future"))
    with pytest.raises(
        ImportError, match=r'pip install "napari-kmeans-quantizer\[big\]"'
    ) as caught:
        quantize_to_zarr(scene(40, 50), target, 3)
    assert "zarr_of_the_future" in str(caught.value)
    assert "dask" in sys.modules
