"""Time without compilation, which numba's own events tell of."""

from __future__ import annotations

import threading
import time

import pytest
from numba.core import event
from numba.core.event import end_event, start_event

from napari_kmeans_quantizer.plugin.clock import work_clock

COMPILING = "numba:compile"
LONG, SHORT = 0.3, 0.05  # seconds; what is measured differs by how busy the machine is


def compiling(seconds, inner=0.0):
    """Seem to compile, as numba would; and within it something else."""
    start_event(COMPILING, data={})
    time.sleep(seconds)
    if inner:
        compiling(inner)
    end_event(COMPILING, data={})


def test_without_compilation_it_is_a_clock():
    with work_clock() as seconds:
        started = time.perf_counter()
        time.sleep(SHORT)
        measured, passed = seconds(), time.perf_counter() - started
        assert measured >= SHORT
        assert measured == pytest.approx(passed, abs=0.03)
        time.sleep(SHORT)
        assert seconds() >= measured + SHORT


def test_compilation_does_not_count():
    with work_clock() as seconds:
        time.sleep(SHORT)
        compiling(LONG)
        compiling(LONG)
        time.sleep(SHORT)
        assert 2 * SHORT <= seconds() < 2 * SHORT + LONG


def test_a_compilation_within_another_counts_once():
    with work_clock() as seconds:
        started = time.perf_counter()
        compiling(SHORT, inner=LONG)
        time.sleep(SHORT)
        measured, passed = seconds(), time.perf_counter() - started
        assert SHORT <= measured <= passed - LONG - SHORT + 0.03


def test_compilation_in_another_thread_counts_too():
    with work_clock() as seconds:
        other = threading.Thread(target=compiling, args=(LONG,))
        other.start()
        other.join()
        assert seconds() < LONG


def test_a_compilation_that_had_begun_before_does_no_harm():
    start_event(COMPILING, data={})
    with work_clock() as seconds:
        time.sleep(SHORT)
        end_event(COMPILING, data={})
        assert seconds() >= SHORT
        compiling(LONG)
        assert SHORT <= seconds() < LONG


def test_other_events_of_numba_are_not_taken_for_compilation():
    with work_clock() as seconds:
        start_event("numba:run_pass", data={})
        time.sleep(SHORT)
        end_event("numba:run_pass", data={})
        assert seconds() >= SHORT


def test_clocks_may_run_beside_and_within_each_other():
    with work_clock() as outer:
        compiling(LONG)
        with work_clock() as inner:
            compiling(LONG)
            time.sleep(SHORT)
            assert SHORT <= inner() < LONG
        assert SHORT <= outer() < LONG


def test_nothing_listens_afterwards():
    before = {kind: list(listeners) for kind, listeners in event._registered.items()}
    with pytest.raises(ValueError, match="work"), work_clock():
        raise ValueError("work")
    assert {kind: list(listeners) for kind, listeners in event._registered.items()} == before
