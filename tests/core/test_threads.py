"""Chunks in threads: in order, whatever happens to one of them."""

from __future__ import annotations

import itertools
import os
import threading
import time

import pytest

from napari_kmeans_quantizer.core import threads


@pytest.fixture(params=[1, 2, 5])
def n_threads(request, monkeypatch):
    monkeypatch.setattr(threads, "n_threads", lambda: request.param)
    return request.param


def test_results_come_in_order(n_threads):
    def slow_at_first(index):
        time.sleep(0.01 if index < 3 else 0)
        return index**2

    assert list(threads.map_chunks(slow_at_first, 20)) == [i**2 for i in range(20)]
    assert list(threads.map_chunks(slow_at_first, 0)) == []


def test_every_chunk_is_done_once(n_threads):
    done = []
    list(threads.map_chunks(done.append, 100))
    assert sorted(done) == list(range(100))
    shared = threads.share_chunks(lambda indices: list(indices), 100)
    assert sorted(itertools.chain(*shared)) == list(range(100))
    assert len(shared) <= n_threads


@pytest.mark.parametrize("bad", [0, 7, 19])
def test_errors_are_raised(n_threads, bad):
    def fail(index):
        time.sleep(0.001)
        if index == bad:
            raise ZeroDivisionError
        return index

    with pytest.raises(ZeroDivisionError):
        list(threads.map_chunks(fail, 20))
    with pytest.raises(ZeroDivisionError):
        threads.share_chunks(lambda indices: [fail(i) for i in indices], 20)


def test_stopping_early_drops_what_has_not_begun(n_threads):
    begun = []

    def work(index):
        begun.append(index)
        time.sleep(0.002)

    steps = threads.map_chunks(work, 1000)
    next(steps)
    steps.close()
    n_begun = len(begun)
    assert n_begun < 100
    time.sleep(0.05)
    assert len(begun) == n_begun
    assert threading.active_count() < 20


def test_number_of_threads(monkeypatch):
    monkeypatch.setenv("NUMBA_NUM_THREADS", "1000000")
    limit = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert threads.n_threads() == limit
    monkeypatch.setenv("NUMBA_NUM_THREADS", "1")
    assert threads.n_threads() == 1
    monkeypatch.setenv("NUMBA_NUM_THREADS", "many")
    assert threads.n_threads() == limit


def test_chunks_cover_everything_once():
    for n in (0, 1, 16_384, 16_385, 1_000_000, 5_000_000):
        parts = threads.chunks(n)
        assert [i for s in parts for i in (s.start, s.stop)][1:-1:2] == [s.start for s in parts[1:]]
        assert sum(s.stop - s.start for s in parts) == n
        assert len(parts) <= threads.MOST_CHUNKS


def test_an_error_in_a_thread_is_not_lost(monkeypatch):
    monkeypatch.setattr(threads, "n_threads", lambda: 2)
    with pytest.raises(ZeroDivisionError), threads.workers(4) as map_:
        list(map_(lambda i: 1 // (i - 2), 4))


def test_one_pool_serves_many_passes(n_threads):
    with threads.workers(8) as map_:
        for n in (8, 1, 3, 0, 8):
            assert list(map_(lambda i: i * i, n)) == [i * i for i in range(n)]
