"""Lazy data are read piece by piece, and come out as NumPy would have them."""

from __future__ import annotations

import dask.array as da
import numpy as np
import pytest
from pictures import STACK, run_steps

from napari_kmeans_quantizer import Progress, completed
from napari_kmeans_quantizer.plugin.models import reading
from napari_kmeans_quantizer.plugin.models.reading import is_lazy, read

SERIES = np.arange(7 * 5 * 20 * 30 * 3).reshape(7, 5, 20, 30, 3)


class Frames:
    """What reads one frame after the other, such as a movie's file."""

    def __init__(self, array, chunks=None):
        self._array, self.read = array, []
        self.shape, self.dtype = array.shape, array.dtype
        if chunks is not None:
            self.chunks = chunks

    def __getitem__(self, index):
        self.read.append(index)
        return self._array[index]


def whole(array, n_axes):
    return tuple(slice(0, size, 1) for size in array.shape[:n_axes])


LAZY = {
    "dask": lambda x: da.from_array(x, chunks=(2, 3, 20, 7, 3)),
    "one chunk": lambda x: da.from_array(x, chunks=x.shape),
    "many chunks": lambda x: da.from_array(x, chunks=(1, 1, 3, 3, 1)),
    "frames": Frames,
    "zarr": lambda x: Frames(x, (3, 2, 8, 8, 3)),
    "no chunks": lambda x: Frames(x, chunks=()),
}
INDICES = {
    "whole": whole(SERIES, 4),
    "a part": (slice(1, 6, 1), slice(2, 3, 1), slice(3, 17, 1), slice(5, 30, 1)),
    "every few": (slice(0, 7, 1), slice(0, 5, 1), slice(0, 20, 3), slice(2, 29, 4)),
    "in short": (slice(None), slice(1, None), slice(None, 9), slice(3, -4, 2)),
    "one pixel": (slice(6, 7, 1), slice(4, 5, 1), slice(19, 20, 1), slice(29, 30, 1)),
}


@pytest.mark.parametrize("index", INDICES)
@pytest.mark.parametrize("kind", LAZY)
def test_the_same_as_of_an_array(kind, index):
    data = LAZY[kind](SERIES)
    told, values = run_steps(read(data, INDICES[index], "Reading"))
    expected = SERIES[INDICES[index]]
    assert type(values.array) is np.ndarray
    assert values.array.dtype == expected.dtype
    assert np.array_equal(values.array, expected)
    assert values.masked is None
    n = len(told)
    assert told == [Progress(f"Reading, {i} of {n}", i / n) for i in range(n)]
    assert n <= 2 * reading.MOST_PIECES


def test_what_is_in_memory_is_not_copied():
    told, values = run_steps(read(STACK, whole(STACK, 3), "Reading"))
    assert told == []
    assert np.shares_memory(values.array, STACK)
    assert not is_lazy(STACK)
    assert is_lazy(da.from_array(STACK))


def test_each_pixel_is_read_once():
    frames = Frames(SERIES)
    completed(read(frames, whole(SERIES, 4), "Reading"))
    assert [index[0] for index in frames.read] == [slice(i, i + 1, 1) for i in range(7)]


def test_one_piece_has_as_many_chunks_as_can_be_computed_at_once(monkeypatch):
    monkeypatch.setattr(reading.os, "cpu_count", lambda: 4)
    data = da.from_array(np.zeros((20, 9, 9)), chunks=(1, 9, 9))
    told, _ = run_steps(read(data, whole(data, 3), "Reading"))
    assert len(told) == 5
    data = da.from_array(np.zeros((20, 9, 9)), chunks=(2, 3, 9))
    told, _ = run_steps(read(data, whole(data, 3), "Reading"))
    assert len(told) == 10


def test_it_can_be_ended_between_pieces():
    frames = Frames(SERIES)
    steps = read(frames, whole(SERIES, 4), "Reading")
    for _ in range(3):
        next(steps)
    steps.close()
    assert len(frames.read) == 2


@pytest.mark.parametrize("lazy", [False, True])
def test_masks_of_numpy_are_kept(lazy):
    masked = np.ma.masked_where(STACK > 150, STACK)
    data = da.from_array(masked, chunks=(1, 20, 30)) if lazy else masked
    _, values = run_steps(read(data, whole(STACK, 3), "Reading"))
    assert type(values.array) is np.ndarray
    assert np.array_equal(values.array, STACK)
    assert np.array_equal(values.masked, STACK > 150)


def test_a_mask_in_one_piece_only():
    masked = np.ma.array(STACK, mask=False)
    masked[2, 3, 4] = np.ma.masked
    data = da.from_array(masked, chunks=(1, 20, 30))
    _, values = run_steps(read(data, whole(STACK, 3), "Reading"))
    assert np.argwhere(values.masked).tolist() == [[2, 3, 4]]
