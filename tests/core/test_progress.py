"""Steps run to their end, and told in other words."""

from __future__ import annotations

import numpy as np
import pytest

from napari_kmeans_quantizer import Progress, completed, quantize, quantize_steps
from napari_kmeans_quantizer.core.progress import retold

IMAGE = np.random.default_rng(0).random((20, 30))


def steps(log):
    try:
        yield from range(3)
    finally:
        log.append("closed")
    return "result"


def test_completed_returns_the_result():
    log = []
    assert completed(steps(log)) == "result"
    assert log == ["closed"]


def test_completed_runs_what_is_left():
    work = quantize_steps(IMAGE, 3)
    assert isinstance(next(work), Progress)
    q = completed(work)
    assert np.array_equal(q.labels, quantize(IMAGE, 3).labels)


def test_completed_lets_errors_through():
    def failing():
        yield 1
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        completed(failing())


def test_retold():
    log = []
    work = retold(steps(log), lambda number: Progress("Counting", number / 3))
    assert next(work) == ("Counting", 0)
    assert next(work) == ("Counting", 1 / 3)
    assert completed(work) == "result"


def test_retold_is_closed_with_what_it_tells_of():
    log = []
    work = retold(steps(log), lambda number: Progress("Counting", number / 3))
    next(work)
    work.close()
    assert log == ["closed"]
