from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for `reference`


def pytest_configure(config):
    """Give every worker a cache of compiled kernels of its own.

    Two processes that compile the same function for different types at the same time would give
    both results the same file name in numba's cache.
    """
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        os.environ["NUMBA_CACHE_DIR"] = str(config.rootpath / ".numba_cache" / worker)


def pytest_make_parametrize_id(val):
    """Call bytes by their number: some hold the time, and all workers must collect the same."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


def pytest_collection_finish():
    """Let no collection walk through all modules again: the fixture of viewers collects twice."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def numpy_generator_untouched():
    """Nothing may ever draw from, or seed, NumPy's global generator."""
    before = np.random.get_state()[1:3]  # noqa: NPY002
    yield
    after = np.random.get_state()[1:3]  # noqa: NPY002
    assert np.array_equal(before[0], after[0])
    assert before[1] == after[1]
