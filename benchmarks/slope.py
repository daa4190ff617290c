"""What a pixel more costs, from 0.1 to 10 gigapixels that are generated while they are read."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import lazily
import mosaic
import numpy as np
import tables
from sources import fresh
from tables import Case, Table, report

from napari_kmeans_quantizer import quantize

if TYPE_CHECKING:
    from sources import Source
    from tables import Rows, Scene

K = 16
GIGAPIXELS = (0.1, 0.3, 1.0, 3.0, 10.0)
QUICK = 0.3
MORE, TERAPIXEL = "ns per pixel more", "a terapixel, by that, hours"
TOLD = ("fit, CPU s", "labels, CPU s", "generating once, CPU s", "peak MB")  # in pages


def table(scene: Scene) -> Table:
    sizes = [size for size in GIGAPIXELS if size < scene.largest] + [scene.largest]
    case = Case("slope", functools.partial(all_sizes, sizes=sizes))
    title = f"Larger than memory: 8-bit RGB generated while it is read, K={K}"
    return Table(title, [case], more=in_pages)


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
        MORE: {name: 1e9 * each for name, each in slopes.items()},
        TERAPIXEL: {name: 1e12 * each / 3600 for name, each in slopes.items()},
    }


def in_pages(rows: Rows) -> dict[str, list[str]]:
    told = {
        name: {column: row[column] for column in TOLD if column in row}
        for name, row in rows.items()
        if name != TERAPIXEL
    }
    return {"slope": tables.alone(told), "terapixel": terapixel(rows[MORE])}


def terapixel(more: dict[str, float]) -> list[str]:
    """Return what a terapixel of 8-bit RGB takes, by what a pixel more costs."""
    both = [more[f"{name}, CPU s"] for name in ("fit", "labels")]
    rows = [
        ["read", *["3 TB, each chunk once"] * 2],
        ["computed, 1 core", *[f"{ns:.1f} ns a pixel: {ns / 0.06:.0f} minutes" for ns in both]],
        *[[f"{n} cores", *[on_cores(ns, n) for ns in both]] for n in (100, 1000)],
        ["sent between machines", "at most a table a chunk", "nothing"],
        ["written", "a palette", "labels, 1 TB before compression"],
    ]
    return tables.markdown_table(["", "the fit", "painting labels"], rows)


def on_cores(ns: float, n: int) -> str:
    seconds = 1e3 * ns / n
    rate = float(f"{3e3 / seconds:.2g}")
    return f"{seconds:.0f} s, if {rate:.0f} GB/s can be read"


def slope(pixels: list[float], seconds: list[float]) -> float:
    """Return the seconds a pixel of the line that errs least in relation to the seconds."""
    if len(pixels) < 2:
        return seconds[0] / pixels[0]
    fitted = np.polynomial.Polynomial.fit(pixels, seconds, 1, w=1 / np.array(seconds))
    return float(fitted.convert().coef[1])
