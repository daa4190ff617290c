"""measure() of lazy results: the table of results in memory, made chunk by chunk."""

from __future__ import annotations

import dask
import dask.array as da
import numpy as np
import pytest
import xarray as xr
from pandas.testing import assert_frame_equal
from skimage import data

from napari_kmeans_quantizer import measure, quantize

RNG = np.random.default_rng(0)
STACK = np.stack([np.kron(data.coffee()[k : k + 300, :300], np.ones((2, 2, 1), np.uint8))
                  for k in (0, 30, 60, 90)])  # fmt: skip
"""Of 4 planes, more pixels than are read as a whole."""
SHAPE, CHUNKS = STACK.shape[:3], (3, 250, (190, 10, 400), 3)
MASK = STACK[..., 1] > 60
CELLS = np.zeros(SHAPE, np.int64)
CELLS[:, 100:400, 50:500] = np.kron(RNG.integers(0, 9, (4, 30, 45)), np.ones((1, 10, 10), np.int64))
CELLS[CELLS == 5] = 10**15
CELLS[CELLS == 6] = -3
LEFT = np.arange(SHAPE[2]) < 99
REGIONS = {
    "frames alone": None,
    "cells": CELLS,
    "an area of every plane": CELLS[1],
    "a mask": CELLS > 3,
    "overlapping masks": {"all": CELLS > 0, "left": LEFT, "none": CELLS > 10**16},
    "large numbers": (CELLS > 0) * np.uint64(2**64 - 1),
    "nothing": np.zeros(SHAPE, np.uint8),
    "no masks": {},
}


def lazily(regions):
    if isinstance(regions, dict):
        return {name: lazily(part) for name, part in regions.items()}
    return None if regions is None else da.from_array(regions, 130)


@pytest.fixture(scope="module", params=["all", "masked"])
def results(request):
    mask = MASK if request.param == "masked" else None
    held = quantize(STACK, 6, mask=mask)
    return held, quantize(da.from_array(STACK, CHUNKS), 6, mask=mask)


@pytest.mark.parametrize("frames", [False, True])
@pytest.mark.parametrize("regions", REGIONS)
def test_lazy_results_have_the_table_of_those_in_memory(results, regions, frames):
    held, lazy = results
    given = REGIONS[regions]
    expected = measure(held, regions=given, frames=frames, region_names={1: "one"})
    for some in (given, lazily(given)):
        table = measure(lazy, regions=some, frames=frames, region_names={1: "one"})
        assert_frame_equal(table, expected)


def test_cells_outside_of_the_mask_are_told(results):
    held, lazy = results
    cells = np.where(MASK, 0, 7)
    assert_frame_equal(measure(lazy, regions=cells), measure(held, regions=cells))
    assert set(measure(lazy, regions=cells)["region"]) == {"7"}


def test_units_background_and_groups_are_as_in_memory(results):
    held, lazy = (q.renamed({0: "glass", 2: "glass"}) for q in results)
    options = {"regions": CELLS, "pixel_size": 0.5, "unit": "µm", "background": ["glass"]}
    for group in (False, True):
        assert_frame_equal(
            measure(lazy, group=group, **options), measure(held, group=group, **options)
        )


def test_one_thread_gives_the_same_table(results):
    held, lazy = results
    with dask.config.set(scheduler="synchronous"):
        table = measure(lazy, regions=CELLS, frames=True)
    assert_frame_equal(table, measure(held, regions=CELLS, frames=True))


def test_worker_processes_give_the_same_table():
    lazy = quantize(da.from_array(STACK, CHUNKS), 6)
    with dask.config.set(scheduler="processes", num_workers=2):
        table = measure(lazy, regions=CELLS, frames=True)
    assert_frame_equal(table, measure(quantize(STACK, 6), regions=CELLS, frames=True))


def test_a_client_gives_the_same_table(tmp_path):
    distributed, zarr = pytest.importorskip("distributed"), pytest.importorskip("zarr")
    for name, array in (("image", STACK), ("cells", CELLS)):
        zarr.create_array(tmp_path / name, data=array, chunks=(1, 200, 300, 3)[: array.ndim])
    options = {"processes": False, "dashboard_address": ":0"}
    with distributed.LocalCluster(n_workers=1, **options) as cluster, cluster.get_client():
        lazy = quantize(da.from_zarr(tmp_path / "image"), 6)
        table = measure(lazy, regions=da.from_zarr(tmp_path / "cells"))
    assert_frame_equal(table, measure(quantize(STACK, 6), regions=CELLS))


def test_arrays_of_xarray_are_measured(results):
    held, _ = results
    image = xr.DataArray(da.from_array(STACK, CHUNKS), dims=("t", "y", "x", "c"))
    cells = xr.DataArray(da.from_array(CELLS, 130), dims=("t", "y", "x"))
    lazy = quantize(image, 6, mask=held.mask)
    assert_frame_equal(measure(lazy, regions=cells), measure(held, regions=CELLS))


def test_edited_results_are_measured(results):
    held, lazy = (q.merged(3, into=0) for q in results)
    assert_frame_equal(measure(lazy, regions=CELLS), measure(held, regions=CELLS))


def test_every_chunk_is_read_once(store_of):
    rgba = np.concatenate([STACK, (MASK * np.uint8(255))[..., np.newaxis]], axis=-1)
    image, cells = store_of(rgba), store_of(CELLS)
    q = quantize(image.lazily((1, 300, 300, 4)), 6)
    image.reads.clear()
    regions = {"cells": cells.lazily((1, 300, 300)), "left": LEFT}
    measure(q, regions=regions, frames=True)
    assert len(image.reads) == len(cells.reads) == 16
    assert set(image.reads.values()) == set(cells.reads.values()) == {1}


def test_nothing_is_read_for_the_image_as_a_whole(store_of):
    image = store_of(STACK)
    q = quantize(image.lazily(CHUNKS), 6)
    image.reads.clear()
    assert measure(q)["pixels"].sum() == np.prod(SHAPE)
    assert not image.reads


@pytest.mark.parametrize(
    ("regions", "message"),
    [
        (da.zeros(SHAPE), "whole numbers"),
        (da.zeros((3, 3), dtype=int), "shape of the image"),
        (da.zeros(SHAPE, dtype=int)[da.zeros(SHAPE[0]) == 0], "compute_chunk_sizes"),
        ({"a": da.zeros((3, 3), dtype=int)}, "shape of the image"),
    ],
)
def test_bad_regions_are_refused_before_anything_is_read(store_of, regions, message):
    image = store_of(STACK)
    q = quantize(image.lazily(CHUNKS), 6)
    image.reads.clear()
    with pytest.raises((TypeError, ValueError), match=message):
        measure(q, regions=regions)
    assert not image.reads


def test_masked_regions_are_refused(results):
    _, lazy = results
    masked = da.ma.masked_greater(da.from_array(CELLS, 200), 3)
    with pytest.raises(TypeError, match=r"da\.ma\.filled"):
        measure(lazy, regions=masked)


def test_what_cannot_be_read_is_named(store_of):
    def fails(place, n):
        if place[0] == 2 and is_broken:
            raise OSError("bad sectors")

    is_broken = False
    q = quantize(store_of(STACK, fails).lazily((1, 600, 600, 3)), 6)
    is_broken = True
    with pytest.raises(OSError, match=r"\[2:4, 0:600, 0:600\].*bad sectors"):
        measure(q, frames=True)
