"""Progress: what a running quantization tells about itself."""

from __future__ import annotations

from typing import NamedTuple


class Progress(NamedTuple):
    """Where a running quantization is: a stage for people, and the fraction done, 0..1."""

    stage: str
    fraction: float
