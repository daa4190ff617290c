"""Work that is done in steps, as a part of other work."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from napari_kmeans_quantizer import Progress, retold

if TYPE_CHECKING:
    from collections.abc import Generator

Result = TypeVar("Result")


def as_part(
    steps: Generator[Progress, None, Result], done: int, of: int, name: str = ""
) -> Generator[Progress, None, Result]:
    """Run one of several pieces of work; its progress counts as a part of the whole."""

    def part(step: Progress) -> Progress:
        stage = f"{name}: {step.stage.lower()}" if name else step.stage
        return Progress(stage, (done + step.fraction) / of)

    return retold(steps, part)
