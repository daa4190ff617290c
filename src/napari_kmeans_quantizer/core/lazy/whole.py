"""What needs all of a lazy result in memory, and how large that may be."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from .arrays import as_dask, is_lazy

if TYPE_CHECKING:
    from napari_kmeans_quantizer.core.quantization import Quantization

MOST_PIXELS = 1 << 28
"""Of a lazy result that is computed as a whole: RGB and labels take 1 GB."""


def is_too_large(q: Quantization) -> bool:
    """Tell whether a result is lazy, and too large to be computed as a whole."""
    return is_lazy(q.labels) and math.prod(q.labels.shape) > MOST_PIXELS


def in_memory(q: Quantization, what: str) -> Quantization:
    """Return a result with its arrays in memory, after `check_fits`; one in memory as it is."""
    check_fits(q, what)
    if not is_lazy(q.labels):
        return q
    from dask.base import compute

    lazy = {name: getattr(q, name) for name in ("labels", "image", "mask")}
    lazy = {name: as_dask(array, name) for name, array in lazy.items() if is_lazy(array)}
    return replace(q, **dict(zip(lazy, compute(*lazy.values()), strict=True)))


def check_fits(q: Quantization, what: str) -> None:
    """Refuse a lazy result that is too large for what is made of all of it."""
    if is_too_large(q):
        raise ValueError(
            f"{what} is made of the whole picture in memory, and this lazy one has "
            f"{math.prod(q.labels.shape):,} pixels, more than {MOST_PIXELS:,}. Write it with "
            "`quantize_to_zarr`, or quantize and write a part of the image."
        )
