"""What a file tells beside its pixels."""

from __future__ import annotations

from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

DURATION = 100.0
"""Milliseconds that a frame is shown, if nothing else was said."""
LONGEST = 655_350.0
"""Milliseconds; what GIF and APNG can both tell."""


class Extras(NamedTuple):
    """What a file tells beside its pixels, checked."""

    durations: tuple[float, ...]
    """Milliseconds of each frame; empty if there is only a picture."""
    loop: int
    """Times that an animation is shown, 0 for ever."""
    icc_profile: bytes | None
    dpi: tuple[float, float] | None


def as_extras(
    n_frames: int,
    durations: float | Sequence[float] | None,
    loop: int | None,
    icc_profile: bytes | None,
    dpi: float | tuple[float, float] | None,
) -> Extras:
    """Check what was asked for."""
    if icc_profile is not None and not isinstance(icc_profile, bytes):
        raise TypeError(f"`icc_profile` must be bytes or None, got {type(icc_profile).__name__}.")
    return Extras(_durations(durations, n_frames), _loop(loop), icc_profile or None, _dpi(dpi))


def _durations(durations: Any, n_frames: int) -> tuple[float, ...]:
    given = np.atleast_1d(np.asarray(DURATION if durations is None else durations))
    if given.dtype.kind not in "iuf" or given.ndim != 1:
        raise TypeError(
            f"`durations` must be milliseconds, one number or one a frame, got {durations!r}."
        )
    if len(given) not in (1, n_frames):
        raise ValueError(
            f"`durations` must be one number or {n_frames}, one a frame, got {len(given)}."
        )
    if not ((given >= 0) & (given <= LONGEST)).all():  # NaN fails, too
        raise ValueError(f"`durations` must lie in 0..{LONGEST:g} ms, got {durations!r}.")
    return tuple(float(value) for value in np.broadcast_to(given, (n_frames,)))


def _loop(loop: Any) -> int:
    if loop is None:
        return 0
    if isinstance(loop, bool) or not isinstance(loop, Integral):
        raise TypeError(f"`loop` must be an integer or None, got {loop!r}.")
    if not 0 <= int(loop) <= 65535:
        raise ValueError(f"`loop` must lie in 0..65535, 0 for ever, got {loop}.")
    return int(loop)


def _dpi(dpi: Any) -> tuple[float, float] | None:
    if dpi is None:
        return None
    both = (dpi, dpi) if isinstance(dpi, Real) else tuple(dpi)
    if len(both) != 2 or not all(isinstance(dots, Real) for dots in both):
        raise TypeError(f"`dpi` must be a number or two, across and down, got {dpi!r}.")
    if not all(0 < float(dots) < 1e6 for dots in both):
        raise ValueError(f"`dpi` must be positive and below a million, got {dpi!r}.")
    return float(both[0]), float(both[1])
