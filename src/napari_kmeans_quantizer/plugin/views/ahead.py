"""Imports what views need before they are opened: that would stop the window for seconds."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

VIEWS = __package__
NEEDED = (
    "matplotlib.figure",
    "matplotlib.backends.backend_qtagg",
    "matplotlib.collections",
    "matplotlib.ticker",
    f"{VIEWS}.plot",
    f"{VIEWS}.explore.view",
    f"{VIEWS}.shares.view",
    f"{VIEWS}.measure.view",
    f"{VIEWS}.shares.canvas",
    f"{VIEWS}.color_space.view",
    f"{VIEWS}.pixels.view",
)


def import_ahead() -> Generator[str, None, None]:
    """Import them one by one, in any thread; yield their names."""
    for name in NEEDED:
        import_module(name)
        yield name
