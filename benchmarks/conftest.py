"""Pictures and points that the benchmarks share."""

from __future__ import annotations

import numpy as np
import pictures
import pytest


@pytest.fixture(scope="session")
def photograph() -> np.ndarray:
    """RGB8, 3 MP."""
    return pictures.shipped_picture()


@pytest.fixture(scope="session")
def points() -> np.ndarray:
    """100,000 points with 5 features around 16 places."""
    rng = np.random.default_rng(0)
    places = rng.normal(scale=5, size=(16, 5))
    return places[rng.integers(16, size=100_000)] + rng.normal(size=(100_000, 5))
