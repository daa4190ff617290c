"""Work that is done in steps: what it tells about itself, and how to run it to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

Step = TypeVar("Step")
Result = TypeVar("Result")


class Progress(NamedTuple):
    """Where a running quantization is: a stage for people, and the fraction done, 0..1."""

    stage: str
    """What is being done, such as "Painting"."""
    fraction: float
    """How much of all the work is done, 0..1."""


def completed(steps: Generator[Step, None, Result]) -> Result:
    """Run work that is done in steps to its end, and return its result.

    Parameters
    ----------
    steps : generator
        From `quantize_steps`, or any other whose result is the value that it returns. It may
        have begun already.

    Returns
    -------
    object
        What the generator returns.

    Examples
    --------
    >>> import numpy as np
    >>> from napari_kmeans_quantizer import quantize_steps
    >>> steps = quantize_steps(np.eye(8), 2)
    >>> next(steps).stage
    'Counting colors'
    >>> len(completed(steps).palette)
    2
    """
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result


def retold(
    steps: Generator[Step, None, Result], tell: Callable[[Step], Progress]
) -> Generator[Progress, None, Result]:
    """Run work that is done in steps as a part of other work, and tell its steps otherwise.

    Parameters
    ----------
    steps : generator
        As of `completed`.
    tell : callable
        Gets a step of that, and returns what is told instead.

    Yields
    ------
    Progress
        What `tell` returned. The generator returns what `steps` does.

    Examples
    --------
    >>> import numpy as np
    >>> from napari_kmeans_quantizer import quantize_steps
    >>> steps = quantize_steps(np.eye(8), 2)
    >>> next(retold(steps, lambda step: Progress(step.stage.upper(), step.fraction / 2))).stage
    'COUNTING COLORS'
    """
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result
        yield tell(step)
