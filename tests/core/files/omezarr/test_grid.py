"""How results are cut: no chunk is read twice, no file is written by two tasks."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest

from napari_kmeans_quantizer.core.files.omezarr.grid import FEW_REGIONS, MOST, coarser, finest

CASES = {
    "one chunk": ((500, 400), (500, 400), None),
    "even chunks": ((1000, 1200), (256, 256), None),
    "odd chunks": ((1000, 1200), (77, 131), None),
    "large chunks": ((20000, 30000), (8192, 8192), None),
    "the whole as one large chunk": ((9973, 9001), (9973, 9001), None),
    "tiny chunks": ((4000, 5000), (16, 16), None),
    "single rows": ((30000, 20000), (1, 20000), None),
    "single columns": ((3000, 20000), (3000, 1), None),
    "planes": ((50, 1000, 1000), (1, 1000, 1000), None),
    "blocks": ((300, 700, 800), (64, 64, 64), None),
    "frames": ((7, 20, 300, 400), (1, 1, 300, 400), None),
    "shards": ((5000, 7000), (512, 512), (2048, 1024)),
    "large shards": ((50000, 70000), (512, 512), (32768, 32768)),
    "no chunks": ((500, 400), None, None),
}


@pytest.fixture(params=CASES)
def case(request):
    return CASES[request.param]


@pytest.fixture
def grid(case):
    return finest(*case, pixel_bytes=3)


def owners(grid, sizes):
    """Return, along each axis, of which regions the chunks of some sizes are."""
    return [
        {
            chunk: {pixel // r for pixel in range(start, min(start + size, n))}
            for chunk, start in enumerate(range(0, n, size))
        }
        for n, size, r in zip(grid.shape, sizes, grid.region, strict=True)
    ]


def test_a_chunk_of_the_source_is_read_by_one_region(grid, case):
    shape, chunks, _ = case
    for axis in owners(grid, chunks or shape):
        assert all(len(regions) == 1 for regions in axis.values())


def test_a_file_of_the_result_is_written_by_one_region(grid):
    for axis in owners(grid, grid.shards or grid.chunks):
        assert all(len(regions) == 1 for regions in axis.values())


def test_regions_hold_all_pixels_once_and_all_files_once(grid):
    count = Counter()
    if np.prod(grid.counts) > 3000:
        pytest.skip("very many")
    for region in grid.regions:
        count.update(grid.files(region))
    sizes = grid.shards or grid.chunks
    numbers = [-(-n // size) for n, size in zip(grid.shape, sizes, strict=True)]
    assert set(count) == set(itertools.product(*map(range, numbers)))
    assert set(count.values()) == {1}
    n_pixels = sum(
        np.prod([part.stop - part.start for part in grid.slices(region)]) for region in grid.regions
    )
    assert n_pixels == np.prod(grid.shape)


def test_shards_hold_whole_chunks(grid):
    if grid.shards is not None:
        assert all(s % c == 0 for s, c in zip(grid.shards, grid.chunks, strict=True))


def test_chunks_are_neither_huge_nor_strips(grid, case):
    assert np.prod(grid.chunks) <= MOST
    assert max(grid.chunks[-2:]) <= 256 * min(grid.chunks[-2:])


@pytest.mark.parametrize(
    ("name", "chunks"),
    [
        ("even chunks", (256, 256)),
        ("odd chunks", (77, 131)),
        ("tiny chunks", (16, 16)),
        ("blocks", (64, 64, 64)),
        ("shards", (512, 512)),
        ("large chunks", (2048, 2048)),
        ("single rows", (128, 20000)),
    ],
)
def test_chunks_are_those_of_the_source_where_that_is_sensible(name, chunks):
    assert finest(*CASES[name], pixel_bytes=3).chunks == chunks


def test_few_regions_stay_as_they_are():
    assert finest((1000, 1200), (256, 256), None, 3).region == (256, 256)


def test_many_become_fewer():
    grid = finest((40000, 50000), (64, 64), None, 3)
    assert np.prod(grid.region) * 3 <= 1 << 24
    assert FEW_REGIONS <= np.prod(grid.counts) < 600


def test_a_coarser_level_reads_no_more_at_once_than_a_finer_one():
    grid = finest((40000, 50000), (512, 512), None, 3)
    below = coarser(grid, (20000, 25000), (2, 2), 3)
    assert below.chunks == grid.chunks
    assert np.prod(below.region) * 4 * 3 <= 1 << 24
    for axis in owners(below, below.chunks):
        assert all(len(regions) == 1 for regions in axis.values())
