"""Progress: what a running quantization tells about itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator

Result = TypeVar("Result")


class Progress(NamedTuple):
    """Where a running quantization is: a stage for people, and the fraction done, 0..1."""

    stage: str
    fraction: float


def completed(steps: Generator[Any, None, Result]) -> Result:
    """Run all steps, and return what they return."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            result: Result = stop.value
            return result
