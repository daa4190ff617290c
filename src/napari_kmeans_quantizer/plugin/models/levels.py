"""Sources too large to be held: which levels they have, and which of them is read or fitted on.

What is read of such a source is reduced: the finest level that can be held, or every n-th pixel
where no level is coarse enough.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .parts import preview_step
from .reading import is_lazy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .source import Grid, Source

HELD = 1 << 22
"""Pixels that are read, fitted and painted in memory: in a fraction of a second."""
ALL = 0
"""The level of all pixels."""


def is_too_large(source: Source) -> bool:
    """Tell whether a source is lazy, or a pyramid, and has more pixels than are held.

    What is quantized of it is painted block by block, as it is looked at.
    """
    if whole(source).n_pixels <= HELD:
        return False
    return any(layer.multiscale or is_lazy(layer.data) for layer in source.layers)


def whole(source: Source) -> Source:
    """Return all pixels of a source that may be reduced."""
    return replace(source, level=ALL, step=1)


def reduced(source: Source, fit_on: int | None = None) -> Source:
    """Return what is held of a source that is too large; others as they are.

    Parameters
    ----------
    source : Source
        What is quantized.
    fit_on : int, optional
        The level that is fitted: one that is coarser than what could be held is held itself.
    """
    if not is_too_large(source):
        return source
    full = whole(source)
    sizes = [replace(full, level=level).n_pixels for level in range(full.n_levels)]
    finest = next((level for level, n in enumerate(sizes) if n <= HELD), len(sizes) - 1)
    level = max(finest, min(fit_on or 0, len(sizes) - 1))
    held = replace(full, level=level, step=preview_step(sizes[level], HELD), region=None)
    return replace(held, region=_region_at(full, held))


def _region_at(full: Source, held: Source) -> Any:
    """Return the region of a source for what is held of it; of a mask, what lies at its pixels."""
    region = full.region
    if not isinstance(region, np.ndarray):
        return region
    part = tuple(slice(0, size) for size in held.shape)
    return nearest_in(region, full.grid, held.grid, part)


def nearest_in(
    mask: NDArray[np.bool_], of: Grid, wanted: Grid, part: tuple[slice, ...]
) -> NDArray[np.bool_]:
    """Return what a mask of pixels of one grid says of those in a part of another one."""
    places = []
    for axis, piece in enumerate(part):
        there = wanted.origin[axis] + np.arange(piece.start, piece.stop) * wanted.reduction[axis]
        index = np.rint((there - of.origin[axis]) / of.reduction[axis]).astype(np.intp)
        places.append(np.clip(index, 0, mask.shape[axis] - 1))
    taken: NDArray[np.bool_] = mask[np.ix_(*places)]
    return taken


# -- what people choose from


def fitted_level(source: Source, fit_on: int | None) -> Source:
    """Return the pixels that are fitted: those that are held, or all of a finer level."""
    held = reduced(source, fit_on)
    if fit_on is None or fit_on >= held.level + (held.step > 1):
        return held
    return replace(whole(source), level=fit_on, region=held.region)


def choices(source: Source) -> list[tuple[str, int | None]]:
    """Return on what a source that is too large can be fitted, as texts and levels.

    From few pixels to all of them; None is the finest that can be held. Nothing if it is held.
    """
    if not is_too_large(source):
        return []
    held, full = reduced(source), whole(source)
    found: list[tuple[str, int | None]] = [(told(held), None)]
    for level in range(full.n_levels):
        if level > held.level:
            found.insert(0, (told(replace(full, level=level)), level))
    for level in reversed(range(held.level + (held.step > 1))):
        found.append((told(replace(full, level=level)), level))
    return found


def told(source: Source) -> str:
    """Return which pixels of its layers a source has, such as "level 2 · 2048 × 2048".

    Every second pixel of a level, which would not fit into the panel, is "level 2 / 2 · ...".
    """
    is_both = source.level and source.step > 1
    name = f"level {source.level} / {source.step}" if is_both else named(source)
    return f"{name} · {_size(source)}"


def named(source: Source) -> str:
    """Return the same without their number: "level 2", "1 of 8 × 8 pixels" or "all pixels"."""
    if source.step > 1:
        one = f"1 of {source.step} × {source.step} pixels"
        return f"{one} of level {source.level}" if source.level else one
    return f"level {source.level}" if source.level else "all pixels"


def _size(source: Source) -> str:
    return " × ".join(map(str, source.shape))
