"""Threads, processes and workers of a client write the same."""

from __future__ import annotations

import dask
import numpy as np
import pytest

from napari_kmeans_quantizer import quantize, quantize_to_zarr
from napari_kmeans_quantizer.core.files.omezarr import quantize_to_zarr_steps

from . import noticing
from .noticing import N_CHUNKS, noticed
from .stores import files_in, scene, write_ome


@pytest.fixture
def source(tmp_path):
    return write_ome(tmp_path / "slide.zarr", scene(3, 600, 300), chunks=(3, 128, 128))


@pytest.fixture
def expected(tmp_path, source):
    (tmp_path / "expected").mkdir()
    with dask.config.set(scheduler="synchronous"):
        return files_in(quantize_to_zarr(source, tmp_path / "expected" / "a.zarr", 4).path)


def test_threads(tmp_path, source, expected):
    assert files_in(quantize_to_zarr(source, tmp_path / "a.zarr", 4).path) == expected


def test_processes(tmp_path):
    image = scene(3, 300, 200)
    source = write_ome(tmp_path / "slide.zarr", image, chunks=(3, 128, 128))
    with dask.config.set(scheduler="processes", num_workers=2):
        result = quantize_to_zarr(source, tmp_path / "a.zarr", 4)
    expected = quantize(image, 4, channel_axis=0)
    assert np.array_equal(result.quantization.labels.compute(), expected.labels)
    assert np.array_equal(result.quantization.image.compute(), expected.image)


@pytest.fixture
def client():
    from distributed import Client, LocalCluster

    how = {"n_workers": 2, "threads_per_worker": 1, "processes": False, "dashboard_address": ":0"}
    with LocalCluster(**how) as cluster:
        client = Client(cluster)
        yield client
        client.close()


def test_workers_of_a_client(tmp_path, source, expected, client):
    assert files_in(quantize_to_zarr(source, tmp_path / "a.zarr", 4).path) == expected


def test_a_client_that_is_closed(tmp_path, source, expected, client):
    steps = quantize_to_zarr_steps(source, tmp_path / "a.zarr", 4)
    while not (tmp_path / ".a.zarr.partial" / "labels").exists():
        next(steps)
    client.close()
    with pytest.raises(RuntimeError, match="client of dask was closed") as caught:
        list(steps)
    assert "`resume=True`" in caught.value.__notes__[0]
    assert dask.config.get("scheduler", None) is None
    assert not (tmp_path / "a.zarr").exists()
    assert files_in(quantize_to_zarr(source, tmp_path / "a.zarr", 4, resume=True).path) == expected


def test_a_worker_that_dies(tmp_path):
    """Another one does its work, to the same bits."""
    from distributed import Client, LocalCluster

    whole = quantize(scene(*noticing.SHAPE), 5)
    target = tmp_path / "a.zarr"
    partial = target.with_name(".a.zarr.partial")
    how = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": ":0"}
    with LocalCluster(**how) as cluster, Client(cluster):
        source = noticed(tmp_path / "log", n=7, once=True, how="die", folder=partial)
        result = quantize_to_zarr(source, target, 5)
        assert (tmp_path / "died").exists()
        assert np.array_equal(result.quantization.labels.compute(), whole.labels)
        assert np.array_equal(result.quantization.image.compute(), whole.image)
    assert not list(target.rglob("*.partial"))


def test_progress(tmp_path, capsys):
    told = []
    with dask.config.set(scheduler="synchronous", num_workers=1):
        quantize_to_zarr(noticed(tmp_path / "log"), tmp_path / "a.zarr", 5, progress=told.append)
    fractions = [step.fraction for step in told]
    assert fractions == sorted(fractions)
    assert told[-1].stage == "Painting"
    assert fractions[-1] == 1
    assert len([step for step in told if step.fraction >= 0.5]) >= N_CHUNKS // 8
    quantize_to_zarr(scene(40, 50), tmp_path / "b.zarr", 5, progress="tqdm")
    assert "100%" in capsys.readouterr().err
    with pytest.raises(ValueError, match="`progress` must be None"):
        quantize_to_zarr(scene(40, 50), tmp_path / "c.zarr", 5, progress="dots")
