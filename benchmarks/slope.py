"""What a pixel more costs, from 0.1 to 10 gigapixels that are generated while they are read."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import lazily
import mosaic
import numpy as np
from sources import fresh
from tables import Case, Table, report

from napari_kmeans_quantizer import quantize

if TYPE_CHECKING:
    from sources import Source
    from tables import Rows, Scene

K = 16
GIGAPIXELS = (0.1, 0.3, 1.0, 3.0, 10.0)
QUICK = 0.3


def table(scene: Scene) -> Table:
    sizes = [size for size in GIGAPIXELS if size < scene.largest] + [scene.largest]
    case = Case("slope", functools.partial(all_sizes, sizes=sizes))
    return Table(f"Larger than memory: 8-bit RGB generated while it is read, K={K}", [case])


def all_sizes(source: Source, sizes: list[float]) -> Rows:
    """Measure each size in a process of its own, on one CPU; fit a line through all of them."""
    rows: Rows = {}
    for size in sizes:
        report(f"    {size:g} gigapixels")
        rows |= fresh(source, "slope.fit_and_paint", gigapixels=size)
    return rows | line(rows)


def fit_and_paint(gigapixels: float) -> Rows:
    """Fit, and label every pixel; and what it takes only to make the pixels once."""
    image = mosaic.mosaic(gigapixels)
    with lazily.workers(1):
        lazily.warm_up("uint8", K)
        made = lazily.measured(lambda: image.max().compute())
        fit = lazily.measured(lambda: quantize(image, K))
        paint = lazily.measured(lambda: fit.result.labels.max().compute())
    return {
        f"{gigapixels:g} gigapixels": {
            "pixels": image.size // 3,
            "fit, CPU s": fit.cpu,
            "fit, wall s": fit.wall,
            "labels, CPU s": paint.cpu,
            "labels, wall s": paint.wall,
            "generating once, CPU s": made.cpu,
            "peak MB": max(fit.peak, paint.peak) / 1e6,
        }
    }


def line(rows: Rows) -> Rows:
    """Return what each pixel more costs, and what that makes of a terapixel on one core."""
    pixels = [row["pixels"] for row in rows.values()]
    timed = [name for name in next(iter(rows.values())) if name.endswith(" s")]
    slopes = {name: slope(pixels, [row[name] for row in rows.values()]) for name in timed}
    return {
        "ns per pixel more": {name: 1e9 * each for name, each in slopes.items()},
        "a terapixel, by that, hours": {name: 1e12 * each / 3600 for name, each in slopes.items()},
    }


def slope(pixels: list[float], seconds: list[float]) -> float:
    """Return the seconds a pixel of the line that errs least in relation to the seconds."""
    if len(pixels) < 2:
        return seconds[0] / pixels[0]
    fitted = np.polynomial.Polynomial.fit(pixels, seconds, 1, w=1 / np.array(seconds))
    return float(fitted.convert().coef[1])
