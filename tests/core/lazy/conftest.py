"""What tests of lazy arrays share."""

from __future__ import annotations

import pytest
from lazy_store import Store


@pytest.fixture
def store_of():
    """Return what makes a store of an array, and what fails when a chunk is read."""
    return Store
