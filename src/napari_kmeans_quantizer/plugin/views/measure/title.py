"""The line above the table: of what it is, and how much that is in all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_kmeans_quantizer.plugin.models.numbers import significant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from napari_kmeans_quantizer.core.measurement import Measurement


def title(measured: Sequence[Measurement], n_errors: int) -> str:
    """Return what is measured, such as "tissue: 12,000 pixels, 3,000 µm² in 3 regions"."""
    n = len(measured) + n_errors
    name = measured[0].image if n == 1 and measured else f"{n:,} images"
    sizes = [_plural(sum(_total(one) for one in measured), "pixel"), *_areas(measured)]
    within = " ".join([", ".join(sizes), *_regions(measured)])
    told = f"{name}: {', '.join([within, *_frames(measured)])}"
    return f"{told}; {_plural(n_errors, 'image')} failed" if n_errors else told


def remarks(measured: Sequence[Measurement]) -> str:
    """Return what of the regions is in no share, "" if all of them is."""
    left_out = sum(one.n_left_out for one in measured)
    background = sum(int(one.counts.sum() - one.totals.sum()) for one in measured)
    told = []
    if left_out:
        took = f"took no part: {'it was' if left_out == 1 else 'they were'} not quantized"
        told.append(f"{_plural(left_out, 'pixel')} of the regions {took}.")
    if background:
        told.append(f"Shares are without the background, {_plural(background, 'pixel')}.")
    return " ".join(told)


def _total(one: Measurement) -> int:
    return int(one.counts.sum())


def _areas(measured: Sequence[Measurement]) -> list[str]:
    """Return the total area in each unit that occurs."""
    areas: dict[str, float] = {}
    for one in measured:
        if one.pixel_size is not None:
            areas[one.unit] = areas.get(one.unit, 0.0) + _total(one) * one.pixel_size
    return [f"{significant(area)} {unit}" for unit, area in areas.items()]


def _regions(measured: Sequence[Measurement]) -> list[str]:
    n = sum(len(one.regions) for one in measured if one.regions != ("",))
    return [f"in {_plural(n, 'region')}"] if n else []


def _frames(measured: Sequence[Measurement]) -> list[str]:
    most = max((one.counts.shape[1] for one in measured), default=1)
    return [f"{most:,} frames"] if most > 1 else []


def _plural(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"
